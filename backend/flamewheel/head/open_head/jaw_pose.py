# SPDX-License-Identifier: GPL-3.0-or-later
"""What a turn of the jaw alone gets wrong: the condyles slide, and the cheeks are drawn in."""

from __future__ import annotations

import numpy as np

from .extension import SkinExtension
from .mesh_tools import MIRROR, Points, biharmonic
from .parts import Skin
from .pose_fit import before_skinning, grid, learned

_WIDE = 0.44  # rad, the widest opening, at which the corrections have the sizes below
# The condyle slides forward and down its tubercle as the mouth opens wide: about 13 and 6 mm of
# full translation (Travers et al. 2000); with less the chin sinks into the throat.
_SLIDE = np.array([0.0, -3.5, 11.0])  # mm
# Corners and cheeks, mm: the corners come in, the cheeks are stretched flat over the teeth.
_CHEEKS = {61: (2.6, 0.4, -0.4), 78: (2.4, 0.4, -0.4), 146: (2.0, 0.0, -0.3),
           185: (2.0, 0.3, -0.3), 91: (1.0, 0.0, 0.0), 40: (1.0, 0.2, 0.0),
           207: (1.6, 0.0, -1.8), 187: (0.8, 0.0, -2.0), 216: (1.4, 0.0, -1.2),
           212: (1.2, 0.0, -0.8), 192: (1.4, 0.0, -1.2), 214: (1.6, 0.0, -1.4)}
_OPENINGS = (-0.05, 0.0, 0.08, 0.16, 0.24, 0.34, 0.44)  # rad
_SIDEWAYS, _ROLLS = (-0.12, 0.0, 0.12), (-0.06, 0.0, 0.06)  # rad


def jaw_correctives(skin: Skin, weight: Points, extend: SkinExtension) -> tuple[Points, Points]:
    """(n,3,9) mm per entry of R - I for the skin, and (1,3,9) for what the jaw carries whole.

    weight: (n,) the jaw's share of each skin vertex.
    """
    face = skin.face
    handles = {}
    for i, shift in _CHEEKS.items():
        handles[i] = np.array(shift)
        handles[int(face.mirror[i])] = np.array(shift) * MIRROR
    cheeks = extend(biharmonic(face.points, face.triangles, handles, 30.0, [13, 14, 0, 17]))
    turns = grid(_OPENINGS, _SIDEWAYS, _ROLLS)

    def on_skin(turn: Points, matrix: Points) -> Points:
        return _opened(turn) * before_skinning(weight[:, None] * _SLIDE + cheeks, weight, matrix)

    def on_bone(turn: Points, matrix: Points) -> Points:
        return _opened(turn) * np.asarray(matrix.T @ _SLIDE)[None]

    return learned(turns, on_skin), learned(turns, on_bone)


def _opened(turn: Points) -> float:
    return float(np.sin(max(turn[0], 0.0)) / np.sin(_WIDE))
