# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth deterministic noise in space: what makes painted skin uneven."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from .mesh_tools import Points

_LATTICE = 48  # knots a side; the noise repeats after so many cells


def cloud(points: Points, cell: float, seed: int) -> npt.NDArray[np.float64]:
    """Noise of about -1..1 at `points` (...,3) mm whose blotches measure about `cell` mm.

    Cubic interpolation of a lattice of normal deviates; the same seed gives the same clouds.
    """
    knots = np.random.default_rng(seed).normal(size=(_LATTICE,) * 3)
    flat = np.moveaxis(points.reshape(-1, 3) / cell, -1, 0) + _LATTICE / 2
    values = map_coordinates(knots, flat, order=3, mode="grid-wrap")
    return np.asarray(np.clip(values / 1.6, -1, 1).reshape(points.shape[:-1]))
