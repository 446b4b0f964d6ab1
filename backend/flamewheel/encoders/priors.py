# SPDX-License-Identifier: GPL-3.0-or-later
"""What is likely of a face before its photo is seen: one Gaussian and a box.

Expression components drawn from data open the mouth as well as the jaw does; a·x is the opening
they fake, and a term ½ (a·x / b)² leaves it to the jaw.  T x is how far the tongue's tip goes
along, which no landmark sees; ½ |T x / t|² keeps it in the mouth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .problem import TURNING, State, project_with_slopes
from .rows import LandmarkRows

if TYPE_CHECKING:
    from .calibration import FaceStatistics

Floats = npt.NDArray[np.float64]

JAW_DEVIATION = (0.2, 0.03, 0.02)  # rad: opening, sideways, roll
JAW_LOW, JAW_HIGH = (-0.02, -0.12, -0.08), (0.60, 0.12, 0.08)  # rad
BORROWED_OPENING = 0.03  # rad
"""b: how much of an open mouth identity and expression may explain together, instead of the jaw.
Without it the jaw told surprise from neutral photos with an AUC of 0.65, with it of 0.78 (on an
earlier head)."""
GAZE_DEVIATION = (0.15, 0.25)  # rad: up-down, sideways
GAZE_APART = (0.02, 0.04)  # rad: how far the two eyes' turns differ, beyond what is common
GAZE_LIMIT = (0.45, 0.65)  # rad
COEFFICIENT_LIMIT = 3.0  # standard deviations
EXPRESSION_LIMIT = 7.0  # of the head's own statistics: units at full strength reach it (`basis`)
TONGUE_TIP = 0.010  # m: the part of the tongue that would show between the lips
TONGUE_DEVIATION = 0.001  # m that it strays: a tongue out is for the animator to say
UNIT_LOW, UNIT_HIGH, UNIT_DEVIATION = -0.1, 1.3, 0.4  # of a component that is one action unit


@dataclass(frozen=True, eq=False)
class Word:
    """exp(-½ xᵀ Λ x + ηᵀ x): what is said of one face's unknowns besides."""

    precision: Floats  # (n,n) Λ
    pull: Floats  # (n,) η


@dataclass(frozen=True, eq=False)
class Priors:
    """exp(-½ (x-m)ᵀ P (x-m)) within a box, over the (S+E+7) unknowns of `State.boxed`."""

    mean: Floats  # m
    precision: Floats  # P
    low: Floats
    high: Floats
    identity_count: int  # S; 0 where the identity is held fixed

    def cost(self, boxed: Floats) -> float:
        """½ (x-m)ᵀ P (x-m)."""
        off = boxed - self.mean
        return float(0.5 * off @ self.precision @ off)

    def heeding(self, word: Word) -> Priors:
        """With `word` taken in."""
        precision = self.precision + word.precision
        mean = np.linalg.solve(precision, self.precision @ self.mean + word.pull)
        return replace(self, mean=mean, precision=precision)

    def given_identity(self, shape: Floats) -> Priors:
        """Over the rest, once the identity (S,) is known."""
        count = self.identity_count
        rest = self.precision[count:, count:]
        pull = self.precision[count:, :count] @ (shape - self.mean[:count])
        return Priors(self.mean[count:] - np.linalg.solve(rest, pull), rest,
                      self.low[count:], self.high[count:], 0)


def learned_priors(data: HeadData, rows: LandmarkRows, statistics: FaceStatistics) -> Priors:
    """What faces do, as the head's statistics have it, about the face at rest.

    The second moment about rest and not about the mean: a face that tells nothing is at rest.  On
    tuning renders and photos both err and tell alike.
    """
    identity, expression = rows.identity_count, rows.expression_count
    whole = len(data.expression_basis[0, 0])
    kept = np.concatenate([np.arange(expression), np.arange(whole, whole + TURNING)])
    moment = statistics.covariance() + np.outer(statistics.mean, statistics.mean)
    precision = np.eye(identity + kept.size)
    precision[identity:, identity:] = np.linalg.inv(moment[np.ix_(kept, kept)])
    precision[identity:-TURNING, identity:-TURNING] += _tongue(data, expression)
    limits = np.concatenate([np.full(identity, COEFFICIENT_LIMIT),
                             np.full(expression, EXPRESSION_LIMIT)])
    gaze = np.tile(GAZE_LIMIT, 2)
    return Priors(np.zeros(len(precision)), precision, np.concatenate([-limits, JAW_LOW, -gaze]),
                  np.concatenate([limits, JAW_HIGH, gaze]), identity)


