# SPDX-License-Identifier: GPL-3.0-or-later
"""Where hair grows on the head and which way: the hairline and the field of growth."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from .mesh_tools import Points, smoothstep, unit

CENTRE = np.array([0.0, 10.0, -80.0])  # mm; each ray from here crosses the scalp once

# The left side's hairline from the middle of the forehead round to the nape, mm.  The forehead's
# height is the adult mean (trichion 67 mm above the nasion, Farkas 1994); temple, sideburn and the
# arch round the ear as they lie to the ear and the eye's corner on adults, judged on renders.
_LINE = np.array([
    (0, 66, 5), (10, 66.6, 4.5), (22, 68, 1), (34, 69.5, -8), (43, 68, -18), (50, 61, -25),
    (56, 51, -28), (61, 41, -31), (65, 31, -36), (68, 19, -43), (69, 8, -48), (69, -4, -49.5),
    (69, -16, -50), (69, -20, -53), (69, -20, -57), (69, -16, -60), (69, -4, -62),
    (69.5, 3, -66), (70, 8, -72), (71, 9.5, -81), (71, 7, -91), (71, -2, -98.5), (70, -15, -102.5),
    (68, -30, -105), (63, -48, -111), (54, -62, -121), (40, -70, -132), (20, -73, -142),
    (0, -73.5, -146)])
_SPACING = 1.0  # mm between the samples of the line
_WAVES = ((1.1, 17.0, 0.4), (0.8, 9.5, 2.0))  # amplitude and length (mm), phase of its unevenness


def _sampled() -> Points:
    """Directions of the line from CENTRE, both sides, about a millimetre apart."""
    steps = np.r_[0, np.cumsum(np.linalg.norm(np.diff(_LINE, axis=0), axis=1))]
    at = np.linspace(0, steps[-1], int(steps[-1] / _SPACING))
    left = np.stack([np.interp(at, steps, _LINE[:, k]) for k in range(3)], 1)
    # rounded as far as six samples reach: hairlines have no corners
    weight = np.hanning(15) / np.hanning(15).sum()
    padded = np.concatenate([left[7:0:-1] * [-1, 1, 1], left, left[-2:-9:-1] * [-1, 1, 1]])
    smooth = np.stack([np.convolve(padded[:, k], weight, "valid") for k in range(3)], 1)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(smooth, axis=0), axis=1))]
    ends = np.minimum(1, np.minimum(length, length[-1] - length) / 8)  # mirror images meet there
    for size, wave, phase in _WAVES:
        smooth[:, 1] += size * ends * np.sin(2 * np.pi * length / wave + phase)
    return unit(smooth - CENTRE)


_LEFT = _sampled()
_TREE = cKDTree(np.concatenate([_LEFT, _LEFT * [-1, 1, 1]]))


def hairline() -> Points:
    """(n,3) unit vectors from `CENTRE` to the left half of the hairline, forehead to nape."""
    return _LEFT.copy()


def hairiness(points: Points) -> Points:
    """(n,) mm along the head from the hairline: positive where hair grows, negative beside it.

    points: (n,3) mm, on or near the skin of the neutral head.  Ears are not looked at: a caller
    leaves them out.
    """
    arm = points - CENTRE
    radius = np.linalg.norm(arm, axis=1)
    direction = arm / radius[:, None].clip(1e-9)
    turn, polar = _spherical(direction)
    line_turn, line_polar = _spherical(_LEFT)
    above = np.interp(turn, line_turn, line_polar) - polar
    return np.asarray(np.sign(above) * radius * _TREE.query(direction)[0])


def _spherical(direction: Points) -> tuple[Points, Points]:
    """Angle from the front towards either side, and from straight up; rad."""
    return (np.arctan2(np.abs(direction[:, 0]), direction[:, 2]),
            np.arccos(np.clip(direction[:, 1], -1, 1)))


def growth(points: Points, normals: Points) -> Points:
    """(n,3) unit vectors along the skin the way hair is combed there.

    Back from the forehead over the top and down behind; down and back above the ears, straight
    down before them; towards the middle at the nape.
    """
    x, y, z = points.T
    side = smoothstep((np.abs(normals[:, 0]) - 0.45) / 0.45)
    behind = smoothstep((-z - 105) / 55)
    temple = smoothstep((z + 66) / 16) * smoothstep((45 - y) / 40)
    rear = 0.85 * (1 - behind) - 0.45 * temple * (1 - behind) + 0.1
    top = np.stack([0.004 * x, 0.9 * smoothstep((z + 40) / 45) - 0.9 * behind, behind - 1.0], 1)
    flank = np.stack([np.zeros_like(x), -np.ones_like(x), -rear], 1)
    nape = smoothstep((-y - 25) / 45)
    flow = top * (1 - side)[:, None] + flank * side[:, None]
    flow[:, 0] -= 0.008 * x * nape
    flow -= (flow * normals).sum(1, keepdims=True) * normals
    return unit(flow)
