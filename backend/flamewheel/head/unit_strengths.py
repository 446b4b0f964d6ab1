# SPDX-License-Identifier: GPL-3.0-or-later
"""How strongly expressions of a head show its action units: many faces at once.

Bounded least squares over what ψ moves before the jaw turns, and over the jaw's turn, weighed by
the lever with which it moves the vertices it carries; neck and eyes are left out.  The products of
pairs that have a corrective are part of what is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..parameters import ExpressionCode
from .data import JOINT_NAMES, HeadData, NamedUnits

Array = npt.NDArray[np.float64]

STRONGEST_UNIT = 1.5
"""Most of a unit that a face may show: the wheel's intense ring; a design choice."""
RIDGE = 1e-4
"""Of a unit's own squared motion: chooses the smaller of two sets of units that move alike (26 and
27 both drop the jaw)."""
SELDOM = ("AU19", "AU37", "AU45")
"""Tongue show, lip wipe and blink: on the skin they are a jaw drop and closed eyes."""
SELDOM_RIDGE = 1e-2  # for them, so that a dropped jaw is no tongue and a closed eye no blink

_MAX_VERTICES = 2000  # compared; all of the open head's move strengths by 0.004 on the mean
_AT_ONCE = 256  # faces whose (U,U) systems are held at a time: about 20 MB
_ROUNDS = 60  # Newton steps; of 470 faces from photos half settle in 13, one needs 34
_SETTLED = 1e-9  # relative fall of the squared misfit below which a face is done
_HALVINGS = 2.0 ** -np.arange(9)  # steps tried in a round, the first that lessens the misfit
_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True, eq=False)
class MeasuredUnits:
    """Faces as action units."""

    names: tuple[str, ...]  # (U,)
    strengths: Array  # (N,U) 0..STRONGEST_UNIT; 1 is a unit's full motion
    shares: Array  # (N,) 0..1 of each face's squared motion that the strengths show again


def measure_strengths(
    head: HeadData, units: NamedUnits, codes: Sequence[ExpressionCode] | npt.ArrayLike
) -> Array:
    """(N,U) how strongly `codes` show each of the `units`; see `measure_units`."""
    return measure_units(head, units, codes).strengths


def measure_units(
    head: HeadData, units: NamedUnits, codes: Sequence[ExpressionCode] | npt.ArrayLike
) -> MeasuredUnits:
    """Expressions of `head` as strengths of its `units` and the share of motion they hold.

    `codes` are expression codes or rows (N,E'+3): ψ, then the jaw's axis-angle turn in rad; E' may
    be less than the head has.  For many faces give all at once; for one face after another keep a
    `UnitMeter`.
    """
    return UnitMeter(head, units).measure(rows_of(codes))


def rows_of(codes: Sequence[ExpressionCode] | npt.ArrayLike) -> Array:
    """(N,E'+3) ψ and jaw of expression codes; rows pass through."""
    if isinstance(codes, Sequence) and codes and isinstance(codes[0], ExpressionCode):
        given: Array = np.stack([np.concatenate([code.expression, code.jaw])
                                 for code in codes if isinstance(code, ExpressionCode)])
        return given
    return np.atleast_2d(np.asarray(codes, dtype=np.float64))


