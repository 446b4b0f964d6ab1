# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids that follow the gaze: they slide round the ball with the eye, the upper one further."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from .mesh_tools import Points, smoothstep
from .parts import Skin
from .pose_fit import grid, learned

# Shares of the eye's pitch that the lids follow, looking down and looking up.  The upper lid keeps
# with the cornea when it sinks and lets it go when it rises; judged on renders.
_UPPER_FOLLOWS = (0.6, 0.36)
_LOWER_FOLLOWS = (0.26, 0.16)
_LIFTED = 0.45
"""Share of its way inwards that a rising lid goes: it is also added to shut lids, which lie low on
the ball, and must not be pressed into it."""
_SIDEWAYS = 0.07  # share of the eye's yaw: lids are drawn along a little
_REACH = 9.0  # mm from the margin to where the skin stays
_PITCHES = (-0.52, -0.35, -0.17, 0.0, 0.17, 0.35, 0.52)  # rad, positive looks down
_YAWS = (-0.52, -0.26, 0.0, 0.26, 0.52)


def lid_correctives(skin: Skin, k: int) -> Points:
    """(n,3,9) mm per entry of R - I of eye `k`: 0 the right one, 1 the left."""
    centre = skin.face.eye_centres[k]
    arm = skin.points - centre
    near, upper = _nearness(skin, k, arm)

    def target(turn: Points, _matrix: Points) -> Points:
        below = int(turn[0] <= 0)
        follow = np.where(upper, _UPPER_FOLLOWS[below], _LOWER_FOLLOWS[below])
        turns = near[:, None] * np.stack([turn[0] * follow, np.full(len(arm), turn[1] * _SIDEWAYS),
                                          np.zeros(len(arm))], 1)
        moved = Rotation.from_rotvec(turns).apply(arm) - arm
        moved[:, 2] *= _LIFTED if turn[0] < 0 else 1.0
        return np.asarray(moved)

    return learned(grid(_PITCHES, _YAWS, (0.0,)), target)


def _nearness(skin: Skin, k: int, arm: Points) -> tuple[Points, npt.NDArray[np.bool_]]:
    """(n,) how far each skin vertex goes with the lids, 0..1, and whether it is of the upper."""
    seam = skin.points[skin.lids[k]]
    centre = skin.face.eye_centres[k]
    corner_height = seam[[0, 16], 1].mean() - centre[1]
    upper = arm[:, 1] > corner_height
    away = np.linalg.norm(skin.points[:, None] - seam[None], axis=2).min(1)
    near = smoothstep(1 - away / _REACH)
    near[~_around_eye(skin, k)] = 0
    across = np.abs(arm[:, 0]) / np.abs(seam[:, 0] - centre[0]).max()
    return np.asarray(near * (1 - smoothstep((across - 0.35) / 0.6))), upper


def _around_eye(skin: Skin, k: int) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(skin.points), bool)
    chosen[: skin.face_count] = True
    chosen[skin.lid_backs[k].ravel()] = True
    return chosen
