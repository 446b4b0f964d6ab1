# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin's inner linings: the mouth bag and the backs of the lids, as rings."""

from __future__ import annotations

import numpy as np

from .mesh_tools import Points
from .template import EYE_RADIUS

# Mouth bag rings, mm from the middle of the line where the lips meet: depth in the middle and at
# the sides, opening up and down, half width.  The first lie behind the lips, the next make the
# pouch between lips, cheeks and gums, the others roof, floor and throat.
_BAG = ((1.6, 11.4, 0.3, 0.3, 21.5), (2.7, 14.0, 3.6, 3.8, 23.0), (3.2, 20.0, 9.0, 8.8, 27.0),
        (4.6, 28.0, 14.6, 14.6, 30.5), (13.0, 40.0, 18.0, 17.5, 31.5),
        (28.0, 51.0, 19.5, 18.0, 30.5), (46.0, 61.0, 15.0, 17.5, 25.0),
        (63.0, 66.0, 3.0, 14.0, 10.0))

_LID_BACKS = ((EYE_RADIUS + 0.15, 1.0), (EYE_RADIUS + 0.2, 1.22), (EYE_RADIUS - 0.3, 1.5))


def bag_rings(lips: Points) -> list[Points]:
    """The mouth's lining, wide enough for the dental arches and all that stands on them."""
    n = len(lips)
    angle = np.arange(n) / n * 2 * np.pi
    up = np.sin(angle)
    middle = lips.mean(0)
    middle[2] = lips[:, 2].max()
    across = lips[:, 0] / np.abs(lips[0, 0])
    rings = []
    for k, (depth, side, above, below, half_width) in enumerate(_BAG):
        share = (0.0, 0.6)[k] if k < 2 else 1.0  # from the lips' own line to a round opening
        x = across * (1 - share) - np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8 * share
        opening = np.where(up > 0, above, -below) * np.abs(up) ** (0.6 if k < 3 else 0.75)
        level = lips[:, 1] - middle[1]
        z = lips[:, 2] - depth if k == 0 else (
            middle[2] - depth - (side - depth) * np.abs(x) ** 2.5)
        rings.append(np.stack([half_width * x, middle[1] + level * (1 - 0.5 * share) + opening, z],
                              1))
    return rings


def lid_back_rings(margin: Points, centre: Points) -> list[Points]:
    """The lids' inner faces, from the margin back over the eyeball."""
    arm = margin - centre
    rings = []
    for k, (radius, spread) in enumerate(_LID_BACKS):
        ring = arm.copy()
        ring[:, :2] *= spread
        z = np.sqrt(np.maximum(radius**2 - (ring[:, :2] ** 2).sum(1), 4.0))
        ring[:, 2] = (np.minimum(np.maximum(z, arm[:, 2] - 2.0), arm[:, 2] - 0.8) if k == 0
                      else np.minimum(z, arm[:, 2] - (k + 1.0)))
        rings.append(centre + ring)
    return rings
