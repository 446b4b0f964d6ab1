# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of the open head, through its real rig: what the docs show and people judge.

    .venv/bin/python tools/open_head_sheets.py --out docs/images [--size 200] [--samples 16]
        [--only open_head_units ...] [--head NPZ] [--blender-python .venv-blender/bin/python]

Leaves OUT/<sheet>.png: every unit from the front; the basic expressions from the front, three
quarters and the side, in Cycles and in EEVEE; the same mild; all emotions at three intensities on
two people; 24 random people neutral and smiling.
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
from flamewheel.wheel.facs import ring_strengths
from flamewheel.wheel.points import BASIC as BASIC_RING
from flamewheel.wheel.points import CONTEMPT, EMOTIONS, INTENSE, MILD, ring_name
from flamewheel.wheel_names import MILD_BASIC_INTENSE, NEUTRAL

ROOT = Path(__file__).resolve().parent.parent
VIEWS = {"front": 0.0, "three quarter": 35.0, "profile": 90.0}  # degrees
PEOPLE, PEOPLE_SEED = 24, 2024
SMILE = {"AU6": 0.5, "AU12": 0.9, "AU25": 0.5}
COLOURS = 256  # of a sheet's palette: a third of the file, and no difference to the eye
LABEL_SHARE = 0.075  # of a tile's height
RINGS = {MILD: "mild ", BASIC_RING: "", INTENSE: "intense "}
NAMED = tuple(name for name in EMOTIONS if name != NEUTRAL)
EMOTION_PEOPLE = ("", "201")  # the mean person, and a seed
FACE = (0.08, 0.05, 0.9, 0.87)  # left, top, right, bottom shares of a picture that the face fills


@dataclass(frozen=True)
class Sheet:
    """Tiles in rows of `columns`."""

    shots: list[Shot]
    columns: int
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)  # shares of each picture


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
        tiles = [_labelled(_cropped(picture, sheet.crop), shot.label)
                 for (picture, _), shot in zip(made, sheet.shots, strict=True)]
        file = options.out / f"{name}.png"
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
                shots.append(Shot(ring_strengths(name, intensity), yaw=yaw, engine=engine,
                                  samples=samples, label=f"{name}, {view}"))
        return Sheet(shots, len(BASIC))
    return sheet


def emotions(head: HeadData, samples: int) -> Sheet:
    """Every emotion mild, basic and intense: the mean person, and two others as they come."""
    shots = []
    for seed in EMOTION_PEOPLE:
        shape = tuple(random_shapes(head, 1, int(seed))[0].tolist()) if seed else ()
        for ring in RINGS:
            for yaw in (VIEWS["front"],) if seed else (VIEWS["front"], VIEWS["three quarter"]):
                shots += [Shot(ring_strengths(name, ring), shape, _towards(name, yaw),
                               samples=samples, label=_title(name, ring)) for name in NAMED]
    return Sheet(shots, len(NAMED), FACE)


def _towards(name: str, yaw: float) -> float:
    """Contempt curls the right corner of the mouth, and is looked at from there."""
    return -yaw if name == CONTEMPT else yaw


def _title(name: str, ring: float) -> str:
    """Serenity, Joy, Ecstasy; Contempt's rings have no names of their own."""
    return ring_name(name, ring) if name in MILD_BASIC_INTENSE else f"{RINGS[ring]}{name}"


def people(units_shown: dict[str, float]) -> Callable[[HeadData, int], Sheet]:
    """Random people, all with the same expression."""
    def sheet(head: HeadData, samples: int) -> Sheet:
        shapes = random_shapes(head, PEOPLE, PEOPLE_SEED)
        shots = [Shot(units_shown, tuple(shape.tolist()), samples=samples) for shape in shapes]
        return Sheet(shots, 8)
    return sheet


SHEETS: dict[str, Callable[[HeadData, int], Sheet]] = {
    "open_head_units": units,
    "open_head_expressions_cycles": expressions("cycles", 1.0),
    "open_head_expressions_eevee": expressions("eevee", 1.0),
    "open_head_expressions_half": expressions("cycles", 0.5),
    "emotions_three_intensities": emotions,
    "open_head_people_neutral": people({}),
    "open_head_people_smiling": people(SMILE),
}


def _cropped(picture: np.ndarray, crop: tuple[float, float, float, float]) -> np.ndarray:
    left, top, right, bottom = (np.array(crop) * len(picture)).round().astype(int)
    return picture[top:bottom, left:right]


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
