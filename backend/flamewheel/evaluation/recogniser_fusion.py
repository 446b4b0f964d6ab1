# SPDX-License-Identifier: GPL-3.0-or-later
"""What a 2D model adds to the 3D part: each alone, and all fusions of Ig3D, on the same folds.

Every answer about a face comes from models that do not know its person.  Weights of a late fusion
are tuned, for each fold, on what was said of the people of the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..emotion.fusion import HOWS, TINY, Fusion, in_classes, tuned
from ..emotion.image_model_embedded import LooksMachine
from ..emotion.image_model_fitting import Features, even_importance, fit_looks

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
    progress: Callable[[int, int, str], None] | None = None,
) -> Mapping[str, Floats]:
    """(N,K) chances of each contestant: "2D alone", "late max", "late mean", "late weighted".

    three: (N,K) out-of-fold chances of the 3D part in `classes`, of the same folds.
    """
    looks = looks_out_of_fold(faces, classes, three, folds, progress)
    return {"2D alone": looks,
            **{f"late {how}": late_out_of_fold(how, three, looks, faces.emotions, classes, folds)
               for how in HOWS}}


def looks_out_of_fold(
    faces: LookedAt, classes: Sequence[str], three: Floats, folds: Sequence[Fold],
    progress: Callable[[int, int, str], None] | None = None,
) -> Floats:
    """(N,K) what the embedded 2D model says; of classes that it does not know, `three` speaks."""
    told = np.zeros((len(faces.emotions), len(classes)))
    for number, (learn, test) in enumerate(folds):
        if progress is not None:
            progress(number, len(folds), "looks of faces")
        machine = looks_of_fold(faces, learn)
        told[test] = in_classes(machine.probabilities(faces.features[test]), machine.classes,
                                classes, three[test])
    return told


FEWEST = 20
"""Faces of an emotion, below which the 2D model does not learn it: as it was trained."""


def looks_of_fold(faces: LookedAt, learn: Ints) -> LooksMachine:
    """The embedded 2D model of one fold's faces."""
    names, counts = np.unique(faces.emotions[learn], return_counts=True)
    rows = learn[np.isin(faces.emotions[learn], names[counts >= FEWEST])]
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
    names, counts = np.unique(emotions[rows], return_counts=True)
    place = {str(name): list(classes).index(str(name)) for name, count
             in zip(names, counts, strict=True) if count >= FEWEST and str(name) in classes}
    kept = rows[np.isin(emotions[rows], list(place))]
    columns = list(place.values())
    labels = np.array([list(place).index(str(name)) for name in emotions[kept]], dtype=np.int64)
    parts = (part[np.ix_(kept, np.array(columns))] for part in (three, two))
    shared = [part / np.maximum(part.sum(axis=1, keepdims=True), TINY) for part in parts]
    return tuned(how, shared[0], shared[1], labels, even_importance(labels))
