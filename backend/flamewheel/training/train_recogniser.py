# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the stacked recogniser of emotions on a folder of labelled photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..emotion.fitting import StackConfig
from ..emotion.recogniser_file import write_recogniser
from ..emotion.teaching import TeachingConfig, plan_of, teach
from ..labelled_photos import is_held_out, read_labelled
from ..pipeline.emotion_lessons import labelled_faces, prototype_examples
from ..pipeline.progress import Progress

Say = Callable[[str], None]
NAMED_AT_MOST = 5  # photos, in a message


@dataclass(frozen=True)
class RecogniserConfig:
    """What to train, and on what."""

    folder: str  # labelled photos, see `labelled_photos`
    output: str  # .npz
    fewest: int = 3  # photos of an emotion; those of a rarer one are left out
    enough: int = 20  # photos of an emotion, below which FACS prototypes help out
    prototypes: bool = True
    every_subject: bool = False  # learn from the held-out fifth, too
    seed: int = 0


@dataclass(frozen=True)
class RecogniserReport:
    """What came of it."""

    classes: tuple[str, ...]
    synthetic: tuple[str, ...]  # classes that FACS prototypes carry
    left_out: dict[str, int]  # photos not used, by emotion
    faces: int
    people: int
    without_face: int


def train(config: RecogniserConfig, say: Say, progress: Progress) -> RecogniserReport:
    """Folder of labelled photos -> recogniser.

    The same seed makes the same recogniser on one machine.  Raises InputFileError, OutputError.
    """
    found = read_labelled(Path(config.folder))
    for note in found.notes:
        say(note)
    photos = [photo for photo in found.photos
              if config.every_subject or not is_held_out(photo.subject)]
    faces = labelled_faces(photos, progress)
    lost = faces.without_face + faces.unreadable
    if lost:
        more = ", …" if len(lost) > NAMED_AT_MOST else ""
        say(f"{len(lost)} photos without a face: {', '.join(lost[:NAMED_AT_MOST])}{more}")
    examples = prototype_examples() if config.prototypes else None
    teaching = TeachingConfig(StackConfig(seed=config.seed), fewest=config.fewest,
                              enough=config.enough, seed=config.seed)
    plan = plan_of(faces.lesson, examples, teaching)
    for name, count in plan.left_out.items():
        say(f"left out: {name} has only {count} photos")
    if plan.synthetic:
        say(f"FACS prototypes help out for {', '.join(plan.synthetic)}")
    people = len(np.unique(faces.lesson.subjects))
    origin = (f"flamewheel train recogniser, seed {config.seed}: {len(faces.lesson)} photos of "
              f"{people} people from {Path(config.folder).resolve().name}"
              f"{'' if config.every_subject else ', without the held-out fifth'}")
    recogniser = teach(faces.lesson, examples, teaching, origin, progress)
    write_recogniser(Path(config.output), recogniser)
    return RecogniserReport(recogniser.classes, recogniser.synthetic, plan.left_out,
                            len(faces.lesson), people, len(lost))
