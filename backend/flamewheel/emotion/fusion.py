# SPDX-License-Identifier: GPL-3.0-or-later
"""Late fusion of what 3D parameters and a photo say (Ig3D 4.4): max, mean or weighted; calibrated.

Ig3D gives the 3D part a weight of 0.2 beside DDAMFN's expressions and of 0.4 beside CAGE's valence
and arousal, by what was best on its data; so does `tuned`, on folds of a training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import UsageError

Floats = npt.NDArray[np.float64]
HOWS = ("weighted", "mean", "max")
TINY = 1e-9
WEIGHTS_TRIED = tuple(np.round(np.arange(0.0, 1.001, 0.05), 2).tolist())
SHARPNESSES_TRIED = tuple(np.geomspace(0.25, 4.0, 49).tolist())


@dataclass(frozen=True)
class Fusion:
    """How two parts become one."""

    how: str = "weighted"
    weight: float = 0.5  # 0..1 of the 3D part; heard by `weighted` alone
    sharpness: float = 1.0  # power of the fused chances before they are scaled to sum to 1
    surest: float | None = None  # best chance below which nothing is named; None: the 3D part's

    def __post_init__(self) -> None:
        if self.how not in HOWS:
            raise UsageError("unknown-fusion", f"There is no fusion {self.how!r}.",
                             f"Take one of {', '.join(HOWS)}.")
        if not (0.0 <= self.weight <= 1.0 and 0.0 < self.sharpness < 100.0):
            raise UsageError("bad-weight", f"A weight of {self.weight} and a sharpness of "
                             f"{self.sharpness} make no fusion.", "Give a weight within 0 and 1.")

    def __call__(self, first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
        """(N,K) calibrated chances of two parts (N,K), rows of each summing to 1.

        A row that one part does not know (NaN) is the other's alone, not sharpened.
        """
        one, other = _chances(first), _chances(second)
        both = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
        fused = np.where(np.isfinite(one), one, other)
        fused[both] = sharpened(_FUSE[self.how](one[both], other[both], self.weight),
                                self.sharpness)
        return fused

    def affect(self, first: float | None, second: float | None) -> float | None:
        """Valence or arousal of two parts: weighted, or the mean; the one that is known."""
        if first is None or second is None:
            return second if first is None else first
        weight = self.weight if self.how == "weighted" else 0.5
        return weight * first + (1.0 - weight) * second


def sharpened(chances: Floats, sharpness: float) -> Floats:
    """(N,K) to a power and scaled to sum to 1: temperature scaling (Guo et al. 2017)."""
    powers = np.maximum(chances, TINY) ** sharpness
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def tuned(how: str, first: npt.ArrayLike, second: npt.ArrayLike, labels: npt.ArrayLike,
          importance: npt.ArrayLike | None = None) -> Fusion:
    """The weight and sharpness with the least log loss of what was said of unseen faces.

    first, second: (N,K) out-of-fold chances.  labels: (N,) class numbers.  importance: (N,) how
    much each face counts.  A log loss changes smoothly where an accuracy jumps: the weight is not
    one that a few photos chose.
    """
    one, other, truth = _chances(first), _chances(second), np.asarray(labels, dtype=np.int64)
    counts = np.ones(len(truth)) if importance is None else np.asarray(importance, np.float64)
    weights = WEIGHTS_TRIED if how == "weighted" else (0.5,)
    tries = [Fusion(how, weight, sharpness) for weight in weights
             for sharpness in SHARPNESSES_TRIED]
    losses = [log_loss(fusion(one, other), truth, counts) for fusion in tries]
    return tries[int(np.argmin(losses))]


def log_loss(chances: Floats, labels: npt.NDArray[np.int64], importance: Floats) -> float:
    """Mean of -log of the chance given to what was right."""
    right = np.maximum(chances[np.arange(len(labels)), labels], TINY)
    return float(-(np.log(right) * importance).sum() / importance.sum())


def in_classes(
    chances: npt.ArrayLike, classes: Sequence[str], wanted: Sequence[str], elsewhere: npt.ArrayLike
) -> Floats:
    """(N,W) chances of `classes` (N,K) told in the `wanted` ones.

    Of what a part does not know, `elsewhere` (N,W), the other part's chances, speaks: unknown
    classes keep its chances, and this part divides what is left.  Classes nobody wants are dropped.
    """
    given, other = np.asarray(chances, np.float64), np.asarray(elsewhere, np.float64)
    known = [name in classes for name in wanted]
    found = other.copy()
    columns = [list(classes).index(name) for name in wanted if name in classes]
    if not columns:
        return found
    part = given[:, columns]
    totals = part.sum(axis=1, keepdims=True)
    even = np.full_like(part, 1.0 / part.shape[1])
    part = np.where(totals > TINY, part / np.maximum(totals, TINY), even)
    left = 1.0 - other[:, ~np.array(known)].sum(axis=1, keepdims=True)
    found[:, known] = part * left
    return found


def _weighted(one: Floats, other: Floats, weight: float) -> Floats:
    return weight * one + (1.0 - weight) * other


def _mean(one: Floats, other: Floats, _weight: float) -> Floats:
    return (one + other) / 2.0


def _max(one: Floats, other: Floats, _weight: float) -> Floats:
    highest = np.maximum(one, other)
    return np.asarray(highest / highest.sum(axis=1, keepdims=True))


_FUSE: dict[str, Callable[[Floats, Floats, float], Floats]] = {
    "weighted": _weighted, "mean": _mean, "max": _max}


def _chances(given: npt.ArrayLike) -> Floats:
    array: Floats = np.atleast_2d(np.asarray(given, dtype=np.float64))
    return array
