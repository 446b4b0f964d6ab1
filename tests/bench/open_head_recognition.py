# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a recogniser that knows only real photos name the open head's expressions?

    .venv/bin/python tests/bench/open_head_recognition.py --faces ../shared/faces
        [--textured 20 --blender-python .venv-blender/bin/python]

Prints the recogniser's own accuracy on people it never saw, then how it names grey (and, with
--textured, Cycles) pictures of the six basic expressions of random identities, each relative to
that identity's own neutral.  The aim: joy, sadness, surprise and anger 90 %, disgust and fear above
every other name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from open_head_looks import look, posed, random_shapes, seen_in
from open_head_renders import Shot, shoot
from open_head_training import (
    EXPRESSIONS,
    Recogniser,
    Samples,
    canonical_face,
    confusion,
    features,
    frontal,
    held_out,
    mirror_of,
    read_photos,
    relative_samples,
)

from flamewheel.head.data import HeadData
from flamewheel.head.files import load_head_file
from flamewheel.wheel.facs import PROTOTYPES

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("Neutral", *EXPRESSIONS)
SEED = 1
CLEAR, CLEAR_SHARE = ("Joy", "Sadness", "Surprise", "Anger"), 0.9
PICTURE = 256  # px of the textured pictures


def main() -> int:
    """Train, judge, print; exit code 1 where an aim is missed."""
    options = _options()
    if not (options.faces / "labels.csv").exists():
        print(f"skipped: no labelled photos in {options.faces} (labels.csv and images/)")
        return 0
    head = load_head_file(options.head)
    canonical = canonical_face(head)
    photos = read_photos(options.faces, options.cache)
    samples = relative_samples(photos, frontal(photos.landmarks, canonical), mirror_of(canonical))
    if options.held_out:
        _print_own_accuracy(samples)
    recogniser = Recogniser().fit(samples)
    shapes = random_shapes(head, options.identities, SEED)
    reached = _judge("grey", recogniser, canonical, _grey(head, shapes, options.intensity))
    if options.textured:
        seen = _textured(head, options.head, shapes[:options.textured], options.intensity,
                         options.blender_python)
        reached &= _judge("textured", recogniser, canonical, seen)
    return 0 if reached else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Name the open head's expressions.")
    parser.add_argument("--faces", type=Path, default=ROOT.parent / "shared" / "faces")
    parser.add_argument("--head", type=Path, default=ROOT / "flame_assets" / "open_head.npz")
    parser.add_argument("--identities", type=int, default=20)
    parser.add_argument("--intensity", type=float, default=1.0, help="of the expressions")
    parser.add_argument("--textured", type=int, default=0, help="identities shown in Cycles, too")
    parser.add_argument("--cache", type=Path, help="keeps the photos' landmarks (.npz)")
    parser.add_argument("--blender-python", default=str(ROOT / ".venv-blender" / "bin" / "python"))
    parser.add_argument("--no-held-out", dest="held_out", action="store_false",
                        help="leave out the recogniser's own accuracy")
    return parser.parse_args()


def _print_own_accuracy(samples: Samples) -> None:
    named = held_out(samples)
    truth = samples.labels[:len(named)]
    table = confusion(truth, named)
    recall = table.diagonal() / table.sum(1)
    print(f"recogniser on photos of people it never saw: accuracy {(named == truth).mean():.3f}, "
          f"balanced {recall.mean():.3f} (chance {1 / len(EXPRESSIONS):.3f})")
    _print_table(table)


def _print_table(table: np.ndarray) -> None:
    print(f"{'shown':10}" + "".join(f"{name:>10}" for name in EXPRESSIONS))
    for name, row in zip(EXPRESSIONS, table, strict=True):
        print(f"{name:10}" + "".join(f"{count:10}" for count in row))


def _units(expression: str, intensity: float) -> dict[str, float]:
    return {unit: intensity * strength for unit, strength in PROTOTYPES[expression].units.items()}


def _grey(head: HeadData, shapes: np.ndarray, intensity: float) -> list[list[np.ndarray | None]]:
    """Landmarks [identity][of `SHOWN`]."""
    return [[look(head, posed(head, _units(name, intensity), shape)).seen for name in SHOWN]
            for shape in shapes]


def _textured(head: HeadData, head_file: Path, shapes: np.ndarray, intensity: float,
              blender_python: str) -> list[list[np.ndarray | None]]:
    """As `_grey`, of pictures in Cycles with the head's own materials."""
    shots = [Shot(_units(name, intensity), tuple(shape), samples=2)
             for shape in shapes.tolist() for name in SHOWN]
    with tempfile.TemporaryDirectory() as folder:
        made = shoot(head, head_file, shots, Path(folder), PICTURE, blender_python)
    found = []
    for picture, _ in made:
        found.append(seen_in(picture))
    return [found[start:start + len(SHOWN)] for start in range(0, len(found), len(SHOWN))]


def _judge(kind: str, recogniser: Recogniser, canonical: np.ndarray,
           seen: list[list[np.ndarray | None]]) -> bool:
    """Print the confusion matrix and whether the aims are reached."""
    truth, values, missed = [], [], 0
    for rest, *shown in seen:
        for name, face in zip(EXPRESSIONS, shown, strict=True):
            if rest is None or face is None:
                missed += 1
                continue
            pair = features(frontal(np.stack([rest, face]), canonical))
            truth.append(name)
            values.append(pair[1] - pair[0])
    table = confusion(np.array(truth), recogniser.names(np.array(values)))
    print(f"{kind} pictures of {len(seen)} identities, {missed} not found by FaceMesh")
    _print_table(table)
    share = table.diagonal() / len(seen)
    missing = [name for name, part in zip(EXPRESSIONS, share, strict=True)
               if name in CLEAR and part < CLEAR_SHARE]
    missing += [name for at, name in enumerate(EXPRESSIONS)
                if name not in CLEAR and table[at, at] <= np.delete(table[at], at).max()]
    print("all aims reached" if not missing else f"short of the aim: {', '.join(missing)}")
    return not missing


if __name__ == "__main__":
    sys.exit(main())
