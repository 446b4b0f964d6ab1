# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras for learning: from metres to the screen space of `torch_raster`, differentiable.

Heads stand in FLAME's axes (Y up, Z towards the viewer) after their global rotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from .. import parameters
from .torch_raster import BatchFragments

NEAREST = 0.01
"""m: what is closer to a perspective camera is not drawn.  A design choice: no face is seen so."""


class Camera(Protocol):
    """What `render_face` needs of a camera."""

    def project(self, vertices: Tensor) -> Tensor:
        """(B,V,3) screen space of (B,V,3) metres, z linear on the screen."""

    def on_surface(self, fragments: BatchFragments, triangles: Tensor, ndc: Tensor
                   ) -> BatchFragments:
        """The fragments with weights that hold on the surface, not only on the screen.

        triangles, ndc: what was rasterised.
        """


@dataclass(frozen=True, eq=False)
class Orthographic:
    """Weak perspective as DECA's `batch_orth_proj`: x = s (X + tx), y = -s (Y + ty), z = -s Z.

    In a square picture whose sides are -1..1; `numbers` is what DECA's encoder gives as `cam`.
    """

    numbers: Tensor  # (B,3): s per m, tx and ty in m

    def project(self, vertices: Tensor) -> Tensor:
        """(B,V,3) screen space of (B,V,3) metres."""
        scale = self.numbers[:, None, :1]
        flat = scale * (vertices[..., :2] + self.numbers[:, None, 1:])
        x, y = flat.unbind(-1)
        return torch.stack([x, -y, (-scale * vertices[..., 2:])[..., 0]], -1)

    def on_surface(self, fragments: BatchFragments, triangles: Tensor, ndc: Tensor
                   ) -> BatchFragments:
        """Unchanged: under parallel projection both are the same."""
        return fragments


@dataclass(frozen=True, eq=False)
class PixelCamera:
    """Weak perspective in the pixels of a whole photo of any shape, as `parameters.Camera`."""

    scale: Tensor  # (B,) px per m
    translation: Tensor  # (B,2) px: where the head's origin falls
    size: tuple[int, int]  # width, height of the photo, px

    def project(self, vertices: Tensor) -> Tensor:
        """(B,V,3) screen space of (B,V,3) metres."""
        scale, shift = self.scale[:, None], self.translation[:, None]
        x = scale * vertices[..., 0] + shift[..., 0]
        y = shift[..., 1] - scale * vertices[..., 1]
        width, height = self.size
        return torch.stack([2.0 * x / width - 1.0, 2.0 * y / height - 1.0,
                            -scale * vertices[..., 2] * (2.0 / width)], -1)

    def on_surface(self, fragments: BatchFragments, triangles: Tensor, ndc: Tensor
                   ) -> BatchFragments:
        """Unchanged: under parallel projection both are the same."""
        return fragments


@dataclass(frozen=True, eq=False)
class Perspective:
    """A pinhole that looks along -Z from `place`; a square picture, or one scaled to a square.

    x = f (X - px) / d, y = -f (Y - py) / d with the distance d = pz - Z; z is -1 / d, which grows
    away from the viewer and is linear on the screen.
    """

    focal: Tensor  # (B,) focal length in half widths of the picture: 1 / tan(half its angle)
    place: Tensor  # (B,3) m

    def project(self, vertices: Tensor) -> Tensor:
        """(B,V,3) screen space; NaN, which is not drawn, behind the camera and closest to it."""
        arm = vertices - self.place[:, None]
        distance = -arm[..., 2]
        before = distance > NEAREST
        near = 1.0 / torch.where(before, distance, 1.0)
        reach = self.focal[:, None] * near
        seen = torch.stack([reach * arm[..., 0], -reach * arm[..., 1], -near], -1)
        return torch.where(before[..., None], seen, torch.nan)

    def on_surface(self, fragments: BatchFragments, triangles: Tensor, ndc: Tensor
                   ) -> BatchFragments:
        """Weights corrected for perspective: proportional to weight / distance of each corner."""
        nearness = -fragments.at_corners(triangles, ndc[..., 2:])[..., 0]
        weights = fragments.weights * nearness
        return replace(fragments, weights=weights / weights.sum(1, keepdim=True))


def deca_camera(cameras: Sequence[parameters.Camera], crops: Tensor) -> Orthographic:
    """The cameras of square crops of photos.

    crops: (B,3) left, top and side in the pixels of each photo, as floats.
    """
    scale = crops.new_tensor([camera.scale for camera in cameras])
    origin = crops.new_tensor(np.stack([camera.translation for camera in cameras]))
    per_metre = 2.0 * scale / crops[:, 2]
    middle = 2.0 * (origin - crops[:, :2]) / crops[:, 2:] - 1.0
    flip = crops.new_tensor([1.0, -1.0])
    return Orthographic(torch.cat([per_metre[:, None], middle * flip / per_metre[:, None]], 1))


def photo_cameras(
    camera: Orthographic, crops: Tensor, sizes: Sequence[tuple[int, int]]
) -> list[parameters.Camera]:
    """The inverse of `deca_camera`.  sizes: width and height of each whole photo, px."""
    numbers, boxes = camera.numbers.detach().double(), crops.detach().double()
    scale = numbers[:, 0] * boxes[:, 2] / 2.0
    middle = numbers[:, :1] * numbers[:, 1:] * numbers.new_tensor([1.0, -1.0])
    origin = boxes[:, :2] + (middle + 1.0) / 2.0 * boxes[:, 2:]
    return [parameters.Camera(float(s), t.cpu().numpy(), size)
            for s, t, size in zip(scale, origin, sizes, strict=True)]


def pixel_camera(cameras: Sequence[parameters.Camera], like: Tensor) -> PixelCamera:
    """Cameras of whole photos of one size, on the device and in the precision of `like`.

    Raises ValueError where the sizes differ.
    """
    sizes = {camera.image_size for camera in cameras}
    if len(sizes) != 1:
        raise ValueError(f"photos of different sizes: {sorted(sizes)}")
    return PixelCamera(
        like.new_tensor([camera.scale for camera in cameras]),
        like.new_tensor(np.stack([camera.translation for camera in cameras])), sizes.pop())
