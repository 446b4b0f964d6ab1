# SPDX-License-Identifier: GPL-3.0-or-later
"""From a movement of the 468 landmarks to one of the whole skin."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from .mesh_tools import Points, uniform_laplacian
from .parts import Skin


class SkinExtension:
    """Carries a displacement of the 468 landmarks over to the whole skin.

    The cranium and the jaw's underside follow smoothly (least bending, weakly held); ears, neck,
    and the head behind the ears stay exactly still, which keeps the joints still too.
    """

    _BAG = (1, 0.95, 0.8, 0.6, 0.4, 0.3, 0.2, 0.15)
    _LIDS = (1, 0.6, 0.2)

    def __init__(self, skin: Skin) -> None:
        self._skin = skin
        n = len(skin.points)
        free = np.zeros(n, bool)
        z = skin.points[skin.skull, 2]
        free[skin.skull[z > -70]] = True
        rows = free.copy()
        rows[skin.oval] = rows[skin.skull] = True
        laplacian = uniform_laplacian(n, skin.triangles)[np.flatnonzero(rows)]
        self._inner, self._outer = np.flatnonzero(free), np.flatnonzero(~free)
        border = skin.points[skin.oval]
        away = np.linalg.norm(skin.points[self._inner][:, None] - border[None], axis=2).min(1)
        self._a, self._b = laplacian[:, self._inner], laplacian[:, self._outer]
        hold = sp.diags(0.02 * np.clip(away / 25, 0, 1) ** 2)
        self._solver = splu((self._a.T @ self._a + hold).tocsc())

    def __call__(self, landmarks: Points) -> Points:
        skin = self._skin
        field = np.zeros((len(skin.points), 3))
        field[: skin.face_count] = skin.subdivide @ landmarks
        field[self._inner] = self._solver.solve(-(self._a.T @ (self._b @ field[self._outer])))
        for ring, share in zip(skin.bag, self._BAG, strict=True):
            field[ring] = field[skin.lips] * share
        for margin, rings in zip(skin.lids, skin.lid_backs, strict=True):
            for ring, share in zip(rings, self._LIDS, strict=True):
                field[ring] = field[margin] * share
        return field
