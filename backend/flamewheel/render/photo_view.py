# SPDX-License-Identifier: GPL-3.0-or-later
"""A head as it lies over a picture: where its vertices fall and what each pixel shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..parameters import Camera
from .photo_parts import EYE, LOWER, SKIN, UPPER, PhotoParts
from .torch_raster import BatchFragments, rasterise

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

IRISES_FROM = 468  # FaceMesh's landmarks: the irises' centres and four points about each
NOTHING = -1
"""What pixels beside the head show, and those that see its skin from within."""


@dataclass(frozen=True, eq=False)
class Cut:
    """The part of a photo about one face that may change."""

    pixels: npt.NDArray[np.uint8]  # (h,w,3)
    camera: Camera  # of the cut
    landmarks: Floats  # (478,2) px of the cut: FaceMesh's
    corner: tuple[int, int]  # px of the photo: its left and top
    held: tuple[bool, bool, bool, bool]  # left, top, right, bottom: the photo goes on there

    @property
    def width(self) -> float:
        """px across the face."""
        return face_width(self.landmarks)


def face_width(landmarks: Floats) -> float:
    """Of landmarks (478,2), without the irises', which lie within."""
    return float(np.ptp(landmarks[:IRISES_FROM, 0]))


@dataclass(frozen=True, eq=False)
class PhotoView:
    """The drawn parts of a head over a picture."""

    parts: PhotoParts
    triangles: Tensor  # (F,3) those of the parts
    points: Floats  # (V,3) px, z towards the viewer
    normals: Floats  # (V,3) unit, x right, y up, z towards the viewer
    size: tuple[int, int]  # width, height px
    fragments: BatchFragments

    @cached_property
    def kinds(self) -> npt.NDArray[np.int64]:
        """(H,W) SKIN, EYE, UPPER, LOWER or NOTHING."""
        triangle = self.fragments.triangle[0].numpy()
        kinds = np.where(triangle >= 0, self.parts.kinds[np.maximum(triangle, 0)], NOTHING)
        return np.where((kinds == SKIN) & self._backs, NOTHING, kinds)

    @property
    def skin(self) -> Bools:
        """(H,W)"""
        return np.asarray(self.kinds == SKIN)

    @property
    def eyes(self) -> Bools:
        """(H,W)"""
        return np.asarray(self.kinds == EYE)

    @property
    def mouth(self) -> Bools:
        """(H,W) the inside of the mouth."""
        return np.asarray((self.kinds == UPPER) | (self.kinds == LOWER))

    @cached_property
    def _backs(self) -> Bools:
        return np.asarray(self.spread(self.fragments.backs[:, None].float())[..., 0] > 0.5)

    def spread(self, values: Tensor, background: float = 0.0) -> Singles:
        """(H,W,C) of values (P,C) at the pixels that see the head."""
        return np.asarray(self.fragments.spread(values, background)[0].numpy())

    def drawn(self, attributes: npt.ArrayLike, background: float = 0.0) -> Singles:
        """(H,W,C) of attributes (V,C) of vertices."""
        values = torch.tensor(np.asarray(attributes), dtype=torch.float32)
        return self.spread(self.fragments.at_pixels(self.triangles, values), background)


@torch.no_grad()
def view_of(parts: PhotoParts, triangles: Tensor, points: Floats, normals: Floats,
            size: tuple[int, int]) -> PhotoView:
    """The view of a head whose vertices lie at `points` (V,3) px."""
    width, height = size
    ndc = np.stack([points[:, 0] * 2 / width - 1, points[:, 1] * 2 / height - 1,
                    -points[:, 2] / width], axis=1)
    fragments = rasterise(torch.tensor(ndc[None], dtype=torch.float32), triangles, size)
    return PhotoView(parts, triangles, points, normals, size, fragments)


def seen_vertices(view: PhotoView, slack: float) -> Floats:
    """(V,) 1 where a vertex is seen, 0 where something else is nearer by `slack` px or more, it
    faces away, or it lies beside the picture."""
    width, height = view.size
    depth = view.fragments.depth[0].numpy()
    column, row = (np.floor(view.points[:, axis]).astype(np.int64) for axis in (0, 1))
    within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    nearest = depth[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    ahead = -view.points[:, 2] / width < nearest + slack / width
    return np.asarray(within & ahead & (view.normals[:, 2] > 0.0), np.float64)
