# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of labelled photos, its held-out people, and turned and scaled copies of a photo."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import UsageError

FOLDS = 5  # one in five people is held out
COPIES = 20
TURN, SMALLEST, LARGEST = 20.0, 0.6, 1.6  # degrees either way; sizes of copies
COPY_SIDE = 640  # px: of the square that copies are cut to


@dataclass(frozen=True)
class LabelledPhoto:
    """One row of `labels.csv`."""

    path: Path
    subject: str
    emotion: str


def read_labels(folder: Path) -> tuple[LabelledPhoto, ...]:
    """The photos that FOLDER/labels.csv names: columns image, subject, emotion; files in images/.

    Raises UsageError `no-labels`, `bad-labels`, naming the row.
    """
    table = folder / "labels.csv"
    hint = "Give a folder with labels.csv (image,subject,emotion) and images/."
    try:
        with open(table, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as bad:
        reason = getattr(bad, "strerror", None) or bad
        raise UsageError("no-labels", f"{table} cannot be read: {reason}.", hint) from bad
    photos = []
    for number, row in enumerate(rows, start=2):
        values = [row.get(name) for name in ("image", "subject", "emotion")]
        if not all(values):
            raise UsageError("bad-labels", f"{table}, line {number}: a column is missing.", hint)
        image, subject, emotion = (str(value) for value in values)
        path = folder / "images" / image
        if not path.is_file():
            raise UsageError("bad-labels", f"{table}, line {number}: there is no {path}.", hint)
        photos.append(LabelledPhoto(path, subject, emotion))
    if not photos:
        raise UsageError("no-labels", f"{table} names no photo.", hint)
    return tuple(photos)


def is_held_out(subject: str) -> bool:
    """Whether a person is kept for measuring: a fifth of all, by name, the same everywhere."""
    digest = hashlib.sha256(subject.encode()).hexdigest()
    return int(digest, 16) % FOLDS == 0


def copies(pixels: npt.NDArray[np.uint8], seed: int) -> list[npt.NDArray[np.uint8]]:
    """20 copies of a photo (H,W,3), each turned by up to 20 degrees, scaled and shifted."""
    import cv2

    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    fit = COPY_SIDE / max(height, width)
    made = []
    for _ in range(COPIES):
        matrix = cv2.getRotationMatrix2D(
            (width / 2, height / 2), rng.uniform(-TURN, TURN),
            fit * rng.uniform(SMALLEST, LARGEST) / 1.25)
        matrix[:, 2] += np.array([COPY_SIDE - width, COPY_SIDE - height]) / 2
        matrix[:, 2] += rng.uniform(-0.05, 0.05, 2) * COPY_SIDE
        made.append(np.asarray(cv2.warpAffine(
            pixels, matrix, (COPY_SIDE, COPY_SIDE), flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REPLICATE), np.uint8))
    return made
