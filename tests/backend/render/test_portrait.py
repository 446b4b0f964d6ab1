# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

import numpy as np
import pytest
import torch

from flamewheel.head.registry import find_head, open_head_path
from flamewheel.parameters import Camera
from flamewheel.render.cameras import Orthographic, Perspective, pixel_camera
from flamewheel.render.head_look import COLOURS, GROUPS, look_of
from flamewheel.render.portrait import PortraitPainter, random_persons


def photo_camera(head, width):
    face = np.asarray(head.template)[np.asarray(head.masks["face"])]
    scale = 0.6 * width / np.ptp(face[:, 1])
    x, y = scale * face.mean(0)[:2]
    return Camera(scale, np.array([width / 2 - x, width / 2 + y]), (width, width))


def camera_of(head, width):
    return pixel_camera([photo_camera(head, width)], torch.zeros(0))


@pytest.fixture(scope="module")
def head():
    return find_head()


@pytest.fixture(scope="module")
def painter(head):
    return PortraitPainter(look_of(head))


def test_photos_show_people_that_differ(head, painter):
    vertices = np.repeat(head.template[None], 3, 0)
    photos = painter.photos(vertices, camera_of(head, 96), (96, 96), seed=4)
    assert photos.shape == (3, 96, 96, 3) and photos.dtype == np.uint8
    again = painter.photos(vertices, camera_of(head, 96), (96, 96), seed=4)
    assert (photos == again).all()
    apart = np.abs(photos[0].astype(int) - photos[1]).mean()
    assert apart > 5


def test_any_camera_will_do(head, painter):
    """From very far perspective and parallel projection agree; from near by they do not."""
    y = float(head.template[np.asarray(head.masks["face"])][:, 1].mean())

    def photo(camera):
        return painter.photos(head.template[None], camera, (96, 96), 3)[0].astype(float)

    flat = photo(Orthographic(torch.tensor([[7.0, 0.0, -y]])))
    far, near = (photo(Perspective(torch.tensor([7.0 * away]), torch.tensor([[0.0, y, away]])))
                 for away in (100.0, 0.35))
    assert np.abs(flat - far).mean() < 1
    assert np.abs(flat - near).mean() > 5


def test_eyes_are_white_with_dark_irises_and_lips_are_red(head, painter):
    camera = photo_camera(head, 256)
    photos = painter.photos(np.repeat(head.template[None], 12, 0), camera_of(head, 256),
                            (256, 256), 1).astype(float)
    points = np.asarray(head.template, float)
    places = np.stack([camera.scale * points[:, 0] + camera.translation[0],
                       camera.translation[1] - camera.scale * points[:, 1]], 1).astype(int)

    def colour(vertices):
        x, y = places[vertices].T
        return photos[:, y, x].mean(1)

    ball = np.asarray(head.masks["eye_left"])
    forward = points[ball, 2] > points[ball, 2].max() - 0.0025
    iris = ball[forward & np.isin(ball, head.masks["iris"])]
    side = points[ball, 0] - points[ball[forward], 0].mean()
    white = ball[(np.abs(side) > 0.0068) & (np.abs(side) < 0.0085)
                 & (np.abs(points[ball, 1] - points[iris, 1].mean()) < 0.001)]
    assert len(iris) > 5 and len(white) > 1
    assert (colour(white).mean(1) - colour(iris).mean(1)).min() > 25
    lips = np.asarray(head.masks["lips"])
    front = lips[points[lips, 2] > np.quantile(points[lips, 2], 0.6)]
    chin = np.asarray(head.landmarks["full68"].triangles)[8]
    skin = np.asarray(head.triangles)[chin]
    redness = [c[:, 0] / c[:, 1] for c in (colour(front), colour(skin))]
    assert np.median(redness[0] / redness[1]) > 1.05


def test_clear_parts_are_not_drawn_and_the_skin_is_painted(head):
    look = look_of(head)
    on = np.zeros(head.vertex_count, bool)
    on[np.asarray(head.masks["cornea"])] = True
    assert on.any() and not on[look.triangles].all(1).any()
    assert look.texture is not None and look.texture.min() >= 0 and look.texture.max() <= 1
    assert 0.2 < look.painted.mean() < 0.8
    hair = look.groups == GROUPS.index("hair")
    assert hair.any() and not look.painted[hair].any()
    assert (look.groups[look.painted] == GROUPS.index("skin")).all()


def test_a_head_without_maps_gets_colours_by_parts(head, tmp_path):
    stranger = replace(head, name="somebody")
    look = look_of(stranger)
    assert look.texture is None and not look.painted.any()
    tooth = np.asarray(head.masks["teeth"])[0]
    np.testing.assert_allclose(look.colours[tooth], COLOURS["teeth"])
    bare = look_of(replace(stranger, masks={}, uv=None))
    eyes = np.asarray(head.weights)[:, 3] > 0.5
    found = {tuple(row) for row in bare.colours[eyes].tolist()}
    assert COLOURS["iris"] in found and COLOURS["eye_left"] in found
    named = look_of(stranger, open_head_path())
    assert named.texture is not None


def test_a_broken_map_leaves_plain_colours(head, tmp_path):
    path = tmp_path / "broken.npz"
    np.savez(path, map_skin_colour=np.frombuffer(b"\x89PNG\r\n\x1a\nnot a picture", np.uint8),
             vertex_colours=np.zeros((3, 3), np.uint8), meta=np.array('{"colours": 7}'))
    look = look_of(replace(head, name="x"), path)
    assert look.texture is None and look.colours.max() <= 1


def test_persons_have_common_colours():
    people = random_persons(300, torch.Generator().manual_seed(0))
    skin = people.tints[:, GROUPS.index("skin")]
    assert skin.min() > 0.1 and skin.max() < 1.7
    assert (skin[:, 0].max() / skin[:, 0].min()) > 3
    for group in ("iris", "hair"):
        assert len(people.tints[:, GROUPS.index(group)].unique(dim=0)) >= 4
