# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of rendering a photo, each for itself."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from flamewheel.head.registry import find_head
from flamewheel.parameters import Camera
from flamewheel.render.photo_field import SkinField
from flamewheel.render.photo_images import (
    at_points,
    blurred,
    display,
    extended,
    filled,
    grown,
    linear_light,
    pixel_places,
)
from flamewheel.render.photo_inside import edge_blur
from flamewheel.render.photo_openings import Opening, coverage
from flamewheel.render.photo_parts import EYE, LOWER, SKIN, UPPER, PhotoParts, photo_parts
from flamewheel.render.photo_shading import fit_light
from flamewheel.render.photo_surroundings import Grid, Surroundings
from flamewheel.render.photo_texture import PhotoTexture
from flamewheel.render.photo_view import Cut

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def parts() -> PhotoParts:
    head = find_head("open")
    return photo_parts(head, head.landmarks["facemesh478"])


def test_strands_are_not_drawn_and_all_else_is_sorted(parts: PhotoParts) -> None:
    head = find_head("open")
    used = np.unique(parts.triangles)
    for strand in ("brows", "lashes", "hair_cards", "cornea", "tear"):
        assert not np.isin(np.asarray(head.masks[strand]), used).any(), strand
    assert set(parts.kinds) == {SKIN, EYE, UPPER, LOWER}
    centre = head.template[parts.triangles].mean(1)
    assert centre[parts.kinds == UPPER, 1].mean() > centre[parts.kinds == LOWER, 1].mean()
    assert parts.inside[np.asarray(head.masks["neck"])].max() == 0.0
    assert parts.inside[np.asarray(head.masks["lips"])].min() > 0.9


def test_a_field_takes_its_landmarks_values_and_is_smooth_between(parts: PhotoParts) -> None:
    head = find_head("open")
    template, triangles = np.asarray(head.template, np.float64), np.asarray(head.triangles)
    trust = np.where(parts.numbers < 468, 10.0, 0.0)
    field = SkinField(parts, template, triangles, trust)
    assert not field.spread(np.zeros((len(trust), 2))).any()
    wanted = parts.places(template, triangles)[:, :2] * 20.0 + 3.0  # linear in the place
    found = field.spread(wanted)
    on = parts.numbers < 468
    missed = np.abs(parts.places(found, triangles) - wanted)[on]
    assert np.median(missed) < 0.01 * np.ptp(wanted)
    face = np.asarray(head.masks["face"])
    assert np.abs(found[face] - (template[face, :2] * 20.0 + 3.0)).mean() < 0.03 * np.ptp(wanted)


def cut(size: tuple[int, int] = (200, 160), held: bool = False) -> Cut:
    landmarks = np.zeros((478, 2))
    landmarks[1] = (60.0, 0.0)  # the face is 60 px wide
    return Cut(np.zeros((size[1], size[0], 3), np.uint8), Camera(1.0, np.zeros(2), size),
               landmarks, (0, 0), (held,) * 4)


