# SPDX-License-Identifier: GPL-3.0-or-later
"""What a 2D model adds to the 3D part: each alone, and all fusions of Ig3D, on the same folds.

Every answer about a face comes from models that do not know its person.  Weights of a late fusion
are tuned, for each fold, on what was said of the people of the other folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..emotion.fusion import HOWS, TINY, Fusion, in_classes, tuned
from ..emotion.image_model_embedded import LooksMachine
from ..emotion.image_model_fitting import Features, even_importance, fit_looks
from ..errors import InputFileError
from ..pipeline.emotion_lessons import LabelledFaces
from ..pipeline.emotion_looks import looks_of
from ..pipeline.progress import Progress

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Fold = tuple[Ints, Ints]
"""Rows to learn from and rows to answer about; no person is in both."""


@dataclass(frozen=True, eq=False)
class LookedAt:
    """N faces by their looks."""

    features: Features  # (N,F) `gradient_features`
    emotions: npt.NDArray[np.str_]  # (N,) names on the wheel
    subjects: npt.NDArray[np.str_]  # (N,)


def fusion_contestants(
    faces: LookedAt, classes: Sequence[str], three: Floats, folds: Sequence[Fold],
    progress: Progress | None = None,
) -> Mapping[str, Floats]:
    """(N,K) chances of each: "2D alone", "late weighted", "late mean", "late max".

    three: (N,K) out-of-fold chances of the 3D part in `classes`, of the same folds; calibrated
    here, by the people of the other folds.
    """
    calm = np.zeros_like(three)
    for learn, test in folds:  # a part that is fused with itself keeps its order: only sharpened
        own = tuned_on("mean", three, three, faces.emotions, classes, learn)
        calm[test] = own(three[test], three[test])
    looks = looks_out_of_fold(faces, classes, calm, folds, progress)
    return {"2D alone": looks,
            **{f"late {how}": late_out_of_fold(how, calm, looks, faces.emotions, classes, folds)
               for how in HOWS}}


def looked_at(faces: LabelledFaces, progress: Progress | None = None) -> LookedAt:
    """The looks of labelled faces.  Raises InputFileError `photo-changed` where one is gone."""
    looks = looks_of(faces.photos, progress)
    if len(looks.photos) != len(faces.photos):
        raise InputFileError("photo-changed", f"Photos changed while they were looked at: "
                             f"{'; '.join(looks.skipped)[:200]}", "Run it again.")
    return LookedAt(looks.features, faces.lesson.emotions, faces.lesson.subjects)


def looks_out_of_fold(
    faces: LookedAt, classes: Sequence[str], three: Floats, folds: Sequence[Fold],
    progress: Progress | None = None,
) -> Floats:
    """(N,K) what the embedded 2D model says; of classes that it does not know, `three` speaks."""
    told = np.zeros((len(faces.emotions), len(classes)))
    for number, (learn, test) in enumerate(folds):
        if progress is not None:
            progress(number, len(folds), "looks of faces")
        if len(_well_shown(faces.emotions[learn])) < 2:
            told[test] = three[test]
            continue
        machine = looks_of_fold(faces, learn)
        told[test] = in_classes(machine.probabilities(faces.features[test]), machine.classes,
                                classes, three[test])
    return told


FEWEST = 20
"""Faces of an emotion, below which the 2D model does not learn it: as it was trained."""


def looks_of_fold(faces: LookedAt, learn: Ints) -> LooksMachine:
    """The embedded 2D model of one fold's faces."""
    rows = learn[np.isin(faces.emotions[learn], _well_shown(faces.emotions[learn]))]
    return fit_looks(faces.features[rows], faces.emotions[rows].tolist(),
                     faces.subjects[rows].tolist())


def late_out_of_fold(how: str, three: Floats, two: Floats, emotions: npt.NDArray[np.str_],
                     classes: Sequence[str], folds: Sequence[Fold]) -> Floats:
    """(N,K) of a late fusion, its weight and sharpness of each fold tuned on the others."""
    fused = np.zeros_like(three)
    for learn, test in folds:
        fused[test] = tuned_on(how, three, two, emotions, classes, learn)(three[test], two[test])
    return fused


def tuned_on(how: str, three: Floats, two: Floats, emotions: npt.NDArray[np.str_],
             classes: Sequence[str], rows: Ints) -> Fusion:
    """The fusion that suits `rows`: its weight by emotions that have `FEWEST` faces and more.

    Every emotion counts the same: each of nine faces of fear would count as much as sixty of joy.
    """
    place = {name: list(classes).index(name) for name in _well_shown(emotions[rows])
             if name in classes}
    if len(place) < 2:  # nothing to choose by
        return Fusion(how)
    kept = rows[np.isin(emotions[rows], list(place))]
    columns = list(place.values())
    labels = np.array([list(place).index(str(name)) for name in emotions[kept]], dtype=np.int64)
    parts = (part[np.ix_(kept, np.array(columns))] for part in (three, two))
    shared = [part / np.maximum(part.sum(axis=1, keepdims=True), TINY) for part in parts]
    return tuned(how, shared[0], shared[1], labels, even_importance(labels))


def _well_shown(emotions: npt.NDArray[np.str_]) -> list[str]:
    """Emotions of `FEWEST` faces and more."""
    names, counts = np.unique(emotions, return_counts=True)
    return [str(name) for name in names[counts >= FEWEST]]
