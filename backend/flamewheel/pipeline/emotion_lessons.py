# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled photos and FACS prototypes as what a recogniser learns from and is measured with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..emotion.features import POINTS, features_of_codes
from ..emotion.image_model_classes import wheel_class
from ..emotion.lessons import Examples, Lesson
from ..errors import InputFileError, PhotoError
from ..labelled_photos import LabelledPhoto
from .encoded_rows import Row, RowStore
from .progress import Progress

if TYPE_CHECKING:
    from ..head.data import HeadData

KIND, VERSION = "recogniser", 1  # raise it when photos are encoded or kept in another way
LANDMARK_NUMBERS = 2 * POINTS
POSE_NUMBERS = 12  # rotation, jaw, both eyes: axis-angle rad
HEAD = "open"  # features are told on it


@dataclass(frozen=True, eq=False)
class LabelledFaces:
    """What was found in a folder's photos."""

    lesson: Lesson
    photos: tuple[LabelledPhoto, ...]  # (N,) of the lesson's faces
    affect: npt.NDArray[np.float64]  # (N,2) valence, arousal; NaN where not labelled
    without_face: tuple[str, ...]  # names of photos
    unreadable: tuple[str, ...]
    codes: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    """(N,E+3) ψ and jaw (rad) that were fitted."""


def labelled_faces(photos: Sequence[LabelledPhoto], progress: Progress) -> LabelledFaces:
    """The faces in `photos`, as the landmark encoder reads them on the open head.

    What was read is kept in the cache folder under the photo's checksum.  Raises InputFileError
    `no-faces` where there is no face in any; OutputError where the cache cannot be written.
    """
    from ..encoders.cache import cache_file
    from ..head.registry import find_head
    from .database_encoder import row_encoder

    head = find_head(HEAD)
    key = row_encoder(head, HEAD, progress=progress).key
    path = cache_file(KIND, VERSION, key).with_suffix(".rows")
    found: list[tuple[LabelledPhoto, Row]] = []
    without, unreadable = [], []
    with RowStore(path, LANDMARK_NUMBERS + head.expression_count + POSE_NUMBERS) as store:
        for number, photo in enumerate(photos):
            progress(number, len(photos), "encoding photos")
            try:
                row = _row_of(photo, head, store)
            except PhotoError:
                unreadable.append(photo.path.name)
                continue
            if row is None:
                without.append(photo.path.name)
            else:
                found.append((photo, row))
    if not found:
        raise InputFileError("no-faces", f"No face was found in any of {len(photos)} photos.",
                             "Give photos in which a face is upright and not small.")
    kept = tuple(photo for photo, _ in found)
    rows = np.stack([row for _, row in found]).astype(np.float64)
    psi, turns = rows[:, LANDMARK_NUMBERS:-POSE_NUMBERS], rows[:, -POSE_NUMBERS:]
    return LabelledFaces(_lesson(kept, rows, head), kept, _affect(kept), tuple(without),
                         tuple(unreadable), np.concatenate([psi, turns[:, 3:6]], axis=1))


def prototype_examples() -> Examples:
    """What FACS prototypes and their variants show on the open head, from mild to intense."""
    from ..head.registry import find_head
    from .database import expression_database

    made = expression_database(HEAD)
    head = find_head(HEAD)
    count = head.expression_count
    rows = np.asarray(made.vectors, np.float64)
    poses = np.zeros((len(rows), 5, 3))
    poses[:, 2] = rows[:, count:count + 3]
    return Examples(features_of_codes(rows[:, :count], poses, head), np.array(made.labels))


def _row_of(photo: LabelledPhoto, head: HeadData, store: RowStore) -> Row | None:
    """Landmarks, ψ, rotation, jaw, eyes; None where there is no face."""
    from ..encoders.landmark import encode_landmarks, see_face
    from ..encoders.photo import photo_bytes

    data = photo_bytes(Path(photo.path)) if photo.pixels is None else photo.pixels
    digest = _digest(data)
    known = store.known(digest)
    if known is not None:
        return known.row
    try:
        picture, landmarks, _ = see_face(data, None)
    except PhotoError as refusal:
        if refusal.code != "no-face":
            raise
        store.add(digest, None)
        return None
    face = encode_landmarks(landmarks, picture.original_size, head)
    row = np.asarray(np.concatenate([
        landmarks.ravel(), face.code.expression, face.global_rotation, face.code.jaw,
        face.code.eyes.ravel()]), dtype=np.float32)
    store.add(digest, row)
    return row


def _digest(data: bytes | npt.NDArray[np.uint8]) -> bytes:
    """Of a photo's bytes, or of the shape and pixels of one from a table."""
    told = data if isinstance(data, bytes) else f"{data.shape}".encode() + data.tobytes()
    return hashlib.sha256(told).digest()


def _lesson(
    photos: Sequence[LabelledPhoto], rows: npt.NDArray[np.float64], head: HeadData
) -> Lesson:
    landmarks, psi, turns = np.split(
        rows, [LANDMARK_NUMBERS, LANDMARK_NUMBERS + head.expression_count], axis=1)
    poses = np.zeros((len(rows), 5, 3))
    poses[:, [0, 2, 3, 4]] = turns.reshape(-1, 4, 3)
    faces = features_of_codes(psi, poses, head, landmarks.reshape(-1, POINTS, 2))
    return Lesson(faces, np.array([wheel_class(photo.emotion) for photo in photos]),
                  np.array([photo.subject for photo in photos]))


def _affect(photos: Sequence[LabelledPhoto]) -> npt.NDArray[np.float64]:
    pairs = [[np.nan if value is None else value for value in (photo.valence, photo.arousal)]
             for photo in photos]
    return np.array(pairs, dtype=np.float64)
