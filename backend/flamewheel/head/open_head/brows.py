# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows of single hairs, groomed as they grow: up at the inner end, then along, towards a ridge.

Places within a brow are (u, v): u 0 at the inner end to 1 at the tail, v 0 at the lower border to
1 at the upper one.  Directions of growth after Westmore's and plastic surgeons' descriptions of the
natural brow: nearly upright hairs at the head, then outwards; the lower rows rise, the upper rows
fall, and they meet in a ridge a little above the middle.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.interpolate import CubicSpline

from .mesh_tools import Points, Sparse, unit, vertex_normals
from .parts import Skin
from .strands import Strands, cards, cast, evenly, with_mirror_image

HAIRS = 238  # per brow; five vertices each
_SECTIONS = 3
_UPPER = (107, 66, 105, 63, 70)  # landmarks along the borders of the right brow, head first
_LOWER = (55, 65, 52, 53, 46)
_HEAD_SHIFT = np.array([0.6, 0.6])  # mm; landmarks of the ends, judged on renders
_TAIL_SHIFT = np.array([0.5, 2.0])
_LEVEL = 0.52  # the ridge's share of the way from the lower to the upper landmarks

# All along u: height of the brow (mm), growth above the brow's line (degrees), how much more at
# the lower and less at the upper border, length (mm), roots per area, half width (mm).
_AT = np.array([0, 0.06, 0.13, 0.22, 0.4, 0.65, 0.85, 1.0])
_HEIGHT = np.array([6.0, 7.4, 8.2, 8.5, 7.8, 5.8, 3.8, 1.3])
_RISE = np.array([70, 60, 47, 34, 17, 8, 4, 0])
_MEETING = np.array([6, 8, 12, 17, 21, 17, 11, 6])
_LENGTH = np.array([3.6, 4.8, 6.0, 6.8, 7.2, 6.6, 5.4, 4.4])
_DENSITY = np.array([1.0, 1.15, 1.1, 1.0, 1.0, 1.05, 1.15, 1.1])
_HALF_WIDTH = np.array([0.11, 0.135, 0.17, 0.195, 0.2, 0.19, 0.17, 0.145])

_TURN = (9.0, 5.0)  # degrees from hair to hair at the head and beyond; more looks unkempt
_STEPS = 12  # of the path along a hair
_LIFT = np.array([0.28, 0.64, 0.58])  # mm off the skin at each section
_LAYERS = 0.18  # mm more for the topmost hairs
_OWN_SHARE = (0.65, 1.0)
"""Share of the skin under a hair's middle and tip in their movement, at the head and at the tail;
that at its root has the rest.  Hairs turn with the skin; at the head, where it is squeezed, they
keep their length, and at the tail they follow it across the brow bone's edge."""
_MIDDLE = 0.35  # share of the skin under the middle in their own movement, the tip's is the rest


def brows(skin: Skin) -> Strands:
    """Both brows, exact mirror images."""
    u, paths, wide = _groomed(_Line(skin))
    n = len(paths)
    flat = np.concatenate([paths.reshape(-1, 2), np.full((n * _SECTIONS, 1), -100.0)], 1)
    front = np.broadcast_to(np.array([0.0, 0.0, 1.0]), flat.shape)
    spots = cast(skin, np.arange(skin.face_triangles), flat, front)
    under = spots.binding(skin)
    normals = unit(under @ vertex_normals(skin.points, skin.triangles))
    layer = _LAYERS * evenly(n)[:, :1]
    lift = (_LIFT + layer * [0.3, 1.0, 1.0]).reshape(-1, 1)
    lines = (under @ skin.points + normals * lift).reshape(n, _SECTIONS, 3)
    direction = unit(np.gradient(lines, axis=1))
    sideways = unit(np.cross(direction, normals.reshape(lines.shape)))
    points, triangles, spot = cards(lines, sideways, wide[:, None] * [0.75, 1.0])
    hang = _kept_long(under, np.interp(u, [0.5, 0.75], _OWN_SHARE))
    return with_mirror_image(Strands(points, triangles, sp.csr_matrix(hang[spot])), skin)


