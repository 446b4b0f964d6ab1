# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a whole performance: of each step, within the bounds, with its blinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..parameters import POSE_SIZE
from ..trajectory import CurveKeys, Trajectory
from .blinks import KEY_RATES, KEY_SHARES, KEY_TIMES
from .drawn_keys import drawn_with_slopes
from .face_courses import TURN, FaceCourses
from .step_keys import fitted_step, plain_way
from .unit_courses import StepCourses

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LOOKS = 49  # moments of a step that its keys are fitted to; a design choice
MISSED, MISSED_TURN = 0.007, 0.0006
"""Most by which keys may miss a component, standard deviations, and a turn, rad: see docs/motion.md
for how far that is on the face."""
BLINK_MISSED = 0.05
"""Standard deviations by which a component may be left out of a blink: a third of them, which move
no point of the open head's face by more than 0.06 mm."""
SLIGHT = 1e-3  # of a component's standard deviation or rad: no reason to change a course


@dataclass(frozen=True, eq=False)
class Bounds:
    """How far each number of a performance may go."""

    lowest: Floats  # (E+12,)
    highest: Floats  # (E+12,)

    @classmethod
    def of(cls, anchors: Trajectory, lowest: npt.ArrayLike, highest: npt.ArrayLike) -> Bounds:
        """Of a database (E,) or (E+3,), and of anchors that are beyond."""
        low, high = anchors.codes.min(axis=0), anchors.codes.max(axis=0)
        given = (np.asarray(lowest, np.float64), np.asarray(highest, np.float64))
        count = min(len(given[0]), len(low) - POSE_SIZE + TURN)
        low[:count] = np.minimum(low[:count], given[0][:count])
        high[:count] = np.maximum(high[:count], given[1][:count])
        low[count:], high[count:] = -np.inf, np.inf
        return cls(low, high)

    def kept(self, times: Floats, wanted: Floats) -> Floats:
        """Courses (N,C) between two anchors, each as near to the plain way between them as it must
        be: that way never leaves the bounds, and a course drawn nearer to it has no kinks."""
        plain, _ = plain_way(times, wanted)
        off = wanted - plain
        room = np.where(off > 0, self.highest - plain, self.lowest - plain)
        beyond = np.abs(off) > np.abs(room) + SLIGHT
        share = np.where(beyond, room / np.where(beyond, off, 1.0), 1.0).min(axis=0)
        return np.asarray(plain + share.clip(0.0, 1.0) * off)


@dataclass(frozen=True, eq=False)
class Blink:
    """One blink of a performance."""

    step: int
    start: float  # s after the step's start
    closing: Floats  # (E+12,) what shuts the eyes


