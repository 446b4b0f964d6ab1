# SPDX-License-Identifier: GPL-3.0-or-later
"""Where closed lips meet: neither lip's surface may cross to the other's side."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .landmarks_lists import INNER_LIPS, LIP_CORNERS, LOWER_LIP_RINGS, UPPER_LIP_RINGS
from .mesh_tools import Points

_CLEAR = (0.40, 0.25, 0.12, 0.008)
"""mm that each lip's rings, from outside in, keep at least from the line where the lips meet."""


def parted_lips(points: Points, subdivide: sp.csr_matrix, landmarks: Points) -> Points:
    """The subdivided face (n,3) mm with both lips on their own sides of the meeting line.

    Subdivision rounds the lips' thin edges at the mouth's corners into one another.
    """
    own = np.zeros(len(landmarks))
    for rings, side in ((UPPER_LIP_RINGS, 1.0), (LOWER_LIP_RINGS, -1.0)):
        for ring, distance in zip(rings, _CLEAR, strict=True):
            own[list(ring)] = side * distance
    clear = np.asarray(subdivide @ own)
    half = len(INNER_LIPS) // 2
    seam = np.concatenate([landmarks[[61, *INNER_LIPS[: half + 1], 291]]])
    order = np.argsort(seam[:, 0])
    line = np.interp(points[:, 0], seam[order, 0], seam[order, 1])
    parted = points.copy()
    upper, lower = clear > 1e-3, clear < -1e-3
    parted[upper, 1] = np.maximum(points[upper, 1], (line + clear)[upper])
    parted[lower, 1] = np.minimum(points[lower, 1], (line + clear)[lower])
    corner = np.zeros(len(landmarks))
    corner[list(LIP_CORNERS)] = 1.0
    seam_end = np.asarray(subdivide @ corner) > 0.55
    parted[seam_end, 1] = (line + clear)[seam_end]
    return parted
