# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes, teeth, gums and tongue of the open head: their form, and that nothing comes through."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints, joints, rodrigues
from flamewheel.head.open_head.build import build_open_head
from flamewheel.head.open_head.landmarks_lists import INNER_LIPS
from flamewheel.head.open_head.template import EYE_RADIUS

INSIDE = ("teeth", "gums", "tongue")
SINGLE = ({}, {"AU25": 1}, {"AU12": 1, "AU25": 1}, {"AU20": 1, "AU25": 1}, {"AU24": 1}, {"AU28": 1},
          {"AU17": 1}, {"AU10": 1}, {"AU16": 1}, {"AU18": 1}, {"AU22": 1}, {"AU23": 1})


@pytest.fixture(scope="module")
def head() -> HeadData:
    return build_open_head()


def posed(head: HeadData, units: dict[str, float], shape: np.ndarray | None = None,
          eyes: tuple[float, float] = (0, 0)) -> np.ndarray:
    """(V,3) mm."""
    assert head.units is not None
    expression, pose = np.zeros(head.expression_count), np.zeros((5, 3))
    pose[3:, :2] = eyes
    for name, strength in units.items():
        for own in (name,) if name in head.units.names else (name + "L", name + "R"):
            row = head.units.names.index(own)
            expression += strength * head.units.expression[row]
            pose += strength * head.units.pose[row]
    return np.asarray(evaluate_identity_joints(head, shape, expression, pose)[0] * 1000)


def faces_of(head: HeadData, *parts: str) -> np.ndarray:
    """(m,3) triangles all of whose corners belong to one of the parts."""
    chosen = np.zeros(head.vertex_count, bool)
    for part in parts:
        chosen[head.masks[part]] = True
    return np.asarray(head.triangles[chosen[head.triangles].all(1)])


def crossings(spots: np.ndarray, points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n,) how many triangles lie before each spot, along +z."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    u, v = (b - a)[:, :2], (c - a)[:, :2]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    keep = np.abs(area) > 1e-9
    a, b, c, u, v, area = (w[keep] for w in (a, b, c, u, v, area))
    arm = spots[:, None, :2] - a[None, :, :2]
    second = (arm[..., 0] * v[:, 1] - arm[..., 1] * v[:, 0]) / area
    third = (u[:, 0] * arm[..., 1] - u[:, 1] * arm[..., 0]) / area
    over = (second >= 0) & (third >= 0) & (second + third <= 1)
    depth = a[:, 2] + second * (b - a)[:, 2] + third * (c - a)[:, 2]
    return np.asarray((over & (depth > spots[:, None, 2])).sum(1))


def lip_ring(head: HeadData) -> np.ndarray:
    """(k,) the face's border along the inner lips, in order."""
    faces = faces_of(head, "face")
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    pairs = {tuple(edge) for edge in directed.tolist()}
    following = {a: b for a, b in pairs if (b, a) not in pairs}
    ring = [INNER_LIPS[0]]
    while following[ring[-1]] != ring[0]:
        ring.append(following[ring[-1]])
    return np.array(ring)


def come_through(head: HeadData, points: np.ndarray) -> np.ndarray:
    """Inner vertices outside the outer skin, the mouth's opening thought closed by a curtain."""
    ring = lip_ring(head)
    half = len(ring) // 2
    one, other = ring[: half + 1], np.r_[ring[0], ring[half:][::-1]]
    curtain = np.concatenate([np.stack([one[:-1], one[1:], other[1:]], 1),
                              np.stack([one[:-1], other[1:], other[:-1]], 1)])
    inner = np.concatenate([head.masks[part] for part in INSIDE])
    faces = faces_of(head, "face")
    low, high = points[inner].min(0), points[inner].max(0)
    corner = points[faces]
    faces = faces[((corner.max(1) > low) & (corner.min(1) < high))[:, :2].all(1)]
    aside = np.array([1.7e-4, 2.3e-4, 0])  # mm; so that no ray meets an edge
    found = crossings(points[inner] + aside, points, np.concatenate([faces, curtain]))
    return np.asarray(inner[found % 2 == 0])


@pytest.mark.parametrize("units", SINGLE, ids=lambda units: "+".join(units) or "neutral")
def test_nothing_of_the_mouth_comes_through_lips_or_skin(
        head: HeadData, units: dict[str, float]) -> None:
    assert len(come_through(head, posed(head, units))) == 0


def test_nothing_comes_through_on_other_people(head: HeadData) -> None:
    """Identities within two standard deviations, each with one of the units at full strength."""
    rng = np.random.default_rng(1)
    counts = [len(come_through(head, posed(head, SINGLE[k % len(SINGLE)], np.clip(
        rng.normal(size=head.identity_count), -2, 2)))) for k in range(48)]
    assert max(counts) <= 4 and np.count_nonzero(counts) <= 3  # of 1,500 vertices


def test_the_check_sees_a_tooth_that_comes_through(head: HeadData) -> None:
    points = posed(head, {})
    points[head.masks["teeth"]] += [0, 0, 9.0]
    assert len(come_through(head, points)) > 20


def test_counts_of_eyes_and_mouth(head: HeadData) -> None:
    balls = np.concatenate([head.masks[m] for m in ("eye_left", "eye_right", "cornea")])
    assert len(np.unique(balls)) <= 1500
    assert sum(len(head.masks[part]) for part in INSIDE) <= 2600
    for part in ("limbus", "tear", "caruncle"):
        assert len(head.masks[part]) > 50


