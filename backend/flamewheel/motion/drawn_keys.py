# SPDX-License-Identifier: GPL-3.0-or-later
"""What keys draw: the numbers of a performance at any time, as Blender's curves run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..trajectory import CurveKeys

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def drawn_keys(keys: CurveKeys, channels: int, times: Floats) -> Floats:
    """(N,C) of `channels` channels at `times` (N,) s; one without keys is 0.

    Before its first key and after its last a channel stays.
    """
    return drawn_with_slopes(keys, channels, times)[0]


def drawn_with_slopes(keys: CurveKeys, channels: int, times: Floats) -> tuple[Floats, Floats]:
    """(N,C) the same, and how they change a second."""
    if not len(keys.times):
        return np.zeros((len(times), channels)), np.zeros((len(times), channels))
    left, right, known = _neighbours(keys, channels, times)
    length = keys.times[right] - keys.times[left]
    since = times[:, None] - keys.times[left]
    within = (since >= 0) & (since < length)
    length = np.where(within, length, 1.0)
    u = np.where(within, since / length, 0.0)
    start, rise = keys.values[left], keys.values[right] - keys.values[left]
    held = within & keys.holds[left]
    first, last = keys.slopes[left] * length, keys.slopes[right] * length
    drawn = start + u * u * (3 - 2 * u) * rise + u * (1 - u) * ((1 - u) * first - u * last)
    slopes = (6 * u * (1 - u) * rise + (1 - u) * (1 - 3 * u) * first
              + u * (3 * u - 2) * last) / length
    drawn, slopes = np.where(held, start, drawn), np.where(within & ~held, slopes, 0.0)
    return np.where(known, drawn, 0.0), np.where(known, slopes, 0.0)


def _neighbours(keys: CurveKeys, channels: int, times: Floats) -> tuple[Ints, Ints, Flags]:
    """(N,C) each channel's keys at or before and after each of the times; (C,) whether it has any.

    The first key stands for both before it, the last after it.
    """
    every, most = np.arange(channels), len(keys.times) - 1
    first, end = (np.searchsorted(keys.channels, every + more) for more in (0, 1))
    # one line of numbers for all channels, so that one search finds every key
    stride = max(float(keys.times.max()), float(times.max(initial=0.0))) + 1.0
    line = keys.channels * stride + keys.times
    found = np.searchsorted(line, every * stride + times[:, None], side="right") - 1
    left = np.clip(found, first, np.maximum(end - 1, first)).clip(0, most)
    right = np.minimum(left + 1, np.maximum(end - 1, first)).clip(0, most)
    return left, right, end > first
