# SPDX-License-Identifier: GPL-3.0-or-later
"""What a turn of the neck alone gets wrong: it collapses, its muscles do not stand out."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from .mesh_tools import MIRROR, Points, vertex_normals
from .parts import Skin
from .pose_fit import before_skinning, grid, learned

# Ring and place (of 48 from the front) on the neck's rings through which the left sternomastoid
# runs, from behind the ear to the pit of the neck.
_MUSCLE = ((0, 12), (2, 9), (4, 6), (5, 4), (7, 1))
_MUSCLE_WIDTH = 8.0  # mm to either side
_STANDS_OUT = 3.2  # mm at a turn of one radian to the other side; judged on renders
_TAUT = 2.0  # mm at a radian of tilt away from it
_SLACK = 1.2  # mm that it sinks on the other side of either
_CHIN_FOLD = 5.0  # mm by which the skin under the chin swells at a radian of bending
_THROAT = 2.4  # mm by which the larynx stands out at a radian of stretching
_BENDS, _TILTS = (-0.5, -0.25, 0.0, 0.25, 0.5), (-0.4, 0.0, 0.4)  # rad
_TURNS = (-0.8, -0.4, 0.0, 0.4, 0.8)


def neck_correctives(skin: Skin, weight: Points, joint: Points) -> Points:
    """(n,3,9) mm per entry of R - I of the neck.

    weight: (n,) how much of each skin vertex turns with the neck.  joint: (3,) mm.
    """
    arm = skin.points - joint
    normals = vertex_normals(skin.points, skin.triangles)
    left = _muscle(skin)
    right = left[skin.mirror]
    fold, throat = _fold(skin), _throat(skin)

    def target(turn: Points, matrix: Points) -> Points:
        bend, yaw, tilt = turn
        skinned = (1 - weight[:, None]) * arm + weight[:, None] * (arm @ matrix.T)
        # the arc instead of the chord: a blend of two rotations draws the neck in
        round_ = Rotation.from_rotvec(weight[:, None] * turn).apply(arm)
        swell = (left * _pull(-yaw, tilt) + right * _pull(yaw, -tilt)
                 + fold * _CHIN_FOLD * max(bend, 0.0) + throat * _THROAT * max(-bend, 0.0))
        out = normals @ matrix.T * weight[:, None] + normals * (1 - weight[:, None])
        return before_skinning(round_ - skinned + out * swell[:, None], weight, matrix)

    return learned(grid(_BENDS, _TURNS, _TILTS), target)


def _pull(away: float, raised: float) -> float:
    """mm that a sternomastoid rises: the head turned `away` from its side, or its side `raised`."""
    return (_STANDS_OUT * max(away, 0.0) + _TAUT * max(raised, 0.0)
            - _SLACK * (max(-away, 0.0) + max(-raised, 0.0)))


def _muscle(skin: Skin) -> Points:
    """(n,) 1 on the left sternomastoid, falling to its sides and ends."""
    stops = np.array([skin.points[skin.neck[ring, place]] for ring, place in _MUSCLE])
    if stops[0, 0] < 0:
        stops = stops * MIRROR
    along = np.linspace(0, len(stops) - 1, 81)
    path = np.stack([np.interp(along, np.arange(len(stops)), column) for column in stops.T], 1)
    away, nearest = cKDTree(path).query(skin.points)
    ends = np.sin(np.pi * np.clip(nearest / 80.0, 0, 1)) ** 0.5
    near: Points = np.exp(-((away / _MUSCLE_WIDTH) ** 2)) * ends
    near[: skin.face_count] = 0
    return near


def _fold(skin: Skin) -> Points:
    """(n,) the soft skin between chin and throat."""
    chin, throat = skin.points[152], skin.points[skin.neck[1, 0]]
    middle = (chin + throat) / 2
    reach = np.linalg.norm(throat - chin) / 2
    off = (skin.points - middle) / np.array([26.0, 14.0, reach * 1.1])
    near: Points = np.exp(-(off**2).sum(1))
    near[: skin.face_count] *= 0.4
    return near


def _throat(skin: Skin) -> Points:
    """(n,) the larynx."""
    off = (skin.points - skin.points[skin.neck[2, 0]]) / np.array([11.0, 15.0, 14.0])
    return np.asarray(np.exp(-(off**2).sum(1)))
