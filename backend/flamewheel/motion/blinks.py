# SPDX-License-Identifier: GPL-3.0-or-later
"""When a face blinks within a performance, and how its lids go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import profiles

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KEY_TIMES = np.cumsum([0.0, profiles.BLINK_CLOSING, profiles.BLINK_SHUT, profiles.BLINK_HALF,
                       profiles.BLINK_OPENING - profiles.BLINK_HALF])
"""(5,) s after a blink's start: begins, shut, opens, is nearly open, is over."""
KEY_SHARES = np.array([0.0, 1.0, 1.0, profiles.BLINK_LEFT, 0.0])  # (5,) closed then
KEY_RATES = np.array([0.0, 0.0, 0.0, profiles.BLINK_RATE, 0.0])  # (5,) and its change a second
MIDDLE = profiles.BLINK_CLOSING + profiles.BLINK_SHUT / 2  # s, the eyes are shut


@dataclass(frozen=True, eq=False)
class BlinkPlaces:
    """What decides about blinks, for each step of a performance."""

    times: Floats  # (T,) s of the anchors
    changes: Floats  # (T-1,) sum of strengths by which the face changes
    alarms: Floats  # (T-1,) 0..1, how much of that is surprise or fear
    may: Flags  # (T-1,) whether the eyes are there to blink: not shut, and no cut
    earliest: float = 0.0  # s before which none begins


def blink_starts(places: BlinkPlaces, amount: float, chance: np.random.Generator) -> Floats:
    """(B,) s, rising: with large changes, and now and then; none touches an anchor.

    amount: 0 none, 1 as measured, 2 twice as many.
    """
    if amount <= 0 or not len(places.changes):
        return np.zeros(0)
    after = chance.uniform(*profiles.BLINK_AFTER, len(places.changes))
    # eyes that widen in alarm do not blink on the way
    large = (places.changes * amount >= profiles.BLINK_CHANGE) & (places.alarms < 0.5)
    after = np.maximum(after[large], profiles.BLINK_MARGIN)
    with_change = np.maximum(places.times[:-1][large], places.earliest) + after
    starts = _fitting(places, np.sort(with_change))
    starts = starts[_apart(starts)]
    between = _fitting(places, _now_and_then(float(places.times[-1]), amount, chance))
    for start in between:
        if np.abs(starts - start).min(initial=np.inf) >= profiles.BLINK_APART:
            starts = np.append(starts, start)
    return np.sort(starts)


def _now_and_then(seconds: float, amount: float, chance: np.random.Generator) -> Floats:
    """Starts over `seconds`, with log-normal intervals whose mean is that of a face at rest."""
    mean = 60.0 / profiles.BLINKS_A_MINUTE / amount
    spread = profiles.BLINK_SPREAD
    count = int(3 * seconds / mean) + 4
    intervals = chance.lognormal(np.log(mean) - spread**2 / 2, spread, count)
    intervals[0] *= chance.uniform()  # a performance begins anywhere between two blinks
    starts = np.cumsum(intervals)
    return np.asarray(starts[starts < seconds])


def _fitting(places: BlinkPlaces, starts: Floats) -> Floats:
    """Those whose whole blink has room within one step where eyes may blink."""
    step = np.clip(np.searchsorted(places.times, starts, side="right") - 1, 0,
                   len(places.changes) - 1)
    free = starts >= np.maximum(places.times[step] + profiles.BLINK_MARGIN, places.earliest)
    free &= starts + profiles.BLINK_SECONDS + profiles.BLINK_MARGIN <= places.times[step + 1]
    return np.asarray(starts[free & places.may[step]])


def _apart(starts: Floats) -> Flags:
    """(B,) which of rising starts are far enough from the kept one before."""
    kept, last = np.zeros(len(starts), dtype=bool), -np.inf
    for number, start in enumerate(starts):
        kept[number] = start - last >= profiles.BLINK_APART
        last = start if kept[number] else last
    return kept
