# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the embedded 2D model of emotions, gradients about landmarks, on a folder of photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..emotion.image_model_classes import wheel_class
from ..emotion.image_model_embedded import KIND, LooksMachine
from ..emotion.image_model_fitting import Features, fit_looks
from ..labelled_photos import is_held_out, read_folder, with_enough_photos
from ..pipeline.emotion_looks import looks_of
from ..weight_file import write_arrays

Say = Callable[[str], None]
Progress = Callable[[int, int, str], None]
NAMED_AT_MOST = 5  # photos, in a message


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
    looks = looks_of(photos, progress)
    seen, features = looks.photos, looks.features
    if looks.skipped:
        more = "; …" if len(looks.skipped) > NAMED_AT_MOST else ""
        say(f"skipped {len(looks.skipped)} photos: "
            f"{'; '.join(looks.skipped[:NAMED_AT_MOST])}{more}")
    held = np.array([is_held_out(photo.subject) and not every_subject for photo in seen])
    words = np.array([wheel_class(photo.emotion) for photo in seen])
    subjects = [photo.subject for photo in seen]
    machine = fit_looks(features[~held], words[~held].tolist(),
                        [subject for subject, out in zip(subjects, held, strict=True) if not out])
    save_looks(output, machine)
    return _measured(machine, features[held], words[held])


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
