# SPDX-License-Identifier: GPL-3.0-or-later
"""The mean head with its jaw open, and points seen from several sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate

Floats = npt.NDArray[np.float64]

REWEIGHTINGS = 8  # settled to 0.01 mm by then


def posed_template(data: HeadData, jaw: float) -> Floats:
    """(V,3) m: the mean head at rest with its jaw turned open by `jaw` rad."""
    pose = np.zeros((5, 3))
    pose[2, 0] = jaw
    shape, expression = np.zeros(data.identity_count), np.zeros(data.expression_count)
    return np.asarray(evaluate(data, shape, expression, pose)[0])


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