def test_cornea_bulges_before_a_sunken_iris(head: HeadData) -> None:
    points = head.template * 1000
    centre = joints(head)[0][3] * 1000
    left = head.masks["eye_left"]
    cornea, iris = (points[m][points[m][:, 0] > 0] - centre
                    for m in (head.masks["cornea"], head.masks["iris"]))
    pole = cornea[np.hypot(*cornea[:, :2].T).argmin()]
    assert EYE_RADIUS + 0.3 < pole[2] < EYE_RADIUS + 1.5
    inner = iris[np.hypot(*iris[:, :2].T) < 5.5]
    assert inner[:, 2].max() < EYE_RADIUS - 1.2
    assert np.ptp(inner[:, 2]) < 0.3  # a disc, not the ball's curve
    ring = iris[np.hypot(*iris[:, :2].T) > 5.8]
    np.testing.assert_allclose(np.hypot(*ring[:, :2].T), 5.85, atol=0.01)  # round
    assert not set(left) & set(head.masks["cornea"])


def lid_gap(head: HeadData, points: np.ndarray, gaze: tuple[float, float]) -> float:
    """mm between the left cornea and the lids before it, along rays from the ball's centre."""
    centre = joints(head)[0][3] * 1000
    turn = rodrigues(np.array([*gaze, 0.0]))
    cornea = points[head.masks["cornea"]]
    cornea = (cornea[cornea[:, 0] > 0] - centre) @ turn  # looks along +z again
    lids = faces_of(head, "face")
    near = np.linalg.norm(points[lids].mean(1) - centre, axis=1) < 25
    arm = (points[lids[near]] - centre) @ turn
    before = (arm[:, :, 2] > 1).all(1)
    flat = np.concatenate([arm[..., :2] / arm[..., 2:], arm[..., 2:]], 2)[before].reshape(-1, 3)
    gap = np.inf
    for spot in cornea[np.hypot(*cornea[:, :2].T) < 5.6]:
        a, b, c = flat.reshape(-1, 3, 3).transpose(1, 0, 2)
        u, v, w = b[:, :2] - a[:, :2], c[:, :2] - a[:, :2], spot[:2] / spot[2] - a[:, :2]
        area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        second = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
        third = (u[:, 0] * w[:, 1] - w[:, 0] * u[:, 1]) / area
        over = (second >= 0) & (third >= 0) & (second + third <= 1)
        inverse = (1 - second - third) / a[:, 2] + second / b[:, 2] + third / c[:, 2]
        if over.any():
            gap = min(gap, float((1 / inverse[over]).min() - spot[2]))
    return gap


@pytest.mark.parametrize("pitch", [0, 30])
@pytest.mark.parametrize("yaw", [-30, 0, 30])
def test_closed_lids_clear_the_cornea(head: HeadData, pitch: int, yaw: int) -> None:
    gaze = (float(np.radians(pitch)), float(np.radians(yaw)))
    assert lid_gap(head, posed(head, {"AU43": 1}, eyes=gaze), gaze) > 0


def test_eyes_look_straight_ahead(head: HeadData) -> None:
    for side in ("left", "right"):
        joint = joints(head)[0][3 if side == "left" else 4]
        own = np.intersect1d(head.masks["pupil"], head.masks[f"eye_{side}"])
        way = head.template[own].mean(0) - joint
        assert abs(np.degrees(np.arctan2(way[0], way[2]))) < 1


@pytest.mark.parametrize("unit", ["AU43", "AU6", "AU9"])
def test_tears_and_caruncles_follow_the_lids(head: HeadData, unit: str) -> None:
    from scipy.spatial import cKDTree

    rest, moved = posed(head, {}), posed(head, {unit: 1})
    lids = head.masks["lids"]
    for part in ("tear", "caruncle"):
        own = head.masks[part]
        _, nearest = cKDTree(rest[lids]).query(rest[own])
        shift = moved[own] - rest[own] - (moved[lids] - rest[lids])[nearest]
        assert np.linalg.norm(shift, axis=1).max() < 4.0
        away = cKDTree(moved[lids]).query(moved[own])[0]
        assert away.max() < 3.5


def test_upper_teeth_bite_over_the_lower(head: HeadData) -> None:
    points = head.template[head.masks["teeth"]] * 1000
    front = points[np.abs(points[:, 0]) < 4]
    middle = (points[:, 1].max() + points[:, 1].min()) / 2
    upper = points[: len(points) // 2]
    lower = points[len(points) // 2 :]
    assert upper[:, 1].mean() > middle > lower[:, 1].mean() and len(front)
    over = [part[np.abs(part[:, 0]) < 4] for part in (upper, lower)]
    assert 1.5 < over[1][:, 1].max() - over[0][:, 1].min() < 2.6
    assert 1.5 < over[0][:, 2].max() - over[1][:, 2].max() < 3.0


def test_tongue_lies_free_between_teeth_and_palate(head: HeadData) -> None:
    from scipy.spatial import cKDTree

    for units in ({}, {"AU26": 1}, {"AU27": 1}):
        points = posed(head, units)
        tongue = points[head.masks["tongue"]]
        tongue = tongue[tongue[:, 2] > -15]  # its root grows from the floor
        corner = points[np.concatenate([faces_of(head, "teeth"), faces_of(head, "gums")])]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True).clip(1e-9)
        distance, near = cKDTree(corner.mean(1)).query(tongue, k=5)
        height = ((tongue[:, None] - corner.mean(1)[near]) * normal[near]).sum(2)
        assert not ((height < 0).all(1) & (distance[:, 0] < 2.5)).any()
