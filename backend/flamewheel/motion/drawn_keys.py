# SPDX-License-Identifier: GPL-3.0-or-later
"""What keys draw: the numbers of a performance at any time, as Blender's curves run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..trajectory import CurveKeys

Floats = npt.NDArray[np.float64]


def drawn_keys(keys: CurveKeys, channels: int, times: Floats) -> Floats:
    """(N,C) of `channels` channels at `times` (N,) s; one without keys is 0.

    Before its first key and after its last a channel stays.
    """
    count = len(keys.times)
    every = np.arange(channels)
    first, end = np.searchsorted(keys.channels, every), np.searchsorted(keys.channels, every + 1)
    if not count:
        return np.zeros((len(times), channels))
    # one line of numbers for all channels, so that one search finds every key
    stride = max(float(keys.times.max()), float(times.max(initial=0.0))) + 1.0
    line = keys.channels * stride + keys.times
    found = np.searchsorted(line, every * stride + times[:, None], side="right") - 1
    left = np.clip(found, first, np.maximum(end - 1, first)).clip(0, count - 1)
    right = np.minimum(left + 1, np.maximum(end - 1, first)).clip(0, count - 1)
    length = np.maximum(keys.times[right] - keys.times[left], 1e-9)
    u = np.clip((times[:, None] - keys.times[left]) / length, 0.0, 1.0)
    held = keys.holds[left] & (u < 1.0)
    drawn = ((1 + 2 * u) * (1 - u)**2 * keys.values[left] + u * u * (3 - 2 * u) * keys.values[right]
             + length * u * (1 - u) * ((1 - u) * keys.slopes[left] - u * keys.slopes[right]))
    return np.where(end > first, np.where(held, keys.values[left], drawn), 0.0)
