# SPDX-License-Identifier: GPL-3.0-or-later
"""A recogniser of basic expressions trained on real photos only, to judge the open head's renders.

Photos and renders go the same way: FaceMesh's landmarks, turned to the front with MediaPipe's
canonical face for depth, scaled to the distance of the eyes, relative to the person's own neutral
(or, where a photo's person has none, to the mean neutral).  No render is ever trained on.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from flamewheel.encoders.facemesh import find_faces, look_closer
from flamewheel.encoders.photo import load_photo
from flamewheel.head.data import HeadData

LABELS = {"happiness": "Joy", "sadness": "Sadness", "surprise": "Surprise", "anger": "Anger",
          "disgust": "Disgust", "fear": "Fear"}
"""The photos' words for the wheel's; `contempt` (6 photos) is left out, `neutral` is the origin."""

EXPRESSIONS = tuple(LABELS.values())
NEUTRAL_TRUST = 3.0
"""Photos of a person's neutral that weigh as much as the mean neutral: labels are loose."""

# MediaPipe's landmark numbers.  Upper face and nose bridge move little with an expression; the pose
# is taken from them.
RIGID = (33, 133, 362, 263, 168, 6, 197, 195, 8, 9, 10, 151, 127, 356, 234, 454, 21, 251, 162, 389,
         71, 301, 139, 368, 34, 264, 227, 447, 143, 372)
RIGHT_EYE_CORNER, LEFT_EYE_CORNER = 33, 263
FACE = 468
POSE_STEPS = 12


@dataclass(frozen=True, eq=False)
class Photos:
    """Landmarks of labelled photos in which FaceMesh finds a face."""

    landmarks: np.ndarray  # (N,478,2) px
    subjects: np.ndarray  # (N,) names
    labels: np.ndarray  # (N,) as in labels.csv


