# SPDX-License-Identifier: GPL-3.0-or-later
"""Few uncorrelated columns of what varies among faces: seen by parameters, landmarks and both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .stacked import FaceSpace

Array = npt.NDArray[np.float64]
SMALLEST_SPREAD = 1e-3  # mm; what varies less (x in the middle of the face) is rounding


@dataclass(frozen=True)
class View:
    """Columns of a face space that one learner looks at."""

    first: int
    count: int

    def of(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(N,count) of rows (N,D)."""
        return rows[:, self.first:self.first + self.count]


@dataclass(frozen=True, eq=False)
class SpaceFit:
    """A space, and its views: of what parameters show first."""

    space: FaceSpace
    views: tuple[View, ...]


def fit_space(rows: Array, shown: int, shown_columns: int, columns: int) -> SpaceFit:
    """The space of feature `rows` (N,F), of which the first `shown` numbers are what parameters
    show and the last is the mouth's lean.

    Rows are standardised, then every view has whitened principal components of its own: what is
    shown, and where there are landmarks, what is seen, and both.  The lean is the last column, and
    part of the first view's.  Single precision, as in files.
    """
    mean, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), SMALLEST_SPREAD)
    given = (rows - mean) / spread
    last = rows.shape[1] - 1
    parts = [(slice(0, shown), shown_columns)]
    if last > shown:
        parts += [(slice(shown, last), columns), (slice(0, last), columns)]
    blocks = []
    for part, most in reversed(parts):
        block = np.zeros((rows.shape[1], min(most, len(rows) - 1)))
        block[part] = _whitened(given[:, part], block.shape[1])
        blocks.append(block)
    lean = np.zeros((rows.shape[1], 1))
    lean[-1] = 1.0
    directions = np.concatenate([*blocks, lean], axis=1) / spread[:, None]
    starts = np.cumsum([0, *(block.shape[1] for block in blocks)])
    views = [View(int(start), block.shape[1])
             for start, block in zip(starts, blocks, strict=False)]
    views[-1] = View(views[-1].first, views[-1].count + 1)
    space = FaceSpace(mean.astype(np.float32), directions.astype(np.float32))
    return SpaceFit(space, tuple(reversed(views)))


def _whitened(rows: Array, count: int) -> Array:
    """(F,count) directions by which rows (N,F) become uncorrelated columns of unit variance."""
    from sklearn.decomposition import PCA

    found = PCA(count, svd_solver="full").fit(rows)
    return np.asarray(found.components_.T / np.sqrt(np.maximum(found.explained_variance_, 1e-9)))
