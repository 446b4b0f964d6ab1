# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading of a face from both: what its parameters (and landmarks) say, and how it looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..parameters import EmotionReading
from .features import FaceFeatures
from .fusion import Fusion, in_classes
from .image_model import ImageModel, SeenFace
from .image_model_embedded import EmbeddedImageModel
from .recogniser import CANNOT_TELL, Recogniser, load_recogniser

WITH_EMBEDDED = Fusion("weighted", 0.55, 1.2, 0.28)
"""The shipped recogniser beside the embedded 2D model, measured on what was said of unseen people
(folds over 1,480 photos of four fifths of the faces set's people, every class counting the same):
the weight of the least log loss, the sharpness of the least calibration error, and the chance that
85 % of faces reach, as of the recogniser alone.  The recogniser of that measuring was learned by
the same command shortly before the shipped one."""
WITH_BROUGHT = Fusion("weighted", 0.2, 1.0)
"""Ig3D's weight of the 3D part beside a 2D model that was trained on AffectNet (5.2)."""


def read_emotion(
    features: FaceFeatures, seen: SeenFace | None = None, *, recogniser: Recogniser | None = None,
    image_model: ImageModel | None = None, fusion: Fusion | str | None = None,
) -> EmotionReading:
    """What one face shows.

    features: of this one face, by `features_of`.  seen: its photo; without one, or without a 2D
    model, the 3D part speaks alone.  recogniser: the shipped one by default.  fusion: "weighted",
    "max" or "mean", or one with its own weight; by default what suits the 2D model.  Valence and
    arousal are the 2D model's where it gives them, joined to those that the chances stand for.
    Raises CheckpointError `bad-output` where the 2D model answers nonsense.
    """
    judge = recogniser or load_recogniser()
    alone = judge.read(features)[0]
    if seen is None or image_model is None:
        return alone
    chosen = fusion_for(image_model, fusion)
    looks = image_model.read(seen.photo, seen.landmarks)
    told = np.array([[alone.probabilities[name] for name in judge.classes]])
    other = in_classes(looks.probabilities[None], image_model.classes, judge.classes, told)
    fused = chosen(told, other)[0]
    best = int(fused.argmax())
    surest = judge.track(features).surest if chosen.surest is None else chosen.surest
    return EmotionReading(
        judge.classes[best] if fused[best] >= surest else CANNOT_TELL,
        dict(zip(judge.classes, map(float, fused), strict=True)),
        valence=chosen.affect(alone.valence, looks.valence),
        arousal=chosen.affect(alone.arousal, looks.arousal))


def fusion_for(image_model: ImageModel, wanted: Fusion | str | None = None) -> Fusion:
    """How the 2D model is joined to the 3D part.  Raises UsageError `unknown-fusion`."""
    if isinstance(wanted, Fusion):
        return wanted
    own = WITH_EMBEDDED if isinstance(image_model, EmbeddedImageModel) else WITH_BROUGHT
    return own if wanted is None else replace(own, how=wanted)
