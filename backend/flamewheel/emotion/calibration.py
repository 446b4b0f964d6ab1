# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether probabilities mean what they say, and how sure an answer must be.

Every class weighs the same here, however many faces show it: probabilities are for faces of which
no emotion is commoner than another.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .learners import softmax

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TEMPERATURES = np.geomspace(0.2, 5.0, 97)
BINS = 10  # of the calibration error, as usual (Guo et al., ICML 2017)


def class_weights(labels: Ints) -> Array:
    """(N,) weights by which every class sums to the same; all sum to 1."""
    counts = np.bincount(labels)
    return np.asarray(1.0 / counts[labels] / np.count_nonzero(counts))


def best_temperature(scores: Array, labels: Ints) -> float:
    """What `scores` (N,K) of faces not learned from are divided by for the best likelihood of
    `labels` (N,)."""
    weights, rows = class_weights(labels), np.arange(len(labels))
    losses = [-(weights * np.log(softmax(scores / heat)[rows, labels] + 1e-12)).sum()
              for heat in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def calibration_error(probabilities: Array, labels: Ints) -> float:
    """Expected calibration error, 0..1: how far the best probability lies from the share of
    answers that are right, over ten bins."""
    best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    weights = class_weights(labels)
    place = np.minimum((best * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, weights * (right - best), minlength=BINS)
    return float(np.abs(gaps).sum())


def threshold_for(probabilities: Array, labels: Ints, coverage: float) -> float:
    """The best probability that a share `coverage` of faces reaches, every class counting the
    same."""
    best = probabilities.max(axis=1)
    order = np.argsort(-best)
    kept = np.cumsum(class_weights(labels)[order])
    return float(best[order[min(int(np.searchsorted(kept, coverage)), len(order) - 1)]])
