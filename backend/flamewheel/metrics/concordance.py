# SPDX-License-Identifier: GPL-3.0-or-later
"""How well numbers that vary are guessed: agreement, correlation, error, sign.

What EMOCA's table 1 and Ig3D's tables 7 and 8 measure valence and arousal by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import UsageError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """One guessed quantity against the truth; NaN where nothing can be said."""

    concordance: float  # Lin's CCC, -1..1: 1 only where all are equal
    correlation: float  # Pearson's PCC, -1..1
    error: float  # root mean square
    same_sign: float  # 0..1 share on the truth's side of 0 (SAGR)
    count: int


def agreement(guess: npt.ArrayLike, truth: npt.ArrayLike) -> Agreement:
    """All four of guesses (N,) for truths (N,); pairs without a truth (NaN) do not count.

    Raises UsageError `bad-numbers` where the lengths differ or a guess is not finite.
    """
    one, other = _pairs(guess, truth)
    if not len(one):
        return Agreement(math.nan, math.nan, math.nan, math.nan, 0)
    return Agreement(concordance(one, other), correlation(one, other),
                     float(np.sqrt(((one - other) ** 2).mean())),
                     float((np.sign(one) == np.sign(other)).mean()), len(one))


def concordance(guess: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Lin's concordance correlation coefficient (1989): 2 s12 / (s1² + s2² + (m1 - m2)²).

    Moments divide by N, as Lin's.  1 where all are equal, constants too; 0 where one of the two is
    constant and they differ; NaN of nothing.
    """
    one, other = _pairs(guess, truth)
    if not len(one):
        return math.nan
    apart = float(one.var() + other.var() + (one.mean() - other.mean()) ** 2)
    if apart <= 0.0:
        return 1.0
    return float(2.0 * ((one - one.mean()) * (other - other.mean())).mean() / apart)


def correlation(guess: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Pearson's correlation coefficient; NaN where one of the two does not vary."""
    one, other = _pairs(guess, truth)
    if len(one) < 2 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return math.nan
    first, second = one - one.mean(), other - other.mean()
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def _pairs(guess: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats]:
    one = np.asarray(guess, dtype=np.float64).ravel()
    other = np.asarray(truth, dtype=np.float64).ravel()
    if one.shape != other.shape:
        raise UsageError("bad-numbers", f"{one.size} guesses stand against {other.size} truths.",
                         "Give one guess for each truth.")
    known = np.isfinite(other)
    if not np.isfinite(one[known]).all():
        raise UsageError("bad-numbers", "A guess is not a finite number.",
                         "Look at what made the guesses.")
    return one[known], other[known]
