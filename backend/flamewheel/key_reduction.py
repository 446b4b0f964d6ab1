# SPDX-License-Identifier: GPL-3.0-or-later
"""Many frames to a few keys: cubics with the performance's own values and slopes at their ends.

Keys are added where the curve between two of them is furthest from the performance, as Douglas and
Peucker (Cartographica 10(2), 1973) add points to a line, until it is nowhere further away than a
tolerance; so the peak of every blink becomes a key.  All channels are worked on at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .trajectory import CurveKeys

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

THINNINGS = 3  # rounds over all keys; a fourth takes one key in a hundred away


def reduce_keys(
    times: Floats, values: Floats, tolerance: Floats, groups: Indices, starts: Flags
) -> CurveKeys:
    """Keys of `values` (N,C) at `times` (N,) s that stay within `tolerance` (C,) at every time.

    groups: (C,) rising from 0 without gaps; channels of one group (a rotation's three) are keyed
    together.  starts: (N,) frames that do not continue the one before (cuts): the frame before
    holds.  A group that moves less than its tolerance has a key at the start of each shot only.
    """
    starts = starts.copy()
    starts[0] = True
    ends = np.append(starts[1:], True)
    slopes = _slopes(times, values, starts, ends)
    first_of = np.flatnonzero(np.diff(groups, prepend=-1))

    def misses(keyed: Flags) -> Floats:
        off = np.abs(_between(times, values, slopes, keyed[:, groups]) - values) / tolerance
        return np.asarray(np.maximum.reduceat(off, first_of, axis=1))

    keyed = _thinned(_enough(np.repeat((starts | ends)[:, None], groups[-1] + 1, axis=1), misses),
                     starts | ends, misses)
    keyed &= ~_idle(values, tolerance, first_of, starts)
    frame, channel = np.nonzero(keyed[:, groups])
    order = np.lexsort((frame, channel))
    frame, channel = frame[order], channel[order]
    shot = np.cumsum(starts)[frame]
    goes_on = np.append((np.diff(channel) == 0) & (np.diff(shot) == 0), False)
    came_on = np.append(False, goes_on[:-1])
    holds = np.append(np.diff(channel) == 0, False) & ~goes_on
    return CurveKeys(channel, times[frame], values[frame, channel],
                     np.where(goes_on | came_on, slopes[frame, channel], 0.0), holds)


def _enough(keyed: Flags, misses: Callable[[Flags], Floats]) -> Flags:
    """Keys added where the curve misses most, until it misses nowhere."""
    while True:
        missed = misses(keyed)
        added = (missed == _worst_of_stretch(missed, keyed)) & ~keyed & (missed > 1.0)
        if not added.any():
            return keyed
        keyed = keyed | added


def _thinned(keyed: Flags, fixed: Flags, misses: Callable[[Flags], Floats]) -> Flags:
    """Without keys that are not missed, now that others came later; every other one is tried."""
    for turn in range(2 * THINNINGS):
        rank = np.cumsum(keyed, axis=0)
        tried = keyed & (rank % 2 == turn % 2) & ~fixed[:, None]
        without = keyed & ~tried
        needed = tried & (_worst_of_stretch(misses(without), without) > 1.0)
        keyed = without | needed
    return keyed


def _slopes(times: Floats, values: Floats, starts: Flags, ends: Flags) -> Floats:
    """(N,C) per s: of the parabola through each frame and its neighbours in the same shot."""
    if len(times) == 1:
        return np.zeros_like(values)
    step = np.diff(times)[:, None]
    rise = np.diff(values, axis=0) / step
    slopes = np.zeros_like(values)
    slopes[:-1] = rise
    slopes[ends] = 0.0
    slopes[1:][ends[1:] & ~starts[1:]] = rise[ends[1:] & ~starts[1:]]
    inner = np.flatnonzero(~starts & ~ends)
    before, after = step[inner - 1], step[inner]
    slopes[inner] = (rise[inner - 1] * after + rise[inner] * before) / (before + after)
    return slopes


def _between(times: Floats, values: Floats, slopes: Floats, keyed: Flags) -> Floats:
    """(N,C) what the keys' cubics are at every frame."""
    number = np.arange(len(times))[:, None]
    left = np.maximum.accumulate(np.where(keyed, number, 0), axis=0)
    right = np.minimum.accumulate(np.where(keyed, number, len(times) - 1)[::-1], axis=0)[::-1]
    length = np.maximum(times[right] - times[left], 1e-9)
    u = (times[:, None] - times[left]) / length
    start, end = (np.take_along_axis(values, side, axis=0) for side in (left, right))
    out, into = (length * np.take_along_axis(slopes, side, axis=0) for side in (left, right))
    return np.asarray(
        start + u * (out + u * (3 * (end - start) - 2 * out - into
                                + u * (2 * (start - end) + out + into))))


def _worst_of_stretch(missed: Floats, keyed: Flags) -> Floats:
    """(N,G) the largest of `missed` (N,G) in the stretch between two keys that a frame is in."""
    frames, groups = missed.shape
    stretch = np.cumsum(keyed, axis=0) + np.arange(groups) * (frames + 1)
    top = np.zeros(groups * (frames + 1) + 1)
    np.maximum.at(top, stretch, missed)
    return np.asarray(top[stretch])


def _idle(values: Floats, tolerance: Floats, first_of: Indices, starts: Flags) -> Flags:
    """(N,G) frames that need no key, in shots in which a group stays where it began."""
    shot = np.cumsum(starts) - 1
    began = values[np.flatnonzero(starts)][shot]
    off = np.maximum.reduceat(np.abs(values - began) / tolerance, first_of, axis=1)
    most = np.maximum.reduceat(off, np.flatnonzero(starts), axis=0)
    return np.asarray((most <= 1.0)[shot] & ~starts[:, None])
