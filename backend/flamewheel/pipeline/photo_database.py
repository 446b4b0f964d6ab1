# SPDX-License-Identifier: GPL-3.0-or-later
"""A labelled photo folder to an expression database: every photo encoded once, resumable."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import FlamewheelError, InputFileError, PhotoError, WheelError
from ..labelled_photos import LabelledPhoto, is_held_out, read_labelled
from ..wheel_names import NEUTRAL
from .database_encoder import LANDMARK, RowEncoder, row_encoder
from .encoded_rows import CACHE_KIND, VERSION, RowStore
from .progress import Progress
from .units import head_units

if TYPE_CHECKING:
    from ..head.data import HeadData
    from ..wheel.dbex import ExpressionDatabase

PEOPLE = ("all", "train", "held-out")
"""Whose photos are taken: everybody's, those to learn from, or the fifth kept for measuring
(`labelled_photos.is_held_out`)."""
SHOWN = 3  # names in a message


@dataclass(frozen=True, eq=False)
class BuiltDatabase:
    """A database from photos, and what came of them."""

    database: ExpressionDatabase
    layout: str  # of the folder
    photos: int  # that were asked for
    faces: int
    from_cache: int  # photos that an earlier run had encoded
    without_face: int
    unreadable: int
    counts: Mapping[str, tuple[int, int]]  # emotion -> faces, and those that agree with FACS
    notes: tuple[str, ...]


@dataclass(eq=False)
class _Found:
    """What came of the photos so far."""

    rows: list[npt.NDArray[np.float32]]
    photos: list[LabelledPhoto]
    digests: list[bytes]
    without: list[str]
    unreadable: list[str]
    doubles: int = 0
    from_cache: int = 0


def build_photo_database(
    folder: Path,
    *,
    head: str = "open",
    people: str = "all",
    fill: bool = True,
    encoder: str = LANDMARK,
    checkpoints: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> BuiltDatabase:
    """The expression database of `head` from a folder of labelled photos (see `labelled_photos`).

    Each photo's largest face is read by the encoder, once: what was read is kept in the cache
    folder under the photo's checksum, so that a run that was ended goes on where it was.  `people`
    is one of PEOPLE; `fill` as in `wheel.dbex_photos`; `encoder` and `checkpoints` as those of
    `choose_encoder`.  No photo, name or path is stored.
    Raises InputFileError, WheelError `unknown-emotion` (three suggestions), `no-faces`, HeadError,
    and what `row_encoder` raises.
    """
    from ..head.registry import find_head
    from ..wheel.dbex import JAW_SIZE
    from ..wheel.dbex_photos import PhotoRows, database_of_photos
    from .database import shipped_reference

    found = read_labelled(folder)
    names = wheel_names(found.photos)
    chosen = [replace(photo, emotion=names[photo.emotion])
              for photo in _of_people(found.photos, people)]
    data, units = find_head(head), head_units(head).units  # refused before a photo is read
    reader = row_encoder(data, head, encoder, checkpoints, progress)
    read = _read_photos(chosen, reader, data.expression_count + JAW_SIZE, progress)
    if len(read.rows) < 2:
        raise WheelError("no-faces", f"Faces were found in {len(read.rows)} of {len(chosen)} "
                         "photos.", "Check that the photos show faces.")
    rows = PhotoRows(*_anonymous(read))
    name = folder.resolve().name
    made = database_of_photos(
        data, units, rows, what=f"a photo of {name}", fill=fill,
        known_neutral=shipped_reference(head) if reader.is_landmark else None,
        provenance=_provenance(name, found.layout, people, read, data, reader, fill))
    notes = (*found.notes, *_losses(read, len(chosen)), *made.notes)
    return BuiltDatabase(made.database, found.layout, len(chosen), len(read.rows),
                         read.from_cache, len(read.without), len(read.unreadable),
                         made.from_photos, notes)


def _of_people(photos: Sequence[LabelledPhoto], people: str) -> list[LabelledPhoto]:
    """Those of the people asked for.  Raises InputFileError `no-photos`."""
    chosen = [photo for photo in photos
              if people == "all" or is_held_out(photo.subject) == (people == "held-out")]
    if not chosen:
        raise InputFileError("no-photos", "There are no photos of the people asked for.",
                             "Give --people all.")
    return chosen


def _anonymous(read: _Found) -> tuple[tuple[str, ...], tuple[str, ...], npt.NDArray[np.float64]]:
    """Labels, subjects and rows in the order of the photos' checksums, which tells nothing."""
    order = np.argsort(np.array([digest.hex() for digest in read.digests]))
    return (tuple(read.photos[at].emotion for at in order),
            tuple(read.photos[at].subject for at in order),
            np.stack([read.rows[at] for at in order]).astype(np.float64))


