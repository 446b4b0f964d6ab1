# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack's last learner: a logarithmic opinion pool with one weight a learner.

A free regression on all answers has thousands of numbers to learn from some hundred people and
does worse than the plain mean of the learners (balanced accuracy over five classes 0.61 against
0.64, subject-disjoint); a weight a learner, kept near one another, and a word for each class do
better than the mean.  Non-negative weights as in Breiman, Stacked regressions (1996).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin

from .calibration import class_weights
from .learners import softmax
from .stacked import log_answers

Array = npt.NDArray[np.float64]


class LogPool(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """softmax(Σ_l w_l log p_l + b), w >= 0; classes count the same, however frequent."""

    def __init__(self, evenness: float = 1.0, restraint: float = 0.01) -> None:
        self.evenness = evenness  # of the weights: a squared deviation costs as much likelihood
        self.restraint = restraint  # of the word for each class, likewise

    def fit(self, answers: Array, labels: npt.NDArray[Any]) -> LogPool:
        """Learns from probabilities (N,L*K) of faces that the learners did not know."""
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        logs = self._logs(answers)
        count, classes = logs.shape[1:]
        start = np.concatenate([np.full(count, 1.0 / count), np.zeros(classes)])
        found = minimize(self._loss, start, (logs, numbers, class_weights(numbers)), jac=True,
                         method="L-BFGS-B", bounds=[(0.0, None)] * count + [(None, None)] * classes)
        self.weights_, self.bias_ = found.x[:count], found.x[count:]
        return self

    def predict_proba(self, answers: Array) -> Array:
        """(N,K)."""
        return softmax(np.einsum("nlk,l->nk", self._logs(answers), self.weights_) + self.bias_)

    def predict(self, answers: Array) -> npt.NDArray[Any]:
        """(N,) the likeliest."""
        return np.asarray(self.classes_[self.predict_proba(answers).argmax(axis=1)])

    def _logs(self, answers: Array) -> Array:
        """(N,L,K)."""
        return log_answers(answers).reshape(len(answers), -1, len(self.classes_))

    def _loss(
        self, given: Array, logs: Array, labels: npt.NDArray[np.int64], shares: Array
    ) -> tuple[float, Array]:
        """Weighted cross entropy with both ridges, and its gradient."""
        count = logs.shape[1]
        weights, bias = given[:count], given[count:]
        told = softmax(np.einsum("nlk,l->nk", logs, weights) + bias)
        rows = np.arange(len(labels))
        apart = weights - weights.mean()
        loss = (-(shares * np.log(told[rows, labels] + 1e-300)).sum()
                + self.evenness * (apart**2).sum() + self.restraint * (bias**2).sum())
        told[rows, labels] -= 1.0
        told *= shares[:, None]
        by_weight = np.einsum("nlk,nk->l", logs, told) + 2.0 * self.evenness * apart
        by_bias = told.sum(axis=0) + 2.0 * self.restraint * bias
        return float(loss), np.concatenate([by_weight, by_bias])
