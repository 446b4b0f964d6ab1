# SPDX-License-Identifier: GPL-3.0-or-later
"""Random changes of face crops that change no expression; every random number from one generator.

A network that has seen a face darker, smaller, turned, blurred and half hidden must look for the
expression itself.  Amounts are design choices, looked at on sheets of photos.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

MARGIN = 128 / 112  # side of a stored crop over that of a network's picture
TURN, STRETCH, SHIFT = 0.14, 0.08, 0.05  # rad, fraction, fraction of the side
GAIN, BIAS, GAMMA = 0.35, 0.12, 0.4
NOISE = 0.05
BLURRED, HIDDEN = 0.3, 0.35  # chances
HIDDEN_SIDE = (0.12, 0.4)  # of the picture's side


def plain(crops: Tensor, size: int) -> Tensor:
    """(B,3,size,size) in 0..1: the middle of stored crops (B,S,S,3) of 0..255, unchanged."""
    return _sampled(crops, torch.eye(2, 3).expand(len(crops), 2, 3), size)


def augmented(crops: Tensor, size: int, generator: torch.Generator, *, flips: float) -> Tensor:
    """(B,3,size,size) in 0..1: the same, changed at random.

    flips: chance that a face is mirrored; 0 where left and right matter.
    """
    pictures = _sampled(crops, _frames(len(crops), generator, flips), size)
    return spoiled(pictures, generator)


def spoiled(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Other exposure, sharpness and noise, and parts hidden; the geometry stays."""
    count = len(pictures)

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)

    changed = pictures.clamp(1e-4, 1.0) ** torch.exp(drawn(-GAMMA, GAMMA))
    changed = changed * torch.exp(drawn(-GAIN, GAIN)) + drawn(-BIAS, BIAS)
    soft = functional.avg_pool2d(functional.pad(changed, (1, 1, 1, 1), mode="replicate"), 3, 1)
    softness = drawn(0.3, 1.0) * (drawn(0.0, 1.0) < BLURRED)
    changed = changed + softness * (soft - changed)
    noise = torch.randn(changed.shape, generator=generator) * drawn(0.0, NOISE)
    return _hidden((changed + noise).clamp(0.0, 1.0), generator)


def _frames(count: int, generator: torch.Generator, flips: float) -> Tensor:
    """(B,2,3) similarities in grid_sample's units."""
    draws = 2 * torch.rand(count, 4, generator=generator) - 1
    angle, scale = TURN * draws[:, 0], torch.exp(STRETCH * draws[:, 1])
    mirror = 1.0 - 2.0 * (torch.rand(count, generator=generator) < flips).float()
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    first = torch.stack([cosine * mirror, -sine, SHIFT * 2 * draws[:, 2]], dim=1)
    second = torch.stack([sine * mirror, cosine, SHIFT * 2 * draws[:, 3]], dim=1)
    return torch.stack([first, second], dim=1)


def _sampled(crops: Tensor, frames: Tensor, size: int) -> Tensor:
    pictures = crops.permute(0, 3, 1, 2).float() / 255.0
    grid = functional.affine_grid(frames / MARGIN, [len(crops), 3, size, size],
                                  align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def _hidden(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """A grey box over some of the pictures (DeVries and Taylor 2017)."""
    count, _, height, width = pictures.shape
    low, high = HIDDEN_SIDE
    sides = (low + (high - low) * torch.rand(count, 2, generator=generator))
    sides = sides * (torch.rand(count, 1, generator=generator) < HIDDEN)
    middle = torch.rand(count, 2, generator=generator)
    grey = torch.rand(count, 1, 1, 1, generator=generator)
    rows = (torch.arange(height) + 0.5) / height
    columns = (torch.arange(width) + 0.5) / width
    inside = ((rows[None] - middle[:, :1]).abs() < sides[:, :1] / 2)[:, None, :, None] & (
        (columns[None] - middle[:, 1:]).abs() < sides[:, 1:] / 2)[:, None, None, :]
    return torch.where(inside, grey, pictures)