def wheel_names(photos: Sequence[LabelledPhoto]) -> dict[str, str]:
    """The folder's words -> names of the wheel.  Raises WheelError `unknown-emotion`."""
    from ..wheel.words import mix_of, own_prototype

    names = {}
    for word, count in Counter(photo.emotion for photo in photos).items():
        try:
            mix = own_prototype(mix_of(word))
        except WheelError as unknown:
            raise WheelError("unknown-emotion", f"{count} photos are labelled {word[:60]!r}, which "
                             "is no emotion that the wheel knows.", unknown.hint) from unknown
        if mix.second is not None:
            raise WheelError("unknown-emotion", f"{count} photos are labelled {word!r}, which is a "
                             f"mix of {mix.first.emotion} and {mix.second.emotion}.",
                             "Label photos with basic emotions, contempt or neutral.")
        names[word] = mix.first.emotion if mix.first.intensity else NEUTRAL
    return names


def _read_photos(
    photos: Sequence[LabelledPhoto], encoder: RowEncoder, size: int, progress: Progress | None
) -> _Found:
    """Every photo's row of `size` numbers, from the cache or encoded now."""
    from ..encoders.cache import cache_file

    path = cache_file(CACHE_KIND, VERSION, encoder.key).with_suffix(".rows")
    found = _Found([], [], [], [], [])
    labelled: set[tuple[bytes, str]] = set()
    with RowStore(path, size) as store:
        for number, photo in enumerate(photos):
            if progress is not None:
                progress(number, len(photos), "encoding photos")
            try:
                digest, row, was_known = _row_of(photo, encoder, store)
            except PhotoError as refusal:
                found.unreadable.append(f"{photo.path.name} ({refusal.message})")
                continue
            found.from_cache += was_known
            if (digest, photo.emotion) in labelled:
                found.doubles += 1
            elif row is None:
                found.without.append(photo.path.name)
            else:
                labelled.add((digest, photo.emotion))
                found.rows.append(row)
                found.photos.append(photo)
                found.digests.append(digest)
    return found


def _row_of(
    photo: LabelledPhoto, encoder: RowEncoder, store: RowStore
) -> tuple[bytes, npt.NDArray[np.float32] | None, bool]:
    """The photo's checksum, its face if there is one, and whether an earlier run had read it."""
    from ..encoders.photo import photo_bytes

    data = photo_bytes(photo.path) if photo.pixels is None else _as_png(photo.pixels)
    digest = hashlib.sha256(data).digest()
    known = store.known(digest)
    if known is not None:
        return digest, known.row, True
    try:
        code = encoder.encode(data).code
    except FlamewheelError as refusal:
        if refusal.code != "no-face":
            raise
        store.add(digest, None)
        return digest, None, False
    row = np.concatenate([code.expression, code.jaw]).astype(np.float32)
    store.add(digest, row)
    return digest, row, False


def _as_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A picture of a table as the bytes of a file, which is what encoders and checksums take."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG", compress_level=1)
    return stream.getvalue()


def _losses(read: _Found, asked: int) -> list[str]:
    """What came of the photos that are not in the database."""
    notes = []
    for names, why in ((read.without, "show no face that can be found"),
                       (read.unreadable, "cannot be read")):
        if names:
            more = " …" if len(names) > SHOWN else ""
            notes.append(f"{len(names)} of {asked} photos {why}: "
                         f"{', '.join(names[:SHOWN])}{more}.")
    torn = sum(count > 1 for count in Counter(read.digests).values())
    if torn:
        notes.append(f"{torn} pictures are labelled with more than one emotion and count for each.")
    if read.doubles:
        notes.append(f"{read.doubles} photos are the same picture with the same label as another.")
    return notes


def _provenance(
    name: str, layout: str, people: str, read: _Found, head: HeadData, encoder: RowEncoder,
    fill: bool,
) -> str:
    """How it was made, without a date or a path."""
    whose = {"all": "", "train": ", without the held-out fifth of the subjects",
             "held-out": ", of the held-out fifth of the subjects"}[people]
    subjects = len({photo.subject for photo in read.photos})
    options = ["" if people == "all" else f" --people {people}",
               "" if encoder.is_landmark else f" --encoder {encoder.name}",
               "" if fill else " --photos-only"]
    command = f"flamewheel dbex build {name} --head {head.name}{''.join(options)}"
    return (f"{len(read.rows)} faces of {subjects} subjects in {name} ({layout}){whose}; "
            f"{len(read.without)} photos without a face; {command}; encoder {encoder.key}; "
            f"head {head.checksum[:16]}.")
