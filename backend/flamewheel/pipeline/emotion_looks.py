# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled photos as what the embedded 2D model of emotions looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import InputFileError, PhotoError
from ..labelled_photos import LabelledPhoto
from .progress import Progress

if TYPE_CHECKING:
    from ..emotion.image_model import SeenFace
    from ..encoders.photo import PhotoSource


@dataclass(frozen=True, eq=False)
class LooksOfPhotos:
    """The photos in which a face was found."""

    photos: tuple[LabelledPhoto, ...]  # (N,)
    features: npt.NDArray[np.float32]  # (N,F) gradients about landmarks
    skipped: tuple[str, ...]  # what could not be used, and why


def looks_of(photos: Sequence[LabelledPhoto], progress: Progress | None = None) -> LooksOfPhotos:
    """The looks of the largest face of every photo.

    Raises InputFileError `no-faces` where there is none in any.
    """
    from ..emotion.image_model_gradients import gradient_features, upright_face

    found, rows, skipped = [], [], []
    for done, photo in enumerate(photos):
        if progress is not None:
            progress(done, len(photos), "looking at faces")
        try:
            seen = seen_face(photo.source)
        except PhotoError as refusal:
            skipped.append(f"{photo.path.name}: {refusal.message}")
            continue
        found.append(photo)
        rows.append(gradient_features(upright_face(seen.photo, seen.landmarks)))
    if not found:
        raise InputFileError("no-faces", f"No face was found in any of {len(photos)} photos.",
                             "Give photos in which a face is upright and not small.")
    return LooksOfPhotos(tuple(found), np.array(rows, dtype=np.float32), tuple(skipped))


def seen_face(photo: PhotoSource, face: int | None = None) -> SeenFace:
    """A photo's pixels and the landmarks of its largest face, or of the `face`th, in them.

    Raises PhotoError.
    """
    from ..emotion.image_model import SeenFace
    from ..encoders.facemesh import look_for
    from ..encoders.photo import load_photo

    picture = load_photo(photo)
    landmarks, _ = look_for(picture, face)
    return SeenFace(picture.pixels, landmarks)
