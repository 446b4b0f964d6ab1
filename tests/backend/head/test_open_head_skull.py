# SPDX-License-Identifier: GPL-3.0-or-later
"""Cranium, ears, neck and nostrils: the measures of adults, whole and uncrossed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from head_checks import intersections

from flamewheel.head.open_head.mesh_tools import MIRROR, biharmonic, unit, vertex_normals
from flamewheel.head.open_head.parts import Skin
from flamewheel.head.open_head.skull import head_skin
from flamewheel.head.open_head.template import neutral_face
from flamewheel.head.open_head.unit_tables import UNITS

GLABELLA, CHIN = 9, 152


@pytest.fixture(scope="module")
def skin() -> Skin:
    return head_skin(neutral_face())


def ear_axes(rings: np.ndarray) -> np.ndarray:
    """Rows: along, across and off the plane of an ear's rim (n,3)."""
    return np.linalg.svd(rings - rings.mean(0))[2]


def cavities(skin: Skin) -> np.ndarray:
    """Vertices added within the nostrils: the last of the face, two thirds of each on its side."""
    subdivided = 468 + len(np.unique(np.sort(np.concatenate(
        [skin.face.triangles[:, k] for k in ([0, 1], [1, 2], [2, 0])]), axis=1), axis=0))
    return np.arange(subdivided, skin.face_count)


def near_nose(skin: Skin) -> np.ndarray:
    centre = skin.points[skin.triangles].mean(1)
    return skin.triangles[(np.abs(centre[:, 0]) < 26) & (centre[:, 1] > -60) & (centre[:, 1] < -25)
                          & (centre[:, 2] > 5)]


def test_skin_is_within_its_budget_and_mirrored(skin: Skin) -> None:
    assert len(skin.points) <= 5200
    np.testing.assert_array_equal(skin.points[skin.mirror] * MIRROR, skin.points)


def test_head_has_an_adult_s_measures(skin: Skin) -> None:
    cranium = skin.points[skin.skull]
    cranium = cranium[cranium[:, 1] > -40]
    assert 2 * cranium[:, 0].max() == pytest.approx(152, abs=4)
    assert skin.points[GLABELLA, 2] - cranium[:, 2].min() == pytest.approx(192, abs=5)
    assert cranium[:, 1].max() - skin.points[CHIN, 1] == pytest.approx(222, abs=8)


def test_ears_have_an_adult_s_measures(skin: Skin) -> None:
    for side, rings in zip((-1, 1), skin.ears, strict=True):
        rim = skin.points[rings[5]]
        along, across, _ = ear_axes(rim)
        assert np.ptp(rim @ along) == pytest.approx(62, abs=3)
        assert np.ptp(rim @ across) == pytest.approx(36, abs=3)
        along *= np.sign(along[1])
        assert 8 < np.degrees(np.arctan2(-along[2], along[1])) < 20  # the top leans back
        rear = rings[5, rim[:, 2].argmin()]
        head = skin.points[rings[0]][:, 0] * side
        assert skin.points[rear, 0] * side - head.min() > 10  # the helix stands off the head


def test_ears_have_relief(skin: Skin) -> None:
    """Behind the concha: up to the antihelix, down into the scapha, up to the helix."""
    rings = skin.points[skin.ears[1]]
    off = unit(np.cross(*ear_axes(rings[5])[:2]))
    off *= np.sign(off[0])
    behind = rings[:, rings[5][:, 2].argmin()] @ off
    floor, antihelix, scapha, helix = behind[14], behind[11], behind[8:11].min(), behind[6]
    assert antihelix - floor > 10
    assert antihelix - scapha > 2.5 and helix - scapha > 2.5


def test_chin_and_throat_meet_at_a_youthful_angle(skin: Skin) -> None:
    """Between 105 and 120 degrees (Ellenbogen and Karlin 1980)."""
    middle = skin.points[np.abs(skin.points[:, 0]) < 1e-9]
    front = middle[(middle[:, 1] < -112) & (middle[:, 2] > -60)][:, 1:]
    chin, throat = skin.points[CHIN, 1:], skin.points[skin.neck[0, 0], 1:]
    pit = skin.points[skin.neck[5, 0], 1:]
    assert len(front) > 8
    bend = np.degrees(np.arccos(unit(chin - throat) @ unit(pit - throat)))
    assert 105 < bend < 120


def test_neck_has_muscles(skin: Skin) -> None:
    """At half height a ridge stands out to the side of the throat's hollow."""
    ring = skin.points[skin.neck[3]]
    arm = (ring - ring.mean(0))[:, [0, 2]]
    radius = np.linalg.norm(arm, axis=1)[1:13]  # from the larynx to the side
    smooth = np.polyval(np.polyfit(np.arange(12), radius, 2), np.arange(12))
    assert (radius - smooth).max() > 0.8


def test_nostrils_are_openings(skin: Skin) -> None:
    inner = cavities(skin)
    assert len(inner) == 2 * 36
    points = skin.points[inner]
    left = points[points[:, 0] > 0]
    assert np.ptp(left @ unit(np.array([-0.10, 0.86, -0.50]))) > 6  # mm deep
    inwards = vertex_normals(skin.points, skin.triangles)[inner]
    middle = np.sign(points[:, :1]) * np.array([9.8, 0, 0]) + points.mean(0) * [0, 1, 1]
    assert (((middle - points) * inwards).sum(1) > 0).mean() > 0.9  # their skin looks inwards


@pytest.mark.parametrize("unit_name", ["neutral", "AU9", "AU38", "AU39"])
def test_nostrils_do_not_cross_themselves(skin: Skin, unit_name: str) -> None:
    points = skin.points.copy()
    if unit_name != "neutral":
        face, table = skin.face, UNITS[unit_name]
        handles = {}
        for i, shift in table.shifts.items():
            handles[i] = np.array(shift)
            if face.mirror[i] != i:
                handles[int(face.mirror[i])] = np.array(shift) * MIRROR
        fixed = {j for i in table.fixed for j in (i, int(face.mirror[i]))} - set(handles)
        field = biharmonic(face.points, face.triangles, handles, table.radius, sorted(fixed))
        points[: skin.face_count] += skin.subdivide @ field
    assert len(intersections(points, near_nose(skin))) == 0


def test_nothing_behind_the_face_crosses(skin: Skin) -> None:
    face = (skin.triangles < skin.face_count).all(1)
    assert len(intersections(skin.points, skin.triangles[~face])) == 0
