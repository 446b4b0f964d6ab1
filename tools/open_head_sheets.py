# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of the open head, through its real rig: what the docs show and people judge.

    .venv/bin/python tools/open_head_sheets.py --out docs/images [--size 200] [--samples 16]
        [--only units expressions ...] [--head NPZ] [--blender-python .venv-blender/bin/python]

Leaves OUT/open_head_<sheet>.png: every unit from the front; the basic expressions from the front,
three quarters and the side, in Cycles and in EEVEE; the same at half intensity; 24 random people
neutral and smiling.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from open_head_looks import BASIC, base_units, random_shapes
from open_head_renders import Shot, shoot

from flamewheel.head.data import HeadData
from flamewheel.head.files import load_head_file
from flamewheel.wheel.facs import PROTOTYPES

ROOT = Path(__file__).resolve().parent.parent
VIEWS = {"front": 0.0, "three quarter": 35.0, "profile": 90.0}  # degrees
PEOPLE, PEOPLE_SEED = 24, 2024
SMILE = {"AU6": 0.5, "AU12": 0.9, "AU25": 0.5}
COLOURS = 256  # of a sheet's palette: a third of the file, and no difference to the eye
LABEL_SHARE = 0.075  # of a tile's height


@dataclass(frozen=True)
class Sheet:
    """Tiles in rows of `columns`."""

    shots: list[Shot]
    columns: int


def main() -> int:
    """Render and lay out the sheets asked for."""
    options = _options()
    head = load_head_file(options.head)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        sheet = SHEETS[name](head, options.samples)
        with tempfile.TemporaryDirectory() as folder:
            made = shoot(head, options.head, sheet.shots, Path(folder), options.size,
                         options.blender_python)
        tiles = [_labelled(picture, shot.label)
                 for (picture, _), shot in zip(made, sheet.shots, strict=True)]
        file = options.out / f"open_head_{name}.png"
        _together(tiles, sheet.columns).quantize(COLOURS, dither=Image.Dither.NONE).save(
            file, optimize=True)
        print(f"{file}: {len(tiles)} tiles, {file.stat().st_size / 1e6:.2f} MB", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Contact sheets of the open head.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=200, help="px of a tile")
    parser.add_argument("--samples", type=int, default=16, help="a pixel")
    parser.add_argument("--only", nargs="+", choices=list(SHEETS), default=list(SHEETS))
    parser.add_argument("--head", type=Path, default=ROOT / "flame_assets" / "open_head.npz")
    parser.add_argument("--blender-python", default=str(ROOT / ".venv-blender" / "bin" / "python"))
    return parser.parse_args()


def units(head: HeadData, samples: int) -> Sheet:
    """Every unit at full strength, from the front."""
    shots = [Shot({}, samples=samples, label="neutral")]
    shots += [Shot({name: 1.0}, samples=samples, label=name) for name in base_units(head)]
    return Sheet(shots, 8)


def expressions(engine: str, intensity: float) -> Callable[[HeadData, int], Sheet]:
    """The basic expressions from three sides."""
    def sheet(_: HeadData, samples: int) -> Sheet:
        shots = []
        for view, yaw in VIEWS.items():
            for name in BASIC:
                strengths = {unit: intensity * strength
                             for unit, strength in PROTOTYPES[name].units.items()}
                shots.append(Shot(strengths, yaw=yaw, engine=engine, samples=samples,
                                  label=f"{name}, {view}"))
        return Sheet(shots, len(BASIC))
    return sheet


def people(units_shown: dict[str, float]) -> Callable[[HeadData, int], Sheet]:
    """Random people, all with the same expression."""
    def sheet(head: HeadData, samples: int) -> Sheet:
        shapes = random_shapes(head, PEOPLE, PEOPLE_SEED)
        shots = [Shot(units_shown, tuple(shape.tolist()), samples=samples) for shape in shapes]
        return Sheet(shots, 8)
    return sheet


SHEETS: dict[str, Callable[[HeadData, int], Sheet]] = {
    "units": units,
    "expressions_cycles": expressions("cycles", 1.0),
    "expressions_eevee": expressions("eevee", 1.0),
    "expressions_half": expressions("cycles", 0.5),
    "people_neutral": people({}),
    "people_smiling": people(SMILE),
}


def _labelled(picture: np.ndarray, label: str) -> Image.Image:
    """The tile with its label in the lower left corner."""
    tile = Image.fromarray(picture)
    if label:
        size = max(9, round(LABEL_SHARE * tile.height))
        draw = ImageDraw.Draw(tile)
        draw.text((size // 2, tile.height - round(1.5 * size)), label, fill="white",
                  font=ImageFont.load_default(size), stroke_width=1, stroke_fill="black")
    return tile


def _together(tiles: list[Image.Image], columns: int) -> Image.Image:
    width, height = tiles[0].size
    rows = -(-len(tiles) // columns)
    whole = Image.new("RGB", (columns * width, rows * height), "black")
    for number, tile in enumerate(tiles):
        whole.paste(tile, (number % columns * width, number // columns * height))
    return whole


if __name__ == "__main__":
    sys.exit(main())
