# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the embedded 2D model of emotions, gradients about landmarks, on a folder of photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..emotion.image_model_classes import wheel_class
from ..emotion.image_model_embedded import KIND, LooksMachine
from ..emotion.image_model_fitting import Features, fit_looks
from ..emotion.image_model_gradients import gradient_features, upright_face
from ..errors import PhotoError
from ..labelled_photos import LabelledPhoto, is_held_out, read_folder, with_enough_photos
from ..weight_file import write_arrays

Say = Callable[[str], None]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class LooksReport:
    """How well the model does on subjects it has not seen; NaN where none were kept."""

    accuracy: float
    balanced_accuracy: float
    photos: int
    classes: tuple[str, ...]


def train(folder: Path, output: Path, say: Say, *, fewest: int = 20, every_subject: bool = False,
          progress: Progress | None = None) -> LooksReport:
    """Trains, writes `output`, and measures on the held-out subjects.

    Raises InputFileError for the folder, `too-few-photos`; OutputError.
    """
    photos, rare = with_enough_photos(read_folder(folder), fewest)
    for name, count in rare.items():
        say(f"left out: {name} has only {count} photos (--fewest {fewest})")
    seen, features, skipped = features_of(photos, progress)
    if skipped:
        say(f"skipped {len(skipped)} photos: {'; '.join(skipped)}")
    held = np.array([is_held_out(photo.subject) and not every_subject for photo in seen])
    words = np.array([wheel_class(photo.emotion) for photo in seen])
    subjects = [photo.subject for photo in seen]
    machine = fit_looks(features[~held], words[~held].tolist(),
                        [subject for subject, out in zip(subjects, held, strict=True) if not out])
    save_looks(output, machine)
    return _measured(machine, features[held], words[held])


def features_of(photos: Sequence[LabelledPhoto], progress: Progress | None
                ) -> tuple[tuple[LabelledPhoto, ...], Features, tuple[str, ...]]:
    """Photos in which a face was found, their gradients (N,F), and what was skipped and why."""
    from ..encoders.facemesh import look_for
    from ..encoders.photo import load_photo

    seen, rows, skipped = [], [], []
    for done, labelled in enumerate(photos):
        if progress is not None:
            progress(done, len(photos), "looking at faces")
        try:
            photo = load_photo(labelled.path)
            landmarks, _ = look_for(photo, None)
        except PhotoError as refusal:
            skipped.append(f"{labelled.path.name}: {refusal.message}")
            continue
        seen.append(labelled)
        rows.append(gradient_features(upright_face(photo.pixels, landmarks)))
    return tuple(seen), np.array(rows, dtype=np.float32), tuple(skipped)


def save_looks(path: Path, machine: LooksMachine) -> None:
    """The model as a `.npz` in half precision.  Raises OutputError."""
    write_arrays(path, KIND, {"classes": list(machine.classes), "reach": machine.reach}, {
        "mean": machine.mean.astype(np.float16),
        "projection": machine.projection.astype(np.float16),
        "centres": machine.centres.astype(np.float16), "weights": machine.weights.astype("<f4"),
        "bias": machine.bias.astype("<f4")})


def _measured(machine: LooksMachine, features: Features, words: npt.NDArray[np.str_]
              ) -> LooksReport:
    if not len(words):
        return LooksReport(float("nan"), float("nan"), 0, machine.classes)
    told = np.array(machine.classes)[machine.probabilities(features).argmax(axis=1)]
    recalls = [float((told[words == name] == name).mean()) for name in np.unique(words)]
    return LooksReport(float((told == words).mean()), float(np.mean(recalls)), len(words),
                       machine.classes)
