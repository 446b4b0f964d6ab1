# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate recogniser`: recognisers on people they do not know, beside naive ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..emotion import Recogniser, load_recogniser
from ..emotion.fusion import in_classes
from ..emotion.fusion_reading import WITH_EMBEDDED
from ..emotion.image_model_embedded import load_embedded
from ..emotion.lessons import Lesson
from ..emotion.teaching import TeachingConfig, people_folds, plan_of
from ..errors import UsageError
from ..labelled_photos import is_held_out, read_labelled
from ..pipeline.emotion_lessons import LabelledFaces, labelled_faces, prototype_examples
from ..pipeline.progress import Progress
from .recogniser_contestants import Contestant, contestants
from .recogniser_fusion import fusion_contestants, looked_at
from .recogniser_scores import FIVE, SIX, Scores, affect_agreement, score

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RecogniserEvaluation:
    """What came of it; the first contestant is the one that is shipped."""

    faces: int
    people: int
    without_face: int
    left_out: dict[str, int]  # photos by emotion
    classes: tuple[str, ...]
    synthetic: tuple[str, ...]
    folds: int
    retrained: tuple[Scores, ...]  # on every fold, by contestants that learned from the others
    shipped: tuple[Scores, ...]  # the shipped file, on the held-out fifth
    shipped_on: str  # whom that is
    affect: dict[str, float]  # CCC of valence and arousal; empty where nothing is labelled
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = {name: getattr(self, name) for name in (
            "faces", "people", "without_face", "left_out", "classes", "synthetic", "folds",
            "shipped_on", "affect", "notes")}
        return {**named, "retrained": [one.to_dict() for one in self.retrained],
                "shipped": [one.to_dict() for one in self.shipped]}


Further = Callable[[tuple[str, ...]], tuple[Contestant, ...]]
"""Classes that answers are told in -> contestants from other rooms."""


def evaluate_recogniser(
    folder: Path, folds: int, progress: Progress, further: Further | None = None
) -> RecogniserEvaluation:
    """Measure recognisers on a folder of labelled photos, in `folds` subject-disjoint folds.

    In every fold each contestant learns from the other folds' people; the first is also fused with
    a 2D model.  The shipped recogniser is measured besides, on the held-out fifth, which it has not
    learned from.  Raises InputFileError `too-few-photos`, `too-few-people`, `no-faces` …,
    UsageError `bad-count`.
    """
    if not 2 <= folds <= 20:
        raise UsageError("bad-count", f"{folds} folds make no sense.", "Give --folds 5.")
    found = read_labelled(folder)
    faces = labelled_faces(found.photos, progress)
    config, examples = TeachingConfig(), prototype_examples()
    plan = plan_of(faces.lesson, examples, config)
    splits = people_folds(faces.lesson, folds, config.seed)
    told = {one.name: _cross_validated(one, faces, plan.classes, splits, progress)
            for one in (*contestants(plan, examples, config),
                        *(further(plan.classes) if further else ()))}
    looks = looked_at(faces, progress)
    told |= fusion_contestants(looks, plan.classes, next(iter(told.values())), splits, progress)
    fold = np.zeros(len(faces.lesson), dtype=np.int64)
    for number, (_, test) in enumerate(splits):
        fold[test] = number
    retrained = [score(name, plan.classes, answers, faces.lesson.emotions, fold)
                 for name, answers in told.items()]
    held = np.array([is_held_out(name) for name in faces.lesson.subjects.tolist()])
    shipped = load_recogniser()
    return RecogniserEvaluation(
        len(faces.lesson), len(np.unique(faces.lesson.subjects)),
        len(faces.without_face) + len(faces.unreadable), plan.left_out, plan.classes,
        plan.synthetic, folds, tuple(retrained), 
        _of_shipped(shipped, faces.lesson.take(held), looks.features[held]),
        f"{int(held.sum())} photos of {len(set(faces.lesson.subjects[held].tolist()))} held-out "
        f"people; the file: {shipped.origin}",
        affect_agreement(shipped, faces), found.notes)


def _cross_validated(
    contestant: Contestant, faces: LabelledFaces, classes: tuple[str, ...],
    splits: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]], progress: Progress,
) -> Array:
    """(N,K) what the contestant says of every face, of people whom it does not know."""
    told = np.zeros((len(faces.lesson), len(classes)))
    for number, (train, test) in enumerate(splits):
        progress(number, len(splits), contestant.name)
        told[test] = contestant.answers(faces, train, test)
    return told


def _of_shipped(
    shipped: Recogniser, lesson: Lesson, looks: npt.NDArray[np.float32]
) -> tuple[Scores, ...]:
    """By parameters with landmarks, alone, and with the embedded 2D model; empty where nobody of
    the six classes is left."""
    if not np.isin(lesson.emotions, SIX).any() or not set(FIVE) <= set(shipped.classes):
        return ()
    one = np.zeros(len(lesson), dtype=np.int64)
    tracks = (("shipped, parameters and landmarks", shipped.by_landmarks, lesson.faces),
              ("shipped, parameters alone", shipped.by_parameters,
               lesson.faces.without_landmarks()))
    alone = tuple(score(name, shipped.classes, shipped.probabilities(some), lesson.emotions, one,
                        surest=track.surest)
                  for name, track, some in tracks)
    model = load_embedded()
    three = shipped.probabilities(lesson.faces)
    two = in_classes(model.machine.probabilities(looks), model.classes, shipped.classes, three)
    return (*alone,
            score("shipped, 2D alone", shipped.classes, two, lesson.emotions, one, surest=0.0),
            score("shipped, late weighted", shipped.classes, WITH_EMBEDDED(three, two),
                  lesson.emotions, one, surest=WITH_EMBEDDED.surest))