def performance_keys(
    face: FaceCourses, steps: Sequence[StepCourses | None], blinks: Sequence[Blink], bounds: Bounds
) -> CurveKeys:
    """The few keys of each channel that draw the courses of `face` with its blinks."""
    anchors = face.anchors
    width = anchors.codes.shape[1]
    tolerance = np.where(np.arange(width) < width - POSE_SIZE, MISSED, MISSED_TURN)
    groups = np.minimum(np.arange(width), width - POSE_SIZE + (
        np.arange(width) - width + POSE_SIZE) // TURN)
    closings = _by_groups(np.array([np.abs(blink.closing) > BLINK_MISSED for blink in blinks])
                          .reshape(-1, width), groups)
    rows: list[_Rows] = []
    moving = np.diff(anchors.codes, axis=0) != 0
    for number, step in enumerate(steps):
        seconds = float(np.diff(anchors.times)[number])
        own = np.array([blink.step == number for blink in blinks], dtype=bool)
        knots = np.array([blink.start + KEY_TIMES for blink in blinks]).reshape(-1, 5)[own]
        times = np.linspace(0.0, seconds, LOOKS)
        courses = None if step is None else step.courses
        wanted = bounds.kept(times, face.at(number, courses, times))
        blinking = closings[own].any(axis=0)
        for channels, fixed in ((~blinking, knots[:0]), (blinking, knots)):
            fitted = _fitted(times, wanted, tolerance, groups, fixed, channels,
                             seconds if step is None else step.arrives)
            rows.append(fitted.after(float(anchors.times[number])))
            moving[number, fitted.channels] = True
    held = np.array([step is None for step in steps])
    keys = _joined(anchors, rows, _by_groups(moving, groups), held)
    return _blinking(_within(keys, bounds), anchors.times, blinks, closings)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Keys one after another."""

    channels: Ints  # (K,)
    times: Floats  # (K,) s
    values: Floats  # (K,)
    slopes: Floats  # (K,) per s

    def after(self, seconds: float) -> _Rows:
        """The same, later."""
        return replace(self, times=self.times + seconds)


def _fitted(
    times: Floats, wanted: Floats, tolerance: Floats, groups: Ints, knots: Floats, chosen: Flags,
    arrives: float,
) -> _Rows:
    """Of the `chosen` (C,) channels, within a step."""
    channels = np.flatnonzero(chosen)
    if not channels.size:
        return _Rows(channels, *np.zeros((3, 0)))
    keys = fitted_step(times, wanted[:, channels], tolerance[channels], groups[channels], arrives,
                       knots)
    row, column = np.nonzero(keys.used)
    return _Rows(channels[column], keys.times[row], keys.values[row, column],
                 keys.slopes[row, column])


def _by_groups(flags: Flags, groups: Ints) -> Flags:
    """(N,C) with all channels of a group flagged where one is."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    number = np.cumsum(np.diff(groups, prepend=groups[:1]) != 0)
    return np.asarray(np.logical_or.reduceat(flags, first, axis=1)[:, number])


def _joined(
    anchors: Trajectory, rows: Sequence[_Rows], moving: Flags, held: Flags
) -> CurveKeys:
    """All keys, with those of the anchors at which a channel begins or ends to move."""
    still = np.zeros((1, moving.shape[1]), dtype=bool)
    needed = np.concatenate([moving, still]) | np.concatenate([still, moving])
    needed[0] = True
    anchor, channel = np.nonzero(needed)
    cut = np.append(held, False)[:, None] & needed
    cut[:-1] &= np.diff(anchors.codes, axis=0) != 0
    ends = _Rows(channel, anchors.times[anchor], anchors.codes[anchor, channel],
                 np.zeros(len(anchor)))
    channels, times, values, slopes = (
        np.concatenate([getattr(part, name) for part in (ends, *rows)])
        for name in ("channels", "times", "values", "slopes"))
    holds = np.append(cut[anchor, channel], np.zeros(len(channels) - len(anchor), dtype=bool))
    order = np.lexsort((times, channels))
    return CurveKeys(channels[order], times[order], values[order], slopes[order], holds[order])


def _within(keys: CurveKeys, bounds: Bounds) -> CurveKeys:
    """Without what the fit lets keys draw beyond the bounds, which is less than it may miss.

    A cubic stays within the hull of its ends and its two handles at thirds (Bezier): values and
    handles are kept inside, and as a key's two handles keep one slope there are no kinks.
    """
    low, high = bounds.lowest[keys.channels], bounds.highest[keys.channels]
    values = np.clip(keys.values, low, high)
    goes_on = np.diff(keys.channels) == 0
    length = np.where(goes_on, np.diff(keys.times), 0.0) / 3.0
    before, after = np.append(0.0, length), np.append(length, 0.0)
    most = np.minimum(_rate(high - values, after), _rate(values - low, before))
    least = np.maximum(-_rate(values - low, after), -_rate(high - values, before))
    return replace(keys, values=values, slopes=np.clip(keys.slopes, least, most))


def _rate(room: Floats, seconds: Floats) -> Floats:
    """Steepest slope whose handle of so many seconds ends within the room; none there, any."""
    return np.where(seconds > 0, room / np.where(seconds > 0, seconds, 1.0), np.inf)


def _blinking(
    keys: CurveKeys, anchors: Floats, blinks: Sequence[Blink], closings: Flags
) -> CurveKeys:
    """With blinks on top of what the face does, in keys of their own."""
    if not blinks:
        return keys
    times = np.array([anchors[blink.step] + blink.start + KEY_TIMES for blink in blinks]).ravel()
    closing = np.array([blink.closing for blink in blinks]).repeat(len(KEY_TIMES), axis=0)
    share, rate = (np.tile(numbers, len(blinks))[:, None] for numbers in (KEY_SHARES, KEY_RATES))
    values, slopes = drawn_with_slopes(keys, closing.shape[1], times)
    row, channel = np.nonzero(closings.repeat(len(KEY_TIMES), axis=0))
    channels, at = np.append(keys.channels, channel), np.append(keys.times, times[row])
    order = np.lexsort((at, channels))
    return CurveKeys(
        channels[order], at[order],
        np.append(keys.values, (values + share * closing)[row, channel])[order],
        np.append(keys.slopes, (slopes + rate * closing)[row, channel])[order],
        np.append(keys.holds, np.zeros(len(row), dtype=bool))[order])
