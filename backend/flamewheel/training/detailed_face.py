# SPDX-License-Identifier: GPL-3.0-or-later
"""A head with a relief on its skin, as the detail stage draws it: only light falls differently."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..encoders.image_network import Code
from ..head.data import HeadData
from ..head.model import HeadModel
from ..render.displacement import detail_normals, face_mask
from ..render.grey import SKIN_TONE, vertex_tones
from ..render.learned_view import render_face, surface_of
from ..render.texture import UvSpace, uv_layout
from ..render.torch_raster import interpolate
from .detail_losses import mirror_texels
from .differentiable_face import CropCamera, least_squares_light

NEARLY = 0.99  # of a pixel's corners that must be skin


@dataclass(frozen=True, eq=False)
class LitFaces:
    """B faces as they are without relief."""

    vertices: Tensor  # (B,V,3) m
    camera: CropCamera
    light: Tensor  # (B,9,3)
    smooth: Tensor  # (B,3,H,W) picture without relief
    skin: Tensor  # (B,1,H,W) 1 where it shows skin within the face's outline


class DetailedFace:
    """One head with texture coordinates, in pictures of `size` px, its relief `side` texels wide.

    Raises HeadError `no-uv`.
    """

    def __init__(self, head: HeadData, size: int, side: int,
                 device: torch.device | str = "cpu") -> None:
        like = torch.zeros(1, device=device)
        whole = uv_layout(head, like)  # raises where there is none
        self._surface, self._model = surface_of(head, like), HeadModel(head, device)
        self._space = UvSpace(self._surface.layout or whole, side)
        self._mask = face_mask(head, self._space, self._surface.triangles)
        tones = torch.tensor(vertex_tones(head) / SKIN_TONE, device=device).float()
        self._albedo = tones[None, :, None].expand(1, -1, 3)
        self._skin = (tones == 1.0).float()[None, :, None]
        self._size = (size, size)
        self.counted = (self._mask[0, 0] > 0.5).flatten().float()
        self.across, known = mirror_texels(head, self._space, self._surface.triangles)
        self.paired = known.to(device).float() * self.counted

    @torch.no_grad()
    def lit(self, shape: Tensor, code: Code, turn: Tensor, camera: CropCamera, photos: Tensor,
            inside: Tensor) -> LitFaces:
        """The faces in the light that explains the photos best; nothing of it is learned."""
        vertices = self._model.vertices(shape, code.expression, code.pose(turn)).contiguous()
        drawn = render_face(vertices, self._surface, camera, photos.new_zeros(1, 9, 3),
                            self._albedo, self._size)
        shown = interpolate(drawn.fragments, self._surface.triangles, self._skin)[..., 0]
        skin = (shown > NEARLY)[:, None].float() * drawn.facing * inside
        light = least_squares_light(drawn, skin, photos)
        smooth = render_face(vertices, self._surface, camera, light, self._albedo, self._size)
        return LitFaces(vertices, camera, light, smooth.images, skin)

    def picture(self, lit: LitFaces, relief: Tensor) -> Tensor:
        """(B,3,H,W) the same with a relief (B,1,side,side) m, differentiable in it."""
        normals = detail_normals(relief, self._space, self._surface.triangles, lit.vertices,
                                 self._mask)
        return render_face(lit.vertices, self._surface, lit.camera, lit.light, self._albedo,
                           self._size, detail_normals=normals).images
