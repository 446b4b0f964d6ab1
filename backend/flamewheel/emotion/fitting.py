# SPDX-License-Identifier: GPL-3.0-or-later
"""Fitting the stacked model with scikit-learn, and taking what it learned out as arrays.

Wolpert's stack: each learner answers for people it did not learn from, and the last one learns
from these answers.  Folds never part the photos of one person.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputFileError
from .face_space import SpaceFit, View, fit_space
from .features import FaceFeatures
from .learners import KernelLearner, Learner, LinearLearner, TreesLearner, waves
from .stacked import StackedModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class StackConfig:
    """What the stack is made of.  The numbers were chosen on subject-disjoint folds of four fifths
    of the people of the public set `muxspace/facial_expressions`; see docs/recogniser.md."""

    shown_columns: int = 40  # of the view of what parameters show
    columns: int = 60  # of the views with landmarks; 30 and 100 tell emotions less well
    inner_folds: int = 4
    linear_strength: float = 0.01  # scikit-learn's C, as below
    kernel_width: float = 0.2  # over a view's columns is gamma: exp(-gamma d²)
    waves: int = 800  # Fourier features
    kernel_strength: float = 0.3
    trees: int = 60
    tree_depth: int = 8
    evenness: float = 1.0  # of the pool's weights, and the next of its classes: `LogPool`
    restraint: float = 0.01
    seed: int = 0


def fit_stack(
    faces: FaceFeatures, labels: Ints, subjects: npt.NDArray[Any], config: StackConfig
) -> StackedModel:
    """A stack that has learned `labels` (N,) 0..K-1 of `faces`; temperature 1.

    Classes count the same, however many faces show them.
    """
    rows = faces.rows()
    shown = faces.without_landmarks().rows().shape[1] - 1
    fit = fit_space(rows, shown, config.shown_columns, config.columns)
    stack = fitted_classifier(fit, fit.space.project(rows), labels, subjects, config)
    return exported(fit, stack)


def fitted_classifier(
    fit: SpaceFit, given: Array, labels: Ints, subjects: npt.NDArray[Any], config: StackConfig
) -> Any:
    """scikit-learn's `StackingClassifier` on rows (N,D) of a face space."""
    from sklearn.ensemble import StackingClassifier

    from .log_pool import LogPool

    inner = grouped_folds(labels, subjects, config.inner_folds, config.seed + 1)
    if any(len(np.unique(labels[train])) <= labels.max() for train, _ in inner):
        raise InputFileError("too-few-people", "An emotion is shown by too few people to learn it "
                             "from some and try it on others.", "Add photos of other people.")
    last = LogPool(config.evenness, config.restraint)
    learners = [one for number, view in enumerate(fit.views)
                for one in _learners(number, view, config)]
    stack = StackingClassifier(learners, final_estimator=last, cv=inner,
                               stack_method="predict_proba")
    return stack.fit(given, labels)


def grouped_folds(
    labels: Ints, subjects: npt.NDArray[Any], count: int, seed: int
) -> list[tuple[Ints, Ints]]:
    """(train, test) rows of `count` folds: a subject stands in one, classes are spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rare classes: nothing can be done
        return list(folds.split(np.zeros(len(labels)), labels, subjects))


def _learners(
    number: int, view: View, config: StackConfig
) -> list[tuple[str, Any]]:
    """The learners of one view of the space; trees look at the first only."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    look = FunctionTransformer(view.of)
    regression = LogisticRegression(C=config.linear_strength, class_weight="balanced",
                                    max_iter=1000)
    kernel = LogisticRegression(C=config.kernel_strength, class_weight="balanced", max_iter=1000)
    waving = FunctionTransformer(waves, kw_args=_random_waves(view.count, number, config))
    learners = [(f"regression {number}", make_pipeline(look, regression)),
                (f"kernel {number}", make_pipeline(look, waving, kernel))]
    if number == 0:
        trees = ExtraTreesClassifier(
            config.trees, min_samples_leaf=3, max_features=0.4, max_depth=config.tree_depth,
            class_weight="balanced", random_state=config.seed)
        learners.append(("trees", make_pipeline(look, trees)))
    return learners


def _random_waves(columns: int, number: int, config: StackConfig) -> dict[str, Any]:
    """Directions and phases whose cosines have a Gaussian kernel for their product."""
    chance = np.random.default_rng((config.seed, number))
    gamma = config.kernel_width / columns
    directions = chance.normal(0.0, np.sqrt(2.0 * gamma), (columns, config.waves))
    phases = chance.uniform(0.0, 2.0 * np.pi, config.waves)
    return {"directions": directions.astype(np.float32), "phases": phases.astype(np.float32)}


def exported(fit: SpaceFit, stack: Any) -> StackedModel:
    """A fitted `StackingClassifier` of this file as arrays."""
    found = tuple(_exported_learner(one) for one in stack.estimators_)
    pool = stack.final_estimator_
    weights = np.kron(pool.weights_[:, None], np.eye(len(pool.bias_)))
    return StackedModel(fit.space, found, LinearLearner(weights, pool.bias_), 1.0)


def _exported_learner(fitted: Any) -> Learner:
    view: View = fitted[0].func.__self__
    if len(fitted) == 3:
        last, random = _linear(fitted[2], 0), fitted[1].kw_args
        return KernelLearner(random["directions"], random["phases"], last.weights, last.bias,
                             view.first)
    if hasattr(fitted[1], "estimators_"):
        return _trees(fitted[1], view)
    return _linear(fitted[1], view.first)


def _linear(fitted: Any, first: int) -> LinearLearner:
    """Logistic regression; of two classes scikit-learn keeps one row."""
    weights, bias = np.atleast_2d(fitted.coef_).T, np.atleast_1d(fitted.intercept_)
    if weights.shape[1] == 1:
        weights = np.concatenate([np.zeros_like(weights), weights], axis=1)
        bias = np.concatenate([[0.0], bias])
    return LinearLearner(np.asarray(weights, np.float64), np.asarray(bias, np.float64), first)


def _trees(forest: Any, view: View) -> TreesLearner:
    parts = [tree.tree_ for tree in forest.estimators_]
    counts = np.array([part.node_count for part in parts])
    roots = np.concatenate([[0], np.cumsum(counts)[:-1]])

    def children(name: str) -> npt.NDArray[np.int32]:
        own = (np.where(getattr(part, name) < 0, np.arange(count), getattr(part, name)) + root
               for part, count, root in zip(parts, counts, roots, strict=True))
        return np.asarray(np.concatenate(list(own)), dtype=np.int32)

    shares = np.concatenate([part.value[:, 0] for part in parts])
    return TreesLearner(
        roots.astype(np.int32),
        np.maximum(np.concatenate([part.feature for part in parts]), 0).astype(np.int32),
        np.concatenate([part.threshold for part in parts]), children("children_left"),
        children("children_right"), shares / shares.sum(axis=1, keepdims=True), view.count,
        view.first)
