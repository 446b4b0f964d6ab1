# SPDX-License-Identifier: GPL-3.0-or-later
import time
from dataclasses import replace

import numpy as np

from flamewheel.head.registry import find_head
from flamewheel.parameters import Camera
from flamewheel.render import render_grey
from flamewheel.render.grey import (
    BACKGROUND,
    PART_TONES,
    camera_points,
    vertex_normals,
    vertex_tones,
)


def camera_of(head, width=512):
    low, high = head.template.min(0), head.template.max(0)
    scale = 0.8 * width / float(high[1] - low[1])
    middle = (low + high) / 2
    return Camera(scale, np.array([width / 2 - scale * middle[0], width / 2 + scale * middle[1]]),
                  (width, width))


def test_own_left_is_on_the_right_of_the_picture_and_up_is_up():
    camera = Camera(100.0, np.array([50.0, 60.0]), (200, 120))
    left_and_high = camera_points(np.array([[0.1, 0.2, 0.3]]), camera, (200, 120))[0]
    np.testing.assert_allclose(left_and_high, [60, 40, 30])
    halved = camera_points(np.array([[0.1, 0.2, 0.3]]), camera, (100, 60))[0]
    np.testing.assert_allclose(halved, [30, 20, 15])


def test_head_stands_before_an_empty_background():
    head = find_head()
    picture = render_grey(head, head.template, camera_of(head), (256, 256))
    assert picture.shape == (256, 256, 3) and picture.dtype == np.uint8
    assert (picture[:5] == BACKGROUND).all()
    drawn = (picture[:, :, 0] != BACKGROUND).mean()
    assert 0.15 < drawn < 0.8
    assert np.ptp(picture[96:160, 96:160].astype(int)) > 60  # a face, not a flat patch


def test_half_a_second_is_enough_for_a_head():
    head = find_head()
    camera = camera_of(head)
    render_grey(head, head.template, camera, (512, 512))
    start = time.perf_counter()
    render_grey(head, head.template, camera, (512, 512))
    assert time.perf_counter() - start < 2.0  # 0.12 s on one idle core


def test_normals_of_a_flat_sheet():
    sheet = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [9, 9, 9]])
    normals = vertex_normals(sheet, np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32))
    np.testing.assert_allclose(normals[:4], np.tile([0, 0, 1.0], (4, 1)))
    assert np.isfinite(normals).all()


def test_eyes_have_irises_with_masks_and_without():
    head = find_head()
    ball = np.flatnonzero(np.asarray(head.weights)[:, 3] > 0.5).astype(np.int32)
    for masks in ({}, {"eye_left": ball}):
        tones = vertex_tones(replace(head, masks=masks))[ball]
        dark = np.isclose(tones, PART_TONES["iris"])
        assert 0.01 < dark.mean() < 0.6  # of the vertices, which lie densest in front
        depth = np.asarray(head.template)[ball, 2]
        assert depth[dark].min() > depth.min() + 2 / 3 * np.ptp(depth)
    marked = vertex_tones(replace(head, masks={"eye_left": ball, "iris": ball[:3]}))
    assert np.isclose(marked[ball], PART_TONES["iris"]).sum() == 3
