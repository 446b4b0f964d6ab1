# SPDX-License-Identifier: GPL-3.0-or-later
"""Baking on the open head: texels find their skin, and normal maps have the heights' slopes."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.open_head.assembly import Head, assemble
from flamewheel.head.open_head.atlas import PartAtlas, SkinAtlas
from flamewheel.head.open_head.skull import head_skin
from flamewheel.head.open_head.template import EYE_RADIUS, neutral_face

SIZE = 512


@pytest.fixture(scope="module")
def head() -> Head:
    return assemble(head_skin(neutral_face()))


@pytest.fixture(scope="module")
def atlas(head: Head) -> SkinAtlas:
    return SkinAtlas(head, SIZE)


def face(head: Head, atlas: SkinAtlas) -> np.ndarray:
    return atlas.inside & (atlas.triangle < head.skin.face_triangles)


def test_texels_lie_where_their_triangle_says(head: Head, atlas: SkinAtlas) -> None:
    row, column = np.nonzero(atlas.inside)
    weight = atlas.barycentrics[atlas.inside]
    assert weight.min() > -1e-5
    np.testing.assert_allclose(weight.sum(1), 1, atol=1e-5)
    corner = atlas.flat[atlas.corners[atlas.triangle[atlas.inside]]]
    spot = (corner * weight[..., None]).sum(1) * SIZE
    np.testing.assert_allclose(spot, np.stack([column + 0.5, SIZE - row - 0.5], 1), atol=1e-3)
    chart = np.zeros_like(atlas.inside)
    chart[3:int(0.77 * SIZE), 3:-3] = True
    holes = chart & ~atlas.inside
    assert holes.sum() < 0.004 * chart.sum()  # the two lid openings alone
    assert atlas.sample(head.skin.points)[20, SIZE // 2, 1] > 60  # the crown is above


def test_a_ramp_has_its_slope_whatever_the_chart_does(head: Head, atlas: SkinAtlas) -> None:
    where, frames = atlas.sample(head.skin.points), atlas.tangent_frames()
    smooth = face(head, atlas) & (where[..., 1] > 45)  # the forehead
    for axis in (0, 1):
        slope = atlas.slopes(0.3 * where[..., axis])
        expected = 0.3 * frames[..., :2, axis]
        error = np.linalg.norm((slope - expected)[smooth], axis=1)
        assert np.median(error) < 0.01 and np.percentile(error, 95) < 0.03
    colours = atlas.normal_map_from_height(0.3 * where[..., 1])[smooth] / 127.5 - 1
    assert np.median(colours[:, 1]) < -0.2  # rising upward, the skin leans down
    assert abs(np.median(colours[:, 0])) < 0.05


def test_frames_are_right_handed_and_point_out(head: Head, atlas: SkinAtlas) -> None:
    frames = atlas.tangent_frames()[face(head, atlas)]
    np.testing.assert_allclose(frames @ frames.transpose(0, 2, 1),
                               np.broadcast_to(np.eye(3), frames.shape), atol=1e-4)
    np.testing.assert_allclose(np.linalg.det(frames), 1, atol=1e-4)
    assert np.median(frames[:, 0, 0]) > 0.7  # +u goes to the head's left
    assert np.median(frames[:, 1, 1]) > 0.7 and np.median(frames[:, 2, 2]) > 0.5


def test_a_bump_and_its_mirror_image_give_mirrored_maps(head: Head, atlas: SkinAtlas) -> None:
    where = atlas.sample(head.skin.points)
    maps = []
    for side in (1, -1):
        cheek = head.skin.points[280] * [side, 1, 1]
        height = 2 * np.exp(-((where - cheek) ** 2).sum(2) / 2 / 4**2)
        maps.append(atlas.normal_map_from_height(height).astype(int))
    assert np.ptp(maps[0][..., 0]) > 60
    turned = maps[1][:, ::-1] * [-1, 1, 1] + [255, 0, 0]
    differing = np.abs(turned - maps[0]).max(2) > 2
    assert differing.mean() < 1e-3


def test_colours_spread_beyond_the_border_and_no_farther(atlas: SkinAtlas) -> None:
    image = np.where(atlas.inside[..., None], np.uint8(200), np.uint8(0))
    spread = atlas.dilated(image)
    assert spread.dtype == np.uint8
    bottom = np.flatnonzero(atlas.inside[:, SIZE // 2])[-1]
    assert (spread[bottom:bottom + 9, SIZE // 2] == 200).all()
    assert (spread[bottom + 9:, SIZE // 2] == 0).all()


def test_an_eye_is_a_disc_about_its_pole(head: Head) -> None:
    atlas = PartAtlas(head, "eye_left", SIZE)
    row, column = np.nonzero(atlas.inside)
    where = atlas.sample(head.points[head.slices["eye_left"]])[atlas.inside]
    arm = where - head.skin.face.eye_centres[1]
    angle = np.arctan2(np.hypot(arm[:, 0], arm[:, 1]), arm[:, 2])
    middle = np.array([np.ptp(row) / 2 + row.min(), np.ptp(column) / 2 + column.min()])
    away = np.hypot(row - middle[0], column - middle[1])
    front = (angle > 0.15) & (angle < 1.0)
    pace = away[front] / (angle[front] * EYE_RADIUS)
    assert np.ptp(np.percentile(pace, [5, 95])) < 0.1 * np.median(pace)
