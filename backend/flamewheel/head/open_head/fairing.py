# SPDX-License-Identifier: GPL-3.0-or-later
"""Fairing: cranium, ear seams and upper neck relaxed to least bending, so that no seam is left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from .mesh_tools import Index, Points, uniform_laplacian
from .parts import Skin

Flags = npt.NDArray[np.bool_]

_JAW_LINE_STIFFNESS = 0.25  # judged on renders


def faired(skin: Skin) -> Points:
    """Cranium, ear seams and upper neck relaxed to least bending; everything else stays.

    Minimises the squared Laplacian over the cranium plus a weak pull to the superellipsoid above
    and to the jaw's underside below, so that no seam is left between face, skull, ears and neck.
    """
    n, points = len(skin.points), skin.points
    free = np.zeros(n, bool)
    free[skin.skull] = free[skin.neck[:3].ravel()] = True
    for rings in skin.ears:
        free[rings[0]] = True
        free[rings[1:3][:, _before_ear(points, rings)]] = True
    rows = free.copy()
    rows[skin.oval] = rows[skin.neck.ravel()] = True
    for rings in skin.ears:
        rows[rings[3][_before_ear(points, rings)]] = True
    stiff = np.ones(n)  # the jaw line may bend: less bending energy along it
    stiff[skin.oval] = np.where(points[skin.oval, 1] < -62, _JAW_LINE_STIFFNESS, 1.0)
    laplacian = (sp.diags(stiff) @ uniform_laplacian(n, skin.triangles))[np.flatnonzero(rows)]
    pull, target = _pulls(skin)
    inner, outer = np.flatnonzero(free), np.flatnonzero(~free)
    a = laplacian[:, inner]
    system = (a.T @ a + sp.diags(pull[inner])).tocsc()
    known = -(a.T @ (laplacian[:, outer] @ points[outer])) + pull[inner, None] * target[inner]
    faired = points.copy()
    faired[inner] = splu(system).solve(known)
    for rings, end in zip(skin.ears, skin.ear_ends, strict=True):
        shift = faired[rings[0]] - points[rings[0]]
        mean = shift.mean(0)
        for k, ring in enumerate(rings[1:], start=1):
            faired[ring] += mean + (shift - mean) * max(0.0, 1 - k / 3)
        faired[end] += mean
    return faired


def _before_ear(points: Points, rings: Index) -> Flags:
    """Which points of an ear's rings lie in front, where the outer rings are the cheek's."""
    seam, crest = (np.linalg.norm(points[rings[k]] - points[rings[-1]].mean(0), axis=1)
                   for k in (0, 5))
    return np.asarray(seam > crest + 3.0)


def _pulls(skin: Skin) -> tuple[Points, Points]:
    """Strength (n,) and aim (n,3) of the pulls on the fairing."""
    points, face = skin.points, skin.points[skin.oval]
    strength, target = np.zeros(len(points)), points.copy()
    x, y, z = points[skin.skull].T
    away = np.linalg.norm(points[skin.skull][:, None] - face[None], axis=2).min(1)
    strength[skin.skull] = 0.05 * np.clip((y + 40) / 40, 0, 1) * np.clip((away - 8) / 30, 0, 1)
    under = (y < -70) & (z > -62) & (z < 25) & (np.abs(x) < 62)  # between chin and throat
    floor = -116.0 - (14 - z) * 0.24 + np.clip(np.abs(x) - 16, 0, None) * 0.68
    target[skin.skull[under], 1] = floor[under]
    strength[skin.skull[under]] = 0.08 * np.clip((away[under] - 3) / 8, 0, 1)
    for rings in skin.ears:
        strength[rings[0]] = 0.12
    for ring, k in zip(skin.neck, (0.1, 0.1, 0.15), strict=False):
        strength[ring] = k
    return strength, target
