# SPDX-License-Identifier: GPL-3.0-or-later
"""Trained learners as plain arrays: what scikit-learn fitted, answered by numpy alone.

Each takes rows (N,D) of a `FaceSpace` and gives (N,K) probabilities, equal to scikit-learn's
`predict_proba` to rounding.  None of them keeps a face it learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Arrays = Mapping[str, npt.NDArray[Any]]


class Learner(Protocol):
    """One of the stack's learners."""

    kind: ClassVar[str]

    def probabilities(self, rows: Array) -> Array:
        """(N,K), each row summing to 1."""
        ...

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What it is made of, for a file."""
        ...


@dataclass(frozen=True, eq=False)
class LinearLearner:
    """Softmax of a linear form: logistic regression and linear discriminants."""

    kind: ClassVar[str] = "linear"
    weights: Array  # (C,K)
    bias: Array  # (K,)
    first: int = 0  # of the C columns it looks at

    def probabilities(self, rows: Array) -> Array:
        """(N,K)."""
        return softmax(_columns(rows, self.first, len(self.weights)) @ self.weights + self.bias)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For a file."""
        return {"weights": self.weights, "bias": self.bias, "first": np.array(self.first)}


@dataclass(frozen=True, eq=False)
class KernelLearner:
    """Logistic regression on random Fourier features of a Gaussian kernel (Rahimi and Recht, 2007):
    a kernel machine that keeps no support vectors."""

    kind: ClassVar[str] = "kernel"
    directions: npt.NDArray[np.float32]  # (C,M)
    phases: npt.NDArray[np.float32]  # (M,) rad
    weights: Array  # (M,K)
    bias: Array  # (K,)
    first: int = 0  # of the C columns it looks at

    def probabilities(self, rows: Array) -> Array:
        """(N,K)."""
        given = _columns(rows, self.first, len(self.directions))
        return softmax(waves(given, self.directions, self.phases) @ self.weights + self.bias)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For a file."""
        return {"directions": self.directions, "phases": self.phases, "weights": self.weights,
                "bias": self.bias, "first": np.array(self.first)}


@dataclass(frozen=True, eq=False)
class TreesLearner:
    """The mean of many trees' leaves: a forest of randomised trees.

    Trees lie one after the other; a leaf is its own child on both sides.
    """

    kind: ClassVar[str] = "trees"
    roots: Ints  # (T,) first node of each tree
    feature: Ints  # (J,) column that a node asks for
    threshold: Array  # (J,) rows at or below go left
    left: Ints  # (J,)
    right: Ints  # (J,)
    shares: Array  # (J,K) classes among what reached a node
    columns: int  # how many it looks at
    first: int = 0  # of them

    def probabilities(self, rows: Array) -> Array:
        """(N,K).  Columns are compared in single precision, as scikit-learn's trees do."""
        given = _columns(rows, self.first, self.columns).astype(np.float32).astype(np.float64)
        at = np.repeat(self.roots[None], len(rows), axis=0)
        everyone = np.arange(len(rows))[:, None]
        while True:
            low = given[everyone, self.feature[at]] <= self.threshold[at]
            there = np.where(low, self.left[at], self.right[at])
            if np.array_equal(there, at):
                break
            at = there
        total = self.shares[at].mean(axis=1)
        return np.asarray(total / total.sum(axis=1, keepdims=True))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """For a file."""
        return {"roots": self.roots, "feature": self.feature, "threshold": self.threshold,
                "left": self.left, "right": self.right, "shares": self.shares,
                "columns": np.array(self.columns), "first": np.array(self.first)}


KINDS: Mapping[str, type[LinearLearner] | type[KernelLearner] | type[TreesLearner]] = {
    kind.kind: kind for kind in (LinearLearner, KernelLearner, TreesLearner)}


def waves(
    rows: Array, directions: npt.NDArray[np.float32], phases: npt.NDArray[np.float32]
) -> Array:
    """(N,M) random Fourier features of rows (N,C)."""
    turned = rows @ directions.astype(np.float64) + phases.astype(np.float64)
    return np.asarray(np.cos(turned) * np.sqrt(2.0 / len(phases)))


def _columns(rows: Array, first: int, count: int) -> Array:
    return rows[:, first:first + count]


def softmax(scores: Array) -> Array:
    """(N,K) exponentials of `scores`, each row summing to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
