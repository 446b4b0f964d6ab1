# SPDX-License-Identifier: GPL-3.0-or-later
"""Blending of paper 000 (eq. 1–5), component by component, of one to three emotions.

Eq. 3 is printed for two.  With weights (w1, w2) it takes (w1, w2) in a component that is a key of
the primary alone, (w2, w1) in a key of the secondary alone: the one whose key it is has the
primary's weight, and the primary has its.  Elsewhere it takes the mean, which is the mean of those
two ways.  So for more emotions: each whose key a component is (each at all, where it is a key of
none) exchanges weights with the primary, and the mean of these ways is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..wheel_names import NEUTRAL
from .dbex import STRONGEST, Array, ExpressionDatabase, strongest_of


def blend_rows(
    database: ExpressionDatabase,
    emotions: Sequence[str],
    rows: npt.ArrayLike,
    weights: Sequence[float],
    method: str,
) -> Array:
    """(D,) the mix of rows (n,D) that show `emotions`, before the clip of eq. 5.

    The rows may be of one person (the paper's E1) or of the database, the primary first.
    `correlation` is eq. 3, `pca` eq. 4, `linear` eq. 1.
    """
    faces, shares = np.asarray(rows, np.float64), np.asarray(weights, np.float64)
    if len(faces) == 1:
        return np.asarray(faces[0])
    if method == "linear":
        return np.asarray(shares @ faces)
    keys = _keys(database, method)
    if method == "correlation":
        return mixed_by_keys(faces, shares, np.stack([keys[name] for name in emotions]))
    scores = ((faces - database.centre) * database.scale) @ database.axes.T
    mixed = mixed_by_keys(scores, shares, np.stack([keys[name] for name in emotions]))
    return np.asarray(mixed @ database.axes / database.scale + database.centre)


def clipped(database: ExpressionDatabase, row: Array, own: Array | None = None) -> Array:
    """Eq. 5: (D,) `row` within the database's least and greatest values.

    A person's `own` expression (D,) is a face too: where it lies outside, the bounds reach to it.
    """
    low, high = database.low, database.high
    if own is not None:
        low, high = np.minimum(low, own), np.maximum(high, own)
    return np.clip(row, low, high)


def mixed_by_keys(rows: Array, weights: Array, keys: npt.NDArray[np.bool_]) -> Array:
    """Eq. 3: (D,) the mix of rows (n,D); keys (n,D): is component i in I_E of emotion k?"""
    exchanged = exchanged_weights(weights)
    whose = np.where(keys.any(axis=0), keys, True).astype(np.float64)
    shares = exchanged.T @ (whose / whose.sum(axis=0))  # (n,D)
    return np.asarray((shares * rows).sum(axis=0))


def exchanged_weights(weights: Array) -> Array:
    """(n,n) row k: the weights where emotion k and the primary have exchanged theirs."""
    count = len(weights)
    rows = np.tile(weights, (count, 1))
    each = np.arange(count)
    rows[each, each] = weights[0]
    rows[each[1:], 0] = weights[1:]
    return rows


@lru_cache(maxsize=8)
def _keys(database: ExpressionDatabase, method: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Emotion -> (D,) or, for `pca`, (P,) which components are in I_E.

    Neutral has none of its own, so that the other emotion's keys lead.  I_E holds at most half of
    the P principal components: with 16 of, say, 14 every one would be in every set and the formula
    would always be the mean.
    """
    correlations, most = database.correlations, STRONGEST
    if method == "pca":
        correlations = database.axis_correlations
        most = min(STRONGEST, math.ceil(len(database.axes) / 2))
    keys = {NEUTRAL: np.zeros(correlations.shape[1], bool)}
    for at, emotion in enumerate(database.emotions):
        if emotion != NEUTRAL:
            keys[emotion] = np.zeros(correlations.shape[1], bool)
            keys[emotion][strongest_of(correlations[at], most)] = True
    return keys
