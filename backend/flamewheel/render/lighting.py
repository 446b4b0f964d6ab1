# SPDX-License-Identifier: GPL-3.0-or-later
"""Light for learning: nine bands of spherical harmonics as DECA's `add_SHlight`, and lamps.

Ramamoorthi and Hanrahan 2001: light from all around falls on a matt surface as nine smooth
functions of its normal.  Normals are in FLAME's axes: x to the face's left, y up, z to the front.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

BANDS = 9
HARMONICS = (
    1.0 / math.sqrt(4.0 * math.pi),
    *[2.0 * math.pi / 3.0 * math.sqrt(3.0 / (4.0 * math.pi))] * 3,
    *[math.pi / 4.0 * 3.0 * math.sqrt(5.0 / (12.0 * math.pi))] * 3,
    math.pi / 4.0 * 1.5 * math.sqrt(5.0 / (12.0 * math.pi)),
    math.pi / 4.0 * 0.5 * math.sqrt(5.0 / (4.0 * math.pi)),
)
"""DECA's factors (`constant_factor` of its renderer), of 1, x, y, z, xy, xz, yz, x² - y², 3 z² - 1.
The first lacks the π that the cosine lobe gives it; networks are trained with it so."""


def sh_basis(normals: Tensor) -> Tensor:
    """(…,9) the harmonics of unit normals (…,3), with `HARMONICS`."""
    x, y, z = normals.unbind(-1)
    bands = torch.stack([torch.ones_like(x), x, y, z, x * y, x * z, y * z,
                         x * x - y * y, 3.0 * z * z - 1.0], -1)
    return bands * bands.new_tensor(HARMONICS)


def sh_light(normals: Tensor, coefficients: Tensor) -> Tensor:
    """(B,…,3) light on surfaces of unit normals (B,…,3), from coefficients (B,9,3) of RGB.

    Equal to DECA's `add_SHlight` but for the order of axes; may be negative where a light is.
    """
    basis = sh_basis(normals)
    light = torch.bmm(basis.reshape(len(basis), -1, BANDS),
                      coefficients.expand(len(basis), -1, -1))
    return light.view(*normals.shape[:-1], 3)


def directional_light(normals: Tensor, lamps: Tensor) -> Tensor:
    """(B,…,3) mean light of far lamps (B,L,6): direction towards it, then RGB; never negative."""
    towards = functional.normalize(lamps[..., :3], dim=-1)
    flat = normals.reshape(len(normals), -1, 3)
    facing = torch.bmm(flat, towards.transpose(1, 2)).clamp(0.0, 1.0)  # (B,n,L)
    return (torch.bmm(facing, lamps[..., 3:]) / lamps.shape[1]).view(normals.shape)


def point_light(points: Tensor, normals: Tensor, lamps: Tensor) -> Tensor:
    """(B,…,3) mean light of near lamps (B,L,6) on `points` (B,…,3): place, then RGB.

    As DECA's, without falling off by distance; but never negative, which DECA's can be.
    """
    spots, flat = points.reshape(len(points), -1, 3), normals.reshape(len(normals), -1, 3)
    towards = functional.normalize(lamps[:, None, :, :3] - spots[:, :, None], dim=-1)
    facing = (towards * flat[:, :, None]).sum(-1).clamp_min(0.0)
    return (torch.bmm(facing, lamps[..., 3:]) / lamps.shape[1]).view(normals.shape)


# What a lamp in direction d gives: c_i = weight_i * band_i(d), so that Σ c_i H_i(n) is its clamped
# cosine max(0, n · d) up to the second degree (Ramamoorthi and Hanrahan 2001, eq. 8 and 13).
_LAMP = (
    0.25 / HARMONICS[0], *[0.5 / HARMONICS[1]] * 3, *[15.0 / 16.0 / HARMONICS[4]] * 3,
    15.0 / 64.0 / HARMONICS[7], 5.0 / 64.0 / HARMONICS[8],
)


def lamp_coefficients(directions: Tensor) -> Tensor:
    """(…,9) coefficients of a far lamp of strength 1, in `directions` (…,3): lit by n · d, else 0.

    Up to second degree, so up to 3 / 32 too bright where it grazes.
    """
    bands = sh_basis(functional.normalize(directions, dim=-1))
    scale = bands.new_tensor([a / h for a, h in zip(_LAMP, HARMONICS, strict=True)])
    return bands * scale


def random_lights(count: int, generator: torch.Generator) -> Tensor:
    """(count,9,3) plausible lights: a room's glow, brighter from above, a key and a fill lamp.

    Made so that a forehead facing the camera is lit with about 1 (0.6 to 1.4), tints are those of
    lamps (warm or cool), and one cheek is often much darker than the other.  Design choices, judged
    by eye.  On the generator's device, in torch's default precision.
    """
    def uniform(low: float, high: float, *shape: int) -> Tensor:
        spread = torch.rand(count, *shape, generator=generator, device=generator.device)
        return low + (high - low) * spread

    def lamp(sideways: float, highest: float) -> Tensor:
        turn, height = uniform(-sideways, sideways), uniform(-0.2, highest)
        towards = torch.stack([turn.sin() * height.cos(), height.sin(),
                               turn.cos() * height.cos()], -1)
        return lamp_coefficients(towards)

    def tint() -> Tensor:
        warmth = uniform(-1.0, 1.0, 1)
        return 1.0 + warmth * warmth.new_tensor([0.10, 0.0, -0.12])

    glow = torch.zeros(count, BANDS, device=generator.device)
    glow[:, 0] = uniform(0.35, 0.75) / HARMONICS[0]
    glow[:, 2] = uniform(0.0, 0.15) / HARMONICS[1]
    key, fill = lamp(1.3, 1.0) * uniform(0.3, 0.9, 1), lamp(1.6, 0.6) * uniform(0.0, 0.35, 1)
    parts = ((glow, tint()), (key, tint()), (fill, tint()))
    light = sum((band[:, :, None] * rgb[:, None] for band, rgb in parts), glow.new_zeros(()))
    front = sh_light(light.new_tensor([[[0.0, 0.0, 1.0]]]).expand(count, -1, -1), light)
    return light * (uniform(0.7, 1.25, 1, 1) / front.mean(-1, keepdim=True))
