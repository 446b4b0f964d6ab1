# SPDX-License-Identifier: GPL-3.0-or-later
"""The anchors of a performance in action units, and the faces between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, NamedUnits
from ..head.unit_strengths import STRONGEST_UNIT, UnitMeter
from ..parameters import POSE_SIZE
from ..trajectory import Trajectory
from .profiles import DRIFT, DRIFT_FROM, RESTING, SHUT_FROM
from .style import MotionStyle
from .unit_courses import (
    SIDES,
    StepCourses,
    UnitCourses,
    UnitKinds,
    alarm_of,
    step_courses,
    unit_kinds,
)

if TYPE_CHECKING:
    from ..head.held_openings import HeldLids  # it loads scipy

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLINK_UNITS, CLOSING_UNITS = ("AU45", "AU43"), ("AU43", "AU45", "AU46")
"""Units that a blink is made of, the first one that the head has; those that shut an eye."""
LEAST_CLOSED = 0.3  # of an eye's opening: a unit that closes it less is none to go by
TURN = 3  # numbers of an axis-angle rotation
_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True, eq=False)
class FaceCourses:
    """Anchors as unit strengths, and what those do not show of them."""

    anchors: Trajectory
    units: NamedUnits
    kinds: UnitKinds
    strengths: Floats  # (T,U)
    rest: Floats  # (T,E+12)
    lids: HeldLids | None = None  # the head's, where its lids are known
    drift: float = 0.0  # how much a held face slackens; see `MotionStyle`

    @classmethod
    def of(
        cls, anchors: Trajectory, units: NamedUnits | None, meter: UnitMeter | None,
        lids: HeldLids | None = None, drift: float = 0.0,
    ) -> FaceCourses:
        """Without units all of the face is rest."""
        wide = anchors.codes.shape[1] - POSE_SIZE + TURN
        if units is None or meter is None:
            units, strengths = _no_units(wide), np.zeros((len(anchors.times), 0))
        else:
            # equal anchors, as of a hold, are measured once
            rows, which = np.unique(anchors.codes[:, :wide], axis=0, return_inverse=True)
            strengths = meter.measure(rows).strengths[which.reshape(-1)]
        shown = _shown(units, strengths, anchors.codes.shape[1])
        return cls(anchors, units, unit_kinds(tuple(units.names)), strengths, anchors.codes - shown,
                   lids if lids is not None and lids.known else None, drift)

    @property
    def changes(self) -> Floats:
        """(T-1,) sum of strengths by which the face changes in each step, mean of the sides."""
        return self._summed(np.abs(np.diff(self.strengths, axis=0)))

    @property
    def begins_at_rest(self) -> bool:
        """Is there no expression yet at the start?"""
        return float(self._summed(np.abs(self.strengths[0]))) <= RESTING

    def _summed(self, strengths: Floats) -> Floats:
        return np.asarray(strengths @ np.where(self.kinds.sides == len(SIDES) - 1, 1.0, 0.5))

    @property
    def alarms(self) -> Floats:
        """(T-1,) 0..1, how much of each step's change is surprise or fear."""
        return np.array([alarm_of(self.kinds, *pair) for pair in pairwise(self.strengths)])

    def steps(self, style: MotionStyle, seed: int) -> list[StepCourses | None]:
        """The courses of each step; None of one that holds.

        Each has its own chances, so that a step stays as it is where a later one is changed.
        """
        given, count = self.anchors, len(self.anchors.easings)
        seconds = np.diff(given.times)
        return [None if given.easings[step] == "hold" else step_courses(
            self.kinds, self.strengths[step], self.strengths[step + 1], float(seconds[step]),
            given.easings[step], style, np.random.default_rng((seed, step)))
            for step in range(count)]

    def at(self, step: int, courses: UnitCourses | None, times: Floats) -> Floats:
        """(N,E+12) the face at `times` (N,) s after the start of `step`."""
        made = self._strengths_at(step, courses, times)
        if courses is None:
            return np.asarray(_shown(self.units, made, self.rest.shape[1]) + self.rest[step])
        rest = self._rest_at(step, courses, times)
        face = _shown(self.units, made, rest.shape[1]) + rest
        # the turns of neck and eyes are no expression: they go the plain way
        plain = courses.plain(times)[:, None]
        start, end = self.anchors.codes[step], self.anchors.codes[step + 1]
        looks = slice(face.shape[1] - POSE_SIZE + TURN, None)
        face[:, looks] = ((1.0 - plain) * start + plain * end)[:, looks]
        return np.asarray(face)

    def shut(self) -> Flags:
        """(T-1,) steps at either end of which an eye counts as shut."""
        if self.lids is None:
            closing = self.strengths[:, self.kinds.rows(*CLOSING_UNITS)]
            closed = closing.max(axis=1, initial=0.0)[None]
        else:
            count = self.units.expression.shape[1]
            closed = 1.0 - np.array([self.lids.openness(code[:count])
                                     for code in self.anchors.codes]).T
        shut = (closed >= SHUT_FROM).any(axis=0)
        return np.asarray(shut[:-1] | shut[1:])

    def blink(self, step: int, courses: UnitCourses | None, time: float) -> Floats:
        """(E+12,) what shuts the eyes of the face at `time` s after the start of `step`."""
        at, width = np.array([time]), self.anchors.codes.shape[1]
        open_ = self._strengths_at(step, courses, at)[0]
        rest = self._rest_at(step, courses, at)[0, :self.units.expression.shape[1]]
        both = _shown(self.units, np.stack([self._shutting(open_, rest), open_]), width)
        return np.asarray(both[0] - both[1])

    def _shutting(self, strengths: Floats, rest: Floats) -> Floats:
        """(U,) with what shuts the eyes of the face of `strengths` and ψ `rest`.

        Both lids meet as the head's own closing unit lets them at rest, by the mean over the lids:
        at full strength over a smile they would go two millimetres through one another.
        """
        closing, blinking = self.kinds.rows(*CLOSING_UNITS), self._blinking_rows()
        without, whole = strengths.copy(), strengths.copy()
        without[closing] = whole[closing] = 0.0
        whole[blinking] = 1.0
        needed = np.ones(2)
        if self.lids is not None:
            open_, closed = (self.lids.openness(face + rest)
                             for face in self.units.codes(np.stack([without, whole])))
            needed = np.clip(open_ / np.maximum(open_ - closed, LEAST_CLOSED), 0.0, STRONGEST_UNIT)
        # left, right, both sides at once
        of_sides = np.append(needed, needed.max())[self.kinds.sides]
        shut = without
        shut[blinking] = of_sides[blinking]
        return np.asarray(shut)

    def _blinking_rows(self) -> list[int]:
        """Of the first unit that the head has to blink with."""
        of_units = (self.kinds.rows(number) for number in BLINK_UNITS)
        return next((rows for rows in of_units if rows), [])

    def _rest_at(self, step: int, courses: UnitCourses | None, times: Floats) -> Floats:
        part = 0.0 if courses is None else self._mean(step, courses, times)[:, None]
        rest = (1.0 - part) * self.rest[step] + part * self.rest[step + 1]
        return np.asarray(np.atleast_2d(rest))

    @property
    def can_blink(self) -> bool:
        """Whether the head has a unit to blink with."""
        return bool(self._blinking_rows())

    def _strengths_at(self, step: int, courses: UnitCourses | None, times: Floats) -> Floats:
        start = self.strengths[step]
        if courses is None:
            return np.asarray(start * (1.0 - self._slack(step, times)[:, None]
                                       * self.kinds.goes_beyond))
        made = start + courses.at(times) * (self.strengths[step + 1] - start)
        return np.asarray(np.maximum(made, 0.0))

    def _slack(self, step: int, times: Floats) -> Floats:
        """(N,) share by which a held face slackens: most in the middle of a long hold."""
        seconds = float(np.diff(self.anchors.times)[step])
        if seconds < DRIFT_FROM:
            return np.zeros(len(times))
        return np.asarray(self.drift * DRIFT * np.sin(np.pi * times / seconds)**2)

    def _mean(self, step: int, courses: UnitCourses, times: Floats) -> Floats:
        """(N,) the mean way of what moves, by how much it does."""
        moved = np.abs(self.strengths[step + 1] - self.strengths[step])
        if moved.sum() <= 0:
            return courses.plain(times)
        return np.asarray(np.minimum(courses.at(times), 1.0) @ moved / moved.sum())


def _no_units(wide: int) -> NamedUnits:
    return NamedUnits((), np.zeros((0, wide - TURN)), np.zeros((0, len(JOINT_NAMES), TURN)))


def _shown(units: NamedUnits, strengths: Floats, width: int) -> Floats:
    """(N,E+12) codes of unit strengths (N,U); a head's units may have fewer components than E."""
    codes = np.zeros((len(strengths), width))
    count = min(width - POSE_SIZE, units.expression.shape[1])
    codes[:, :count] = units.codes(strengths)[:, :count]
    jaw = width - POSE_SIZE
    codes[:, jaw:jaw + TURN] = units.poses(strengths)[:, _JAW]
    return codes
