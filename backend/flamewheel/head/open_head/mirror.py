# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror map of the whole head: skin, eyes, teeth, tongue, brows, lashes and hair."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial import cKDTree

from .mesh_tools import MIRROR, Index, Points

_SAME = 1e-3  # mm; a partner's place is known to rounding, and no two vertices lie so near
_SIDES = {"left": "right", "right": "left"}


def whole_mirror(points: Points, parts: Mapping[str, slice]) -> Index:
    """(V,) each vertex's image across the plane x = 0; applied twice it leads back.

    points: (V,3) mm.  A part is searched among its own vertices, one named `…left` or `…right`
    among its opposite's, so that parts that touch are not confused.  A vertex without a partner
    within a thousandth of a millimetre, such as one of an asymmetric strand, is its own.
    """
    image = np.arange(len(points))
    for name, piece in parts.items():
        opposite = parts[_opposite(name)]
        there = points[opposite]
        distance, nearest = cKDTree(there).query(points[piece] * MIRROR)
        own = np.arange(piece.start, piece.stop)
        image[piece] = np.where(distance < _SAME, nearest + opposite.start, own)
    lost = image[image] != np.arange(len(points))
    return np.where(lost, np.arange(len(points)), image)


def _opposite(name: str) -> str:
    start, _, side = name.rpartition("_")
    return f"{start}_{_SIDES[side]}" if side in _SIDES else name
