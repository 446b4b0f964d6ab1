# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recogniser looks at: what a face's code moves, and where its landmarks lie, head on.

Both are told on one ruler, whoever it is and however the head is turned: 478 points of the open
head (FaceMesh's numbers), in millimetres, in the head's own axes, about the middle of the eyes'
corners.  Left and right are averaged, so that a photo and its mirror image are one face; of what
differs only the mouth's corners are kept, by which contempt is known.

*Shown* is what ψ, jaw and gaze move on the open head's mean person.  An expression of a head with
another space comes over as action units.  *Seen* are a photo's landmarks, turned back by the fitted
rotation (their depth is the fitted expression's on the mean person) and scaled to the mean person's
distance of the eyes; who it is stays in them, as far as one photo cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..errors import HeadError, UsageError
from ..head.data import JOINT_NAMES, HeadData, NamedUnits
from ..head.evaluate import evaluate, rodrigues
from ..head.landmarks import corners_and_weights, embedding
from ..head.part import cut_down
from ..head.registry import find_head
from ..head.unit_strengths import measure_strengths
from ..parameters import FaceParameters

Array = npt.NDArray[np.float64]

POINTS = 478
EYE_CORNERS = (33, 133, 362, 263)
"""Corners of the right eye, outer and inner, and of the left, inner and outer: they lie on bone and
hardly move with the expression."""
LEFT_MOUTH_CORNER = 291

_LANDMARKS = "facemesh478"
_ROOT, _NECK, _JAW, _LEFT, _RIGHT = (
    JOINT_NAMES.index(name) for name in ("root", "neck", "jaw", "left_eye", "right_eye"))
_AT_ONCE = 256  # faces placed at a time: 17 MB of corners


@dataclass(frozen=True, eq=False)
class FaceFeatures:
    """N faces as a recogniser sees them."""

    shown: Array  # (N,478,3) mm that the parameters move, left and right averaged
    lean: Array  # (N,3) mm by which the mouth's left corner moves more than the right's mirrored
    seen: Array | None = None  # (N,478,2) mm where the photos' landmarks lie, averaged likewise

    def __post_init__(self) -> None:
        count = len(self.shown)
        for name, array, shape in (("shown", self.shown, (count, POINTS, 3)),
                                   ("lean", self.lean, (count, 3)),
                                   ("seen", self.seen, (count, POINTS, 2))):
            if array is not None and (array.shape != shape or not np.isfinite(array).all()):
                raise UsageError("bad-features", f"Features {name!r} are not {shape} finite "
                                 "numbers.", "Make them with features_of.")

    def __len__(self) -> int:
        return len(self.shown)

    def take(self, rows: npt.ArrayLike) -> FaceFeatures:
        """The faces of `rows`: numbers or truth values."""
        at = np.asarray(rows)
        return FaceFeatures(self.shown[at], self.lean[at],
                            None if self.seen is None else self.seen[at])

    def without_landmarks(self) -> FaceFeatures:
        """What the parameters alone say."""
        return FaceFeatures(self.shown, self.lean)

    def rows(self) -> Array:
        """(N,3H + 2H + 1) one row a face: shown and seen of H points, and the size of `lean`, mm.

        The H points are one of each pair, and those in the middle: the others mirror them.
        Without landmarks (N,3H + 1).
        """
        half = face_geometry().half
        parts = [self.shown[:, half].reshape(len(self), -1),
                 np.linalg.norm(self.lean, axis=1)[:, None]]
        if self.seen is not None:
            parts.insert(1, self.seen[:, half].reshape(len(self), -1))
        return np.concatenate(parts, axis=1)

    def moved_by(self, other: FaceFeatures) -> FaceFeatures:
        """These faces with what `other` (as many) shows added: an expression on another person."""
        seen = None if self.seen is None else self.seen + other.shown[:, :, :2]
        return FaceFeatures(self.shown + other.shown, self.lean + other.lean, seen)


def joined(parts: Sequence[FaceFeatures]) -> FaceFeatures:
    """All faces of `parts`; without landmarks where one of them has none."""
    seen = [part.seen for part in parts if part.seen is not None]
    return FaceFeatures(np.concatenate([part.shown for part in parts]),
                        np.concatenate([part.lean for part in parts]),
                        np.concatenate(seen) if len(seen) == len(parts) else None)


def features_of(
    faces: Sequence[FaceParameters], head: HeadData, landmarks: npt.ArrayLike | None = None, *,
    units: NamedUnits | None = None,
) -> FaceFeatures:
    """Faces of one `head`, with the `landmarks` (N,478,2) px they were taken from where known.

    units: of `head`, needed where its expression space is not the open head's (FLAME, foreign
    heads).  Raises UsageError `other-head`, `bad-landmarks`, HeadError `no-units`.
    """
    for face in faces:
        if face.head != head.name:
            raise UsageError("other-head", f"The parameters belong to the head {face.head}, not to "
                             f"{head.name}.", "Give parameters of that head.")
    poses = np.stack([face.pose() for face in faces]) if faces else np.zeros((0, 5, 3))
    codes = _as_rows(faces)
    return features_of_codes(codes, poses, head, landmarks, units=units)


def features_of_codes(
    expressions: npt.ArrayLike, poses: npt.ArrayLike, head: HeadData,
    landmarks: npt.ArrayLike | None = None, *, units: NamedUnits | None = None,
) -> FaceFeatures:
    """As `features_of`, of expressions (N,E) and poses (N,5,3) rad of root, neck, jaw, eyes."""
    geometry = face_geometry()
    turned = np.asarray(poses, dtype=np.float64)
    psi, own = geometry.at_home(np.asarray(expressions, np.float64), turned, head, units)
    shown = geometry.shown(psi, own)
    even, lean = geometry.even(shown), geometry.lean(shown)
    if landmarks is None:
        return FaceFeatures(even, lean)
    found = np.asarray(landmarks, dtype=np.float64)
    if found.shape != (len(psi), POINTS, 2) or not np.isfinite(found).all():
        raise UsageError("bad-landmarks", f"{len(psi)} faces need landmarks ({len(psi)},{POINTS},2)"
                         f", these are {found.shape}.", "Give FaceMesh's landmarks in pixels.")
    rotation = rodrigues(turned[:, _ROOT]) @ rodrigues(turned[:, _NECK])
    return FaceFeatures(even, lean, geometry.even(geometry.head_on(found, shown, rotation)))


@lru_cache(maxsize=1)
def face_geometry() -> FaceGeometry:
    """The open head's, made once."""
    return FaceGeometry(find_head("open"))


class FaceGeometry:
    """The 478 points of the head that features are told on."""

    def __init__(self, home: HeadData) -> None:
        points = embedding(home, _LANDMARKS)
        corners, self._weights = corners_and_weights(home, points)
        self._part, places = cut_down(home, np.asarray(corners).ravel())
        self._places = places.reshape(corners.shape)
        self._home = home
        rest = np.zeros((1, 5, 3))
        self.rest = self._points(np.zeros((1, 0)), rest)[0]  # (478,3) mm, the mean person's
        across = self.rest * (-1.0, 1.0, 1.0)
        apart = np.linalg.norm(across[:, None] - self.rest[None], axis=2)
        self._mirror = apart.argmin(axis=1)
        self.half = np.flatnonzero(self._mirror <= np.arange(POINTS))  # one of each pair
        self._eyes = float(_eye_distance(self.rest[None])[0])

    def at_home(
        self, expressions: Array, poses: Array, head: HeadData, units: NamedUnits | None
    ) -> tuple[Array, Array]:
        """(N,E) expressions and (N,5,3) poses of jaw and eyes on the open head."""
        own = np.zeros_like(poses)
        own[:, [_LEFT, _RIGHT]] = poses[:, [_LEFT, _RIGHT]]
        mine = self._home.units
        theirs = head.units
        if mine is not None and theirs is not None and mine.names == theirs.names and (
                np.array_equal(mine.expression, theirs.expression)):
            own[:, _JAW] = poses[:, _JAW]
            return expressions, own
        if units is None or mine is None:
            raise HeadError("no-units", f"The action units of the head {head.name} are not known.",
                            "An expression crosses between heads by its action units.")
        strengths = measure_strengths(head, units, np.concatenate(
            [expressions, poses[:, _JAW]], axis=1))
        wide = np.zeros((len(strengths), len(mine.names)))
        at = {name: column for column, name in enumerate(mine.names)}
        shared = [column for column, name in enumerate(units.names) if name in at]
        wide[:, [at[units.names[column]] for column in shared]] = strengths[:, shared]
        own[:, _JAW] = mine.poses(wide)[:, _JAW]
        return mine.codes(wide), own

    def shown(self, expressions: Array, poses: Array) -> Array:
        """(N,478,3) mm that expressions and poses move, about the eyes' corners."""
        return _about_eyes(self._points(expressions, poses) - self.rest)

    def head_on(self, landmarks: Array, shown: Array, rotation: Array) -> Array:
        """(N,478,2) mm of landmarks (N,478,2) px, turned back by `rotation` (N,3,3)."""
        turned = np.einsum("nij,nlj->nli", rotation, self.rest + shown)
        given = landmarks * (1.0, -1.0)
        given = given - given.mean(axis=1, keepdims=True)
        model = turned[:, :, :2] - turned[:, :, :2].mean(axis=1, keepdims=True)
        scale = (model * given).sum(axis=(1, 2)) / (model**2).sum(axis=(1, 2))
        flat = given / np.maximum(scale, 1e-9)[:, None, None]
        solid = np.concatenate([flat, turned[:, :, 2:]], axis=2)
        back = np.einsum("nji,nlj->nli", rotation, solid)
        sized = back / np.maximum(_eye_distance(back), 1e-9)[:, None, None] * self._eyes
        return _about_eyes(sized)[:, :, :2]

    def even(self, points: Array) -> Array:
        """`points` (N,478,2 or 3) averaged with their mirror image."""
        return np.asarray((points + self._image(points)) / 2.0)

    def lean(self, shown: Array) -> Array:
        """(N,3) mm, half of what the corners of the mouth differ by: one-sided smiles."""
        return np.asarray((shown - self._image(shown))[:, LEFT_MOUTH_CORNER] / 2.0)

    def _image(self, points: Array) -> Array:
        image = points[:, self._mirror].copy()
        image[:, :, 0] *= -1.0
        return image

    def _points(self, expressions: Array, poses: Array) -> Array:
        placed = []
        for first in range(0, len(poses), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            vertices = evaluate(self._part, None, expressions[some], poses[some])
            placed.append(np.einsum("nlci,lc->nli", vertices[:, self._places], self._weights))
        return 1e3 * np.concatenate(placed) if placed else np.zeros((0, POINTS, 3))


def _as_rows(faces: Sequence[FaceParameters]) -> Array:
    """(N,E) expressions, the shorter ones filled with zeros."""
    most = max((face.code.expression.size for face in faces), default=0)
    rows = np.zeros((len(faces), most))
    for row, face in zip(rows, faces, strict=True):
        row[:face.code.expression.size] = face.code.expression
    return rows


def _about_eyes(points: Array) -> Array:
    return np.asarray(points - points[:, EYE_CORNERS].mean(axis=1, keepdims=True))


def _eye_distance(points: Array) -> Array:
    """(N,) between the middles of both eyes' corners."""
    right, left = points[:, EYE_CORNERS[:2]].mean(axis=1), points[:, EYE_CORNERS[2:]].mean(axis=1)
    return np.asarray(np.linalg.norm(left - right, axis=1))
