# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled photos and clips as faces with their turn: what sets of transitions are made from.

What was read is kept in the cache folder under the picture's checksum, so that a run that was
ended goes on where it was.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import FlamewheelError, InputFileError, PhotoError
from ..labelled_photos import LabelledPhoto, read_labelled
from ..labelled_photos.celebv import LAYOUT as CELEBV
from .encoded_rows import Row, RowStore
from .progress import Progress

if TYPE_CHECKING:
    from .database_encoder import RowEncoder

Array = npt.NDArray[np.float64]

CACHE_KIND, VERSION = "transitions", 1  # raise it when a photo is encoded in another way
TURN_NUMBERS = 3
PUBLISHED_TURN = 15.0
"""Degrees of yaw, pitch and roll beyond which the paper leaves faces of CelebV-HQ out (002, IV-A).
Other sets are taken whole, as it took CK+."""
SHOWN = 3  # names in a message


@dataclass(frozen=True, eq=False)
class PhotoFaces:
    """N faces that an encoder read in a folder."""

    codes: Array  # (N,E+3) ψ, jaw
    emotions: tuple[str, ...]  # (N,) as the wheel names them
    subjects: tuple[str, ...]  # (N,)
    layout: str  # of the folder, for a person
    name: str  # of the folder
    encoder: str  # its state, as the cache knows it
    notes: tuple[str, ...] = ()  # what was left out


def photo_faces(
    folder: Path, *, head: str = "open", largest_turn: float | None = None,
    progress: Progress | None = None,
) -> PhotoFaces:
    """Every labelled face of `folder` that is turned by `largest_turn` degrees at most.

    None: PUBLISHED_TURN for CelebV-HQ, any turn elsewhere.  progress may raise to end it.  Raises
    InputFileError (`no-faces` and those of `read_labelled`), WheelError `unknown-emotion`,
    HeadError, OutputError where the cache cannot be written.
    """
    from ..encoders.cache import cache_file
    from ..head.registry import find_head
    from .database_encoder import row_encoder
    from .photo_database import wheel_names

    found = read_labelled(folder)
    names = wheel_names(found.photos)
    photos = [replace(photo, emotion=names[photo.emotion]) for photo in found.photos]
    data = find_head(head)
    reader = row_encoder(data, head, progress=progress)
    size = data.expression_count + 3 + TURN_NUMBERS
    path = cache_file(CACHE_KIND, VERSION, reader.key).with_suffix(".rows")
    with RowStore(path, size) as store:
        rows, lost = _read(photos, reader, store, progress)
    if largest_turn is None and found.layout == CELEBV:
        largest_turn = PUBLISHED_TURN
    kept = [number for number, row in enumerate(rows) if row is not None
            and _within(row[-TURN_NUMBERS:], largest_turn)]
    if not kept:
        raise InputFileError("no-faces", f"No face to learn from was found in {len(photos)} "
                             "photos.", "Give photos in which a face is upright and not small, or "
                             "allow more --largest-turn.")
    codes = np.stack([_code(rows[number]) for number in kept])
    turned = sum(row is not None for row in rows) - len(kept)
    notes = (*found.notes, *lost, *((
        f"{turned} faces turned by more than {largest_turn:g}° were left out.",) if turned else ()))
    return PhotoFaces(codes, tuple(photos[at].emotion for at in kept),
                      tuple(photos[at].subject for at in kept), found.layout,
                      folder.resolve().name, reader.key, notes)


def _code(row: Row | None) -> Array:
    assert row is not None
    return np.asarray(row[:-TURN_NUMBERS], dtype=np.float64)


def _within(turn: Row, largest: float | None) -> bool:
    """Whether a global rotation (3,) rad is small about each axis."""
    return largest is None or bool(np.degrees(np.abs(turn)).max() <= largest)


def _read(
    photos: Sequence[LabelledPhoto], reader: RowEncoder, store: RowStore,
    progress: Progress | None,
) -> tuple[list[Row | None], list[str]]:
    """Each photo's ψ, jaw and turn, None where there is none, and what to say of these."""
    rows: list[Row | None] = []
    without, unreadable = [], []
    for number, photo in enumerate(photos):
        if progress is not None:
            progress(number, len(photos), "encoding photos")
        try:
            row = _row_of(photo, reader, store)
        except PhotoError:
            unreadable.append(photo.path.name)
            row = None
        else:
            if row is None:
                without.append(photo.path.name)
        rows.append(row)
    notes = [f"{len(names)} of {len(photos)} photos {why}: {', '.join(names[:SHOWN])}"
             f"{' …' if len(names) > SHOWN else ''}."
             for names, why in ((without, "show no face that can be found"),
                                (unreadable, "cannot be read")) if names]
    return rows, notes


def _row_of(photo: LabelledPhoto, reader: RowEncoder, store: RowStore) -> Row | None:
    """From the store, or read now and kept there; None where there is no face."""
    data = _picture_bytes(photo)
    digest = hashlib.sha256(data).digest()
    known = store.known(digest)
    if known is not None:
        return known.row
    try:
        face = reader.encode(data)
    except FlamewheelError as refusal:
        if refusal.code != "no-face":
            raise
        store.add(digest, None)
        return None
    row = np.concatenate([face.code.expression, face.code.jaw, face.global_rotation])
    store.add(digest, row.astype(np.float32))
    return row.astype(np.float32)


def _picture_bytes(photo: LabelledPhoto) -> bytes:
    """A picture's file; a table's or a clip's picture as one."""
    from ..encoders.photo import photo_bytes

    if photo.pixels is not None:
        return _as_png(photo.pixels)
    if photo.second is not None:
        return _as_png(_frame(photo.path, photo.second))
    return photo_bytes(photo.path)


def _frame(clip: Path, second: float) -> npt.NDArray[np.uint8]:
    """(H,W,3) the frame of a clip at a moment.  Raises PhotoError `unreadable-clip`."""
    import cv2

    video = cv2.VideoCapture(str(clip))
    try:
        video.set(cv2.CAP_PROP_POS_MSEC, 1e3 * second)
        there, frame = video.read()
        if not there:  # labels run to the end of the last frame
            count = video.get(cv2.CAP_PROP_FRAME_COUNT)
            video.set(cv2.CAP_PROP_POS_FRAMES, max(count - 1, 0))
            there, frame = video.read()
    finally:
        video.release()
    if not there:
        raise PhotoError("unreadable-clip", f"{clip.name} cannot be read as a video.",
                         "Check that the clip was downloaded whole.")
    return np.asarray(frame[:, :, ::-1], dtype=np.uint8)


def _as_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, format="PNG", compress_level=1)
    return stream.getvalue()