def read_photos(folder: Path, cache: Path | None) -> Photos:
    """The photos of `folder`/labels.csv; their landmarks are kept in `cache` (.npz) if given."""
    with open(folder / "labels.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    if cache is not None and cache.exists():
        with np.load(cache) as kept:
            found = dict(zip(kept["images"].tolist(), kept["landmarks"], strict=True))
    else:
        found = _found(folder, rows)
        if cache is not None:
            np.savez(cache, images=list(found), landmarks=np.stack(list(found.values())))
    rows = [row for row in rows if row["image"] in found]
    return Photos(np.stack([found[row["image"]] for row in rows]),
                  np.array([row["subject"] for row in rows]),
                  np.array([row["emotion"] for row in rows]))


def _found(folder: Path, rows: list[dict[str, str]]) -> dict[str, np.ndarray]:
    found = {}
    for row in rows:
        photo = load_photo(folder / "images" / row["image"])
        faces = find_faces(photo)
        if faces:
            found[row["image"]] = look_closer(photo.pixels, faces[0] / photo.ratio) * photo.ratio
    return found


def canonical_face(head: HeadData) -> np.ndarray:
    """(468,3) the head's landmarks at rest, centred, in units of the distance of the eyes' corners.

    Only their depth matters, and that the same serves photos and renders alike.
    """
    embedding = head.landmarks["facemesh478"]
    corners = head.template[head.triangles[embedding.triangles[:FACE]]]
    points = np.einsum("lci,lc->li", corners, embedding.barycentrics[:FACE]).astype(float)
    points -= points[list(RIGID)].mean(0)
    return points / np.linalg.norm(points[RIGHT_EYE_CORNER] - points[LEFT_EYE_CORNER])


def frontal(landmarks: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    """(N,468,2) landmarks (N,478,2) px as they would be seen from the front, y up, eyes 1 apart.

    Scaled orthography from the rigid landmarks, solved by alternating between pose and each face's
    own upper face in the picture plane (depth stays canonical); what then deviates is laid back
    into the face's plane.
    """
    return np.stack([_frontal(face[:FACE] * (1.0, -1.0), canonical) for face in landmarks])


def _frontal(seen: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    rigid = list(RIGID)
    shape = canonical.copy()
    for _ in range(POSE_STEPS):
        rotation, scale, shift = _pose(seen[rigid], shape[rigid])
        depth = np.outer(canonical[:, 2], rotation[:2, 2])
        plane = ((seen - shift) / scale - depth) @ np.linalg.inv(rotation[:2, :2]).T
        shape = np.column_stack([(plane + canonical[:, :2]) / 2, canonical[:, 2]])
    width = np.linalg.norm(plane[RIGHT_EYE_CORNER] - plane[LEFT_EYE_CORNER])
    return np.asarray((plane - plane[rigid].mean(0)) / width)


def _pose(seen: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Rotation, scale and shift of scaled orthography from (n,2) and (n,3)."""
    middle, centre = seen.mean(0), points.mean(0)
    rows = np.linalg.lstsq(points - centre, seen - middle, rcond=None)[0].T
    left, size, right = np.linalg.svd(rows, full_matrices=False)
    two = left @ right
    rotation = np.stack([two[0], two[1], np.cross(two[0], two[1])])
    scale = float(size.mean())
    return rotation, scale, middle - scale * rotation[:2] @ centre


def mirror_of(canonical: np.ndarray) -> np.ndarray:
    """(468,) each landmark's image across the middle of the face."""
    apart = np.linalg.norm(canonical[:, None] - canonical[None] * (-1.0, 1.0, 1.0), axis=2)
    return np.asarray(apart.argmin(1))


# Distances that people read: (one landmark, the other) of each.
PAIRS = ((159, 145), (386, 374), (158, 153), (385, 380), (160, 144), (387, 373),  # lids
         (107, 133), (336, 362), (105, 159), (334, 386), (70, 33), (300, 263), (107, 336),  # brows
         (107, 168), (336, 168), (55, 193), (285, 417),
         (61, 291), (0, 17), (13, 14), (0, 13), (14, 17), (81, 178), (311, 402), (82, 87),  # lips
         (61, 33), (291, 263), (61, 2), (291, 2), (0, 2), (37, 129), (267, 358), (17, 152),
         (61, 152), (291, 152), (1, 152), (13, 61), (13, 291), (14, 61), (14, 291),
         (129, 358), (129, 133), (358, 362), (50, 145), (280, 374), (205, 61), (425, 291))


def features(faces: np.ndarray) -> np.ndarray:
    """(N,F) landmarks and distances of frontal faces (N,468,2)."""
    first, second = np.array(PAIRS).T
    lengths = np.linalg.norm(faces[:, first] - faces[:, second], axis=2)
    return np.concatenate([faces.reshape(len(faces), -1), 3.0 * lengths], axis=1)


@dataclass(frozen=True, eq=False)
class Samples:
    """What a classifier sees: features relative to a neutral, mirrored copies beside them."""

    values: np.ndarray  # (N,F)
    labels: np.ndarray  # (N,)
    subjects: np.ndarray  # (N,)


def relative_samples(photos: Photos, faces: np.ndarray, mirror: np.ndarray) -> Samples:
    """The six expressions of the photos, each relative to its person's neutral, and mirrored."""
    mirrored = faces[:, mirror] * (-1.0, 1.0)
    rows = np.isin(photos.labels, list(LABELS))
    parts = []
    for version in (faces, mirrored):
        values = features(version)
        origin = _neutrals(values, photos)
        parts.append((values - origin)[rows])
    labels = np.array([LABELS[label] for label in photos.labels[rows]])
    return Samples(np.concatenate(parts), np.tile(labels, 2), np.tile(photos.subjects[rows], 2))


def _neutrals(values: np.ndarray, photos: Photos) -> np.ndarray:
    """(N,F) each photo's person at rest, drawn towards the mean neutral where seldom seen."""
    rest = photos.labels == "neutral"
    mean = values[rest].mean(0)
    origin = np.empty_like(values)
    for subject in np.unique(photos.subjects):
        own = photos.subjects == subject
        seen = values[own & rest]
        origin[own] = (seen.sum(0) + NEUTRAL_TRUST * mean) / (len(seen) + NEUTRAL_TRUST)
    return origin


class Recogniser:
    """Discriminant analysis, logistic regression, a support vector machine, a random forest.

    Each takes every label for equally likely, however few its photos; their mean probability.
    """

    def __init__(self, seed: int = 0) -> None:
        def small(count: int, whiten: bool = True) -> PCA:
            return PCA(count, whiten=whiten, random_state=seed)

        equal = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
        self._members = (
            make_pipeline(small(60, False), LinearDiscriminantAnalysis(
                solver="lsqr", shrinkage=0.2, priors=equal)),
            make_pipeline(small(50), LogisticRegression(
                C=0.005, class_weight="balanced", max_iter=1000)),
            make_pipeline(small(50), CalibratedClassifierCV(
                SVC(C=1.0, gamma=0.01, class_weight="balanced"), ensemble=False)),
            make_pipeline(small(40, False), RandomForestClassifier(
                300, min_weight_fraction_leaf=0.03, class_weight="balanced_subsample",
                random_state=seed)),
        )
        self._counted = (False, False, True, False)  # whose probabilities follow the labels' counts

    def fit(self, samples: Samples) -> Recogniser:
        """Train on `samples`; returns itself."""
        self._shares = np.array([(samples.labels == name).mean() for name in sorted(EXPRESSIONS)])
        for member in self._members:
            member.fit(samples.values, samples.labels)
        return self

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """(N,6) in the order of `EXPRESSIONS`."""
        total = np.zeros((len(values), len(EXPRESSIONS)))
        for member, counted in zip(self._members, self._counted, strict=True):
            found = member.predict_proba(values) / (self._shares if counted else 1.0)
            total += found / found.sum(1, keepdims=True)
        order = [sorted(EXPRESSIONS).index(name) for name in EXPRESSIONS]
        return np.asarray(total[:, order] / len(self._members))

    def names(self, values: np.ndarray) -> np.ndarray:
        """(N,) the likeliest expression of each."""
        return np.array(EXPRESSIONS)[self.probabilities(values).argmax(1)]


def held_out(samples: Samples, folds: int = 5) -> np.ndarray:
    """(N/2,) names of the unmirrored samples by recognisers that never saw their people."""
    whole = len(samples.labels) // 2
    named = np.empty(whole, dtype=samples.labels.dtype)
    for train, test in GroupKFold(folds).split(samples.values, groups=samples.subjects):
        test = test[test < whole]
        part = Samples(samples.values[train], samples.labels[train], samples.subjects[train])
        named[test] = Recogniser().fit(part).names(samples.values[test])
    return named


def confusion(truth: np.ndarray, named: np.ndarray) -> np.ndarray:
    """(6,6) counts: rows the truth, columns the names given."""
    return np.array([[((truth == one) & (named == other)).sum() for other in EXPRESSIONS]
                     for one in EXPRESSIONS])
