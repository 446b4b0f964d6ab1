# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of labels that nobody vouches for: short lines of text, and names that stay inside."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from ..errors import InputFileError
from ..reading import open_at_once
from .photos import LabelledPhoto

LONGEST_LINE = 100_000
"""Characters: a row of FER2013 has 9,000; below csv's own limit of a field."""
MOST_ROWS = 2_000_000  # the largest public set, AffectNet, has 0.45 million
SIDES = range(16, 513)  # px of a picture in a table; FER2013 has 48
FER_CLASSES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
               "contempt")
"""FER2013's numbers 0 to 6; 7 is contempt in tables of CK+ in the same form."""

_COLUMNS = {  # what published tables call them
    "image": ("image", "file", "filename", "path", "pth"),
    "emotion": ("emotion", "label", "expression"),
    "subject": ("subject", "person", "identity"),
    "valence": ("valence",), "arousal": ("arousal",),
}


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file, none longer than LONGEST_LINE.  Raises InputFileError."""
    try:
        with io.TextIOWrapper(open_at_once(path), encoding="utf-8-sig", newline="") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise bad_labels(path, f"line {number} is longer than {LONGEST_LINE} signs")
                if "\0" in line:
                    raise bad_labels(path, f"line {number} holds a NUL")
                if number > MOST_ROWS:
                    raise bad_labels(path, f"it has more than {MOST_ROWS} lines")
                yield line
    except (OSError, UnicodeError) as bad:
        raise bad_labels(path, getattr(bad, "strerror", None) or str(bad)) from bad


def rows_of(path: Path, *needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and rows of a `.csv`, columns in lower case.  Raises InputFileError."""
    reader = csv.DictReader(lines_of(path), skipinitialspace=True)
    try:
        names = [str(name).strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        known = {one: next((name for name in _COLUMNS.get(one, (one,)) if name in names), "")
                 for one in (*needed, *_COLUMNS)}
        absent = [one for one in needed if not known[one]]
        if absent:
            raise bad_labels(path, f"it has no column {', '.join(absent)}, but "
                             f"{', '.join(names[:8]) or 'none'}")
        for row in reader:
            yield reader.line_num, {one: (row.get(name) or "").strip() if name else ""
                                    for one, name in known.items()}
    except csv.Error as bad:
        raise bad_labels(path, f"line {reader.line_num}: {bad}") from bad


def labels_csv(folder: Path) -> Iterator[LabelledPhoto]:
    """`labels.csv`: image, emotion; subject, valence and arousal where known."""
    table = folder / "labels.csv"
    pictures = folder / "images" if (folder / "images").is_dir() else folder
    inside = folder.resolve()
    for number, row in rows_of(table, "image", "emotion"):
        image, emotion = row["image"], row["emotion"]
        if not image or not emotion:
            raise bad_labels(table, f"line {number} has no image or no emotion")
        path = named_inside(pictures, image, inside, table, number)
        yield LabelledPhoto(path, row["subject"] or PurePosixPath(image).stem, emotion.lower(),
                            _number(row, "valence", table, number),
                            _number(row, "arousal", table, number))


def pixel_table(table: Path) -> Iterator[LabelledPhoto]:
    """FER2013: each row an emotion's number and a square grey picture; each its own subject."""
    for number, row in rows_of(table, "emotion", "pixels"):
        if row["emotion"] not in map(str, range(len(FER_CLASSES))):
            raise bad_labels(table, f"line {number}: {row['emotion'][:20]!r} is no emotion of 0 to "
                             f"{len(FER_CLASSES) - 1}")
        try:
            values = np.array(row["pixels"].split(), dtype=np.int64)
        except (ValueError, OverflowError) as bad:
            raise bad_labels(table, f"line {number}: its pixels are no numbers") from bad
        side = math.isqrt(values.size)
        if side not in SIDES or side * side != values.size or not (
                (values >= 0) & (values <= 255)).all():
            raise bad_labels(table, f"line {number} has {values.size} pixels, which are no square "
                             f"picture of {SIDES[0]} to {SIDES[-1]} px")
        yield LabelledPhoto(
            table.with_name(f"{table.name}.{number}"), f"{table.stem}-{number}",
            FER_CLASSES[int(row["emotion"])],
            pixels=values.astype(np.uint8).reshape(side, side))


def is_pixel_table(path: Path) -> bool:
    """Whether a `.csv` begins as FER2013's does."""
    try:
        with open_at_once(path) as stream:
            names = stream.readline(1000).decode("utf-8-sig", errors="replace").lower().split(",")
    except OSError:
        return False
    return {"emotion", "pixels"} <= {name.strip() for name in names}


def named_inside(folder: Path, name: str, inside: Path, table: Path, line: int) -> Path:
    """`folder / name`, if that lies in `inside` (resolved).  Raises InputFileError otherwise."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    outward = (".." in parts or name.startswith(("/", "\\"))
               or bool(PureWindowsPath(name).drive))
    path = folder.joinpath(*parts) if not outward else folder
    try:
        outward = outward or not path.resolve().is_relative_to(inside)
    except (OSError, RuntimeError, ValueError):  # a ring of links
        outward = True
    if outward:
        raise bad_labels(table, f"line {line} leads out of the folder: {name[:100]}")
    return path


def bad_labels(path: Path, why: str) -> InputFileError:
    """What is wrong with a file of labels."""
    return InputFileError("bad-labels", f"{path} cannot be used: {why}.",
                          "Mend the labels: image,subject,emotion[,valence,arousal].")


def _number(row: Mapping[str, str], name: str, table: Path, line: int) -> float | None:
    text = row[name]
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as bad:
        raise bad_labels(table, f"line {line}: {name} is {text[:40]!r}") from bad
    if not -1.0 <= value <= 1.0:
        raise bad_labels(table, f"line {line}: {name} {text[:40]} is not within -1 and 1")
    return value
