# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recogniser learns from: labelled faces, and faces made where photos are too few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import FaceFeatures, joined

Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Lesson:
    """Faces of which the emotion is given."""

    faces: FaceFeatures
    emotions: Names  # (N,) names on the wheel
    subjects: Names  # (N,) who it is: folds never part a person's faces

    def __len__(self) -> int:
        return len(self.faces)

    def take(self, rows: npt.NDArray[Any]) -> Lesson:
        """The faces of `rows`: numbers or truth values."""
        return Lesson(self.faces.take(rows), self.emotions[rows], self.subjects[rows])

    def of(self, emotions: tuple[str, ...]) -> Lesson:
        """The faces that show one of `emotions`."""
        return self.take(np.isin(self.emotions, emotions))


@dataclass(frozen=True, eq=False)
class Examples:
    """What prototypes of emotions show on a face at rest: features from parameters alone."""

    faces: FaceFeatures
    emotions: Names  # (M,)


def with_examples(
    lesson: Lesson, examples: Examples, per_emotion: dict[str, int], neutral: str, seed: int
) -> Lesson:
    """`lesson` and made faces: an example's expression put on photos of neutral people.

    So a made face has a real one's proportions, landmark errors and fit errors.  It counts as a
    face of the person whom it was put on.  per_emotion: how many are made.  Where nobody is
    neutral none is made.
    """
    chance = np.random.default_rng(seed)
    calm = np.flatnonzero(lesson.emotions == neutral)
    if calm.size == 0:
        return lesson
    parts = [lesson]
    for emotion, count in per_emotion.items():
        shown = np.flatnonzero(examples.emotions == emotion)
        if shown.size == 0 or count == 0:
            continue
        people, which = chance.choice(calm, count), chance.choice(shown, count)
        made = lesson.faces.take(people).moved_by(examples.faces.take(which))
        parts.append(Lesson(made, np.full(count, emotion), lesson.subjects[people]))
    return Lesson(joined([part.faces for part in parts]),
                  np.concatenate([part.emotions for part in parts]),
                  np.concatenate([part.subjects for part in parts]))


def with_pure_examples(
    lesson: Lesson, examples: Examples, share: float, least: int, seed: int
) -> Lesson:
    """`lesson` (from parameters alone) and examples as they are: what a rig shows.

    Of each emotion that both know a `share` of its faces, `least` or more.  Each counts as a
    person of its own.
    """
    chance = np.random.default_rng(seed)
    rows = []
    for emotion in np.unique(lesson.emotions):
        of_it = np.flatnonzero(examples.emotions == emotion)
        count = max(least, round(share * int((lesson.emotions == emotion).sum())))
        if of_it.size:
            rows.append(chance.choice(of_it, count))
    if not rows:
        return lesson
    taken = np.concatenate(rows)
    people = np.array([f"prototype {number}" for number in range(len(taken))])
    return Lesson(joined([lesson.faces, examples.faces.take(taken)]),
                  np.concatenate([lesson.emotions, examples.emotions[taken]]),
                  np.concatenate([lesson.subjects, people]))
