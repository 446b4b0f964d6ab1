# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

import numpy as np
import pytest
import torch

from flamewheel.errors import HeadError
from flamewheel.head.registry import find_head
from flamewheel.render.texture import UvLayout, UvSpace, sample_texture, uv_layout


def test_texels_are_found_with_v_up():
    """Four texels a side: the middle of row r, column c is at u = (c + ½)/4, v = 1 - (r + ½)/4."""
    texture = torch.arange(16.0).view(1, 1, 4, 4)
    rows, columns = torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")
    uv = torch.stack([(columns + 0.5) / 4, 1 - (rows + 0.5) / 4], -1)[None]
    np.testing.assert_allclose(sample_texture(uv, texture), texture, atol=1e-5)


def test_halfway_and_beyond_the_border():
    texture = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    uv = torch.tensor([[[[0.5, 0.5], [0.5, 0.75], [0.0, 1.0], [1.2, -0.1]]]])
    np.testing.assert_allclose(sample_texture(uv, texture).flatten(), [1.5, 0.5, 0, 3], atol=1e-6)


def test_one_texture_for_many_and_gradients():
    generator = torch.Generator().manual_seed(0)
    texture = torch.rand(1, 2, 5, 4, generator=generator, dtype=torch.float64)
    uv = torch.rand(3, 2, 4, 2, generator=generator, dtype=torch.float64) * 0.8 + 0.1
    assert sample_texture(uv, texture).shape == (3, 2, 2, 4)
    assert torch.autograd.gradcheck(
        sample_texture, [uv.requires_grad_(), texture.requires_grad_()], fast_mode=True)


def quad():
    """A sheet of two triangles over u 0.25..1, v 0..0.5, its corners' (x, y) equal to (u, v)."""
    uv = torch.tensor([[0.25, 0.0], [1.0, 0.0], [1.0, 0.5], [0.25, 0.5]], dtype=torch.float64)
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    return UvLayout(uv, faces), torch.cat([uv, torch.zeros(4, 1, dtype=torch.float64)], 1)[None]


def test_texels_lie_where_the_layout_says():
    layout, points = quad()
    space = UvSpace(layout, 8)
    assert space.covered.shape == (1, 1, 8, 8)
    expected = np.zeros((8, 8), bool)
    expected[4:, 2:] = True  # the lower half, without the left quarter
    assert (space.covered[0, 0].numpy() == expected).all()
    place = space.from_vertices(torch.cat([points, 2 * points]), layout.triangles)
    rows, columns = np.nonzero(expected)
    for number in range(2):
        x, y, z = place[number].numpy()
        np.testing.assert_allclose(x[rows, columns], (number + 1) * (columns + 0.5) / 8)
        np.testing.assert_allclose(y[rows, columns], (number + 1) * (1 - (rows + 0.5) / 8))
        assert not z.any() and not x[~expected].any()


def test_a_texture_baked_from_a_head_is_found_again():
    """Positions baked into texels and looked up at the layout's own points."""
    head = find_head("open-light")
    like = torch.zeros(0)
    layout = uv_layout(head, like)
    space = UvSpace(layout, 512)
    points = torch.tensor(head.template)[None]
    baked = space.from_vertices(points, torch.tensor(head.triangles, dtype=torch.long))
    assert 0.2 < space.covered.float().mean() < 1.0
    middles = layout.uv[layout.triangles].mean(1)
    found = sample_texture(middles[None, :, None], baked)[0, :, :, 0].T
    truth = points[0][torch.tensor(head.triangles, dtype=torch.long)].mean(1)
    off = (found - truth).norm(dim=1)
    assert off.median() < 3e-4  # m; a texel of the face is about 0.7 mm


def test_a_head_without_a_layout_is_refused():
    with pytest.raises(HeadError) as refusal:
        uv_layout(replace(find_head("open-light"), uv=None), torch.zeros(0))
    assert refusal.value.code == "no-uv"
