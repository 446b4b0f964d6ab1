# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's geometry in full: every unit and expression, 1,000 random people.

    .venv/bin/python tests/bench/open_head_geometry.py [--people 1000] [--head NPZ]

Prints where the skin crosses or folds over itself, the lips' gap of people at rest, the eyeball
that closed lids leave bare, and teeth, gums and tongue that show through the skin.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from head_checks import MouthView, bare_eye, edge_faults, folded_over, intersections, part_triangles
from open_head_looks import PROTOTYPES, base_units, posed, random_shapes, random_units

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints
from flamewheel.head.files import load_head_file

ROOT = Path(__file__).resolve().parents[2]
GAZES = (-30, 0, 30)  # degrees


def main() -> int:
    """Print the tables; exit code 1 where anything was found."""
    parser = argparse.ArgumentParser(description="The open head's geometry.")
    parser.add_argument("--head", type=Path, default=ROOT / "flame_assets" / "open_head.npz")
    parser.add_argument("--people", type=int, default=1000)
    options = parser.parse_args()
    head = load_head_file(options.head)
    found = skin_faults(head) + bare_eyes(head) + mouths(head, options.people)
    return 1 if found else 0


def skin_faults(head: HeadData) -> int:
    """Crossings and folds of neutral, each unit at full strength and each prototype."""
    skin = part_triangles(head, "skin")
    edges, fans = edge_faults(skin)
    print(f"skin: {len(skin)} triangles, {edges} bad edges, {fans} vertices in several fans")
    parts = _parts(head)
    faces = {"neutral": {}} | {name: {name: 1.0} for name in base_units(head)}
    faces |= {name: dict(prototype.units) for name, prototype in PROTOTYPES.items()}
    rest = {tuple(pair) for pair in folded_over(posed(head, {}) * 1000, skin).tolist()}
    total = edges + fans
    print("crossing pairs of triangles, and folds beyond those of neutral")
    for name, units in faces.items():
        points = posed(head, units) * 1000
        pairs = intersections(points, skin)
        folds = [pair for pair in folded_over(points, skin).tolist() if tuple(pair) not in rest]
        total += len(pairs) + len(folds)
        where = Counter(f"{parts[skin[a, 0]]} x {parts[skin[b, 0]]}" for a, b in pairs)
        print(f"  {name:14} {len(pairs):4} {len(folds):4}  "
              + ", ".join(f"{place} {count}" for place, count in where.most_common(4)))
    return total


def _parts(head: HeadData) -> list[str]:
    """The smallest mask that holds each vertex."""
    names = ["skin"] * head.vertex_count
    for name, mask in sorted(head.masks.items(), key=lambda item: -len(item[1])):
        for vertex in np.asarray(mask).tolist():
            names[vertex] = name
    return names


def bare_eyes(head: HeadData) -> int:
    """Eyeball left bare by closed lids, at gazes up to 30 degrees."""
    assert head.units is not None
    row = np.zeros((1, len(head.units.names)))
    for name in ("AU43L", "AU43R"):
        row[0, head.units.names.index(name)] = 1.0
    worst = 0.0
    print("mm² of eyeball bare at AU43 (rows: gaze up to down; columns: right to left)")
    for pitch in GAZES:
        areas = []
        for yaw in GAZES:
            pose = head.units.poses(row)[0]
            pose[3:, :2] += np.radians([pitch, yaw])
            points = evaluate_identity_joints(head, None, head.units.codes(row)[0], pose)[0] * 1000
            areas.append(max(bare_eye(head, points, side) for side in ("left", "right")))
        worst = max(worst, *areas)
        print("  " + "  ".join(f"{area:7.2f}" for area in areas))
    return int(worst >= 1.0)


def mouths(head: HeadData, people: int) -> int:
    """Lips' gap at rest, and what comes through the skin in random expressions."""
    view = MouthView(head)
    shapes = random_shapes(head, people, seed=5)
    gaps = np.array([view.gap(evaluate_identity_joints(head, shape)[0] * 1000)
                     for shape in shapes])
    print(f"lips at rest, {people} people: inside of the mouth seen from the front, mm²: "
          f"median {np.median(gaps):.2f}, most {gaps.max():.2f}, "
          f"above 1 in {(gaps > 1).mean():.1%}")
    rng = np.random.default_rng(6)
    areas = []
    for shape in shapes:
        units = random_units(head, rng)
        areas.append((view.through_skin(posed(head, units, shape) * 1000), units))
    through = [one for one in areas if one[0] > 0]
    print(f"teeth, gums or tongue through the skin: {len(through)} of {people} samples")
    for area, units in sorted(through, key=lambda one: -one[0])[:5]:
        print(f"  {area:.1f} mm²: " + " ".join(f"{u}={s:.2f}" for u, s in units.items()))
    return int((gaps > 1).any()) + len(through)


if __name__ == "__main__":
    sys.exit(main())
