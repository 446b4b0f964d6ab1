# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacked generalisation (Wolpert, Neural Networks 5, 1992) as plain arrays.

Several learners answer; a last one, which has learned from their answers to people they did not
know, weighs them.  Its scores are calibrated by one temperature (Guo et al., ICML 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .learners import Learner, LinearLearner, softmax

Array = npt.NDArray[np.float64]
SMALLEST = 1e-4
"""Probabilities below count as this when learners are weighed: no learner knows better.  A design
choice."""


@dataclass(frozen=True, eq=False)
class FaceSpace:
    """Rows of features as a few uncorrelated columns of unit variance (whitened principal
    components): what varies most among people, such as who they are, then weighs no more than
    what an expression changes."""

    mean: npt.NDArray[np.float32]  # (F,) mm
    directions: npt.NDArray[np.float32]  # (F,D) per mm

    def project(self, rows: Array) -> Array:
        """(N,D) of feature rows (N,F)."""
        return np.asarray((rows - self.mean) @ self.directions.astype(np.float64))


@dataclass(frozen=True, eq=False)
class StackedModel:
    """Feature rows -> calibrated probabilities of K classes, all counted as equally frequent."""

    space: FaceSpace
    learners: tuple[Learner, ...]
    last: LinearLearner  # weighs the logarithms of the learners' probabilities (N,L*K)
    temperature: float

    def probabilities(self, rows: Array) -> Array:
        """(N,K) of feature rows (N,F), each row summing to 1."""
        return softmax(self.scores(rows) / self.temperature)

    def scores(self, rows: Array) -> Array:
        """(N,K) before calibration: `softmax` makes them what scikit-learn gives."""
        given = self.space.project(np.asarray(rows, dtype=np.float64))
        answers = np.concatenate([one.probabilities(given) for one in self.learners], axis=1)
        return np.asarray(log_answers(answers) @ self.last.weights + self.last.bias)


def log_answers(answers: Array) -> Array:
    """Logarithms of probabilities, bounded below: what the last learner is given."""
    return np.asarray(np.log(np.maximum(answers, SMALLEST)))
