# SPDX-License-Identifier: GPL-3.0-or-later
"""The mouth as a polar grid: four lip lines and one around them, and lips' postures on it.

A posture says where the corner and the middles of the lip lines go; between them the lines stay
smooth curves, so that an opening is an oval and lips that part at one middle meet at the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh_tools import Index, Points

Shift = tuple[float, float, float]

# Right halves from the corner to the middle, the line where the lips meet first, then outwards to
# the border of the red, then the skin around.  Corners are shared by upper and lower line.
UPPER = ((78, 191, 80, 81, 82, 13), (62, 183, 42, 41, 38, 12), (76, 184, 74, 73, 72, 11),
         (61, 185, 40, 39, 37, 0), (57, 186, 92, 165, 167, 164))
LOWER = ((78, 95, 88, 178, 87, 14), (62, 96, 89, 179, 86, 15), (76, 77, 90, 180, 85, 16),
         (61, 146, 91, 181, 84, 17), (57, 43, 106, 182, 83, 18))
RED = 4  # lines that bound or lie on the red of the lips

_STILL: Shift = (0.0, 0.0, 0.0)
_PRESSED = 0.21  # mm that each lip of a closed mouth comes nearer: muscle lets no tooth be seen


@dataclass(frozen=True)
class Lips:
    """Where lips go at full strength, mm; x of the corner is the right one's, negative is out."""

    corner: Shift = _STILL
    upper: Shift = _STILL  # middle of the line where the lips meet, upper lip
    lower: Shift = _STILL
    upper_edge: Shift | None = None  # middle of the red's border; None: goes with its lip
    lower_edge: Shift | None = None
    upper_side: Shift = _STILL  # besides, half way between corner and middle: squares the line
    lower_side: Shift = _STILL
    roundness: float = 2.0
    """Power of the sine from corner to middle: 1 an ellipse, 2 a parabola, less is square."""


def lip_shifts(lips: Lips, landmarks: Points) -> dict[int, Points]:
    """(3,) shifts of the right half's lip landmarks, the middle included, mm.

    Upper and lower points of the line where lips meet move alike where `upper` equals `lower`, so
    that a closed mouth stays closed.
    """
    shifts: dict[int, Points] = {}
    corner = np.array(lips.corner)
    pressed = _PRESSED if lips.upper == lips.lower and any(lips.upper) else 0.0
    pairs = ((UPPER, lips.upper, lips.upper_edge, lips.upper_side),
             (LOWER, lips.lower, lips.lower_edge, lips.lower_side))
    for line in range(RED):
        across = line_parameter(landmarks, line)
        for rows, inner, edge, side in pairs:
            share = line / (RED - 1)
            middle = np.array(inner) * (1 - share) + np.array(edge or inner) * share
            rise = (1 - across**2) ** (lips.roundness / 2)
            moved = corner + rise[:, None] * (middle - corner)
            together = pressed * (1 - share) * np.minimum(1, 2 * rise)
            moved[:, 1] += together if rows is LOWER else -together
            moved[:, 0] = corner[0] * across + middle[0] * rise * across
            moved += (4 * across * (1 - across))[:, None] * np.array(side)
            shifts.update(zip(rows[line], moved, strict=True))
    return shifts


def line_parameter(landmarks: Points, line: int) -> Points:
    """(6,) distance from the middle, 1 at the corner, 0 at the middle; one for both lips."""
    across = np.stack([np.abs(landmarks[list(rows[line]), 0]) for rows in (UPPER, LOWER)])
    mean: Points = across.mean(0) / across[0, 0]
    return mean


def both_lips(line: int) -> tuple[Index, Index]:
    """Landmarks of one line from right corner to middle, upper and lower."""
    return np.array(UPPER[line]), np.array(LOWER[line])
