# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's outer skin, and the nearest place of a triangle mesh to given points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from .data import HeadData

Floats = npt.NDArray[np.float64]

WELD = 1e-6  # of the head's height: vertices nearer than this are one (seams of UV islands)
NEIGHBOURS = 48  # triangles tried for each point, nearest centres first
INSIDE_MASKS = ("mouth_bag", "teeth", "gums", "tongue", "eye_left", "eye_right", "lashes", "brows",
                "hair", "hair_cards")


def outer_skin(data: HeadData) -> npt.NDArray[np.bool_]:
    """(F,) triangles of the largest connected piece, without parts that masks call inner.

    Eyeballs, teeth and lashes are pieces of their own; the rest of what is inside is never in front
    in a picture, or is passed over because the lip's edge beside it is nearer to the viewer.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    template = np.asarray(data.template, dtype=np.float64)
    step = WELD * float(np.ptp(template[:, 1]))
    welded = np.unique(np.round(template / step).astype(np.int64), axis=0, return_inverse=True)[1]
    corners = welded.reshape(-1)[np.asarray(data.triangles)]
    ends = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]]])
    count = int(welded.max()) + 1
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    piece = connected_components(graph, directed=False)[1][corners[:, 0]]
    skin = piece == np.bincount(piece).argmax()
    inner = np.zeros(data.vertex_count, dtype=bool)
    for name in INSIDE_MASKS:
        if name in data.masks:
            inner[np.asarray(data.masks[name])] = True
    return np.asarray(skin & ~inner[np.asarray(data.triangles)].all(axis=1))


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


def corner_areas(points: Floats, triangles: npt.NDArray[np.int64]) -> Floats:
    """(n,) a third of the area of the triangles about each point."""
    sides = points[triangles[:, 1:]] - points[triangles[:, :1]]
    area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1) / 2
    return np.asarray(np.bincount(triangles.ravel(), np.repeat(area / 3, 3), len(points)),
                      dtype=np.float64)
