# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of heads that a loss can be taken of: `render_face`.

As DECA's `SRenderY`: Lambertian, colour times light, light from interpolated vertex normals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..head.data import HeadData
from .cameras import Camera
from .head_look import drawn_triangles
from .lighting import sh_light
from .surface_normals import vertex_normals
from .texture import UvLayout, sample_texture, uv_layout
from .torch_raster import BatchFragments, interpolate, rasterise


@dataclass(frozen=True, eq=False)
class Surface:
    """What of a head stays the same while it moves."""

    triangles: Tensor  # (F,3) int64
    layout: UvLayout | None = None  # None: no texture can be laid on it


@dataclass(frozen=True, eq=False)
class FacePictures:
    """B pictures of W by H pixels and what they are made of, (B,C,H,W); 0 beside the head."""

    images: Tensor  # (B,3,H,W) albedo * shading before the background; not clipped to 0..1
    mask: Tensor  # (B,1,H,W) 1 where the head is, else 0; no gradient
    normals: Tensor  # (B,3,H,W) as interpolated, so not quite of length 1 (as DECA's); those of
    # a surface seen from behind (hair, inside of a mouth) are turned about
    albedo: Tensor  # (B,3,H,W)
    shading: Tensor  # (B,3,H,W)
    facing: Tensor  # (B,1,H,W) 1 where the surface faces the viewer, else 0; no gradient
    uv: Tensor | None  # (B,H,W,2) texture coordinates of each pixel, for `sample_texture`
    fragments: BatchFragments


def surface_of(data: HeadData, like: Tensor) -> Surface:
    """A head's surface, without its clear parts (cornea, tears), on the device of `like`."""
    drawn = drawn_triangles(data)
    triangles = torch.tensor(np.asarray(data.triangles, np.int64)[drawn], device=like.device)
    if data.uv is None:
        return Surface(triangles)
    layout = uv_layout(data, like)
    return Surface(triangles, UvLayout(
        layout.uv, layout.triangles[torch.tensor(drawn, device=like.device)]))


FACING = 0.05
"""How far a normal must turn to the viewer (cosine) for `facing`: DECA's `pos_mask`."""


def render_face(
    vertices: Tensor, surface: Surface, camera: Camera, light: Tensor, albedo: Tensor,
    size: tuple[int, int], *, background: Tensor | None = None,
    detail_normals: Tensor | None = None,
) -> FacePictures:
    """B pictures of a head, differentiable in vertices, camera, light, albedo and normals.

    vertices: (B,V,3) m, globally rotated (`HeadModel.vertices`).  light: (B,9,3) or (1,9,3), see
    `lighting.sh_light`.  albedo: colours of the vertices (B,V,3) or (1,V,3), or a texture (B,3,h,w)
    or (1,3,h,w).  size: width, height, px.  background: (B,3,H,W) behind the head, else black.
    detail_normals: (B,3,h,w) from `displacement.detail_normals`, in place of the vertices' own.

    Colours are as the light sums them up: nothing is clipped or given a display's curve.
    """
    ndc = camera.project(vertices)
    fragments = camera.on_surface(
        rasterise(ndc, surface.triangles, size), surface.triangles, ndc)
    smooth = interpolate(fragments, surface.triangles, vertex_normals(vertices, surface.triangles))
    seen_side = fragments.spread(1.0 - 2.0 * fragments.backs[:, None].to(vertices.dtype))
    mask = fragments.covered[:, None].to(vertices.dtype)
    uv = None if surface.layout is None else interpolate(
        fragments, surface.layout.triangles, surface.layout.uv)
    normals = smooth if detail_normals is None else (
        sample_texture(_needed(uv), detail_normals)).permute(0, 2, 3, 1)
    normals = normals * seen_side
    colour = (interpolate(fragments, surface.triangles, albedo).permute(0, 3, 1, 2)
              if albedo.ndim == 3 else sample_texture(_needed(uv), albedo) * mask)
    shading = sh_light(normals, light).permute(0, 3, 1, 2) * mask
    images = colour * shading
    if background is not None:
        images = images + background * (1.0 - mask)
    facing = (smooth.detach()[..., 2] > FACING)[:, None].to(vertices.dtype)
    return FacePictures(images, mask, normals.permute(0, 3, 1, 2), colour, shading, facing, uv,
                        fragments)


def _needed(uv: Tensor | None) -> Tensor:
    if uv is None:
        raise ValueError("a texture needs a head with texture coordinates")
    return uv
