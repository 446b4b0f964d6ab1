# SPDX-License-Identifier: GPL-3.0-or-later
"""How well one number tells two classes apart, and how steady a repeated measurement is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu


def separation(high: npt.ArrayLike, low: npt.ArrayLike) -> float:
    """Area under the ROC curve: how often a value of `high` is above one of `low`, ties half.

    0.5 is blind, 1 never errs.  NaN where a class is empty.
    """
    above, below = np.asarray(high, np.float64), np.asarray(low, np.float64)
    if not above.size or not below.size:
        return float("nan")
    return float(mannwhitneyu(above, below).statistic) / (above.size * below.size)


def spread_ratio(groups: list[npt.NDArray[np.float64]]) -> float:
    """Standard deviation within groups over root mean square of all; 0 is perfectly repeatable.

    groups: (n,D) repeated measurements of one thing each, n >= 2.  A measure that always says
    zero, or that is pure noise about zero, has nothing to repeat: NaN and 1.
    """
    kept = [group for group in groups if len(group) > 1]
    if not kept:
        return float("nan")
    variance = np.mean([group.var(axis=0, ddof=1).sum() for group in kept])
    square = np.mean([(group**2).sum(axis=1).mean() for group in kept])
    return float(np.sqrt(variance / square)) if square > 0 else float("nan")
