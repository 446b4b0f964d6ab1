# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled photos as 3D parameters, and a 2D model's features where asked; kept as it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...emotion.image_model import ImageModel
from ...emotion.image_model_classes import wheel_class
from ...emotion.network_table import ParameterTable
from ...errors import HeadError, InputFileError, PhotoError
from ...files import written_aside
from ...head.npz import read_npz
from ...labelled_photos import LabelledPhoto

Say = Callable[[str], None]
Progress = Callable[[int, int, str], None]
Row = npt.NDArray[np.float32]
SAVE_EVERY = 50  # photos: what is lost at most when the machine goes down
NAMED_AT_MOST = 5  # photos without a face, in the message


@dataclass(frozen=True)
class FacesWanted:
    """What is to be encoded, and how."""

    photos: Sequence[LabelledPhoto]
    head: str = "open"
    image_model: ImageModel | None = None  # whose features are wanted, too

    def fingerprint(self) -> str:
        """Of all that rows depend on beside the photo."""
        from ...head.registry import find_head

        model = self.image_model.checksum if self.image_model else ""
        return hashlib.sha256(f"1|{find_head(self.head).checksum}|{model}".encode()).hexdigest()


def encoded(wanted: FacesWanted, kept: Path, say: Say, progress: Progress | None = None
            ) -> ParameterTable:
    """Every photo's face.  Photos without one are left out and named.

    kept: a file (.npz) of rows, taken from it where they were made before, written as it goes.
    Raises InputFileError `no-faces`; as the head's and the 2D model's loaders.
    """
    made = wanted.fingerprint()
    rows = _read(kept, made)
    for number, photo in enumerate(wanted.photos):
        if progress is not None:
            progress(number, len(wanted.photos), "encoding")
        if str(photo.path) not in rows:
            rows[str(photo.path)] = _row(photo, wanted)
            if len(rows) % SAVE_EVERY == 0:
                _write(kept, made, rows)
    _write(kept, made, rows)
    found = [photo for photo in wanted.photos if rows[str(photo.path)].size]
    lost = [photo.path.name for photo in wanted.photos if not rows[str(photo.path)].size]
    if lost:
        say(f"skipped {len(lost)} photos without a face: {', '.join(lost[:NAMED_AT_MOST])}"
            + (", …" if len(lost) > NAMED_AT_MOST else ""))
    if not found:
        raise InputFileError("no-faces", f"No face was found in any of {len(lost)} photos.",
                             "Give photos in which a face is upright and not small.")
    return _table(wanted, found, np.stack([rows[str(photo.path)] for photo in found]))


def _row(photo: LabelledPhoto, wanted: FacesWanted) -> Row:
    """ψ, jaw, turn, identity, features; empty where there is no face."""
    from ...encoders.landmark import encode_landmarks
    from ...encoders.photo import load_photo
    from ...head.registry import find_head
    from ...pipeline.emotion_looks import seen_face

    try:
        picture = load_photo(photo.source)
        seen = seen_face(picture)
    except PhotoError:
        return np.zeros(0, np.float32)
    face = encode_landmarks(seen.landmarks * picture.ratio, picture.original_size,
                            find_head(wanted.head))
    parts = [face.code.expression, face.code.jaw, face.global_rotation, face.identity.shape]
    if wanted.image_model is not None:
        features = wanted.image_model.read(seen.photo, seen.landmarks).features
        if features is None:
            raise InputFileError("no-image-features", "The 2D model gives no features, only "
                                 "emotions.", "Export it with its last hidden layer as a second "
                                 "output.")
        parts.append(features)
    return np.concatenate(parts).astype(np.float32)


def _table(wanted: FacesWanted, photos: Sequence[LabelledPhoto], rows: Row) -> ParameterTable:
    from ...head.registry import find_head

    head = find_head(wanted.head)
    ends = np.cumsum([head.expression_count, 3, 3, head.identity_count])
    psi, jaw, turn, shape, features = np.split(rows.astype(np.float64), ends, axis=1)
    nothing = float("nan")
    affect = np.array([[nothing if photo.valence is None else photo.valence,
                        nothing if photo.arousal is None else photo.arousal] for photo in photos])
    return ParameterTable(
        head.name, {"expression": psi, "jaw": jaw, "global": turn, "shape": shape},
        tuple(wheel_class(photo.emotion) for photo in photos),
        tuple(photo.subject for photo in photos), affect,
        features if features.shape[1] else None)


def _read(path: Path, fingerprint: str) -> dict[str, Row]:
    try:
        arrays = read_npz(path, what="file of features")
        if str(arrays["made"]) != fingerprint:
            return {}
        known, rows = arrays["face"].astype(bool), arrays["rows"].astype(np.float32)
        nothing = np.zeros(0, np.float32)
        return {str(name): row if there else nothing
                for name, row, there in zip(arrays["photo"], rows, known, strict=True)}
    except (HeadError, KeyError, ValueError):  # none yet, or not ours: it is made anew
        return {}


def _write(path: Path, fingerprint: str, rows: dict[str, Row]) -> None:
    width = max((row.size for row in rows.values()), default=0)
    known = np.array([row.size == width > 0 for row in rows.values()])
    table = np.zeros((len(rows), width), np.float32)
    for number, row in enumerate(rows.values()):
        table[number, :row.size] = row
    with written_aside(path) as part:
        np.savez_compressed(part, made=np.array(fingerprint), photo=np.array(list(rows)),
                            face=known, rows=table)
