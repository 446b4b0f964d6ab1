# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left in a mix of the units that name each of its emotions, and which units fight."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..wheel.facs import CHARACTERISTIC

Floats = npt.NDArray[np.float64]

ANTAGONISTS = (
    ("AU12", "AU15"), ("AU5", "AU43"), ("AU24", "AU25"), ("AU24", "AU26"), ("AU24", "AU27"),
    ("AU2", "AU4"),
)
"""Units that pull the same skin two ways: lip corners up and down, upper lid up and shut, lips
pressed and parted, outer brow up and down (1 with 4 is no conflict: it is what sadness shows).
After the muscles that FACS names for each (Ekman, Friesen and Hager)."""

_SIDE = re.compile(r"(?<=\d)[LR]$")


def kept_share(
    emotion: str, names: Sequence[str], mixed: Floats, own: Floats, least: float = 0.1
) -> Floats:
    """(N,) 0..1: how much of the units that name `emotion` faces `mixed` (N,U) still show.

    own: (U,) strengths of the emotion alone.  An emotion may be named by one of several sets of
    units (`facs.CHARACTERISTIC`): the set that is best kept counts, among those of which the
    emotion's own face shows each unit by `least`.  More than the own face shows counts as all.
    NaN where its own face shows none of its sets.
    """
    best = np.full(len(mixed), np.nan)
    for units in CHARACTERISTIC[emotion].sets:
        rows = [[at for at, name in enumerate(names) if name == unit or _SIDE.sub("", name) == unit]
                for unit in units]
        if not units or any(not row or own[row].mean() < least for row in rows):
            continue
        columns = [at for row in rows for at in row]
        kept = np.minimum(mixed[:, columns], own[columns]).sum(1) / own[columns].sum()
        best = np.fmax(best, kept)
    return best


def belonging(mixed: Floats, one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """(N,U) strengths of `mixed` (N,U) cut to what either of its emotions (N,U) shows alone, and
    (N,) 0..1 how much of what it shows was cut: units that are strange to both.

    A mix of components whose names nobody knows shows such units, and is told from all else by
    them: distinct, but by being odd.
    """
    own = np.minimum(mixed, np.maximum(one, other))
    total = mixed.sum(1)
    stray = np.divide(total - own.sum(1), total, out=np.zeros(len(mixed)), where=total > 0)
    return own, stray


def conflicts(names: Sequence[str], strengths: Floats) -> Floats:
    """(N,) how strongly antagonists are shown together: over pairs, the weaker one's strength."""
    sides = np.array([_SIDE.sub("", name) for name in names])

    def shown(unit: str) -> Floats:
        own = strengths[:, sides == unit]
        return own.mean(1) if own.shape[1] else np.zeros(len(strengths))

    return np.asarray(sum((np.minimum(shown(one), shown(other)) for one, other in ANTAGONISTS),
                          np.zeros(len(strengths))))
