# SPDX-License-Identifier: GPL-3.0-or-later
"""The openings of a face: how wide eyes and lips are open, and what action units do to that.

A lid that misses the other by half a millimetre is an eye that will not close, however small its
share of a face's motion: what units do to the openings counts beside what they do to the skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from .data import HeadData
from .facemesh_points import facemesh_points
from .surface import outer_skin

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UPPER_LIDS = (246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398)
LOWER_LIDS = (7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382)
"""FaceMesh's landmarks of the lids' edges, right eye and left, one above the other."""
UPPER_LIPS = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_LIPS = (95, 88, 178, 87, 14, 317, 402, 318, 324)
"""FaceMesh's landmarks of the lips' inner edges, likewise."""
PRESSING = ("AU17", "AU23", "AU24", "AU28")
"""Units that bring the lips together: on a head whose lips are parted at rest they close them."""
SAMPLES = 61  # looks taken across each opening: one for every 0.3 mm of the widest
BEYOND = 0.3  # of the distance between the lids' points: looked at above and below them
AROUND = 0.015  # m about the eyes: triangles that a lid may come from
LEAST_SEEN = 0.25  # of that distance: a narrower view of the eyeball is taken for none
STRONGEST_CLOSING = 0.3  # of the opening: a head whose units close it less has no blink


@dataclass(frozen=True, eq=False)
class PointPairs:
    """Pairs of points on the edges of an opening, as rows of a face's points."""

    upper: Ints  # (m,)
    lower: Ints  # (m,)
    upright: bool  # whether they part along Y (lips, which touch) or along their line (lids)

    def across(self, points: Array) -> Array:
        """(m,3) unit vectors along which the pairs of points (n,3) part."""
        if self.upright:
            return np.tile((0.0, 1.0, 0.0), (len(self.upper), 1))
        apart = points[self.upper] - points[self.lower]
        return np.asarray(apart / np.linalg.norm(apart, axis=1, keepdims=True).clip(1e-12))

    def widened(self, points: Array, fields: Array) -> Array:
        """(U,m) m by which displacements (U,n,3) of `points` (n,3) part the pairs."""
        apart = fields[:, self.upper] - fields[:, self.lower]
        return np.asarray(np.einsum("umi,mi->um", apart, self.across(points)))

    def each_moved(self, points: Array, fields: Array) -> Array:
        """(U,2m) m by which displacements move the upper, then the lower points along what they
        part: which of two lids it is that opens an eye."""
        across = self.across(points)
        moved = [np.einsum("umi,mi->um", fields[:, rows], across)
                 for rows in (self.upper, self.lower)]
        return np.concatenate(moved, axis=1)

    def gaps(self, points: Array) -> Array:
        """(m,) m between the points of each pair along what they part."""
        apart = points[self.upper] - points[self.lower]
        return np.asarray((apart * self.across(points)).sum(axis=1))

    def widths(self, points: Array) -> Array:
        """(m,) m between the points of each pair."""
        return np.asarray(np.linalg.norm(points[self.upper] - points[self.lower], axis=1))


def shut_widths(pairs: PointPairs, points: Array, fields: Array) -> Array:
    """(m,) m by which the strongest of the displacements (U,n,3) of the points closes each pair.

    That is what shuts an eye: a head's lids meet at its blink though the points on them keep a
    little apart.
    """
    closed = -pairs.widened(points, fields).min(axis=0, initial=0.0)
    return np.maximum(closed, STRONGEST_CLOSING * pairs.widths(points))


def lid_pairs(head: HeadData, vertices: Ints) -> PointPairs:
    """The lids' landmarks of `head` as rows of its face's `vertices`; none where it has none."""
    return _pairs(head, vertices, UPPER_LIDS, LOWER_LIDS, upright=False)


def lip_pairs(head: HeadData, vertices: Ints) -> PointPairs:
    """The inner lips' landmarks, likewise."""
    return _pairs(head, vertices, UPPER_LIPS, LOWER_LIPS, upright=True)


def _pairs(head: HeadData, vertices: Ints, above: tuple[int, ...], below: tuple[int, ...],
           upright: bool) -> PointPairs:
    if "facemesh478" not in head.landmarks:
        return PointPairs(np.zeros(0, np.int64), np.zeros(0, np.int64), upright)
    return marked_pairs(head, vertices, above, below, upright=upright)


