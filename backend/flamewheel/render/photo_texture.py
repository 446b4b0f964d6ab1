# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo as the texture of the head that was fitted to it.

What the photo shows is taken; what it hides comes from the face's other half, where the head knows
its mirror image, and the rest is continued smoothly from what lies beside it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch

from ..head.data import HeadData
from .photo_images import Singles, filled, looked_up, smooth_step
from .texture import UvSpace, uv_layout

Floats = npt.NDArray[np.float64]

TEXELS = 512
"""A side: a face of 350 px across fills some 300 of them."""
MIRRORED = 0.02
"""Weight of a texel from the other half against one that is seen itself: only where none is."""


class PhotoTexture:
    """The texture and how to look it up."""

    def __init__(self, photo: Singles, points: Floats, seen: Floats, head: HeadData,
                 rows: npt.NDArray[np.int64], texels: int = TEXELS) -> None:
        """photo: (H,W,3); points: (V,2) px of the head's vertices in it; seen: (V,) 0..1.

        rows: (F,) triangles that will be drawn.  Raises HeadError (`no-uv`).
        """
        layout = uv_layout(head, torch.zeros(1))
        space = UvSpace(layout, texels)
        triangles = torch.tensor(np.asarray(head.triangles, np.int64))
        values = np.concatenate([points[:, :2] - 0.5, seen[:, None]], axis=1)
        maps = space.from_vertices(torch.tensor(values[None], dtype=torch.float32),
                                   triangles)[0].permute(1, 2, 0).numpy()
        covered = space.covered[0, 0].numpy()
        taken = looked_up(photo, np.ascontiguousarray(maps[..., :2]))
        # a texel is seen where all about it is: beside an edge the photo shows what is before it
        seen_here = cv2.erode(np.where(covered, maps[..., 2], 0.0).astype(np.float32),
                              np.ones((3, 3), np.uint8))
        weight = smooth_step((seen_here - 0.5) / 0.4)
        colour, total = taken * weight[..., None], weight
        if head.mirror is not None:
            other, other_weight = _mirrored(taken, weight, space, head, triangles)
            share = MIRRORED * other_weight * (1.0 - weight) * covered
            colour, total = colour + other * share[..., None], weight + share
        self.picture = filled(colour / np.maximum(total, 1e-6)[..., None],
                              np.asarray(np.minimum(total / MIRRORED, 1.0), np.float32))
        self._texels = texels
        corners = np.asarray(layout.uv.numpy())[layout.triangles.numpy()[rows]]
        self.corners = torch.tensor(corners.reshape(len(rows), 6), dtype=torch.float32)

    def looked_up(self, uv: Singles) -> Singles:
        """(H,W,3) of texture coordinates (H,W,2)."""
        places = np.stack([uv[..., 0], 1.0 - uv[..., 1]], axis=-1) * self._texels - 0.5
        return looked_up(self.picture, np.asarray(places, np.float32))


def _mirrored(taken: Singles, weight: Singles, space: UvSpace, head: HeadData,
              triangles: torch.Tensor) -> tuple[Singles, Singles]:
    """The texture with every texel from the face's other half, and how well that is seen."""
    assert head.uv is not None and head.uv_triangles is not None and head.mirror is not None
    uv = np.zeros((head.vertex_count, 2))
    uv[np.asarray(head.triangles).ravel()] = np.asarray(head.uv)[
        np.asarray(head.uv_triangles).ravel()]
    other = uv[np.asarray(head.mirror)]
    maps = space.from_vertices(torch.tensor(other[None], dtype=torch.float32), triangles)[0].numpy()
    places = np.stack([maps[0], 1.0 - maps[1]], axis=-1) * space.size - 0.5
    places = np.asarray(places, np.float32)
    weights = looked_up(weight, places)
    return looked_up(taken * weight[..., None], places) / np.maximum(weights, 1e-3)[..., None], (
        weights)
