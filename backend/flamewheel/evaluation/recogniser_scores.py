# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a recogniser did: balanced accuracy, confusion, calibration, cover, agreement."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..emotion.calibration import best_temperature, calibration_error, threshold_for

if TYPE_CHECKING:
    from ..emotion import Recogniser
    from ..pipeline.emotion_lessons import LabelledFaces

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

SIX = ("Anger", "Disgust", "Joy", "Neutral", "Sadness", "Surprise")
FIVE = tuple(name for name in SIX if name != "Disgust")
SIX_AIM, FIVE_AIM = 0.58, 0.66
COVERAGE = 0.85  # share of faces that are named, of `TeachingConfig`
FEWEST_LABELS = 3  # of valence and arousal, for a correlation


@dataclass(frozen=True)
class Scores:
    """Of one contestant.  Only its classes among the named ones are weighed: of six, then of five.
    """

    name: str
    six: float  # balanced accuracy, mean of the folds
    six_deviation: float  # over folds
    five: float  # without disgust
    five_deviation: float
    six_of_all: float  # recall of the six where every class may be answered
    accuracy: float  # of the six
    recall: dict[str, float]  # of the six, answering among all classes
    confusion: dict[str, dict[str, int]]  # true -> answered among all classes
    error_before: float  # expected calibration error over photos of the six, each the same
    error_after: float  # with a temperature from the other folds
    coverage: float  # share that is named, every class counting the same
    accuracy_of_named: float  # likewise

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN."""
        return {name: None if value != value else value for name, value in asdict(self).items()}


def score(
    name: str, classes: tuple[str, ...], told: Array, emotions: Names, fold: Ints, *,
    surest: float | None = None,
) -> Scores:
    """Scores of probabilities `told` (N,K) for faces of `emotions` (N,) in folds (N,).

    surest: the threshold of "cannot tell"; None: temperature and threshold of each fold come from
    the others.
    """
    six = tuple(one for one in SIX if one in classes)
    five = tuple(one for one in FIVE if one in classes)
    of_six = [_balanced(classes, told, emotions, fold == at, six) for at in np.unique(fold)]
    of_five = [_balanced(classes, told, emotions, fold == at, five) for at in np.unique(fold)]
    known = np.isin(emotions, six)  # the few photos of other classes would outweigh hundreds
    labels = np.array([classes.index(one) for one in emotions[known].tolist()], dtype=np.int64)
    before = told[known]
    after, named = (before, before.max(axis=1) >= surest) if surest is not None else (
        _calibrated(before, labels, fold[known]))
    answered = np.array(classes)[told.argmax(axis=1)]
    recall = {one: float((answered[emotions == one] == one).mean()) for one in six
              if (emotions == one).any()}
    asked = np.isin(emotions, six)
    return Scores(
        name, float(np.nanmean(of_six)), float(np.nanstd(of_six)), float(np.nanmean(of_five)),
        float(np.nanstd(of_five)), float(np.mean(list(recall.values()))),
        float((_answers(classes, told[asked], six) == emotions[asked]).mean()), recall,
        {one: {other: int(((emotions == one) & (answered == other)).sum()) for other in classes}
         for one in classes},
        calibration_error(before, labels), calibration_error(after, labels),
        *_named(after, labels, named))


def affect_agreement(recogniser: Recogniser, faces: LabelledFaces) -> dict[str, float]:
    """Concordance of valence and arousal with their labels; empty where there are none."""
    from ..emotion.circumplex import valence_arousal
    from ..metrics.concordance import concordance

    known = np.isfinite(faces.affect).all(axis=1)
    if int(known.sum()) < FEWEST_LABELS:
        return {}
    told = valence_arousal(recogniser.classes,
                           recogniser.probabilities(faces.lesson.faces.take(known)))
    return {name: float(concordance(told[:, column], faces.affect[known, column]))
            for column, name in enumerate(("valence", "arousal"))}


def _balanced(
    classes: tuple[str, ...], told: Array, emotions: Names, some: npt.NDArray[np.bool_],
    among: tuple[str, ...],
) -> float:
    """Mean recall of the classes `among` that are shown, answering only among them."""
    asked = some & np.isin(emotions, among)
    right = _answers(classes, told[asked], among) == emotions[asked]
    return float(np.mean([right[emotions[asked] == one].mean() for one in among
                          if (emotions[asked] == one).any()] or [np.nan]))


def _answers(classes: tuple[str, ...], told: Array, among: tuple[str, ...]) -> Names:
    columns = [classes.index(one) for one in among]
    return np.asarray(np.array(among)[told[:, columns].argmax(axis=1)])


def _calibrated(
    told: Array, labels: Ints, fold: Ints
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Probabilities by the other folds' temperature, and who is named by their threshold."""
    from ..emotion.learners import softmax

    scores = np.log(np.maximum(told, 1e-12))
    after, named = np.zeros_like(told), np.zeros(len(told), dtype=bool)
    for at in np.unique(fold):
        here, there = fold == at, fold != at
        heat = best_temperature(scores[there], labels[there])
        after[here] = softmax(scores[here] / heat)
        surest = threshold_for(softmax(scores[there] / heat), labels[there], COVERAGE)
        named[here] = after[here].max(axis=1) >= surest
    return after, named


def _named(told: Array, labels: Ints, named: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Share of faces that are named and of right ones among them, every class the same."""
    right = told.argmax(axis=1) == labels
    present = np.unique(labels)
    cover = np.mean([named[labels == one].mean() for one in present])
    recalls = [right[named & (labels == one)].mean() for one in present
               if (named & (labels == one)).any()]
    return float(cover), float(np.mean(recalls)) if recalls else float("nan")