def test_surroundings_follow_fade_and_are_inverted() -> None:
    size = (200, 160)
    grid = Grid.over(size, 60.0)
    places = grid.pixels()
    known = np.hypot(*(places - (100.0, 80.0)).transpose(2, 0, 1)) < 25
    around = Surroundings(grid, known, cut(size))
    still = around.sources(around.spread(np.zeros((known.sum(), 2))))
    assert np.abs(still - pixel_places(size)).max() < 1e-4
    nodes = around.spread(np.tile((0.0, 9.0), (known.sum(), 1)))
    assert np.allclose(nodes[known], (0.0, 9.0))
    down = nodes[..., 1]
    assert (down >= -1e-5).all() and down[0].max() < 1.0  # 80 px off, more than a face's width
    back = around.sources(nodes)
    whole = cv2.remap(nodes, *(back[..., k] / grid.step + 0.5 / grid.step - 0.5 for k in (0, 1)),
                      cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    missed = np.abs(back + whole - pixel_places(size))  # moved there, it is here
    assert missed.max() < 0.4 and missed.mean() < 0.02
    held = Surroundings(grid, known, cut(size, held=True))
    assert not held.spread(np.tile((0.0, 9.0), (known.sum(), 1)))[[0, -1]].any()


def test_an_opening_closes_with_the_head_s_and_grows_by_what_it_grows() -> None:
    upper, lower = np.array([0, 1]), np.array([2, 3])
    fitted, shown = np.array([4.0, 8.0]), np.array([6.0, 10.0])
    eye = Opening(upper, lower, np.array([0.0, -1.0]), fitted, shown, np.array([-1.0, 1.0]), 1.0)

    def places(gap: np.ndarray) -> np.ndarray:
        return np.concatenate([np.stack([[0, 5], -gap], 1), [[0, 0], [5, 0]]]).astype(float)

    def result(gap: np.ndarray) -> np.ndarray:
        extra = np.zeros((4, 2))
        changed = eye.corrections(places(gap), extra)
        # what is missed at the photo's own expression is carried along
        moved = places(gap) + extra + np.concatenate([[[0, -2], [0, -2]], np.zeros((2, 2))])
        now = (moved[upper] - moved[lower]) @ eye.up
        assert np.allclose(changed, np.abs(now - shown))
        return np.asarray(now)

    assert np.allclose(result(fitted), shown)
    assert np.allclose(result(np.array([-1.0, 1.0])), 0.0)
    assert np.allclose(result(fitted + 3.0), shown + 3.0)
    half = result((fitted + np.array((-1.0, 1.0))) / 2)
    assert np.allclose(half, shown / 2)


def test_coverage_is_the_area_of_a_smooth_curve() -> None:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = np.stack([30.3 + 12 * np.cos(turn), 25.7 + 9 * np.sin(turn)], axis=1)
    made = coverage([ring], (60, 50))
    assert made.sum() == pytest.approx(np.pi * 12 * 9, rel=0.03)  # half a fine pixel about it
    assert 0.0 < made[(made > 0) & (made < 1)].mean() < 1.0
    flat = ring.copy()
    flat[:, 1] = 20.0
    assert coverage([flat], (60, 50)).sum() < 0.3 * 24  # a shut eye is a line at most
    assert coverage([ring + 500.0], (60, 50)).sum() == 0


def test_filled_keeps_what_is_known_and_continues_it() -> None:
    picture = RNG.uniform(0, 255, (40, 60, 3)).astype(np.float32)
    weight = (RNG.uniform(size=(40, 60)) > 0.5).astype(np.float32)
    made = filled(picture, weight)
    assert np.allclose(made[weight == 1], picture[weight == 1], atol=1e-3)
    assert made.min() >= picture[weight == 1].min() - 0.1
    assert made.max() <= picture[weight == 1].max() + 0.1
    ramp = np.tile(np.arange(60, dtype=np.float32)[:, None], (40, 1, 3))
    hole = np.ones((40, 60), np.float32)
    hole[12:28, 20:36] = 0
    assert np.abs(filled(ramp, hole) - ramp).max() < 6  # of 16 across the hole


def test_small_steps() -> None:
    picture = np.zeros((9, 9, 2), np.float32)
    known = np.zeros((9, 9), bool)
    known[4, 4], picture[4, 4] = True, 7.0
    assert np.allclose(extended(picture, known, 1.0)[3:6, 3:6], 7.0)
    assert grown(known, 1).sum() == 5 and not grown(known, -1).any()
    levels = np.arange(256, dtype=np.float32)
    assert np.allclose(display(linear_light(levels)), levels, atol=1e-2)
    ramp = np.arange(20, dtype=np.float32)[None].repeat(5, 0)
    assert at_points(ramp, np.array([[7.5, 2.5]]))[0] == pytest.approx(7.0)  # a pixel's middle


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.5])
def test_the_blur_of_edges_is_measured(sigma: float) -> None:
    board = 200.0 * (np.add.outer(np.arange(160) // 40, np.arange(160) // 40) % 2)
    assert edge_blur(blurred(board.astype(np.float32), sigma)) == pytest.approx(sigma, rel=0.3)


def test_the_light_is_found_behind_brows_and_beards() -> None:
    normals = RNG.normal(size=(3000, 3)) + np.array((0.0, 0.0, 1.5))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = 0.25 + normals @ (0.12, 0.08, 0.1)
    light[::5] *= 0.2  # a beard
    side = 64
    photo = np.zeros((side, side, 3), np.float32)
    points = np.stack([np.arange(3000) % side + 0.5, np.arange(3000) // side + 0.5], axis=1)
    photo[(points[:, 1] - 0.5).astype(int), (points[:, 0] - 0.5).astype(int)] = display(
        light)[:, None]
    found = fit_light(photo, points, normals, 10.0)  # no blur
    ratio = found.coefficients[1:] / found.coefficients[0]
    assert np.allclose(ratio, np.array((0.12, 0.08, 0.1)) / 0.25, atol=0.12)
    assert np.allclose(found.ratio(normals, normals), 1.0)


def test_a_texture_has_what_is_seen_and_the_mirror_image_of_what_is_not(parts: PhotoParts) -> None:
    head = find_head("open")
    template = np.asarray(head.template, np.float64)
    points = np.stack([256 + 1500 * template[:, 0], 256 - 1500 * template[:, 1]], axis=1)
    points -= points.mean(0) - 256
    height = np.clip(points[:, 1] / 2, 0, 255)  # a photo as bright as it is high
    photo = np.repeat(np.repeat((np.arange(512) / 2)[:, None], 512, 1)[..., None], 3, 2)
    skin = np.isin(np.arange(head.vertex_count), parts.skin)
    left = template[:, 0] > 0.002
    seen = (skin & left).astype(float)
    texture = PhotoTexture(photo.astype(np.float32), points, seen, head, parts.rows)
    layout = np.asarray(head.uv)[np.asarray(head.uv_triangles)]
    uv = np.zeros((head.vertex_count, 2))
    uv[np.asarray(head.triangles).ravel()] = layout.reshape(-1, 2)
    face = np.asarray(head.masks["face"])
    found = texture.looked_up(uv[face][None].astype(np.float32))[0, :, 0]
    missed = np.abs(found - height[face])
    assert np.median(missed[left[face]]) < 1.0
    assert np.median(missed[template[face, 0] < -0.004]) < 2.0
