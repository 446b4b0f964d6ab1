# SPDX-License-Identifier: GPL-3.0-or-later
"""Learns the embedded 2D model from gradients of labelled faces; every class counts the same.

Centres are means of several faces each, so that the model's file holds no face; a support vector
machine, which keeps faces, was no better (docs/fusion.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .calibration import class_weights
from .fitting import grouped_folds
from .fusion import SHARPNESSES_TRIED, log_loss, sharpened
from .image_model_embedded import LooksMachine
from .image_model_gradients import mirrored

Floats = npt.NDArray[np.float64]
Features = npt.NDArray[np.float32]
STEADYING = 1e-4  # least eigenvalue of the centres' kernel: below, a centre repeats others
FACES_A_CENTRE = 3  # at least, on the mean


@dataclass(frozen=True)
class LooksConfig:
    """How the model is made.  Chosen by subject-disjoint folds over the faces set's learning
    subjects, by log loss: 120 and 200 components, 300 to 800 centres, reaches of 0.3 to 1 and
    penalties of 1 to 3 differ by less than 0.02."""

    components: int = 150
    centres: int = 400
    reach: float = 0.5  # g, in mean squared lengths of z
    penalty: float = 2.0  # C of the logistic regression
    folds: int = 5
    seed: int = 0


def fit_looks(features: Features, labels: Sequence[str], subjects: Sequence[str],
              config: LooksConfig | None = None) -> LooksMachine:
    """The model of faces (N,F), calibrated by folds that no subject stands on both sides of."""
    chosen, words = config or LooksConfig(), np.asarray(labels)
    machine = _fit(features, words, chosen)
    told, classes = out_of_fold(features, labels, subjects, chosen)
    numbers = np.searchsorted(np.array(classes), words)
    importance = even_importance(numbers)
    losses = [log_loss(sharpened(told, power), numbers, importance)
              for power in SHARPNESSES_TRIED]
    power = SHARPNESSES_TRIED[int(np.argmin(losses))]
    return LooksMachine(machine.classes, machine.mean, machine.projection, machine.centres,
                        machine.reach, machine.weights * power, machine.bias * power)


def even_importance(numbers: npt.NDArray[np.int64]) -> Floats:
    """(N,) how much each face counts so that every class counts the same; mean 1."""
    return class_weights(numbers) * len(numbers)


def out_of_fold(features: Features, labels: Sequence[str], subjects: Sequence[str],
                config: LooksConfig | None = None) -> tuple[Floats, tuple[str, ...]]:
    """(N,K) what models that never saw a face's subject say of it, and the classes, sorted."""
    chosen, words = config or LooksConfig(), np.asarray(labels)
    classes = tuple(np.unique(words).tolist())
    told = np.zeros((len(words), len(classes)))
    numbers = np.searchsorted(np.array(classes), words)
    for learn, test in grouped_folds(numbers, np.asarray(subjects), chosen.folds, chosen.seed):
        machine = _fit(features[learn], words[learn], chosen)
        columns = [classes.index(name) for name in machine.classes]
        told[np.ix_(test, np.array(columns))] = machine.probabilities(features[test])
    return told, classes


def _fit(features: Features, words: npt.NDArray[np.str_], config: LooksConfig) -> LooksMachine:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    both, twice = np.concatenate([features, mirrored(features)]), np.concatenate([words, words])
    mean, spread = both.mean(0), both.std(0)
    spread = np.where(spread > 1e-6, spread, 1.0)
    count = min(config.components, len(both) - 1)
    axes = PCA(count, random_state=config.seed).fit((both - mean) / spread).components_
    projection = (axes / spread).T.astype(np.float32)
    points = (both - mean) @ projection
    scale = float(np.sqrt((points**2).sum(1).mean()))
    points, projection = points / scale, projection / scale
    centres = _centres(points, twice, config)
    near = _near(points, centres, config.reach)
    values, axes = np.linalg.eigh(_near(centres, centres, config.reach))
    steady = (axes / np.sqrt(np.maximum(values, STEADYING))).astype(np.float64)
    learner = LogisticRegression(C=config.penalty, class_weight="balanced", max_iter=1000)
    learner.fit(near @ steady, twice)
    weights, bias = learner.coef_, learner.intercept_
    if len(learner.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return LooksMachine(tuple(str(name) for name in learner.classes_), mean.astype(np.float32),
                        projection, centres, config.reach, steady @ weights.T, np.asarray(bias))


def _centres(points: Features, words: npt.NDArray[np.str_], config: LooksConfig) -> Features:
    """(C,P) means of like faces, class by class, as many as its share."""
    from sklearn.cluster import MiniBatchKMeans

    found = []
    for name in np.unique(words):
        own = points[words == name]
        wanted = max(10, round(config.centres * len(own) / len(points)))
        count = max(1, min(wanted, len(own) // FACES_A_CENTRE))
        grouped = MiniBatchKMeans(count, random_state=config.seed, n_init=1).fit(own)
        found.append(grouped.cluster_centers_)
    return np.asarray(np.concatenate(found), dtype=np.float32)


def _near(points: Features, centres: Features, reach: float) -> Floats:
    squares = ((points**2).sum(1)[:, None] + (centres**2).sum(1) - 2.0 * points @ centres.T)
    return np.asarray(np.exp(-reach * np.maximum(squares, 0.0)), dtype=np.float64)
