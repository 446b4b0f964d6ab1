# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of labelled photos: which file shows whom, with what emotion, valence and arousal.

Three layouts are read, the first that fits:

1. `labels.csv` with the columns image, subject, emotion (valence and arousal where known);
2. AffectNet's: pictures in `images/`, labels in `annotations/<name>_exp.npy`, `_val.npy` and
   `_aro.npy` (Mollahosseini et al. 2017, in the form in which it is handed out);
3. one folder for each emotion.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .errors import InputFileError

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
AFFECTNET_CLASSES = (
    "neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
"""AffectNet's numbers 0 to 7; 8 to 10 (none, uncertain, no face) are not faces with an emotion."""
AFFECTNET_UNKNOWN = -2.0  # AffectNet's valence and arousal where nobody gave one
HELD_OUT_SHARE = 5  # one subject in five is kept for measuring


@dataclass(frozen=True)
class LabelledPhoto:
    """One picture and what is known of it."""

    path: Path
    subject: str  # photos of one subject never stand on both sides of a split
    emotion: str
    valence: float | None = None  # -1..1
    arousal: float | None = None  # -1..1


@dataclass(frozen=True)
class Split:
    """Photos to learn from and photos to measure with; no subject is in both."""

    train: tuple[LabelledPhoto, ...]
    held_out: tuple[LabelledPhoto, ...]


def read_folder(folder: Path) -> tuple[LabelledPhoto, ...]:
    """The labelled photos of `folder`, sorted by path.  No picture is opened.

    Raises InputFileError: `folder-not-found`, `no-photos`, `bad-labels`.
    """
    if not folder.is_dir():
        raise InputFileError("folder-not-found", f"There is no folder {folder}.",
                             "Name a folder of labelled photos.")
    if (folder / "labels.csv").is_file():
        photos = list(_from_csv(folder))
    elif (folder / "annotations").is_dir():
        photos = list(_from_affectnet(folder))
    else:
        photos = list(_from_folders(folder))
    if not photos:
        raise InputFileError(
            "no-photos", f"{folder} holds no labelled photos.",
            "Give it a labels.csv (image,subject,emotion), AffectNet's images/ and annotations/, "
            "or one folder of pictures for each emotion.")
    return tuple(sorted(photos, key=lambda photo: photo.path))


def with_enough_photos(
    photos: Iterable[LabelledPhoto], fewest: int
) -> tuple[tuple[LabelledPhoto, ...], dict[str, int]]:
    """Photos of emotions with `fewest` or more, and how many of which others were left out.

    Raises InputFileError `too-few-photos` where fewer than two emotions remain.
    """
    kept = tuple(photos)
    counts = Counter(photo.emotion for photo in kept)
    rare = {name: count for name, count in sorted(counts.items()) if count < fewest}
    kept = tuple(photo for photo in kept if photo.emotion not in rare)
    if len(counts) - len(rare) < 2:
        found = ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
        raise InputFileError(
            "too-few-photos", f"Fewer than two emotions have {fewest} photos ({found}).",
            "Add photos, or lower --fewest.")
    return kept, rare


def split_by_subject(photos: Iterable[LabelledPhoto]) -> Split:
    """The same split every time: a subject's name alone decides on which side it stands."""
    train: list[LabelledPhoto] = []
    held_out: list[LabelledPhoto] = []
    for photo in photos:
        (held_out if is_held_out(photo.subject) else train).append(photo)
    return Split(tuple(train), tuple(held_out))


def is_held_out(subject: str) -> bool:
    """One subject in `HELD_OUT_SHARE`, by the name's SHA-256."""
    digest = hashlib.sha256(subject.encode()).hexdigest()
    return int(digest, 16) % HELD_OUT_SHARE == 0


def _from_csv(folder: Path) -> Iterator[LabelledPhoto]:
    table = folder / "labels.csv"
    try:
        with open(table, newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeError, csv.Error) as bad:
        raise _bad_labels(table, str(bad)) from bad
    pictures = folder / "images" if (folder / "images").is_dir() else folder
    for number, row in enumerate(rows, start=2):
        image, emotion = (row.get("image") or "").strip(), (row.get("emotion") or "").strip()
        if not image or not emotion:
            raise _bad_labels(table, f"line {number} has no image or no emotion")
        path = pictures / image
        if "\0" in image or not path.resolve().is_relative_to(folder.resolve()):
            raise _bad_labels(table, f"line {number} leads out of the folder: {image}")
        yield LabelledPhoto(path, (row.get("subject") or "").strip() or Path(image).stem,
                            emotion.lower(), _number(row, "valence", table, number),
                            _number(row, "arousal", table, number))


def _number(row: dict[str, str], name: str, table: Path, line: int) -> float | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as bad:
        raise _bad_labels(table, f"line {line}: {name} is {text!r}") from bad
    if not -1.0 <= value <= 1.0:
        raise _bad_labels(table, f"line {line}: {name} {text} is not within -1 and 1")
    return value


def _from_affectnet(folder: Path) -> Iterator[LabelledPhoto]:
    notes = folder / "annotations"
    for path in _pictures(folder / "images"):
        label = notes / f"{path.stem}_exp.npy"
        if not label.is_file():
            continue
        number = int(_value(label))
        if not 0 <= number < len(AFFECTNET_CLASSES):
            continue
        photo = LabelledPhoto(path, path.stem, AFFECTNET_CLASSES[number])
        values = [_affect(notes / f"{path.stem}_{kind}.npy") for kind in ("val", "aro")]
        yield replace(photo, valence=values[0], arousal=values[1])


def _affect(path: Path) -> float | None:
    if not path.is_file():
        return None
    value = _value(path)
    return None if value <= AFFECTNET_UNKNOWN else float(np.clip(value, -1.0, 1.0))


def _value(path: Path) -> float:
    """The one number of a `.npy`, which AffectNet also writes as a string."""
    try:
        return float(np.load(path, allow_pickle=False).ravel()[0])
    except (OSError, ValueError, IndexError, EOFError) as bad:
        raise _bad_labels(path, str(bad)) from bad


def _from_folders(folder: Path) -> Iterator[LabelledPhoto]:
    for part in sorted(inner for inner in folder.iterdir() if inner.is_dir()):
        for path in _pictures(part):
            yield LabelledPhoto(path, path.stem, part.name.lower())


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)


def _bad_labels(path: Path, why: str) -> InputFileError:
    return InputFileError("bad-labels", f"{path} cannot be used: {why}.",
                          "Mend the labels: image,subject,emotion[,valence,arousal].")