class UnitMeter:
    """Measures faces of one head in its units; holds what does not depend on the faces."""

    def __init__(self, head: HeadData, units: NamedUnits) -> None:
        self.names = units.names
        self._metric = _metric(head)  # (E+3,E+3): motion of a row, in a basis that keeps lengths
        self._count = head.expression_count
        self._single = self._moved(units.expression, units.pose[:, _JAW])
        mending, pairs = units.pair_expression, np.asarray(units.pairs, dtype=np.int64)
        self._pairs = pairs if mending is not None else pairs[:0]
        rows = np.zeros((0, 0)) if mending is None else np.asarray(mending, np.float64)
        self._mended = self._moved(rows, np.zeros((len(self._pairs), 3)))
        sizes = np.maximum((self._single**2).sum(1), 1e-24)
        seldom = [name.rstrip("LR") in SELDOM for name in units.names]
        self._ridge = np.where(seldom, SELDOM_RIDGE, RIDGE) * sizes

    def measure(self, rows: npt.ArrayLike) -> MeasuredUnits:
        """Rows (N,E'+3), ψ and jaw, as strengths."""
        given = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        motions = self._moved(given[:, :-3], given[:, -3:])
        parts = [self._fit(motions[at:at + _AT_ONCE]) for at in range(0, len(motions), _AT_ONCE)]
        strengths = np.concatenate(parts) if parts else np.zeros((0, len(self.names)))
        total = (motions**2).sum(1)
        missed = (self._misses(strengths, motions) ** 2).sum(1)
        shares = np.where(total > 0, 1 - missed / np.where(total > 0, total, 1.0), 1.0)
        return MeasuredUnits(self.names, strengths, np.maximum(shares, 0.0))

    def _moved(self, expression: npt.ArrayLike, jaw: npt.ArrayLike) -> Array:
        """(N,K) motions of ψ (N,<=E; more is cut off) and turns of the jaw (N,3)."""
        given, turns = np.asarray(expression, np.float64), np.asarray(jaw, np.float64)
        wide = np.zeros((len(turns), self._count + 3))
        count = min(self._count, given.shape[1])
        wide[:, :count] = given[:, :count]
        wide[:, -3:] = turns
        return np.asarray(wide @ self._metric.T)

    def _misses(self, strengths: Array, motions: Array) -> Array:
        both = strengths[:, self._pairs[:, 0]] * strengths[:, self._pairs[:, 1]]
        return np.asarray(strengths @ self._single + both @ self._mended - motions)

    def _costs(self, strengths: Array, motions: Array) -> Array:
        """(N,) squared misfit with the ridge."""
        missed: Array = self._misses(strengths, motions)
        return np.asarray((missed**2).sum(-1) + (strengths**2) @ self._ridge)

    def _slopes(self, strengths: Array) -> Array:
        """(N,U,K) how the motion grows with each strength, where the faces now are."""
        one, other, pair = *self._pairs.T, np.arange(len(self._pairs))
        partners = np.zeros((len(strengths), len(self.names), len(self._pairs)))
        partners[:, one, pair] = strengths[:, other]
        partners[:, other, pair] = strengths[:, one]
        return np.asarray(self._single + partners @ self._mended)

    def _fit(self, motions: Array) -> Array:
        """(N,U) strengths of motions (N,K), by projected Gauss-Newton (Bertsekas 1982)."""
        strengths = np.zeros((len(motions), len(self.names)))
        costs = self._costs(strengths, motions)
        open_ = np.flatnonzero(costs > 0)
        for _ in range(_ROUNDS):
            if not open_.size:
                break
            step = self._step(strengths[open_], motions[open_])
            moved, found = self._searched(strengths[open_], step, motions[open_], costs[open_])
            fallen = costs[open_] - found
            strengths[open_], costs[open_] = moved, found
            open_ = open_[fallen > _SETTLED * np.maximum(found, 1e-12)]
        return strengths

    def _step(self, strengths: Array, motions: Array) -> Array:
        """(N,U) Newton steps of the units that are not held at a bound."""
        slopes = self._slopes(strengths)
        pull = (np.einsum("nuk,nk->nu", slopes, self._misses(strengths, motions))
                + self._ridge * strengths)
        held = ((strengths <= 0) & (pull > 0)) | ((strengths >= STRONGEST_UNIT) & (pull < 0))
        bending = slopes @ slopes.transpose(0, 2, 1)
        bending[held[:, :, None] | held[:, None, :]] = 0.0
        diagonal = np.arange(strengths.shape[1])
        bending[:, diagonal, diagonal] += np.where(held, 1.0, self._ridge)
        wanted = np.where(held, 0.0, -pull)
        return np.asarray(np.linalg.solve(bending, wanted[:, :, None])[:, :, 0])

    def _searched(
        self, strengths: Array, step: Array, motions: Array, costs: Array
    ) -> tuple[Array, Array]:
        """The first halving of the step, cut off at the bounds, that lessens the misfit."""
        best, least = strengths.copy(), costs.copy()
        waiting = np.arange(len(strengths))
        for share in _HALVINGS:
            tried = np.clip(strengths[waiting] + share * step[waiting], 0.0, STRONGEST_UNIT)
            found = self._costs(tried, motions[waiting])
            good = found < least[waiting]
            best[waiting[good]], least[waiting[good]] = tried[good], found[good]
            waiting = waiting[~good]
            if not waiting.size:
                break
        return best, least


def _metric(head: HeadData) -> Array:
    """(E+3,E+3) upper triangle R: |R row| is what a row (ψ, jaw) moves, m over the vertices.

    A turn of the jaw weighs what it shows, and however large it is, it is not mistaken for ψ.
    """
    basis = np.asarray(head.expression_basis)
    moving = np.flatnonzero(np.abs(basis).max(axis=(1, 2)) > 0)
    step = max(1, -(-moving.size // _MAX_VERTICES))
    count = head.expression_count
    thin = np.asarray(basis[moving[::step]], np.float64).reshape(-1, count)
    template = np.asarray(head.template, dtype=np.float64)
    arms = template - np.asarray(head.joint_regressor[_JAW], dtype=np.float64) @ template
    carried = np.asarray(head.weights, dtype=np.float64)[:, _JAW, None] * arms
    metric = np.zeros((count + 3, count + 3))
    triangle = np.linalg.qr(np.concatenate([thin, np.zeros((1, count))]), mode="r")
    metric[:len(triangle), :count] = triangle
    metric[count:, count:] = np.eye(3) * (np.linalg.norm(carried) / np.sqrt(step))
    return metric
