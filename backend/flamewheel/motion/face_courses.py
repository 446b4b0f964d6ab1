# SPDX-License-Identifier: GPL-3.0-or-later
"""The anchors of a performance in action units, and the faces between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, NamedUnits
from ..head.unit_strengths import UnitMeter
from ..parameters import POSE_SIZE
from ..trajectory import Trajectory
from .profiles import SHUT_FROM
from .style import MotionStyle
from .unit_courses import StepCourses, UnitCourses, UnitKinds, alarm_of, step_courses

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLINK_UNITS, CLOSING_UNITS = ("AU45", "AU43"), ("AU43", "AU45", "AU46")
"""Units that a blink is made of, the first one that the head has; those that shut an eye."""
SIDES = ("L", "R", "")
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

    @classmethod
    def of(
        cls, anchors: Trajectory, units: NamedUnits | None, meter: UnitMeter | None
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
        return cls(anchors, units, UnitKinds.of(units.names), strengths, anchors.codes - shown)

    @property
    def changes(self) -> Floats:
        """(T-1,) sum of strengths by which the face changes in each step, mean of the sides."""
        change = np.abs(np.diff(self.strengths, axis=0))
        return np.asarray(change @ np.where(self.kinds.sides == len(SIDES) - 1, 1.0, 0.5))

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
            return np.repeat(self.anchors.codes[step][None], len(times), axis=0)
        part = self._mean(step, courses, times)[:, None]
        rest = (1.0 - part) * self.rest[step] + part * self.rest[step + 1]
        face = _shown(self.units, made, rest.shape[1]) + rest
        # the turns of neck and eyes are no expression: they go the plain way
        plain = courses.plain(times)[:, None]
        start, end = self.anchors.codes[step], self.anchors.codes[step + 1]
        looks = slice(face.shape[1] - POSE_SIZE + TURN, None)
        face[:, looks] = ((1.0 - plain) * start + plain * end)[:, looks]
        return np.asarray(face)

    def shut(self) -> Flags:
        """(T-1,) steps at either end of which an eye counts as shut."""
        closed = np.stack([self._sum(CLOSING_UNITS, side) for side in SIDES[:2]])
        shut = (closed >= SHUT_FROM).any(axis=0)
        return np.asarray(shut[:-1] | shut[1:])

    def blink(self, step: int, courses: UnitCourses | None, time: float) -> Floats:
        """(E+12,) what shuts the eyes of the face at `time` s after the start of `step`."""
        open_ = self._strengths_at(step, courses, np.array([time]))
        shut = open_.copy()
        for side in SIDES:
            rows, closing = (
                [row for number in numbers for row in self._rows(number + side)]
                for numbers in (BLINK_UNITS, CLOSING_UNITS))
            shut[0, rows[:1]] += max(0.0, 1.0 - float(open_[0, closing].sum()))
        width = self.anchors.codes.shape[1]
        both = _shown(self.units, np.concatenate([shut, open_]), width)
        return np.asarray(both[0] - both[1])

    @property
    def blinks(self) -> bool:
        """Whether the head has a unit to blink with."""
        return any(self._rows(number + side) for number in BLINK_UNITS for side in SIDES)

    def _strengths_at(self, step: int, courses: UnitCourses | None, times: Floats) -> Floats:
        start = self.strengths[step]
        if courses is None:
            return np.repeat(start[None], len(times), axis=0)
        made = start + courses.at(times) * (self.strengths[step + 1] - start)
        return np.asarray(np.maximum(made, 0.0))

    def _mean(self, step: int, courses: UnitCourses, times: Floats) -> Floats:
        """(N,) the mean way of what moves, by how much it does."""
        moved = np.abs(self.strengths[step + 1] - self.strengths[step])
        if moved.sum() <= 0:
            return courses.plain(times)
        return np.asarray(np.minimum(courses.at(times), 1.0) @ moved / moved.sum())

    def _rows(self, name: str) -> list[int]:
        return [row for row, own in enumerate(self.kinds.names) if own == name]

    def _sum(self, numbers: Sequence[str], side: str) -> Floats:
        """(T,) strengths of units of a side, or of both sides at once."""
        rows = [row for number in numbers for end in (side, "") for row in self._rows(number + end)]
        return np.asarray(self.strengths[:, rows].sum(axis=1))


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
