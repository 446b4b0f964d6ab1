# SPDX-License-Identifier: GPL-3.0-or-later
"""Which triangles of a head are its outer skin, and the head with its jaw open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .mesh import posed_vertices

Floats = npt.NDArray[np.float64]

WELD = 1e-6  # of the head's height: vertices nearer than this are one (seams of UV islands)
INSIDE_MASKS = ("mouth_bag", "teeth", "gums", "tongue", "eye_left", "eye_right", "lashes", "brows",
                "hair")


def posed_template(data: HeadData, jaw: float) -> Floats:
    """(V,3) m: the mean head at rest with its jaw turned open by `jaw` rad."""
    pose = np.zeros((5, 3))
    pose[2, 0] = jaw
    return posed_vertices(data, np.zeros(0), np.zeros(0), pose)


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
