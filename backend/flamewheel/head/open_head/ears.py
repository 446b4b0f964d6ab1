# SPDX-License-Identifier: GPL-3.0-or-later
"""Ears: rings from the seam with the head up the back, over the rolled helix into the concha.

Every ring runs along one form of the ear all the way round (sulcus, back wall, helix rim, scapha,
antihelix, concha), so a table of profiles at a few angles, joined by splines, is the whole ear.
In front, where the ear has no back, the outer rings lie on the cheek and climb the tragus.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from .mesh_tools import MIRROR, Points, unit

RING_POINTS = 36

_ORIGIN = np.array([70.0, -22.0, -78.0])  # mm, the left ear's concha at the level of the cheek
_TILT = np.radians(12.0)  # top leans back; 10 to 20 degrees in adults
_STAND = np.radians(22.0)  # off the side of the head; 20 to 25 in adults

# Profiles: angle in degrees seen on the left ear from its side (0 up, 90 back, 180 down, 270
# front) -> (mm from the concha's middle, mm off the ear's plane) of each ring, seam first.  Drawn
# by hand and judged on renders within an ear of 62 x 36 mm (adults' means, Farkas 1994).
_PROFILES: dict[float, tuple[float, ...]] = {
    # seam, sulcus, back wall (2), rim's back, rim, crest, rim's inner edge,
    # tuck, scapha (2), antihelix, concha (3)
    0: (25.2, -1.8, 25.5, -.8, 26.9, .4, 28.9, 1.9, 31.2, 2.9, 33, 4.5, 32.3, 7.5, 28.8, 7.6,
        28.1, 5, 25.5, 2.7, 20.5, 1.87, 15.2, 4.85, 12.38, 1.65, 9.55, -3.2, 4.3, -5.3),
    30: (20, -5, 20.5, -3, 22, 0, 26, 1.6, 31, 2.6, 33.5, 5, 32.8, 8.1, 29.3, 8.2,
         28.6, 5.4, 26, 3.5, 21, 5.28, 16, 6.1, 13.15, 3.3, 10.6, -2.4, 4.8, -5.4),
    60: (16, -6, 17, -3.5, 18.5, .5, 22.5, 2, 27, 3, 29.5, 5.5, 28.8, 8.5, 25.6, 8.6,
         25, 5.8, 23, 3.9, 19.5, 6.26, 15.5, 7.6, 12.75, 4.4, 10.5, -1.7, 5, -5.5),
    90: (14, -7, 14.2, -4.5, 15, 0, 18.5, 2, 22.5, 3.2, 24.5, 5.5, 24, 8.5, 21.1, 8.5,
         20.4, 5.9, 19, 4.3, 16.2, 7.16, 13.5, 8.3, 11.15, 5.1, 9.5, -1, 4.8, -5.5),
    120: (13.5, -6.8, 13.9, -4.5, 15, -.6, 17.8, 1.4, 21.2, 2.5, 23, 4.8, 22.4, 7, 20.3, 7.3,
          19.2, 5.2, 17.6, 4, 15.6, 6.82, 13.3, 7.9, 10.95, 4.8, 9.3, -1.1, 4.7, -5.5),
    150: (15.5, -6, 16, -4, 17.4, -1, 19.8, .4, 22.8, 1.4, 24.5, 3.4, 23.8, 5.4, 21.8, 5.9,
          20.2, 5, 18.4, 4.5, 16.2, 6.22, 13.8, 6.8, 11.15, 4.2, 9.1, -1.4, 4.6, -5.5),
    175: (19.5, -4, 20, -2.6, 21.3, -.6, 23.8, .4, 26.6, 1.2, 28, 2.8, 27, 4.3, 24.6, 4.8,
          22, 4.6, 19.5, 4.3, 17, 5.32, 14, 5.4, 11.05, 3.5, 8.8, -1.7, 4.3, -5.6),
    200: (24.5, 0, 23.9, .5, 23.1, 1, 22.3, 1.8, 21.2, 2.6, 20, 3.1, 18.4, 3.4, 16.6, 3.4,
          15, 3.3, 13.7, 3.4, 12.6, 4.69, 11.3, 5.15, 9.28, 2.25, 7.45, -2.4, 3.8, -5.6),
    222: (20.5, 1, 19.2, 1.09, 17.8, 1.04, 16.3, .92, 14.9, 1, 13.6, 1.3, 12.4, 1.2, 11.4, .6,
          10.6, -.4, 9.9, -1.5, 9.2, -2.6, 8.5, -3.8, 6.7, -5.1, 4.6, -6.3, 2.2, -6.4),
    240: (19, 1.7, 17.7, 1.5, 16.2, 1.2, 14.6, .9, 13, 1.1, 11.2, 2.6, 9.4, 4.6, 7.7, 5.3,
          6.7, 4.4, 6.9, 2.6, 7.6, .6, 8, -1.6, 7.2, -3.9, 5.1, -5.8, 2.5, -6.5),
    265: (19, 1.9, 17.6, 1.57, 16, 1.12, 14.2, .66, 12.4, 1.1, 10.6, 3.1, 8.9, 5.4, 6.9, 6.4,
          5.8, 5.6, 5.9, 3.6, 6.9, 1.2, 7.8, -1.4, 7.5, -3.9, 5.4, -6, 2.6, -6.6),
    284: (19, 1.9, 17.6, 1.57, 16, 1.12, 14.2, .66, 13, 1.2, 11.2, 2.9, 9.5, 4.7, 7.7, 5.4,
          6.7, 4.5, 6.8, 2.6, 7.3, .6, 7.8, -1.6, 7.2, -4, 5.2, -5.9, 2.5, -6.5),
    302: (21, 2.2, 20, 2.2, 18.8, 2.2, 17.4, 2.3, 16, 2.6, 14.5, 3.1, 12.8, 3.3, 11, 2.8,
          10, 1.4, 9.5, -.4, 9, -1.4, 8.4, -2.4, 7.3, -4.3, 4.9, -5.6, 2.3, -6.2),
    315: (23.5, 2.2, 22.6, 2.3, 21.7, 2.5, 20.8, 2.8, 19.8, 3.4, 18.7, 4.5, 17.2, 5.4, 15.2, 5.3,
          14.2, 3.6, 13.2, 1.6, 12.1, 1, 11, .4, 8.9, -2.3, 6.6, -5.4, 3, -5.5),
    340: (29.6, 1.9, 29.2, 2.4, 28.8, 3.1, 28.6, 3.8, 28.5, 4.5, 28.5, 5.9, 27.6, 7.6, 24.8, 7.6,
          24, 5, 22.5, 2.4, 19, 2.1, 15, 3.55, 11.98, .95, 9.15, -3.6, 3.9, -5),
    350: (29.4, 1, 29.1, 1.7, 28.9, 2.4, 29.2, 3.2, 29.9, 4.1, 30.5, 5.6, 29.9, 7.5, 26.8, 7.6,
          26.1, 5, 24, 2.5, 19.8, 2, 15.1, 4.2, 12.2, 1.3, 9.4, -3.4, 4.1, -5.2),
}
_SLENDER = 0.94  # the profiles as drawn are 38 mm broad, adults' mean is 36
_CANAL = np.array([-2.5, -1.0, -8.5])  # mm back, up and off the head: the ear canal, the closing
# point; the last rings draw up to it by these shares
_TO_CANAL = (0.1, 0.5)

# Folds that cross the rings: points (mm back, mm up, mm of height), half width in mm.
_FOLDS: tuple[tuple[tuple[tuple[float, float, float], ...], float, tuple[int, int]], ...] = (
    (((9.5, 14, .5), (8.0, 20, 2.6), (4.5, 27, 1.6)), 2.8, (9, 11)),  # antihelix' upper crus
    (((-13, 8.5, .8), (-8, 6.5, 3.0), (-2, 5.2, 3.0), (3.5, 5, .8)), 2.3, (7, 14)),  # helix' crus
)


def ear(side: int) -> tuple[list[Points], Points]:
    """Rings (15 of (36,3) mm, seam first) and the closing point; side -1 right, +1 left."""
    angle = _angles()
    nodes = np.radians([*_PROFILES, 360.0])
    table = np.array([*_PROFILES.values(), _PROFILES[0]]).reshape(len(nodes), -1, 2)
    profile = CubicSpline(nodes, table, bc_type="periodic")(angle)  # (points, rings, 2)
    back = np.sin(angle)[:, None] * profile[..., 0] * _SLENDER
    up = np.cos(angle)[:, None] * profile[..., 0]
    height = profile[..., 1] + _folds(back, up)
    local = np.stack([back, up, height], -1).transpose(1, 0, 2)
    local[-len(_TO_CANAL):, :, :2] += np.array(_TO_CANAL)[:, None, None] * _CANAL[:2]
    placed = _ORIGIN + local @ _axes()
    end = _ORIGIN + _CANAL @ _axes()
    flip = MIRROR if side < 0 else np.ones(3)
    return [np.asarray(ring * flip) for ring in placed], np.asarray(end * flip)


def _angles() -> Points:
    """Angles of a ring's points, closer at the helix, far from the middle, and at the tragus."""
    even = np.arange(RING_POINTS) / RING_POINTS * 2 * np.pi
    return np.asarray(even - 0.2 * np.sin(even - 0.35) - 0.08 * np.sin(2 * (even - 4.63)))


def _axes() -> Points:
    """Rows: back, up and off the head, unit vectors of the left ear in the head's axes."""
    up = np.array([0.0, np.cos(_TILT), -np.sin(_TILT)])
    rear, aside = np.array([0.0, -np.sin(_TILT), -np.cos(_TILT)]), np.array([1.0, 0.0, 0.0])
    back = unit(rear * np.cos(_STAND) + aside * np.sin(_STAND))
    return np.stack([back, up, unit(aside * np.cos(_STAND) - rear * np.sin(_STAND))])


def _folds(back: Points, up: Points) -> Points:
    """Heights (points, rings) in mm of the folds that run across the rings."""
    total = np.zeros_like(back)
    for line, width, (first, last) in _FOLDS:
        path = np.array(line)
        t = np.linspace(0, len(path) - 1, 40)
        dense = np.stack([np.interp(t, np.arange(len(path)), path[:, k]) for k in range(3)], 1)
        away = (back[..., None] - dense[:, 0]) ** 2 + (up[..., None] - dense[:, 1]) ** 2
        ridge = (dense[:, 2] * np.exp(-away / width**2)).max(-1)
        ridge[:, :first] = ridge[:, last:] = 0
        total += ridge
    return total
