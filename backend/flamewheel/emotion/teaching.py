# SPDX-License-Identifier: GPL-3.0-or-later
"""From labelled faces to a recogniser: two stacks, calibrated on people they did not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from ..errors import InputFileError
from .calibration import best_temperature, threshold_for
from .fitting import StackConfig, fit_stack, grouped_folds
from .learners import softmax
from .lessons import Examples, Lesson, with_examples, with_pure_examples
from .recogniser import Recogniser, Track
from .stacked import StackedModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int, str], None]

ORDER = ("Neutral", "Joy", "Sadness", "Surprise", "Fear", "Disgust", "Anger", "Contempt")
"""Names on the wheel that labelled sets of photos use."""


@dataclass(frozen=True)
class TeachingConfig:
    """How a recogniser is made of labelled faces."""

    stack: StackConfig = field(default_factory=StackConfig)
    fewest: int = 3  # photos of an emotion; the few of a rarer one are left out
    enough: int = 20  # photos of an emotion, below which made faces help out
    made: int = 40  # faces that are made of each emotion with fewer photos than `enough`
    reminders: int = 6  # faces that are made of each other emotion: rigs show pure prototypes
    pure_share: float = 0.06  # of faces without a photo's errors, where no landmarks are read
    coverage: float = 0.85  # share of faces that are named; the others are "cannot tell"
    folds: int = 5  # for calibration
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """Which classes are learned, and from what."""

    classes: tuple[str, ...]
    made: dict[str, int]  # faces to make of each
    synthetic: tuple[str, ...]  # classes that made faces carry
    left_out: dict[str, int]  # photos that are not used, by emotion


def plan_of(lesson: Lesson, examples: Examples | None, config: TeachingConfig) -> Plan:
    """What can be learned from `lesson`.

    Raises InputFileError `too-few-photos` where fewer than two emotions have enough photos.
    """
    counts = Counter(lesson.emotions.tolist())
    known = set() if examples is None else set(examples.emotions.tolist())
    well = {name for name in ORDER if counts[name] >= config.enough}
    if len(well) < 2:
        found = ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
        raise InputFileError(
            "too-few-photos", f"Fewer than two emotions have {config.enough} photos with a face "
            f"({found}).", "Add photos, or lower --enough.")
    poor = {name for name in ORDER if name not in well and name in known} if (
        "Neutral" in well) else set()
    made = {name: config.made if name in poor else config.reminders
            for name in ORDER if name in poor or (name in well and name in known)}
    left_out = {name: count for name, count in sorted(counts.items())
                if name not in well and (name not in poor or count < config.fewest)}
    classes = tuple(name for name in ORDER if name in well | poor)
    return Plan(classes, made, tuple(name for name in ORDER if name in poor), left_out)


def teach(
    lesson: Lesson, examples: Examples | None, config: TeachingConfig, origin: str,
    progress: Progress,
) -> Recogniser:
    """A recogniser that has learned `lesson`.

    `examples` help out where photos are few.  Raises InputFileError `too-few-photos`,
    `too-few-people`.
    """
    plan = plan_of(lesson, examples, config)
    lesson = lesson.take(~np.isin(lesson.emotions, tuple(plan.left_out)))
    total = 2 * (config.folds + 1)
    tracks = []
    for number, bare in enumerate((True, False)):
        first = number * (config.folds + 1)
        own = replace(lesson, faces=lesson.faces.without_landmarks()) if bare else lesson
        scores = _out_of_fold(own, examples, plan, config, partial(_tell, progress, first, total))
        progress(first + config.folds, total, "learning")
        model = fitted_stack(own, examples, plan, config)
        # a handful of photos of a rare emotion would weigh as much as hundreds of another
        common = ~np.isin(own.emotions, plan.synthetic)
        labels, tried = _numbered(own.emotions, plan.classes)[common], scores[common]
        heat = best_temperature(tried, labels)
        surest = threshold_for(softmax(tried / heat), labels, config.coverage)
        tracks.append(Track(replace(model, temperature=heat), surest))
    return Recogniser(plan.classes, tracks[0], tracks[1], origin, plan.synthetic)


def _tell(progress: Progress, first: int, total: int, done: int) -> None:
    progress(first + done, total, "calibrating")


def _out_of_fold(
    lesson: Lesson, examples: Examples | None, plan: Plan, config: TeachingConfig,
    step: Callable[[int], None],
) -> Array:
    """(N,K) scores of each face by stacks that do not know its person."""
    scores = np.zeros((len(lesson), len(plan.classes)))
    for number, (train, test) in enumerate(people_folds(lesson, config.folds, config.seed)):
        step(number)
        model = fitted_stack(lesson.take(train), examples, plan, config)
        scores[test] = model.scores(lesson.faces.take(test).rows())
    return scores


def people_folds(lesson: Lesson, count: int, seed: int) -> list[tuple[Ints, Ints]]:
    """(train, test) rows of `count` folds; the faces of a person stand in one.

    Raises InputFileError `too-few-people` where there are not as many people.
    """
    if len(np.unique(lesson.subjects)) < 2 * count:
        raise InputFileError(
            "too-few-people", f"{len(np.unique(lesson.subjects))} people are too few for {count} "
            "folds.", f"Give photos of {2 * count} people or more, and name them in labels.csv.")
    numbers = np.unique(lesson.emotions, return_inverse=True)[1]
    return grouped_folds(numbers, lesson.subjects, count, seed)


def fitted_stack(
    lesson: Lesson, examples: Examples | None, plan: Plan, config: TeachingConfig
) -> StackedModel:
    """The stack of `plan`'s classes that has learned `lesson` and what `examples` add.

    Raises InputFileError `too-few-people` where a class is shown by too few people for folds.
    """
    full = lesson
    if examples is not None:
        full = with_examples(lesson, examples, plan.made, "Neutral", config.seed)
        if full.faces.seen is None:
            full = with_pure_examples(full, examples, config.pure_share, config.reminders,
                                      config.seed)
    labels = _numbered(full.emotions, plan.classes)
    return fit_stack(full.faces, labels, full.subjects, config.stack)


def _numbered(emotions: npt.NDArray[np.str_], classes: tuple[str, ...]) -> Ints:
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place[name] for name in emotions.tolist()], dtype=np.int64)
