# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids of the eyes: margins that slide on the ball, and closure."""

from __future__ import annotations

import numpy as np

from .landmarks_lists import LEFT_EYE, RIGHT_EYE
from .mesh_tools import Points, biharmonic, symmetric
from .template import EYE_RADIUS, LID_THICKNESS, Face

# mm from the ball's centre to shut margins.  The chord of half a blink passes the ball by half a
# millimetre less than its ends do, and a cornea bulges by about as much.
_SHUT_RADIUS = EYE_RADIUS + 1.8
_UNDER = 0.35  # mm that the lower margin lies nearer to the ball, under the upper one
_OVERLAP = 1.5
"""mm that the shut upper margin lies below the lower one: an eye that turns up under shut lids
draws the upper lid along, and must not open them."""
_MEETING = 0.12  # of the way from lower to upper margin, where shut lids meet


def lid_shifts(face: Face, upper: float, lower: float) -> dict[int, Points]:
    """(3,) shifts of the right margin's landmarks whose middles rise by `upper`, `lower` mm.

    The margins slide on the ball and stay with the corners.
    """
    centre = face.eye_centres[0]
    shifts: dict[int, Points] = {}
    for k, i in enumerate(RIGHT_EYE):
        if k % 8 == 0:
            continue
        share = _share(face, i)
        arm = face.points[i] - centre
        moved = arm + np.array([0.0, (upper if k < 8 else lower) * share, 0.0])
        moved[2] = np.sqrt(max(arm[1] ** 2 + arm[2] ** 2 - moved[1] ** 2, 4.0))
        shifts[i] = moved - arm
    return shifts


def _share(face: Face, i: int) -> float:
    """1 at the margin's middle, 0 at the corners."""
    outer, inner = (face.points[RIGHT_EYE[k], 0] for k in (0, 8))
    across = 2 * (face.points[i, 0] - outer) / (inner - outer) - 1
    return float(max(1 - across**2, 0.0) ** 0.7)  # flatter than a parabola, judged on renders


def lid_closure(face: Face) -> Points:
    """(468,3) AU43: the upper margin over the lower, low on the ball; a blink is the same."""
    handles: dict[int, Points] = {}
    for centre, loop in zip(face.eye_centres, (RIGHT_EYE, LEFT_EYE), strict=True):
        handles[loop[0]] = handles[loop[8]] = np.zeros(3)
        for k in range(1, 8):
            upper, lower = loop[k], loop[16 - k]
            share = _share(face, RIGHT_EYE[k])
            meet = (1 - _MEETING) * face.points[lower, 1] + _MEETING * face.points[upper, 1]
            for i, y, radius in ((upper, meet - _OVERLAP * share, _SHUT_RADIUS),
                                 (lower, meet, _SHUT_RADIUS - _UNDER)):
                arm = np.array([face.points[i, 0] - centre[0], y - centre[1], 0.0])
                arm[2] = np.sqrt(max(radius**2 - arm[0] ** 2 - arm[1] ** 2, 25.0))
                handles[i] = centre + arm - face.points[i]
    return symmetric(biharmonic(face.points, face.triangles, handles, 13.0), face.mirror)


def off_the_eyes(face: Face, field: Points) -> Points:
    """The field with lid margins kept outside the eyeballs."""
    moved = face.points + field
    for centre, loop in zip(face.eye_centres, (RIGHT_EYE, LEFT_EYE), strict=True):
        arm = moved[list(loop)] - centre
        length = np.linalg.norm(arm, axis=1, keepdims=True)
        moved[list(loop)] = centre + arm * np.maximum(1, (EYE_RADIUS + LID_THICKNESS) / length)
    return np.asarray(moved - face.points)
