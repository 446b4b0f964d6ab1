# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's geometry as it is built: nothing torn, crossed, flipped, bare or pierced.

Fewer random people than `tests/bench/open_head_geometry.py` looks at (1,000).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from head_checks import (
    MouthView,
    bare_eye,
    edge_faults,
    folded_over,
    intersections,
    part_triangles,
)
from open_head_looks import BASIC, PROTOTYPES, base_units, posed, random_shapes, random_units

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints
from flamewheel.head.open_head.build import build_open_head

PEOPLE = 25
GAZES = [(0, 0), (30, 0), (-30, 0), (0, 30), (0, -30), (25, 25)]  # degrees: pitch (down), yaw
LOWER_LIP = 17  # MediaPipe's landmark at its lower edge
BARE = 1.0  # mm²: a few pixels of a quarter of a millimetre along the margin
GAP = 1.0  # mm² of a mouth 50 mm wide


@pytest.fixture(scope="module")
def head() -> HeadData:
    return build_open_head()


@pytest.fixture(scope="module")
def skin(head: HeadData) -> np.ndarray:
    return part_triangles(head, "skin")


def millimetres(head: HeadData, units: dict[str, float], shape: np.ndarray | None = None
                ) -> np.ndarray:
    return posed(head, units, shape) * 1000


def single_units(head: HeadData) -> dict[str, dict[str, float]]:
    return {name: {name: 1.0} for name in base_units(head)}


def basic_expressions() -> dict[str, dict[str, float]]:
    return {name: dict(PROTOTYPES[name].units) for name in BASIC}


def crossing(head: HeadData, skin: np.ndarray, faces: dict[str, dict[str, float]]
             ) -> dict[str, int]:
    """Which of `faces` cross their own skin, in how many pairs of triangles."""
    found = {name: len(intersections(millimetres(head, units), skin))
             for name, units in faces.items()}
    return {name: count for name, count in found.items() if count}


def test_the_skin_is_a_manifold(skin: np.ndarray) -> None:
    assert edge_faults(skin) == (0, 0)


def test_a_torn_skin_is_noticed(skin: np.ndarray) -> None:
    turned = skin.copy()
    turned[100] = turned[100, ::-1]
    assert edge_faults(turned)[0] > 0


def test_the_whole_head_is_its_own_mirror_image(head: HeadData) -> None:
    mirrored = head.template * (-1, 1, 1)
    distance, image = cKDTree(head.template).query(mirrored)
    assert distance.max() < 1e-6  # m
    basis = np.einsum("vce,ue->uvc", head.expression_basis, head.units.expression)
    names = head.units.names
    for name in (name for name in names if name.endswith("L") and f"{name[:-1]}R" in names):
        left, right = basis[names.index(name)], basis[names.index(f"{name[:-1]}R")]
        gap = np.linalg.norm(left[image] * (-1, 1, 1) - right, axis=1)
        assert np.percentile(gap, 99) < 2e-5, name  # m


def test_neutral_does_not_cross_itself(head: HeadData, skin: np.ndarray) -> None:
    assert not crossing(head, skin, {"neutral": {}})


@pytest.mark.xfail(reason="lips that stay together cross by 0.1 to 0.5 mm, closing lids by 0.9")
def test_no_unit_crosses_the_skin(head: HeadData, skin: np.ndarray) -> None:
    assert not crossing(head, skin, single_units(head))


@pytest.mark.xfail(reason="lips that stay together cross by 0.1 to 0.5 mm")
def test_no_basic_expression_crosses_the_skin(head: HeadData, skin: np.ndarray) -> None:
    assert not crossing(head, skin, basic_expressions())


def test_crossing_skin_is_noticed(head: HeadData, skin: np.ndarray) -> None:
    points = head.template * 1000.0
    before = len(intersections(points, skin))
    points[np.linalg.norm(points - points[LOWER_LIP], axis=1) < 8] += (0, 12, 0)
    assert len(intersections(points, skin)) > before + 20


@pytest.mark.xfail(reason="folds at the mouth's corners, the canthi and the raised lid")
def test_no_triangle_flips(head: HeadData, skin: np.ndarray) -> None:
    """In no unit nor basic expression does a triangle lie back on its neighbour."""
    rest = {tuple(pair) for pair in folded_over(millimetres(head, {}), skin).tolist()}
    flips = {}
    for name, units in {**single_units(head), **basic_expressions()}.items():
        pairs = folded_over(millimetres(head, units), skin).tolist()
        new = sum(tuple(pair) not in rest for pair in pairs)
        if new:
            flips[name] = new
    assert not flips


@pytest.mark.parametrize(("pitch", "yaw"), GAZES)
def test_closed_lids_cover_the_eyes_wherever_they_look(
    head: HeadData, pitch: int, yaw: int
) -> None:
    row = np.zeros((1, len(head.units.names)))
    for name in ("AU43L", "AU43R"):
        row[0, head.units.names.index(name)] = 1.0
    pose = head.units.poses(row)[0]
    pose[3:, :2] += np.radians([pitch, yaw])
    points = evaluate_identity_joints(head, None, head.units.codes(row)[0], pose)[0] * 1000
    assert bare_eye(head, points, "left") < BARE
    assert bare_eye(head, points, "right") < BARE


def test_an_open_eye_is_seen(head: HeadData) -> None:
    assert bare_eye(head, head.template * 1000.0, "left") > 50


@pytest.mark.xfail(reason="identities part the lips: a slit of 3 mm² in most people, of 10 in some")
def test_lips_meet_in_everybody_at_rest(head: HeadData) -> None:
    view = MouthView(head)
    shapes = random_shapes(head, PEOPLE, seed=5)
    gaps = [view.gap(evaluate_identity_joints(head, shape)[0] * 1000) for shape in shapes]
    assert max(gaps) < GAP


def test_teeth_and_tongue_stay_behind_the_skin(head: HeadData) -> None:
    view, rng = MouthView(head), np.random.default_rng(6)
    through = {}
    for number, shape in enumerate(random_shapes(head, PEOPLE, seed=7)):
        units = random_units(head, rng)
        area = view.through_skin(millimetres(head, units, shape))
        if area > 0:
            through[number] = area
    assert not through


def test_teeth_through_the_chin_are_noticed(head: HeadData) -> None:
    moved = head.template.copy()
    moved[head.masks["teeth"]] += np.float32([0, -0.01, 0.03])
    assert MouthView(replace(head, template=moved)).through_skin(moved * 1000.0) > 20
