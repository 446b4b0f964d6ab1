# SPDX-License-Identifier: GPL-3.0-or-later
"""What training photos say of faces: how people look at rest, and how an emotion's faces differ.

Of the subjects to learn from only; everything in strengths of a head's action units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...wheel_names import NEUTRAL

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST_OWN = 20
"""Photos that agree with their label's FACS prototype, below which an emotion has no mean face and
no covariance of its own: it takes the prototype, and the covariance pooled over emotions."""
SHRINKAGE = 0.3  # of covariances towards their diagonal: 68 units, some tens of photos
FEWEST_NEUTRAL = 10  # photos, below which people made from statistics rest as the head does


@dataclass(frozen=True, eq=False)
class PhotoStatistics:
    """U units.  `means` and `roots` have the emotions with FEWEST_OWN photos only."""

    means: Mapping[str, Array]  # emotion -> (U,) mean strengths of photos that agree
    roots: Mapping[str, Array]  # emotion -> (U,U) R with R Rᵀ their covariance
    pooled: Array  # (U,U) likewise within emotions, over all photos that agree
    rest: Array  # (U,) mean strengths of neutral photos
    rest_root: Array  # (U,U) of their covariance
    counts: Mapping[str, int]  # emotion -> photos that agree

    def root(self, emotion: str) -> Array:
        """(U,U) of the covariance about `emotion`."""
        return self.roots.get(emotion, self.pooled)


def photo_statistics(
    strengths: Array, labels: Sequence[str], agreeing: Bools
) -> PhotoStatistics:
    """Of photos' measured `strengths` (N,U); give none of people kept for measuring."""
    of = np.array(labels)
    names = [str(name) for name in np.unique(of[agreeing])]
    rows = {name: strengths[agreeing & (of == name)] for name in names}
    enough = {name: found for name, found in rows.items() if len(found) >= FEWEST_OWN}
    units = strengths.shape[1]
    away = [found - found.mean(axis=0) for name, found in rows.items() if len(found) > 1]
    rest = rows.get(NEUTRAL, np.zeros((0, units)))
    few = len(rest) < FEWEST_NEUTRAL
    return PhotoStatistics(
        {name: found.mean(axis=0) for name, found in enough.items()},
        {name: _root(found - found.mean(axis=0)) for name, found in enough.items()},
        _root(np.concatenate(away)) if away else np.zeros((units, units)),
        np.zeros(units) if few else rest.mean(axis=0),
        np.zeros((units, units)) if few else _root(rest - rest.mean(axis=0)),
        {name: len(found) for name, found in rows.items()})


def _root(deviations: Array) -> Array:
    """(U,U) R with R Rᵀ the shrunk covariance of deviations (N,U)."""
    covariance = deviations.T @ deviations / max(len(deviations), 1)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
    values, vectors = np.linalg.eigh(shrunk)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
