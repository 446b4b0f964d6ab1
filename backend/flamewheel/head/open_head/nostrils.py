# SPDX-License-Identifier: GPL-3.0-or-later
"""Nostrils: the patch of skin within each nostril's rim is sunk into a cavity with walls."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .mesh_tools import MIRROR, Index, Points, Sparse, Triangles, adjacency, ring_strip
from .template import Face

_RIM = (250, 309, 392, 289, 305, 290)  # landmarks round the left nostril's opening

# Rings of the wall: size relative to the rim, mm inwards.  The first is wider than the rim, so
# that the wing has a thickness; a nostril is seen 6 to 8 mm deep before it turns from view.
WALL = ((1.10, 1.1), (0.98, 4.0), (0.70, 7.0))
_FLOOR = (0.5, 8.0)
WALL_VERTICES = len(WALL) * 2 * len(_RIM)
"""New vertices of a side: rings as fine as the subdivided rim."""
_INWARD = np.array([-0.10, 0.86, -0.50])  # of the left one: up and back along the passage
_RIM_SHIFT = np.array([0.0, 0.5, -0.2])  # mm; the wing's edge hangs below the opening
_FOLLOWS = 0.5  # of the rim's shift: the vertices next to it

# The opening seen from below: an ellipse of 10.2 x 7.4 mm that slants outwards to the back, as
# adults' do (Farkas 1994: 10 to 13 long); the landmarks alone make it a polygon.
_LONG = np.array([0.64, -0.77])  # x, z of the left one's long axis
_HALF_AXES = np.array([5.2, 3.4])
_MIDDLE = np.array([-0.4, 0.7])  # x, z, mm from the landmarks' middle


def with_nostrils(face: Face, subdivide: Sparse, points: Points, triangles: Triangles,
                  middle: dict[tuple[int, int], int]) -> tuple[Sparse, Points, Triangles]:
    """The subdivided face with cavities: new vertices last, `subdivide` extended by their rows.

    Every vertex of a cavity is a mean of its rim, shifted: it moves with the rim in every unit.
    Triangle 4i..4i+3 of `triangles` must come from triangle i of the face.
    """
    count = len(points)
    mean: list[Sparse] = [sp.eye(count, format="lil")]
    shift = [np.zeros((count, 3))]
    near = adjacency(count, triangles)
    wound, walls = triangles.copy(), []
    for side in (-1, 1):
        loop = _RIM if side > 0 else tuple(int(face.mirror[v]) for v in _RIM)
        rim = np.array([v for a, b in zip(loop, (*loop[1:], loop[0]), strict=True)
                        for v in (a, middle[(min(a, b), max(a, b))])])
        inward = _INWARD if side > 0 else _INWARD * MIRROR
        shift[0][rim] = _RIM_SHIFT + _rounding(points[rim], side)
        round_about = np.setdiff1d(near[rim].indices, rim)
        share = near[round_about][:, rim]
        shift[0][round_about] = _FOLLOWS * (share @ shift[0][rim]) / share.sum(1)
        outer = rim
        for size, depth in WALL:
            ring = np.arange(len(rim)) + sum(len(s) for s in shift)
            mean.append(_shrunk(rim, rim, size, count))
            shift.append(size * shift[0][rim] + (1 - size) * shift[0][rim].mean(0)
                         + depth * inward)
            walls += ring_strip(outer.tolist(), ring.tolist())
            outer = ring
        patch = np.flatnonzero(np.isin(face.triangles, loop).all(1))
        rows = (4 * patch[:, None] + np.arange(4)).ravel()
        floor = np.setdiff1d(wound[rows], rim)
        mean[0][floor] = _shrunk(floor, rim, _FLOOR[0], count)
        shift[0][floor] = _RIM_SHIFT + _FLOOR[1] * inward
        number = np.arange(count)
        number[rim] = outer
        wound[rows] = number[wound[rows]]
    carry = sp.vstack(mean).tocsr()
    return (sp.csr_matrix(carry @ subdivide), np.asarray(carry @ points + np.concatenate(shift)),
            np.concatenate([wound, np.array(walls)]))


def _rounding(rim: Points, side: int) -> Points:
    """Shift (k,3) that lays a rim on its ellipse, level but for the slope of its plane."""
    across = rim[:, [0, 2]] - rim[:, [0, 2]].mean(0)
    axes = np.stack([_LONG, [-_LONG[1], _LONG[0]]]) * [side, 1.0]
    local = across @ axes.T / _HALF_AXES
    turn = np.unwrap(np.arctan2(local[:, 1], local[:, 0]))
    even = np.sign(turn[-1] - turn[0]) * np.arange(len(rim)) / len(rim) * 2 * np.pi
    turn = (turn + even + (turn - even).mean()) / 2  # half way to even steps
    aim = np.stack([np.cos(turn), np.sin(turn)], 1) * _HALF_AXES @ axes + _MIDDLE * [side, 1.0]
    plane = np.column_stack([np.ones(len(rim)), across])
    height = plane @ np.linalg.lstsq(plane, rim[:, 1], rcond=None)[0] - rim[:, 1]
    return np.stack([aim[:, 0] - across[:, 0], height * 0.7, aim[:, 1] - across[:, 1]], 1)


def _shrunk(vertices: Index, rim: Index, size: float, count: int) -> Sparse:
    """(k,count) rows: each vertex drawn to the rim's mean, `size` 1 leaves it where it is."""
    rows = sp.lil_matrix((len(vertices), count))
    rows[:, rim] = (1 - size) / len(rim)
    for k, v in enumerate(vertices):
        rows[k, v] += size
    return rows
