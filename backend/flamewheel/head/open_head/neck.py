# SPDX-License-Identifier: GPL-3.0-or-later
"""Neck and shoulder stub: rings with sternomastoids, larynx, clavicles and a clean end."""

from __future__ import annotations

import numpy as np

from .mesh_tools import Points

NECK_POINTS = 48

# y front, y back, z front, z back, half width (mm), roundness of the rings, top to bottom.  A neck
# of 355 mm round, between women's 315 and men's 380 (Gordon et al. 1989); the throat meets
# the chin's underside at 118 degrees, within the youthful 105 to 120 (Ellenbogen and Karlin 1980).
_RINGS = (
    (-124, -88, -34, -146, 49.5, 2.15), (-137, -102, -36, -147, 49.0, 2.15),
    (-151, -116, -37.5, -149, 49.5, 2.15), (-164, -131, -40, -153, 51.0, 2.1),
    (-177, -146, -43, -159, 54.5, 2.1), (-189, -160, -46, -167, 61.0, 2.05),
    (-199, -172, -47, -176, 71.0, 2.0), (-206, -181, -44, -184, 84.0, 2.0),
    (-213, -189, -37, -190, 98.0, 2.0), (-223, -200, -29, -194, 109.0, 2.05),
    (-240, -219, -25, -196, 114.0, 2.1),
)

# Forms in relief: (ring, degrees from the front), ring's and angle's half width, mm outwards.
# Judged on renders; where they lie follows surface anatomy.
_FORMS = (
    (2.4, 0.0, 1.0, 9.0, 2.6), (4.0, 0.0, 1.2, 11.0, -1.2),  # larynx, hollow below it
    (6.3, 0.0, 0.9, 7.0, -3.5), (8.2, 0.0, 1.2, 12.0, -1.5),  # pit of the neck, breastbone
    (7.8, 15.0, 0.9, 9.0, 2.0), (7.9, 42.0, 0.9, 26.0, 2.4),  # clavicle
    (6.0, 52.0, 1.2, 20.0, -3.0),  # hollow above the clavicle
    (1.5, 32.0, 1.6, 14.0, -1.8),  # between larynx and sternomastoid
    (3.5, 140.0, 3.0, 22.0, 1.2), (2.0, 180.0, 2.5, 9.0, -1.8),  # trapezius, the nape's furrow
)
# The sternomastoid runs from behind the ear to the pit of the neck: ring -> degrees, mm high.
_MUSCLE_RINGS = (0.0, 2.0, 4.0, 5.5, 7.0)
_MUSCLE_ANGLE = (88.0, 66.0, 43.0, 24.0, 11.0)
_MUSCLE_HEIGHT = (2.5, 4.2, 5.2, 5.2, 1.0)
_MUSCLE_WIDTH = (18.0, 16.0, 13.0, 11.0, 9.0)  # degrees


def neck_rings() -> list[Points]:
    """Rings of (48,3) mm from under the jaw to the end of the stub, each from the front."""
    return [_ring(k, *row) for k, row in enumerate(_RINGS)]


def _ring(k: int, y_front: float, y_back: float, z_front: float, z_back: float,
          half_width: float, power: float) -> Points:
    angle = np.arange(NECK_POINTS) / NECK_POINTS * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    r = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    front = (c * r + 1) / 2
    middle, depth = (z_front + z_back) / 2, (z_front - z_back) / 2
    relief = _relief(k, np.degrees(np.minimum(angle, 2 * np.pi - angle)))
    return np.stack([half_width * s * r + relief * s, y_back + (y_front - y_back) * front,
                     middle + depth * c * r + relief * c], 1)


def _relief(k: int, degrees: Points) -> Points:
    """Height in mm of muscles, cartilage and bones over the plain tube."""
    height = np.zeros_like(degrees)
    for ring, where, rings, width, amount in _FORMS:
        height += amount * np.exp(-(((k - ring) / rings) ** 2) - ((degrees - where) / width) ** 2)
    if k <= _MUSCLE_RINGS[-1]:
        middle, high, wide = (float(np.interp(k, _MUSCLE_RINGS, row)) for row in
                              (_MUSCLE_ANGLE, _MUSCLE_HEIGHT, _MUSCLE_WIDTH))
        height += high * np.exp(-(((degrees - middle) / wide) ** 2))
    return height
