# SPDX-License-Identifier: GPL-3.0-or-later
"""Which emotion a face shows: a photo's, a parameter file's, or a rig's as it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..parameters import Array, FaceParameters
from .progress import Progress
from .units import head_units

if TYPE_CHECKING:
    from ..emotion.features import FaceFeatures
    from ..head.data import HeadData

EMBEDDED, NO_LOOKS = "embedded", "none"
"""Words for a 2D model: the one that is shipped, or none."""


def infer_photo(
    photo: Path | bytes,
    *,
    head: str = "open",
    face: int | None = None,
    recogniser: Path | None = None,
    image_model: Path | str = EMBEDDED,
    fusion: str | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """The face in a photo with its `emotion`: read from its parameters, landmarks and looks.

    `photo`, `face`: as for `encode`.  `recogniser`: a file of `flamewheel train recogniser`, None
    the shipped one.  `image_model`: a 2D model (ONNX, TorchScript, .npz), "embedded" or "none";
    `fusion` of both: "weighted", "max" or "mean" (Ig3D), None what suits the model.
    Raises as `encode`, CheckpointError for the models, UsageError `unknown-fusion`.
    """
    from ..emotion.fusion_reading import fusion_for, read_emotion
    from ..emotion.image_model import SeenFace, load_image_model
    from ..emotion.recogniser import load_recogniser
    from ..encoders.landmark import encode_landmarks, see_face
    from ..encoders.photo import load_photo
    from ..head.registry import find_head

    reader = load_recogniser(recogniser)  # before the photo is looked at: a wrong file is told
    looks = None
    if image_model != NO_LOOKS:
        looks = load_image_model(None if image_model == EMBEDDED else Path(image_model))
        fusion_for(looks, fusion)
    data = find_head(head)
    picture, landmarks, notes = see_face(load_photo(photo), face)
    found = encode_landmarks(landmarks, picture.original_size, data, notes, progress)
    seen = SeenFace(picture.pixels, landmarks / picture.ratio)
    reading = read_emotion(_features(found, data, head, landmarks), seen, recogniser=reader,
                           image_model=looks, fusion=fusion)
    return replace(found, emotion=reading)


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
    return replace(face, emotion=reader.read(_features(face, find_head(where), where))[0])


def _features(
    face: FaceParameters, data: HeadData, head: str, landmarks: Array | None = None
) -> FaceFeatures:
    """What a recogniser sees of one face; `landmarks` (478,2) px where a photo showed them."""
    from ..emotion.features import features_of

    seen = None if landmarks is None else landmarks[None]
    return features_of([face], data, seen, units=head_units(head).units)
