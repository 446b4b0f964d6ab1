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
from .face_courses import TURN, FaceCourses
from .step_keys import StepKeys, fitted_step, hermite_shares
from .unit_courses import StepCourses

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LOOKS = 49  # moments of a step that its keys are fitted to; a design choice
MISSED, MISSED_TURN = 0.015, 0.0015
"""Most by which keys may miss a component, standard deviations, and a turn, rad: see docs/motion.md
for how far that is on the face."""


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
    tolerance = np.full(anchors.codes.shape[1], MISSED)
    tolerance[-POSE_SIZE:] = MISSED_TURN
    single = len(tolerance) - POSE_SIZE
    groups = np.append(np.arange(single), single + np.arange(POSE_SIZE) // TURN)
    rows: list[tuple[Ints, Floats, Floats, Floats]] = []
    moving = np.zeros((len(steps), len(tolerance)), dtype=bool)
    for number, step in enumerate(steps):
        own = [blink for blink in blinks if blink.step == number]
        times = np.linspace(0.0, float(np.diff(anchors.times)[number]), LOOKS)
        wanted = face.at(number, None if step is None else step.courses, times)
        closings = np.array([blink.closing for blink in own]).reshape(-1, len(tolerance))
        touched = _by_groups(np.abs(closings).max(axis=0, initial=0.0)[None] > tolerance, groups)[0]
        for channels, shown in ((np.flatnonzero(~touched), []), (np.flatnonzero(touched), own)):
            if len(channels):
                keys = _step(times, wanted[:, channels], tolerance[channels], groups[channels],
                             bounds, channels, shown)
                moving[number, channels] |= keys.used.any(axis=0)
                rows.append(_rows(keys, channels, float(anchors.times[number])))
    held = np.array([step is None for step in steps])
    moving |= np.abs(np.diff(anchors.codes, axis=0)) > 0
    return _joined(anchors, rows, _by_groups(moving, groups), held)


def _by_groups(flags: Flags, groups: Ints) -> Flags:
    """(N,C) with all channels of a group flagged where one is."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.asarray(np.logical_or.reduceat(flags, first, axis=1)[:, groups])


def _step(
    times: Floats, wanted: Floats, tolerance: Floats, groups: Ints, bounds: Bounds, channels: Ints,
    blinks: Sequence[Blink],
) -> StepKeys:
    starts = np.array([blink.start for blink in blinks])
    knots = starts[:, None] + KEY_TIMES
    keys = _bounded(fitted_step(times, wanted, tolerance, groups, knots), times, wanted,
                    bounds.lowest[channels], bounds.highest[channels])
    values, slopes = keys.values.copy(), keys.slopes.copy()
    for blink, own in zip(blinks, knots, strict=True):
        at = np.searchsorted(keys.times, own)
        values[at] += KEY_SHARES[:, None] * blink.closing[channels]
        slopes[at] += KEY_RATES[:, None] * blink.closing[channels]
    return replace(keys, values=values, slopes=slopes)


def _bounded(
    keys: StepKeys, times: Floats, wanted: Floats, lowest: Floats, highest: Floats
) -> StepKeys:
    """With each channel drawn nearer to the plain way between its anchors, as far as it must be.

    That way never leaves the bounds, and a curve that is drawn nearer to it has no kinks.
    """
    ends = times[[0, -1]]
    plain = hermite_shares(ends, times)[0] @ wanted[[0, -1]]
    off = keys.drawn - plain
    room = np.where(off > 0, highest - plain, lowest - plain)
    beyond = np.abs(off) > np.abs(room) + 1e-12
    share = np.where(beyond, room / np.where(beyond, off, 1.0), 1.0).min(axis=0).clip(0.0, 1.0)
    at = hermite_shares(ends, keys.times)[0] @ wanted[[0, -1]]
    u = keys.times / ends[1]
    rates = (6.0 * u * (1.0 - u) / ends[1])[:, None] * (wanted[-1] - wanted[0])
    return replace(keys, values=at + share * (keys.values - at),
                   slopes=rates + share * (keys.slopes - rates))


def _rows(keys: StepKeys, channels: Ints, start: float) -> tuple[Ints, Floats, Floats, Floats]:
    """Channel, time, value and slope of each key."""
    row, column = np.nonzero(keys.used)
    return (channels[column], start + keys.times[row], keys.values[row, column],
            keys.slopes[row, column])


def _joined(
    anchors: Trajectory, rows: Sequence[tuple[Ints, Floats, Floats, Floats]], moving: Flags,
    held: Flags,
) -> CurveKeys:
    """All keys, with those of the anchors at which a channel begins or ends to move."""
    still = np.zeros((1, moving.shape[1]), dtype=bool)
    needed = np.concatenate([moving, still]) | np.concatenate([still, moving])
    needed[0] = True
    anchor, channel = np.nonzero(needed)
    cut = np.append(held, False)[:, None] & needed
    cut[:-1] &= np.diff(anchors.codes, axis=0) != 0
    ends = (channel, anchors.times[anchor], anchors.codes[anchor, channel], np.zeros(len(anchor)))
    channels, times, values, slopes = (np.concatenate(column)
                                       for column in zip(ends, *rows, strict=True))
    holds = np.append(cut[anchor, channel], np.zeros(len(channels) - len(anchor), dtype=bool))
    order = np.lexsort((times, channels))
    return CurveKeys(channels[order], times[order], values[order], slopes[order], holds[order])
