# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures: from the picture on a head to pixels, and from a head's surface to texels.

Texture coordinates run 0..1 with v up; row 0 of a texture is at v = 1, as image files are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..errors import HeadError
from ..head.data import HeadData
from .torch_raster import BatchFragments, fragments_of, nearest_triangles


@dataclass(frozen=True, eq=False)
class UvLayout:
    """Where each triangle of a head lies in its texture."""

    uv: Tensor  # (T,2) 0..1, v up
    triangles: Tensor  # (F,3) int64 into uv, in the order of the head's triangles


def uv_layout(data: HeadData, like: Tensor) -> UvLayout:
    """A head's layout on the device and in the precision of `like`.

    Raises HeadError (`no-uv`) where the head has none.
    """
    if data.uv is None or data.uv_triangles is None:
        raise HeadError("no-uv", f"The head {data.name} has no texture coordinates.",
                        "Convert it with FLAME's template (.obj): `flamewheel head convert --uv`.")
    return UvLayout(like.new_tensor(np.asarray(data.uv, np.float64)),
                    torch.tensor(np.asarray(data.uv_triangles, np.int64), device=like.device))


def sampling_grid(uv: Tensor) -> Tensor:
    """(…,2) of texture coordinates (…,2) as `grid_sample` counts: -1..1, v down (as DECA's)."""
    return uv * uv.new_tensor([2.0, -2.0]) + uv.new_tensor([-1.0, 1.0])


def sample_texture(uv: Tensor, texture: Tensor) -> Tensor:
    """(B,C,H,W) bilinear values of a texture (B,C,h,w) or (1,C,h,w) at uv (B,H,W,2).

    A texel's middle is at half a texel, as DECA samples (`align_corners=False`); beyond the border
    the outermost texels go on.  Differentiable in both.
    """
    return functional.grid_sample(
        texture.expand(len(uv), -1, -1, -1), sampling_grid(uv), mode="bilinear",
        padding_mode="border", align_corners=False)


class UvSpace:
    """The texels of a head's layout, each with its place on the surface: DECA's `world2uv`."""

    def __init__(self, layout: UvLayout, size: int) -> None:
        """size: texels a side; at most 2048."""
        flat = sampling_grid(layout.uv)
        on_plane = torch.cat([flat, torch.zeros_like(flat[:, :1])], 1)[None]
        triangle = nearest_triangles(on_plane, layout.triangles, (size, size))
        self.size = size
        self.fragments: BatchFragments = fragments_of(triangle, on_plane, layout.triangles)

    @property
    def covered(self) -> Tensor:
        """(1,1,size,size) bool: texels whose middle lies on a triangle."""
        return self.fragments.covered[:, None]

    def from_vertices(self, values: Tensor, triangles: Tensor) -> Tensor:
        """(B,C,size,size) values (B,V,C) of the head's vertices at each texel; 0 off the layout.

        triangles: (F,3) int64, those of the head.  Differentiable in the values.
        """
        batch, _, channels = values.shape
        together = values.transpose(0, 1).reshape(1, values.shape[1], -1)  # one lookup for all
        rows = self.fragments.at_pixels(triangles, together)
        whole = self.fragments.spread(rows)[0]
        return whole.view(self.size, self.size, batch, channels).permute(2, 3, 0, 1)