def marked_pairs(head: HeadData, vertices: Ints, above: tuple[int, ...], below: tuple[int, ...],
                 *, upright: bool) -> PointPairs:
    """Landmarks one above the other, by FaceMesh's numbers, of whatever set `head` has.

    A landmark is taken for the vertex that it lies nearest to.  Raises HeadError `no-landmarks`.
    """
    points = facemesh_points(head, None)
    places = points.on(np.asarray(head.template, np.float64)[None])[0]
    at = {int(number): place for number, place in zip(points.numbers, places, strict=True)}
    both = [pair for pair in zip(above, below, strict=True) if set(pair) <= set(at)]
    tree = cKDTree(np.asarray(head.template, np.float64)[vertices])
    marks = np.array([[at[number] for number in pair] for pair in both]).reshape(-1, 2, 3)
    rows = tree.query(marks)[1].astype(np.int64)
    return PointPairs(rows[:, 0], rows[:, 1], upright)


def shares_pressed(names: Sequence[str], lips: PointPairs, points: Array) -> Array:
    """(U,k) how much of each pair's gap at rest a unit closes: all of it if its muscles press the
    lips together, on its own side if it has one, half of it in the middle."""
    across = points[lips.upper, 0] + points[lips.lower, 0]
    left = np.clip(0.5 + across / np.abs(across).max(initial=1e-9), 0.0, 1.0)
    sides = {"L": left, "R": 1.0 - left}
    rows = [sides.get(name[-1], np.ones_like(left)) * (name.rstrip("LR") in PRESSING)
            for name in names]
    return np.stack(rows)


class EyeOpenings:
    """What shows between the lids of a head, seen from the front, along -Z."""

    def __init__(self, head: HeadData, pairs: PointPairs, points: Array) -> None:
        """points: (n,3) m of the head's face at rest, the lids' edges among them."""
        self._head, self._widths = head, pairs.widths(points)
        steps = np.linspace(-BEYOND, 1 + BEYOND, SAMPLES)
        low, high = points[pairs.lower], points[pairs.upper]
        self._looks = low[:, None] + steps[None, :, None] * (high - low)[:, None]
        template = np.asarray(head.template, np.float64)
        corners = template[np.asarray(head.triangles)]
        least, most = self._looks.min((0, 1)) - AROUND, self._looks.max((0, 1)) + AROUND
        self._near = np.flatnonzero(
            ((corners.max(1) > least) & (corners.min(1) < most)).all(1))
        self._skin = outer_skin(head)[self._near]

    def seen(self, vertices: Array) -> Array:
        """(m,) m of each opening where something other than skin shows, of vertices (V,3) m."""
        corners = vertices[np.asarray(self._head.triangles)[self._near]]
        parts = [_not_skin(corners, self._skin, looks) for looks in self._looks]
        return np.asarray(np.stack(parts).mean(axis=1) * (1 + 2 * BEYOND) * self._widths)

    def at_rest(self) -> Array:
        """(m,) m; the distance of the lids' points where the head has no eyeballs to be seen."""
        seen = self.seen(np.asarray(self._head.template, np.float64))
        return np.where(seen > LEAST_SEEN * self._widths, seen, self._widths)


def _not_skin(
    corners: Array, skin: npt.NDArray[np.bool_], looks: Array
) -> npt.NDArray[np.bool_]:
    """(k,) whether what is foremost at X and Y of each look (k,3) is a part other than skin."""
    flat = corners[:, :, :2]
    beside = (flat.max(1) >= looks[:, :2].min(0)) & (flat.min(1) <= looks[:, :2].max(0))
    corners, skin = corners[beside.all(1)], skin[beside.all(1)]
    if not len(corners):
        return np.zeros(len(looks), bool)
    one, two = (corners[:, k, :2] - corners[:, 0, :2] for k in (1, 2))
    arm = looks[:, None, :2] - corners[None, :, 0, :2]
    double = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    safe = np.where(np.abs(double) < 1e-14, 1e-14, double)
    v = (arm[..., 0] * two[:, 1] - arm[..., 1] * two[:, 0]) / safe
    w = (one[:, 0] * arm[..., 1] - one[:, 1] * arm[..., 0]) / safe
    rise = corners[:, 1:, 2] - corners[:, :1, 2]
    depth = corners[:, 0, 2] + v * rise[:, 0] + w * rise[:, 1]
    depth = np.where((v >= 0) & (w >= 0) & (v + w <= 1), depth, -np.inf)
    foremost = depth.argmax(axis=1)
    hit = np.isfinite(depth[np.arange(len(looks)), foremost])
    return np.asarray(hit & ~skin[foremost])
