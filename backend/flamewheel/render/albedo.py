# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's colours as one texture: what a fit or an encoder's training starts from."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .head_look import GROUPS, SHELTERED, HeadLook
from .texture import UvSpace

_MARGIN = 4  # texels that colours are carried beyond their charts, for what bilinear reads there


def albedo_texture(look: HeadLook, space: UvSpace) -> Tensor:
    """(1,3,S,S) linear RGB of a head's every part, for `render_face` and `Surface`s of that head.

    look: see `look_of`.  space: of the layout of `surface_of(data, …)`, the same head's.
    Mouth and eyeballs are darkened by what little light reaches them.
    """
    like = space.fragments.weights
    colours = space.from_vertices(
        like.new_tensor(look.colours)[None], torch.tensor(look.triangles, device=like.device))
    triangle = space.fragments.triangle.clamp_min(0)  # (1,S,S)
    if look.texture is not None:
        painted = torch.tensor(look.painted, device=like.device)[triangle]
        texture = functional.interpolate(
            like.new_tensor(look.texture).permute(2, 0, 1)[None], (space.size,) * 2, mode="area")
        colours = torch.where(painted[:, None], texture, colours)
    light = like.new_tensor([SHELTERED.get(group, 1.0) for group in GROUPS])
    reached = light[torch.tensor(look.groups, device=like.device)[triangle]]
    return _carried_on(colours * reached[:, None], space.covered.to(like.dtype))


def _carried_on(picture: Tensor, covered: Tensor) -> Tensor:
    """The picture with its charts' colours carried over their borders; grey beyond."""
    known, mean = picture * covered, (picture * covered).sum((2, 3)) / covered.sum()
    for _ in range(_MARGIN):
        share = functional.avg_pool2d(covered, 3, 1, 1)
        spread = functional.avg_pool2d(known, 3, 1, 1) / share.clamp_min(1e-6)
        known = torch.where(covered > 0, known, spread)
        covered = (share > 0).to(share.dtype)
        known = known * covered
    return torch.where(covered > 0, known, mean[..., None, None])
