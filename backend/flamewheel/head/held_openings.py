# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips held together and lids held shut, whatever else a face shows.

Emotions part the lips by many units at once (a raised upper lip, a lowered lower one, a wrinkled
nose), so leaving out "lips part" and the jaw's drop does not shut a mouth.  With the jaw at rest
the gap between two points of the lips is linear in ψ, so that the smallest change of a face that
closes all gaps is a small quadratic problem, solved here within bounds (an active set: Nocedal and
Wright, Numerical Optimization, 2006, section 16.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .data import JOINT_NAMES, Floats, HeadData, NamedUnits
from .openings import (
    LOWER_LIDS,
    LOWER_LIPS,
    STRONGEST_CLOSING,
    UPPER_LIDS,
    UPPER_LIPS,
    PointPairs,
    marked_pairs,
)
from .unit_meanings import unit_number
from .unit_sides import LEFT, RIGHT, unit_side

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SIDES = (LEFT, RIGHT)
SHUTTING, RAISING = (43,), (5,)  # FACS: eyes closed; upper lid raiser

TOUCHING = 1e-4
"""m between the lips' inner edges below which they touch: the open head keeps 0.02 mm at rest."""
FAR_WEIGHT = 30.0
"""By how much motion away from the mouth counts for more in what "smallest" means, so that eyes
do not move when lips close; a design choice: it leaves the lids within 0.1 mm."""
NEAR = 0.75  # eye distances about the mouth within which motion counts once
RIDGE = 1e-4
"""Of the mean squared motion of a component, more for one with little room between its bounds: what
moves nothing stays put, and few come to their bounds."""
ROUNDS = 40  # components held at their bounds before giving up; the 27 faces need 25 at most
STRONGEST_LID = 1.5  # most of a closing unit: the strongest that any unit may be
_MOST_VERTICES = 2000  # compared, as in `unit_strengths`
_JAW = JOINT_NAMES.index("jaw")
_EYES = [JOINT_NAMES.index("left_eye"), JOINT_NAMES.index("right_eye")]


class HeldLips:
    """Shuts the mouth of one head."""

    def __init__(self, head: HeadData, low: Array, high: Array) -> None:
        """low, high: (E',) bounds of ψ that a shut mouth keeps to; E' may be less than E."""
        self._low, self._high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        count = self._low.size
        pairs = _found(head, UPPER_LIPS, LOWER_LIPS, upright=True)
        basis = np.asarray(head.expression_basis[..., :count])
        height = np.asarray(head.template, np.float64)[:, 1]
        self._parting = np.asarray(
            basis[pairs.upper, 1] - basis[pairs.lower, 1], np.float64).reshape(-1, count)
        self._at_rest = height[pairs.upper] - height[pairs.lower]
        self._wanted = np.minimum(self._at_rest, TOUCHING / 2)
        room = np.maximum(self._high - self._low, 1e-3)
        self._metric = _far_metric(head, basis, pairs)
        self._metric += np.diag(RIDGE * np.trace(self._metric) / count * (room.mean() / room) ** 2)

    @property
    def known(self) -> bool:
        """Are there points on the lips to go by?"""
        return self._at_rest.size > 0

    def gaps(self, expression: Array) -> Array:
        """(…,m) m between the lips' inner edges of ψ (…,E') with the jaw at rest."""
        return np.asarray(self._at_rest + expression @ self._parting.T)

    def touching(self, expression: Array, within: float = TOUCHING) -> bool:
        """Do the lips of ψ (…,E') touch everywhere, none through the other, the jaw at rest?"""
        return bool((np.abs(self.gaps(expression) - self._wanted) < within).all())

    def shut(self, expression: Array) -> Array:
        """(E',) the nearest ψ whose lips touch, within the bounds (or where ψ already is beyond).

        Where no such face is found the last one tried is given: `gaps` tells.
        """
        if self.touching(expression):
            return expression
        low, high = np.minimum(self._low, expression), np.maximum(self._high, expression)
        wanted = self._wanted - self.gaps(expression)
        change, free = np.zeros_like(expression), np.ones(expression.size, bool)
        for _ in range(ROUNDS if self.known else 0):
            change = self._least(change, free, wanted)
            beyond = (expression + change < low - 1e-9) | (expression + change > high + 1e-9)
            change = np.clip(expression + change, low, high) - expression
            if not beyond.any():
                break
            free &= ~beyond
        return np.asarray(expression + change)

    def sealed(self, units: NamedUnits) -> NamedUnits:
        """`units` of this head, each of which leaves the lips as far apart as they are.

        Whatever course a unit takes between two faces whose lips touch, they touch on the way.
        """
        closing = np.linalg.solve(self._metric, self._parting.T)
        stiff = self._parting @ closing
        closing = closing @ np.linalg.inv(stiff + 1e-7 * np.trace(stiff) * np.eye(len(stiff)))

        def shut(rows: Floats) -> Array:
            given = np.asarray(rows, np.float64)
            return np.asarray(given - (given @ self._parting.T) @ closing.T)

        pairs = units.pair_expression
        pose = np.array(units.pose, np.float64)
        pose[:, _JAW] = 0.0
        return replace(units, expression=shut(units.expression), pose=pose,
                       pair_expression=None if pairs is None else shut(pairs))

    def _least(self, change: Array, free: npt.NDArray[np.bool_], wanted: Array) -> Array:
        """(E',) the least change that widens the gaps by `wanted`, some components held."""
        on, off = np.flatnonzero(free), np.flatnonzero(~free)
        pull = -self._metric[np.ix_(on, off)] @ change[off]
        parting = self._parting[:, on]
        solved = np.linalg.solve(self._metric[np.ix_(on, on)],
                                 np.column_stack([parting.T, pull]))
        response, drift = solved[:, :-1], solved[:, -1]
        stiff = parting @ response
        stiff[np.diag_indices_from(stiff)] += 1e-7 * np.trace(stiff)
        missing = wanted - self._parting[:, off] @ change[off] - parting @ drift
        found = change.copy()
        found[on] = drift + response @ np.linalg.solve(stiff, missing)
        return found


class HeldLids:
    """Shuts and opens the eyes of one head by the units of its lids."""

    def __init__(self, head: HeadData, units: NamedUnits) -> None:
        self._units = units
        pairs = _found(head, UPPER_LIDS, LOWER_LIDS, upright=False)
        template = np.asarray(head.template, np.float64)
        basis = np.asarray(head.expression_basis[..., :units.expression.shape[1]])
        apart = np.asarray(basis[pairs.upper] - basis[pairs.lower], np.float64)
        widening = np.einsum("mie,mi->me", apart, pairs.across(template))
        self._shuts = {side: self._rows(SHUTTING, side) for side in SIDES}
        self._raises = {side: self._rows(RAISING, side) for side in SIDES}
        shut = np.zeros(len(units.names))
        shut[[row for side in SIDES for row in self._shuts[side]]] = 1.0
        closed = -widening @ units.codes(shut[None])[0]  # (m,) m by which it closes them
        # corners, where landmarks of a head that was only seen in pictures may cross
        telling = closed > STRONGEST_CLOSING * pairs.widths(template)
        self._widening, self._closed = widening[telling], closed[telling]
        left = template[pairs.upper[telling], 0] > 0
        self._pairs = {LEFT: np.flatnonzero(left), RIGHT: np.flatnonzero(~left)}

    @property
    def known(self) -> bool:
        """Are there points on the lids, and units that close them?"""
        return all(self._pairs[side].size for side in SIDES)

    def openness(self, expression: Array) -> Array:
        """(2,) left, right: 1 as open as at rest, 0 as shut as the head's closing unit shuts."""
        shares = self._shares(expression)
        return np.array([shares[self._pairs[side]].mean() for side in SIDES])

    def shut(self, strengths: Array, rest: Array, sides: Sequence[str] = SIDES) -> Array:
        """(U,) `strengths` whose lids meet over ψ that is their sum and `rest` (E,).

        The units that shut an eye are set to what the widest part of it still needs.
        """
        found = strengths.copy()
        for side in sides:
            if not self.known:
                found[self._shuts[side]] = 1.0
                continue
            found[self._shuts[side]], more = 0.0, found.copy()
            more[self._shuts[side]] = 1.0
            pairs = self._pairs[side]
            open_ = self._shares(self._units.codes(found[None])[0] + rest)[pairs]
            closed = self._shares(self._units.codes(more[None])[0] + rest)[pairs]
            needed = (open_ / np.maximum(open_ - closed, 1e-3)).max()
            found[self._shuts[side]] = np.clip(needed, 0.0, STRONGEST_LID)
        return found

    def opened(self, strengths: Array, rest: Array, least: float) -> Array:
        """(U,) `strengths` with the upper lids raised until each eye is open by `least`."""
        found = strengths.copy()
        for at, side in enumerate(SIDES if self.known else ()):
            more = found.copy()
            more[self._raises[side]] += 1.0
            now = self.openness(self._units.codes(found[None])[0] + rest)[at]
            gained = self.openness(self._units.codes(more[None])[0] + rest)[at] - now
            if now < least and gained > 0:
                raised = found[self._raises[side]] + (least - now) / gained
                found[self._raises[side]] = np.minimum(raised, STRONGEST_LID)
        return found

    def _shares(self, expression: Array) -> Array:
        """(m,) of each pair of points: 1 as far apart as at rest, 0 shut."""
        return np.asarray(1.0 + self._widening @ expression / self._closed)

    def _rows(self, numbers: tuple[int, ...], side: str) -> Ints:
        names = self._units.names
        return np.array([row for row, name in enumerate(names) if unit_number(name) in numbers
                         and unit_side(name) in (None, side)], dtype=np.int64)


def _found(head: HeadData, above: tuple[int, ...], below: tuple[int, ...], *, upright: bool
           ) -> PointPairs:
    try:
        return marked_pairs(head, np.arange(head.vertex_count), above, below, upright=upright)
    except HeadError:
        return PointPairs(np.zeros(0, np.int64), np.zeros(0, np.int64), upright)


def _far_metric(head: HeadData, basis: Array, pairs: PointPairs) -> Array:
    """(E',E') a change's squared motion over the vertices, more where it is far from the lips."""
    template = np.asarray(head.template, np.float64)
    moving = np.flatnonzero(np.abs(basis).max(axis=(1, 2), initial=0.0) > 0)
    moving = moving[::max(1, -(-moving.size // _MOST_VERTICES))]
    if not pairs.upper.size or not moving.size:
        return np.eye(basis.shape[2])
    eyes = np.asarray(head.joint_regressor, np.float64)[_EYES] @ template
    reach = NEAR * np.linalg.norm(eyes[0] - eyes[1])
    mouth = template[np.concatenate([pairs.upper, pairs.lower])].mean(0)
    far = np.linalg.norm(template[moving] - mouth, axis=1) > reach
    weights = np.sqrt(np.where(far, FAR_WEIGHT, 1.0))[:, None, None]
    rows = (weights * basis[moving]).reshape(-1, basis.shape[2]).astype(np.float64)
    return np.asarray(rows.T @ rows)
