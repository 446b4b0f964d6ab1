# SPDX-License-Identifier: GPL-3.0-or-later
"""Ears: rings of points from the seam with the head over the helix into the concha."""

from __future__ import annotations

import numpy as np

from .mesh_tools import MIRROR, Points, smoothstep, unit

RING_POINTS = 24
RINGS = 11

_ORIGIN = np.array([69.0, -21.0, -71.0])  # mm, left ear's middle

# Along the angle (rad; 0 is up, pi/2 back, pi down): outer radius in mm and how far the shell
# stands off.  An ear of 60 mm height and 34 mm breadth (adult means: 62 and 36, Farkas 1994).
_ANGLES = np.array([0, 0.6, np.pi / 2, 2.4, np.pi, 3.8, 4.3, 4.71, 5.2, 5.8, 2 * np.pi])
_RADIUS = np.array([31, 31, 24, 23, 29, 20, 11, 9.5, 14, 23, 31])
_STAND = np.array([0.85, 1, 1.05, 0.95, 0.62, 0.3, 0.12, 0.22, 0.25, 0.6, 0.85])

# Per ring, shell part: radius factor, height in mm (0 seam, helix rim at 4, scapha dip, antihelix
# at 7, concha); front part, which is skin of the cheek and the tragus.
_SHELL_RADIUS = (0.66, 0.84, 0.96, 1.0, 0.97, 0.90, 0.82, 0.68, 0.50, 0.36, 0.16)
_SHELL_HEIGHT = (0, 5.0, 9.0, 11.5, 13.2, 12.2, 8.9, 11.0, 4.6, 1.0, -1.0)
_FRONT_RADIUS = (1.35, 1.2, 1.1, 1.02, 0.94, 0.85, 0.76, 0.66, 0.52, 0.36, 0.16)
_FRONT_HEIGHT = (0, 1.0, 2.2, 3.6, 4.8, 5.4, 5.6, 4.6, 1.6, -1.0, -2.5)


def ear(side: int) -> tuple[list[Points], Points]:
    """Rings (11 of (24,3) mm) and the closing point; side -1 right, +1 left."""
    angle = np.arange(RING_POINTS) / RING_POINTS * 2 * np.pi
    out = unit(np.array([1.0, 0.0, 0.10]))
    back = unit(np.array([0.24, 0.0, -1.0]))
    up = unit(np.array([0.0, 1.0, -0.12]))
    radius = np.interp(angle, _ANGLES, _RADIUS)
    stand = np.interp(angle, _ANGLES, _STAND)
    shell = smoothstep((stand - 0.2) / 0.5)
    lobe = np.exp(-(((angle - np.pi) / 0.55) ** 2))
    tilt = np.clip(np.sin(angle), 0, 1) * radius * 0.08
    rings: list[Points] = []
    for k in range(RINGS):
        r = (_FRONT_RADIUS[k] * (1 - shell) + _SHELL_RADIUS[k] * shell) * radius
        height = _SHELL_HEIGHT[k] * stand * shell + _FRONT_HEIGHT[k] * (1 - shell)
        if 5 <= k <= 8:  # the lobe is flesh without folds
            height = height * (1 - lobe) + lobe * _SHELL_HEIGHT[4] * stand * (1 - 0.12 * (k - 4))
        height = height + (tilt * r / radius if k else 0.0)
        ring = np.asarray(_ORIGIN + np.outer(height, out) + np.outer(np.cos(angle) * r, up)
                          + np.outer(np.sin(angle) * r, back), np.float64)
        rings.append(ring)
    end: Points = _ORIGIN - out * 2.5
    if side < 0:
        return [np.asarray(ring * MIRROR) for ring in rings], np.asarray(end * MIRROR)
    return rings, end
