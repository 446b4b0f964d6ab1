# SPDX-License-Identifier: GPL-3.0-or-later
"""Which emotion a face shows: a photo's, a parameter file's, or a rig's as it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..parameters import FaceParameters
from .progress import Progress
from .units import head_units

if TYPE_CHECKING:
    from ..emotion.features import FaceFeatures
    from ..emotion.recogniser import Recogniser
    from ..head.data import HeadData


def infer_photo(
    photo: Path | bytes,
    *,
    head: str = "open",
    face: int | None = None,
    recogniser: Path | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """The face in a photo with its `emotion`, read from its parameters and its landmarks.

    `photo`, `face`: as for `encode`.  `recogniser`: a file of `flamewheel train recogniser`, None
    the shipped one.  Raises as `encode`, and CheckpointError for the recogniser.
    """
    from ..emotion.recogniser import load_recogniser
    from ..encoders.landmark import encode_landmarks, see_face
    from ..encoders.photo import load_photo
    from ..head.registry import find_head

    reader = load_recogniser(recogniser)  # before the photo is looked at: a wrong file is told
    data = find_head(head)
    picture, landmarks, notes = see_face(load_photo(photo), face)
    found = encode_landmarks(landmarks, picture.original_size, data, notes, progress)
    return _read(found, features(found, data, head, landmarks), reader)


def infer_face(
    face: FaceParameters, *, head: str | None = None, recogniser: Path | None = None
) -> FaceParameters:
    """`face` with its `emotion`, read from its parameters alone.

    `head`: of the parameters, where their own name of it cannot be found (a head file by path).
    Raises UsageError `other-head`, HeadError, CheckpointError.
    """
    from ..emotion.recogniser import load_recogniser
    from ..head.registry import find_head

    reader = load_recogniser(recogniser)
    where = face.head if head is None else head
    return _read(face, features(face, find_head(where), where), reader)


def features(
    face: FaceParameters, data: HeadData, head: str, landmarks: object = None
) -> FaceFeatures:
    """What a recogniser sees of one face; `landmarks` (478,2) px where a photo showed them."""
    import numpy as np

    from ..emotion.features import features_of

    units = head_units(head).units
    seen = None if landmarks is None else np.asarray(landmarks)[None]
    return features_of([face], data, seen, units=units)


def _read(face: FaceParameters, seen: FaceFeatures, reader: Recogniser) -> FaceParameters:
    return replace(face, emotion=reader.read(seen)[0])
