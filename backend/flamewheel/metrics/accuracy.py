# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an instruction's faces are named as it asked (paper 002, section IV-D)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def single_accuracy(asked: npt.ArrayLike, told: npt.ArrayLike) -> float:
    """Acc1: share of all single expressions (N,M) that are named as asked.  NaN without any."""
    right = _right(asked, told)
    return float(right.mean()) if right.size else float("nan")


def joint_accuracy(asked: npt.ArrayLike, told: npt.ArrayLike) -> float:
    """Acc2: share of instructions (N,M) all of whose expressions are.  NaN without any."""
    right = _right(asked, told)
    return float(right.all(axis=1).mean()) if right.size else float("nan")


def recalls(asked: npt.ArrayLike, told: npt.ArrayLike, classes: int) -> Array:
    """(classes,) share of each class's expressions that are named so; NaN where none is asked."""
    counts = confusion(asked, told, classes)
    total = counts.sum(axis=1)
    return np.asarray(np.where(total > 0, np.diag(counts) / np.maximum(total, 1), np.nan))


def geometric_mean(asked: npt.ArrayLike, told: npt.ArrayLike, classes: int, fewest: int = 1
                   ) -> float:
    """G-mean: geometric mean of the recalls of classes asked for `fewest` times or more.

    One class that is never named right makes it 0.  NaN where no class is asked for so often.
    """
    often = confusion(asked, told, classes).sum(axis=1) >= fewest
    found = recalls(asked, told, classes)[often]
    if not found.size:
        return float("nan")
    return float(np.exp(np.log(found).mean())) if (found > 0).all() else 0.0


def confusion(asked: npt.ArrayLike, told: npt.ArrayLike, classes: int) -> Ints:
    """(classes,classes) how often a class (row) was named as another (column)."""
    one, other = np.asarray(asked, np.int64).ravel(), np.asarray(told, np.int64).ravel()
    counts = np.bincount(one * classes + other, minlength=classes * classes)
    return np.asarray(counts.reshape(classes, classes), dtype=np.int64)


def _right(asked: npt.ArrayLike, told: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    one, other = np.atleast_2d(np.asarray(asked)), np.atleast_2d(np.asarray(told))
    if one.shape != other.shape:
        raise ValueError(f"{one.shape} expressions were asked for and {other.shape} are told")
    return np.asarray(one == other)
