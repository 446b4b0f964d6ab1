# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's outer skin, and points seen from several sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate

Floats = npt.NDArray[np.float64]

WELD = 1e-6  # of the head's height: vertices nearer than this are one (seams of UV islands)
REWEIGHTINGS = 8  # settled to 0.01 mm by then
INSIDE_MASKS = ("mouth_bag", "teeth", "gums", "tongue", "eye_left", "eye_right", "lashes", "brows",
                "hair")


def posed_template(data: HeadData, jaw: float) -> Floats:
    """(V,3) m: the mean head at rest with its jaw turned open by `jaw` rad."""
    pose = np.zeros((5, 3))
    pose[2, 0] = jaw
    shape, expression = np.zeros(data.identity_count), np.zeros(data.expression_count)
    return np.asarray(evaluate(data, shape, expression, pose)[0])


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


def triangulate(turns: Floats, seen: Floats) -> Floats:
    """(L,3) points that best explain where they were seen, views that disagree counting less.

    turns: (N,3,3) the head's rotation in each view.  seen: (N,L,2) X and Y after it.  Parallel
    projection: seen = turns[:2] p; least squares, reweighted by Cauchy's loss at each point's own
    median residual.
    """
    maps = turns[:, :2]
    weights = np.ones(seen.shape[:2])
    points = np.zeros((seen.shape[1], 3))
    for _ in range(REWEIGHTINGS):
        system = np.einsum("nl,nai,naj->lij", weights, maps, maps) + 1e-6 * np.eye(3)
        wanted = np.einsum("nl,nai,nla->li", weights, maps, seen)
        points = np.linalg.solve(system, wanted[:, :, None])[:, :, 0]
        missed = np.linalg.norm(np.einsum("nai,li->nla", maps, points) - seen, axis=2)
        weights = 1.0 / (1.0 + (missed / np.maximum(np.median(missed, axis=0), 1e-9)) ** 2)
    return points