def priors_of(data: HeadData, rows: LandmarkRows) -> Priors:
    """Of a head without statistics.

    Unit Gaussians on coefficients (they are standard deviations), small joint angles.

    An expression component that is exactly one action unit runs from rest to full strength, not
    both ways: muscles pull, they do not push.
    """
    identity, expression = rows.identity_count, rows.expression_count
    deviation = np.ones(identity + expression)
    high = np.full(identity + expression, COEFFICIENT_LIMIT)
    low = -high
    units = identity + unit_components(data, expression)
    deviation[units], low[units], high[units] = UNIT_DEVIATION, UNIT_LOW, UNIT_HIGH
    turns = np.zeros((TURNING, TURNING))
    turns[:3, :3] = np.diag(np.square(JAW_DEVIATION))
    turns[3:, 3:] = np.kron(np.ones((2, 2)), np.diag(np.square(GAZE_DEVIATION)))
    turns[3:, 3:] += np.kron(np.eye(2), np.diag(np.square(GAZE_APART)))
    precision = np.zeros((deviation.size + TURNING,) * 2)
    precision[:deviation.size, :deviation.size] = np.diag(deviation**-2)
    precision[deviation.size:, deviation.size:] = np.linalg.inv(turns)
    precision += _left_to_others(data, rows)
    gaze = np.tile(GAZE_LIMIT, 2)
    return Priors(
        np.zeros(len(precision)), precision, np.concatenate([low, JAW_LOW, -gaze]),
        np.concatenate([high, JAW_HIGH, gaze]), identity,
    )


def _left_to_others(data: HeadData, rows: LandmarkRows) -> Floats:
    """(n,n) precision that leaves the mouth's opening to the jaw and the tongue to the animator."""
    count = rows.identity_count + rows.expression_count
    term = np.zeros(count + TURNING)
    term[:count] = jaw_likeness(rows) / BORROWED_OPENING
    precision = np.outer(term, term)
    expressions = slice(rows.identity_count, count)
    precision[expressions, expressions] += _tongue(data, rows.expression_count)
    return precision


def _tongue(data: HeadData, expression_count: int) -> Floats:
    """(E,E) precision that keeps the tongue where it is."""
    motion = tongue_motion(data, expression_count) / TONGUE_DEVIATION
    return np.asarray(motion.T @ motion)


def tongue_motion(data: HeadData, expression_count: int) -> Floats:
    """(3,E) m that a unit of each component moves the tongue's tip; zero without a tongue.

    A photo tells nothing of the tongue, but in the statistics of faces it moves with the lips.
    """
    if "tongue" not in data.masks:
        return np.zeros((3, expression_count))
    tongue = np.asarray(data.masks["tongue"])
    depth = np.asarray(data.template, dtype=np.float64)[tongue, 2]
    tip = tongue[depth >= depth.max() - TONGUE_TIP]
    moved = np.asarray(data.expression_basis, dtype=np.float64)[tip, :, :expression_count]
    return np.asarray(moved.mean(axis=0))


def jaw_likeness(rows: LandmarkRows) -> Floats:
    """(S+E,) rad of jaw opening in which a unit of each component's landmark motion projects."""
    count = rows.identity_count + rows.expression_count
    state = State(np.zeros(count), np.zeros(3), np.zeros((2, 2)), np.eye(3), 1.0, np.zeros(2))
    slopes = project_with_slopes(rows, state)[1].reshape(2 * len(rows.landmarks), -1)
    opening = slopes[:, count]
    square = float(opening @ opening)
    return np.asarray(slopes[:, :count].T @ opening / square) if square > 0 else np.zeros(count)


def unit_components(data: HeadData, expression_count: int) -> npt.NDArray[np.int64]:
    """Expression components that are nothing but one action unit at full strength."""
    if data.units is None:
        return np.zeros(0, dtype=np.int64)
    table = np.asarray(data.units.expression)[:, :expression_count]
    single = (np.abs(table) > 1e-6).sum(axis=1) == 1
    rows, columns = np.nonzero(np.abs(table) > 1e-6)
    ones = single[rows] & np.isclose(table[rows, columns], 1.0, atol=1e-3)
    return np.asarray(np.unique(columns[ones]), dtype=np.int64)


