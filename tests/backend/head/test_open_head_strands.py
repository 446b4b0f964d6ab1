# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows, lashes and hair of the open head: where they are and how they follow the skin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints, joints
from flamewheel.head.open_head.build import build_open_head

BROW_VERTICES = 5  # of one hair: two pairs and a tip
UPPER_BROW, LOWER_BROW = (107, 66, 105, 63, 70), (55, 65, 52, 53, 46)
BROW_UNITS: tuple[dict[str, float], ...] = (
    {}, {"AU1": 1}, {"AU2": 1}, {"AU1": 1, "AU2": 1}, {"AU4": 1}, {"AU9": 1})
SECTIONS_UPPER_LASH, UPPER_LASHES = 7, 42


@pytest.fixture(scope="module")
def head() -> HeadData:
    return build_open_head()


def posed(head: HeadData, units: dict[str, float]) -> np.ndarray:
    """(V,3) mm."""
    assert head.units is not None
    expression, pose = np.zeros(head.expression_count), np.zeros((5, 3))
    for name, strength in units.items():
        for side in "LR":
            row = head.units.names.index(name + side)
            expression += strength * head.units.expression[row]
            pose += strength * head.units.pose[row]
    return evaluate_identity_joints(head, None, expression, pose)[0] * 1000


def height_over_skin(head: HeadData, points: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """(n,) mm over the face's surface along z, as the nearest triangles' planes have it."""
    face = np.zeros(head.vertex_count, bool)
    face[head.masks["face"]] = True
    corners = points[head.triangles[face[head.triangles].all(1)]]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    near = cKDTree(corners.mean(1)).query(asked, k=12)[1]
    arm = asked[:, None] - corners[near, 0]
    off = (arm * normal[near]).sum(-1)
    foot = asked[:, None] - normal[near] * off[..., None]
    inside = np.ones(near.shape, bool)
    for k in range(3):
        a, b = corners[near, k], corners[near, (k + 1) % 3]
        inside &= (np.cross(b - a, foot - a) * normal[near]).sum(-1) > -0.05 * np.linalg.norm(
            b - a, axis=-1)
    best = np.where(inside, np.abs(off), np.inf).argmin(1)
    return off[np.arange(len(asked)), best]


def brow_lengths(points: np.ndarray) -> np.ndarray:
    """(hairs,) mm."""
    hairs = points.reshape(-1, BROW_VERTICES, 3)
    middle = np.stack([hairs[:, :2].mean(1), hairs[:, 2:4].mean(1), hairs[:, 4]], 1)
    return np.linalg.norm(np.diff(middle, axis=1), axis=2).sum(1)


def test_strands_stay_within_their_budget(head: HeadData) -> None:
    sizes = {part: len(head.masks[part]) for part in ("brows", "lashes", "hair")}
    assert sizes["brows"] <= 2400 and sizes["lashes"] <= 800 and sum(sizes.values()) <= 8500


@pytest.mark.parametrize("units", BROW_UNITS, ids=lambda u: "+".join(u) or "neutral")
def test_brow_hairs_lie_on_the_skin_and_keep_their_length(
        head: HeadData, units: dict[str, float]) -> None:
    brows = head.masks["brows"]
    rest, moved = posed(head, {}), posed(head, units)
    lift = height_over_skin(head, moved, moved[brows])
    assert lift.min() > 0.1 and lift.max() < 1.2
    change = brow_lengths(moved[brows]) / brow_lengths(rest[brows]) - 1
    assert np.abs(change).max() < 0.17


def test_no_brow_hair_leaves_the_brow(head: HeadData) -> None:
    points = posed(head, {})
    x, y = points[head.masks["brows"], :2].T
    upper, lower = points[list(UPPER_BROW)], points[list(LOWER_BROW)]
    order = np.argsort(-upper[:, 0])
    middle = (upper + lower)[order] / 2
    away = np.abs(y - np.interp(np.abs(x), np.abs(middle[:, 0]), middle[:, 1]))
    assert away.max() < 6.5  # half a strong brow's height and the slope of its tail
    assert np.abs(x).min() > 10.0 and np.abs(x).max() < np.abs(upper[:, 0]).max() + 2


def test_inner_brow_hairs_stand_up_and_outer_ones_lie_along(head: HeadData) -> None:
    hairs = posed(head, {})[head.masks["brows"]].reshape(-1, BROW_VERTICES, 3)
    right = hairs[hairs[:, 0, 0] < 0]
    way = right[:, 4] - right[:, :2].mean(1)
    rise = np.degrees(np.arctan2(way[:, 1], -way[:, 0]))
    head_end = right[:, 0, 0] > -16
    body = (right[:, 0, 0] < -30) & (right[:, 0, 0] > -40)
    assert rise[head_end].mean() > 45 and np.abs(rise[body].mean()) < 25


@pytest.mark.parametrize("closing", [0.0, 0.5, 1.0])
def test_lashes_never_enter_the_eye(head: HeadData, closing: float) -> None:
    lashes = posed(head, {"AU43": closing})[head.masks["lashes"]]
    for centre in joints(head)[0][3:5] * 1000:
        assert np.linalg.norm(lashes - centre, axis=1).min() > 12.8  # ball 12.6 mm


def test_upper_lashes_point_up_when_open_and_down_when_closed(head: HeadData) -> None:
    def slope(closing: float) -> np.ndarray:
        points = posed(head, {"AU43": closing})[head.masks["lashes"]]
        lashes = points[: SECTIONS_UPPER_LASH * UPPER_LASHES].reshape(-1, SECTIONS_UPPER_LASH, 3)
        return lashes[10:32, -1, 1] - lashes[10:32, 0, 1]

    assert (slope(0.0) > 1.0).all() and (slope(1.0) < -0.5).all()


def test_brows_and_lashes_are_exact_mirror_images(head: HeadData) -> None:
    for part in ("brows", "lashes"):
        right, left = np.split(head.template[head.masks[part]], 2)
        np.testing.assert_array_equal(right * [-1, 1, 1], left)
