# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows, lashes and hair of the open head: where they are and how they follow the skin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints, joints
from flamewheel.head.open_head.build import build_open_head
from flamewheel.head.open_head.hairline import growth, hairiness

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


def height_over_skin(head: HeadData, points: np.ndarray, asked: np.ndarray,
                     part: str = "face") -> np.ndarray:
    """(n,) mm over the part's surface, as the nearest triangles' planes have it."""
    face = np.zeros(head.vertex_count, bool)
    face[head.masks[part]] = True
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
    sizes = {part: len(head.masks[part]) for part in ("brows", "lashes", "hair", "hair_cards")}
    assert sizes["brows"] <= 2400 and sizes["lashes"] <= 800
    assert sizes["hair"] + sizes["hair_cards"] <= 5500


@pytest.mark.parametrize("units", BROW_UNITS, ids=lambda u: "+".join(u) or "neutral")
def test_brow_hairs_lie_on_the_skin_and_keep_their_length(
        head: HeadData, units: dict[str, float]) -> None:
    brows = head.masks["brows"]
    rest, moved = posed(head, {}), posed(head, units)
    lift = height_over_skin(head, moved, moved[brows])
    assert lift.min() > 0 and lift.max() < 1.4
    assert np.percentile(lift, 1) > 0.15 and np.percentile(lift, 99) < 1.2
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


def test_every_strand_has_its_mirror_image(head: HeadData) -> None:
    assert head.mirror is not None
    for part in ("brows", "lashes", "hair", "hair_cards"):
        numbers = head.masks[part]
        image = head.template[head.mirror[numbers]] * [-1, 1, 1]
        np.testing.assert_allclose(image, head.template[numbers], atol=1e-7)


def test_hairiness_knows_forehead_scalp_and_nape() -> None:
    bare = np.array([(0, 40, 15), (60, 0, -30), (0, -110, -146), (45, 52, -8)], float)
    grown = np.array([(0, 100, -60), (70, 40, -80), (0, -40, -155), (69, 0, -55), (0, 75, -5)],
                     float)
    assert (hairiness(bare) < -5).all() and (hairiness(grown) > 2).all()
    np.testing.assert_allclose(hairiness(grown * [-1, 1, 1]), hairiness(grown), atol=1e-9)
    up = np.array([[0.0, 90.0, -30.0], [0.0, 98.0, -30.0]])
    assert np.diff(hairiness(up))[0] > 0  # further in, higher


def test_hair_is_combed_back_on_top_and_down_behind() -> None:
    points = np.array([[0, 105, -70], [0, 0, -170], [76, 30, -85]], float)
    top, back, side = growth(points, np.array([[0, 1, 0], [0, 0, -1], [1, 0, 0]], float))
    assert top[2] < -0.9 and back[1] < -0.9 and side[1] < -0.5


def hair_over_scalp(head: HeadData, points: np.ndarray, part: str) -> np.ndarray:
    """(n,) mm over the skin of hair well inside the hairline."""
    well = hairiness(head.template[head.masks[part]] * 1000) > 8
    return height_over_skin(head, points, points[head.masks[part]][well], "scalp")


@pytest.mark.parametrize("seed", range(6))
def test_hair_covers_the_scalp_of_any_identity(head: HeadData, seed: int) -> None:
    strength = np.random.default_rng(seed).normal(size=head.identity_count)
    strength = np.clip(strength * 1.5, -3, 3)
    points = evaluate_identity_joints(head, strength)[0] * 1000
    shell = hair_over_scalp(head, points, "hair")
    assert shell.min() > 0 and np.percentile(shell, 99) < 22
    assert (hair_over_scalp(head, points, "hair_cards") < -2.0).mean() < 0.01


def test_no_lock_hangs_over_the_forehead(head: HeadData) -> None:
    for part in ("hair", "hair_cards"):
        points = head.template[head.masks[part]] * 1000
        in_front = points[points[:, 2] > -25]
        assert hairiness(in_front).min() > -3.0
