# SPDX-License-Identifier: GPL-3.0-or-later
"""Who names emotions in `evaluate recogniser`; a further recogniser is a further contestant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..emotion.learners import softmax
from ..emotion.lessons import Examples, Lesson
from ..emotion.teaching import Plan, TeachingConfig, fitted_stack
from ..pipeline.emotion_lessons import LabelledFaces

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Contestant:
    """Learns from some faces and answers for others."""

    name: str
    answers: Callable[[LabelledFaces, Rows, Rows], Array]
    """faces, rows to learn from (T,), rows to answer for (N,) -> probabilities (N,K) of the plan's
    classes.  It may look at the photos themselves."""


def contestants(plan: Plan, examples: Examples, config: TeachingConfig) -> tuple[Contestant, ...]:
    """The stack with and without landmarks, a plain regression, and always the same word."""

    def stacked(faces: LabelledFaces, train: Rows, test: Rows) -> Array:
        lesson = faces.lesson
        model = fitted_stack(_known(faces, train, plan), examples, plan, config)
        return softmax(model.scores(lesson.faces.take(test).rows()))

    def alone(faces: LabelledFaces, train: Rows, test: Rows) -> Array:
        bare = replace(faces.lesson, faces=faces.lesson.faces.without_landmarks())
        return stacked(replace(faces, lesson=bare), train, test)

    def plain(faces: LabelledFaces, train: Rows, test: Rows) -> Array:
        return _plain_regression(faces, train, test, plan)

    def majority(faces: LabelledFaces, train: Rows, test: Rows) -> Array:
        names = faces.lesson.emotions[train]
        counts = np.array([float((names == name).sum()) for name in plan.classes])
        return np.tile(counts / counts.sum(), (len(test), 1))

    return (Contestant("stack, parameters and landmarks", stacked),
            Contestant("stack, parameters alone", alone),
            Contestant("plain regression on landmarks", plain),
            Contestant("the commonest emotion", majority))


def _known(faces: LabelledFaces, rows: Rows, plan: Plan) -> Lesson:
    lesson = faces.lesson.take(rows)
    return lesson.take(~np.isin(lesson.emotions, tuple(plan.left_out)))


def _plain_regression(faces: LabelledFaces, train: Rows, test: Rows, plan: Plan) -> Array:
    """Balanced logistic regression on standardised landmarks, head on."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    lesson = _known(faces, train, plan)
    width = lesson.faces.without_landmarks().rows().shape[1] - 1
    model = make_pipeline(StandardScaler(), LogisticRegression(
        C=0.01, class_weight="balanced", max_iter=500))
    model.fit(lesson.faces.rows()[:, width:-1], lesson.emotions)
    told = model.predict_proba(faces.lesson.faces.take(test).rows()[:, width:-1])
    given = np.zeros((len(test), len(plan.classes)))
    given[:, [plan.classes.index(name) for name in model.classes_]] = told
    return given