class _Line:
    """The ridge of the right brow as a curve in the frontal plane."""

    def __init__(self, skin: Skin) -> None:
        upper, lower = skin.points[list(_UPPER), :2], skin.points[list(_LOWER), :2]
        knots = lower + (upper - lower) * _LEVEL
        knots[0] += _HEAD_SHIFT
        knots[-1] += _TAIL_SHIFT
        steps = np.linalg.norm(np.diff(knots, axis=0), axis=1)
        self.length = float(steps.sum())
        self._curve = CubicSpline(np.r_[0, np.cumsum(steps)] / self.length, knots)

    def frame(self, u: Points) -> tuple[Points, Points]:
        """Unit tangents towards the tail and unit normals upwards, (n,2) each."""
        tangent = unit(self._curve(u, 1))
        return tangent, np.stack([tangent[:, 1], -tangent[:, 0]], 1)

    def places(self, u: Points, v: Points) -> Points:
        """(n,2) mm in the frontal plane."""
        height = np.interp(u, _AT, _HEIGHT) * (v - 0.5)
        return np.asarray(self._curve(u) + self.frame(u)[1] * height[:, None])


def _groomed(line: _Line) -> tuple[Points, Points, Points]:
    """Of the hairs: roots' u (n,), paths (n,_SECTIONS,2) mm in the frontal plane, half widths."""
    rng = np.random.default_rng(3)
    even = evenly(HAIRS)
    fine = np.linspace(0, 1, 400)
    share = np.cumsum(np.interp(fine, _AT, _HEIGHT * _DENSITY))
    u = np.interp(even[:, 0], share / share[-1], fine)
    # hairs that stand upright need their room above them
    v = 0.02 + even[:, 1] * np.interp(u, [0, 0.2], [0.55, 0.9])
    turn = rng.normal(0, 1.0, HAIRS) * np.interp(u, [0, 0.15], _TURN)
    v = v + rng.uniform(-1, 1, HAIRS) * 0.06
    u = u + rng.uniform(-1, 1, HAIRS) * np.interp(u, [0, 0.15], [0.022, 0.012])
    length = np.interp(u, _AT, _LENGTH) * rng.uniform(0.8, 1.15, HAIRS)
    path = [np.stack([u, v], 1)]
    for _ in range(_STEPS):
        path.append(_step(path[-1], turn, length / _STEPS, line.length))
    inside = np.stack([_within(p) for p in path], 1)
    reach = np.where(inside.all(1), _STEPS, inside.argmin(1) - 1).clip(_STEPS // 3)
    row = np.arange(HAIRS)
    taken = [np.stack(path, 1)[row, np.rint(reach * k / (_SECTIONS - 1)).astype(int)]
             for k in range(_SECTIONS)]
    places = np.stack([line.places(p[:, 0], p[:, 1]) for p in taken], 1)
    return u, places, np.interp(u, _AT, _HALF_WIDTH) * rng.uniform(0.85, 1.15, HAIRS)


def _step(place: Points, turn: Points, length: Points, brow: float) -> Points:
    u, v = place.T
    angle = np.radians(np.interp(u, _AT, _RISE) + turn
                       + np.interp(u, _AT, _MEETING) * np.clip(1 - 2 * v, -1, 1))
    height = np.interp(u, _AT, _HEIGHT)
    return np.stack([u + np.cos(angle) * length / brow, v + np.sin(angle) * length / height], 1)


def _within(place: Points) -> Points:
    """Which places are in the brow: between its borders, before its tail."""
    u, v = place.T
    return np.asarray((v > -0.02) & (v < 1.0) & (u < 1.02))


def _kept_long(under: Sparse, own_share: Points) -> Sparse:
    """The sections' binding: the root's own; for all beyond it one, mixed of root's and theirs.

    One movement for middle and tip costs the head's file a third less than one for each.
    """
    rows = np.arange(under.shape[0])
    section = rows % _SECTIONS
    root = rows - section
    own = np.where(section == 0, 0.0, np.repeat(own_share, _SECTIONS))
    beyond = _MIDDLE * under[root + 1] + (1 - _MIDDLE) * under[root + 2]
    return sp.diags(own) @ beyond + sp.diags(1 - own) @ under[root]
