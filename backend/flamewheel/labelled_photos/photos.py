# SPDX-License-Identifier: GPL-3.0-or-later
"""One labelled picture, and how pictures are sorted into those to learn from and those to test."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import InputFileError

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
HELD_OUT_SHARE = 5  # one subject in five is kept for measuring


@dataclass(frozen=True)
class LabelledPhoto:
    """One picture and what is known of it."""

    path: Path  # of a table with pixels: the table's, with the row's number as its suffix
    subject: str  # photos of one subject never stand on both sides of a split
    emotion: str  # as the folder names it, in lower case
    valence: float | None = None  # -1..1
    arousal: float | None = None  # -1..1
    pixels: npt.NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    """(H,W) grey, where a table holds the picture itself."""
    second: float | None = None  # of a video at `path`: the moment that is meant

    @property
    def source(self) -> Path | npt.NDArray[np.uint8]:
        """What `encoders.photo.load_photo` takes."""
        return self.path if self.pixels is None else self.pixels


@dataclass(frozen=True)
class Split:
    """Photos to learn from and photos to measure with; no subject is in both."""

    train: tuple[LabelledPhoto, ...]
    held_out: tuple[LabelledPhoto, ...]


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
    digest = hashlib.sha256(subject.encode(errors="surrogateescape")).hexdigest()
    return int(digest, 16) % HELD_OUT_SHARE == 0
