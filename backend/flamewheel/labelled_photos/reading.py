# SPDX-License-Identifier: GPL-3.0-or-later
"""Which layout a folder of labelled photos has, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputFileError
from .celebv import LAYOUT as CELEBV
from .celebv import celebv, is_celebv
from .folders import emotion_folders, emotion_in_names, named_few, names_tell, parts_of
from .photos import LabelledPhoto
from .sets import CK_LABELS, CK_PICTURES, RAF_CLASSES, affectnet, cohn_kanade, raf_base, raf_db
from .tables import is_pixel_table, labels_csv, pixel_table

MOST_MISSING = 0.5
"""Share of the named photos that may be missing; beyond, it is the wrong folder."""


@dataclass(frozen=True)
class LabelledFolder:
    """What a folder holds."""

    photos: tuple[LabelledPhoto, ...]  # by path; each is there
    layout: str  # for a person: "CK+", "one folder for each emotion" …
    notes: tuple[str, ...]  # what was left out, with counts and first names


def read_labelled(folder: Path) -> LabelledFolder:
    """The labelled photos of `folder` that are there.  No picture is opened.

    Photos that the labels name and that are missing are left out and said.  Raises InputFileError:
    `folder-not-found`, `no-photos`, `bad-labels`, and `photos-missing` where more than half are.
    """
    photos, layout, notes = _read(Path(folder))
    missing = [photo.path for photo in photos if photo.pixels is None and not _is_file(photo.path)]
    if missing:
        said = (f"{len(missing)} of {len(photos)} photos that the labels name are missing: "
                f"{named_few(missing)}.")
        if len(missing) > MOST_MISSING * len(photos):
            raise InputFileError("photos-missing", said,
                                 "Check that the pictures lie beside their labels.")
        gone = set(missing)
        photos = [photo for photo in photos if photo.path not in gone]
        notes = (*notes, f"{said} They were left out.")
    return LabelledFolder(tuple(photos), layout, notes)


def read_folder(folder: Path) -> tuple[LabelledPhoto, ...]:
    """As `read_labelled`, the photos alone, and without a look whether they are there.

    Raises InputFileError `pictures-in-table`, too: who asks for files cannot read FER2013's table.
    """
    photos = _read(Path(folder))[0]
    if any(photo.pixels is not None for photo in photos):
        raise InputFileError(
            "pictures-in-table", f"{folder} has its pictures within a table.",
            "Give the form of the set with a folder of pictures for each emotion.")
    return tuple(photos)


def _read(folder: Path) -> tuple[list[LabelledPhoto], str, tuple[str, ...]]:
    try:
        there = folder.is_dir()
    except (OSError, ValueError):  # a name that no system takes
        there = False
    if not there:
        raise InputFileError("folder-not-found", f"There is no folder {str(folder)!r}.",
                             "Name a folder of labelled photos.")
    try:
        photos, layout, notes = _by_layout(folder)
    except OSError as failure:
        raise InputFileError("folder-unreadable", f"{folder} cannot be read: {failure.strerror}.",
                             "Name a folder that you may read.") from failure
    if not photos:
        raise InputFileError(
            "no-photos", f"{folder} holds no labelled photos.",
            "Give it a labels.csv (image,subject,emotion), one folder of pictures for each "
            "emotion, pictures with the emotion in their names, or a set as it is handed out: "
            "AffectNet, RAF-DB, CK+, CelebV-HQ, FER2013.")
    return sorted(photos, key=lambda photo: photo.path), layout, notes


def _by_layout(folder: Path) -> tuple[list[LabelledPhoto], str, tuple[str, ...]]:
    if (folder / "labels.csv").is_file():
        return list(labels_csv(folder)), "labels.csv", ()
    if (folder / "annotations").is_dir():
        return list(affectnet(folder)), "AffectNet", ()
    if (raf := raf_base(folder)) is not None:
        return list(raf_db(raf)), "RAF-DB", ()
    if (folder / CK_PICTURES).is_dir() and (folder / CK_LABELS).is_dir():
        return list(cohn_kanade(folder)), "CK+", ()
    if is_celebv(folder):
        moments, left_out = celebv(folder)
        return moments, CELEBV, left_out
    tables = [path for path in sorted(folder.glob("*.csv")) if is_pixel_table(path)]
    if tables:
        return [one for path in tables for one in pixel_table(path)], "FER2013", ()
    if parts := parts_of(folder):
        found = [one for part in parts
                 for one in emotion_folders(part, RAF_CLASSES, f"{part.name}/")]
        return found, "one folder for each emotion in parts", ()
    if names_tell(folder):
        found, silent = emotion_in_names(folder)
        notes = (f"{len(silent)} pictures without an emotion in their names were left out: "
                 f"{named_few(silent)}.",) if silent else ()
        return found, "emotions in the pictures' names", notes
    return list(emotion_folders(folder)), "one folder for each emotion", ()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
