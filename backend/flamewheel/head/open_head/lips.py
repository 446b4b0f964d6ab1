# SPDX-License-Identifier: GPL-3.0-or-later
"""The mouth as a polar grid: four lip lines and one around them, and lips' postures on it.

A posture says where the corner and the middles of the lip lines go; between them the lines stay
smooth curves, so that an opening is an oval and lips that part at one middle meet at the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh_tools import Points

Shift = tuple[float, float, float]

# Right halves from the corner to the middle, the line where the lips meet first, then outwards to
# the border of the red, then the skin around.  Corners are shared by upper and lower line.
UPPER = ((78, 191, 80, 81, 82, 13), (62, 183, 42, 41, 38, 12), (76, 184, 74, 73, 72, 11),
         (61, 185, 40, 39, 37, 0), (57, 186, 92, 165, 167, 164))
LOWER = ((78, 95, 88, 178, 87, 14), (62, 96, 89, 179, 86, 15), (76, 77, 90, 180, 85, 16),
         (61, 146, 91, 181, 84, 17), (57, 43, 106, 182, 83, 18))
RED = 4  # lines that bound or lie on the red of the lips

_STILL: Shift = (0.0, 0.0, 0.0)
_NEAR_SEAM = 1.4  # power that keeps what lies near the seam with it; found by counting crossings


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
    pairs = ((UPPER, lips.upper, lips.upper_edge, lips.upper_side),
             (LOWER, lips.lower, lips.lower_edge, lips.lower_side))
    for line in range(RED):
        across = line_parameter(landmarks, line)
        rise = (1 - across**2) ** (lips.roundness / 2)
        for rows, inner, edge, side in pairs:
            share = _heights(landmarks, rows, line)[:, None]
            middle = np.array(inner) * (1 - share) + np.array(edge or inner) * share
            moved = corner + rise[:, None] * (middle - corner)
            moved[:, 0] = corner[0] * across + middle[:, 0] * rise * across
            moved += (4 * across * (1 - across))[:, None] * np.array(side)
            shifts.update(zip(rows[line], moved, strict=True))
    return shifts


def _heights(landmarks: Points, rows: tuple[tuple[int, ...], ...], line: int) -> Points:
    """(6,) share of the way from seam to edge that a line's points go with the edge.

    By their height in the red, not by the line's number: near the corners the red curls over the
    other lip, and would pass through it when a lip thins.
    """
    seam, here, edge = (landmarks[list(rows[k]), 1] for k in (0, line, RED - 1))
    whole = np.where(np.abs(edge - seam) > 0.5, edge - seam, np.inf)  # mm; none at the corner
    return np.asarray(np.clip((here - seam) / whole, 0, 1) ** _NEAR_SEAM)


def line_parameter(landmarks: Points, line: int) -> Points:
    """(6,) distance from the middle, 1 at the corner, 0 at the middle; one for both lips."""
    across = np.stack([np.abs(landmarks[list(rows[line]), 0]) for rows in (UPPER, LOWER)])
    mean: Points = across.mean(0) / across[0, 0]
    return mean
