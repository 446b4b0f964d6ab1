# SPDX-License-Identifier: GPL-3.0-or-later
"""The nearest place of a triangle mesh to given points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]

NEIGHBOURS = 48  # triangles tried for each point, nearest centres first


def nearest_on_surface(
    vertices: Floats, triangles: npt.NDArray[np.int32], allowed: npt.NDArray[np.int32],
    points: Floats,
) -> tuple[npt.NDArray[np.int64], Floats]:
    """(L,) triangle among `allowed` and (L,3) barycentrics of the surface nearest to each point."""
    corners = vertices[triangles[allowed]]
    count = min(NEIGHBOURS, len(allowed))
    near = cKDTree(corners.mean(1)).query(points, k=count)[1].reshape(len(points), count)
    first, second, third = (corners[near, k] for k in range(3))
    one, two, arm = second - first, third - first, points[:, None] - first
    square_one, square_two, mixed = (one**2).sum(2), (two**2).sum(2), (one * two).sum(2)
    along_one, along_two = (one * arm).sum(2), (two * arm).sum(2)
    area = np.maximum(square_one * square_two - mixed**2, 1e-30)
    v = (square_two * along_one - mixed * along_two) / area
    w = (square_one * along_two - mixed * along_one) / area
    weights = np.clip(np.stack([1 - v - w, v, w], axis=2), 0.0, None)
    weights /= weights.sum(2, keepdims=True)
    away = np.linalg.norm((corners[near] * weights[:, :, :, None]).sum(2) - points[:, None], axis=2)
    best = away.argmin(axis=1)
    every = np.arange(len(points))
    return allowed[near[every, best]].astype(np.int64), weights[every, best]
