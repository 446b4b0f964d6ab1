# SPDX-License-Identifier: GPL-3.0-or-later
import math

import numpy as np
import pytest
import torch

from flamewheel.render.lighting import (
    directional_light,
    lamp_coefficients,
    point_light,
    random_lights,
    sh_light,
)


def directions(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(
        torch.randn(count, 3, generator=generator, dtype=torch.float64), dim=-1)


def test_harmonics_against_a_sum_by_hand():
    """DECA's constants to seven digits, band by band."""
    factors = [0.2820948, 1.0233267, 1.0233267, 1.0233267, 0.8580855, 0.8580855, 0.8580855,
               0.4290428, 0.2477080]
    coefficients = np.random.default_rng(0).normal(size=(2, 9, 3))
    normals = directions(2 * 5).reshape(2, 5, 1, 3)
    light = sh_light(normals, torch.tensor(coefficients)).numpy()
    for picture in range(2):
        for row in range(5):
            x, y, z = normals[picture, row, 0].tolist()
            bands = [1, x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1]
            for colour in range(3):
                total = sum(f * b * c for f, b, c in
                            zip(factors, bands, coefficients[picture, :, colour], strict=True))
                assert light[picture, row, 0, colour] == pytest.approx(total, abs=1e-6)


def test_one_light_for_all_pictures_and_gradients():
    normals = directions(12).reshape(3, 4, 3).requires_grad_()
    light = torch.randn(1, 9, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(sh_light, [normals, light])


def test_a_lamp_in_harmonics_is_nearly_its_clamped_cosine():
    towards, normals = directions(40, 1), directions(500, 2)
    light = lamp_coefficients(towards)[:, :, None].expand(-1, -1, 3)
    lit = sh_light(normals.expand(40, -1, -1), light)[..., 0]
    assert (lit - (towards @ normals.T).clamp_min(0)).abs().max() < 3 / 32 + 1e-9
    facing = sh_light(towards[:, None], light)[:, 0, 0]
    np.testing.assert_allclose(facing, 0.25 + 0.5 + 5 / 16, atol=1e-12)


def test_random_lights_are_plausible():
    lights = random_lights(400, torch.Generator().manual_seed(3))
    assert torch.equal(lights, random_lights(400, torch.Generator().manual_seed(3)))
    front = sh_light(torch.tensor([0.0, 0.0, 1.0]).expand(400, 1, 3), lights)[:, 0]
    assert front.mean(1).min() > 0.69 and front.mean(1).max() < 1.26
    assert (front.amax(1) / front.amin(1)).max() < 1.3  # tinted, not coloured
    side = math.sqrt(0.5)
    cheeks = sh_light(torch.tensor([[side, 0.0, side], [-side, 0.0, side]]).expand(400, 2, 3),
                      lights).mean(-1)
    assert cheeks.min() > 0.0
    ratio = cheeks.amax(1) / cheeks.amin(1)
    assert (ratio > 1.5).float().mean() > 0.2 and (ratio < 1.2).float().mean() > 0.1


def test_lamps_by_hand():
    normals = torch.tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    lamps = torch.tensor([[[0.0, 0.0, 2.0, 1.0, 0.5, 0.0], [3.0, 0.0, 0.0, 1.0, 1.0, 1.0]]])
    lit = directional_light(normals, lamps)
    np.testing.assert_allclose(lit, [[[0.5, 0.25, 0], [0, 0, 0]]])
    spots = torch.tensor([[[0.0, 3.0, 2.0], [3.0, 0.0, 5.0]]])
    near = point_light(spots, normals, lamps)
    # the second spot turns away from both lamps' side only by its normal: z - 5 < 0 is before it
    np.testing.assert_allclose(near, [[[0, 0, 0], [0.5 + 0.5 / math.sqrt(2), 0.5 + 0.25 /
                                                   math.sqrt(2), 0.5]]], atol=1e-6)
