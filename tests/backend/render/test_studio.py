# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest
import torch

from flamewheel.head.registry import find_head, open_head_path
from flamewheel.render.skin_relief import relief_of, tangents_of, tilted
from flamewheel.render.studio import BACKDROP, Studio

SIDE = 64


@pytest.fixture(scope="module")
def head():
    return find_head("open")


@pytest.fixture(scope="module")
def studio(head):
    return Studio(head)


def calm(head):
    return np.zeros(head.expression_count)


def test_the_same_face_looks_the_same_each_time(head, studio):
    one, again = (studio.picture(head.template, calm(head), SIDE) for _ in range(2))
    assert one.shape == (SIDE, SIDE, 3) and one.dtype == np.uint8
    assert (one == again).all()


def test_the_face_fills_the_picture_and_stays_in_it_when_turned(head, studio):
    for yaw in (0.0, 0.55):
        picture = studio.picture(head.template, calm(head), SIDE, yaw).astype(int)
        bare = np.abs(picture - picture[SIDE // 2, -1]).max(2) < 6  # the backdrop at the edge
        assert 0.15 < bare.mean() < 0.5
        assert not bare[SIDE // 2, SIDE // 3:2 * SIDE // 3].any()
    assert picture[SIDE // 2, -1].min() > 200 * min(BACKDROP)


def test_turning_shows_the_faces_right_side(head, studio):
    turned = studio.picture(head.template, calm(head), SIDE, 0.55).astype(int)
    skin = np.abs(turned - turned[SIDE // 2, -1]).max(2) > 30
    assert skin[:, :SIDE // 4].mean() > skin[:, -SIDE // 4:].mean()


def test_creases_deepen_with_the_expression(head):
    relief = relief_of(head, open_head_path())
    units = dict(zip(head.units.names, head.units.expression, strict=True))
    frown = torch.tensor(units["AU4L"] + units["AU4R"], dtype=torch.float32)
    assert float(relief.strengths(torch.zeros(len(frown))).max()) == 0.0
    half, full = (relief.strengths(share * frown) for share in (0.4, 1.0))
    assert float(full.max()) > 0.7 and float(half.max()) < float(full.max())
    assert float(full.max()) <= 1.0


def test_heads_without_maps_are_plain(tmp_path):
    assert relief_of(find_head("open"), tmp_path / "flame.pkl") is None


def test_slopes_tilt_along_the_texture():
    """A triangle in the plane z = 0 with u to the right and v upwards."""
    corners = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    uv = torch.tensor([[[0.2, 0.2], [0.7, 0.2], [0.2, 0.7]]])
    along, across = tangents_of(corners, uv)
    assert along[0].tolist() == [1, 0, 0] and across[0].tolist() == [0, 1, 0]
    mirrored = tangents_of(corners, uv * torch.tensor([-1.0, 1.0]))
    assert mirrored[0][0].tolist() == [-1, 0, 0] and mirrored[1][0].tolist() == [0, 1, 0]
    up = torch.tensor([[0.0, 0, 1]])
    assert tilted(up, torch.tensor([[1.0, 0, 1]]), along, across)[0].tolist() == pytest.approx(
        [0.5**0.5, 0, 0.5**0.5])
