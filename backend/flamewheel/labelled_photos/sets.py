# SPDX-License-Identifier: GPL-3.0-or-later
"""Published photo sets in the form in which they are handed out: AffectNet, RAF-DB and CK+."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..reading import open_at_once
from .folders import folders_in, pictures_in
from .photos import LabelledPhoto
from .tables import bad_labels, lines_of, named_inside

AFFECTNET_CLASSES = (
    "neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
"""AffectNet's numbers 0 to 7; 8 to 10 (none, uncertain, no face) are not faces with an emotion."""
AFFECTNET_LABEL_BYTES = 4096  # of a label file; the set's have up to 150
AFFECTNET_UNKNOWN = -2.0  # AffectNet's valence and arousal where nobody gave one
RAF_CLASSES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
"""RAF-DB's numbers 1 to 7."""
RAF_LABELS = Path("EmoLabel") / "list_patition_label.txt"  # so spelled in the set
CK_CLASSES = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
"""CK+'s numbers 0 to 7."""
CK_PICTURES, CK_LABELS = "cohn-kanade-images", "Emotion"
CK_LABEL_CHARACTERS = 100  # of a label file; they hold one number


def affectnet(folder: Path) -> Iterator[LabelledPhoto]:
    """Pictures in `images/`, labels in `annotations/<name>_exp.npy`, `_val.npy`, `_aro.npy`."""
    notes = folder / "annotations"
    for path in pictures_in(folder / "images"):
        label = notes / f"{path.stem}_exp.npy"
        if not label.is_file():
            continue
        number = _whole(_value(label), label)
        if not 0 <= number < len(AFFECTNET_CLASSES):
            continue
        photo = LabelledPhoto(path, path.stem, AFFECTNET_CLASSES[number])
        values = [_affect(notes / f"{path.stem}_{kind}.npy") for kind in ("val", "aro")]
        yield replace(photo, valence=values[0], arousal=values[1])


def raf_base(folder: Path) -> Path | None:
    """Where RAF-DB's basic set lies: in `folder` or in its `basic/`; None where it does not."""
    return next((base for base in (folder, folder / "basic") if (base / RAF_LABELS).is_file()),
                None)


def raf_db(base: Path) -> Iterator[LabelledPhoto]:
    """`EmoLabel/list_patition_label.txt` (name, number 1 to 7); pictures aligned, else as shot."""
    table = base / RAF_LABELS
    aligned, original = base / "Image" / "aligned", base / "Image" / "original"
    inside = base.resolve()
    for line, text in enumerate(lines_of(table), start=1):
        words = text.split()
        if not words:
            continue
        if len(words) != 2 or words[1] not in map(str, range(1, len(RAF_CLASSES) + 1)):
            raise bad_labels(table, f"line {line} is no picture with a number of 1 to 7: "
                             f"{text.strip()[:60]!r}")
        plain = Path(words[0])
        name = words[0]
        if aligned.is_dir():
            name = f"{name.removesuffix(plain.suffix)}_aligned{plain.suffix}"
        path = named_inside(aligned if aligned.is_dir() else original, name, inside, table, line)
        yield LabelledPhoto(path, plain.stem, RAF_CLASSES[int(words[1]) - 1])


def cohn_kanade(folder: Path) -> Iterator[LabelledPhoto]:
    """`Emotion/S005/001/S005_001_00000011_emotion.txt`: a sequence's last frame is its peak.

    The first frame of a labelled sequence shows the subject's neutral face.
    """
    for person in folders_in(folder / CK_LABELS):
        for sequence in folders_in(person):
            label = next((path for path in sorted(sequence.glob("*_emotion.txt"))
                          if not path.name.startswith(".")), None)
            if label is not None:
                yield from _sequence(folder / CK_PICTURES / person.name / sequence.name, label)


def _sequence(frames: Path, label: Path) -> Iterator[LabelledPhoto]:
    """The peak, and the neutral frame that the sequence begins with."""
    text = "".join(lines_of(label))[:CK_LABEL_CHARACTERS].strip()
    try:
        number = _whole(float(text), label)
        emotion = CK_CLASSES[number] if number >= 0 else ""
    except (ValueError, IndexError):
        emotion = ""
    if not emotion:
        raise bad_labels(label, f"{text[:40]!r} is no number of 0 to {len(CK_CLASSES) - 1}")
    subject = frames.parent.name
    found = pictures_in(frames)
    stem = label.name.removesuffix("_emotion.txt")
    peak = next((path for path in found if path.stem == stem), None)
    yield LabelledPhoto(peak or (found[-1] if found else frames / f"{stem}.png"), subject, emotion)
    if len(found) > 1 and emotion != "neutral":
        yield LabelledPhoto(found[0], subject, "neutral")


def _affect(path: Path) -> float | None:
    if not path.is_file():
        return None
    value = _value(path)
    return None if value <= AFFECTNET_UNKNOWN else float(np.clip(value, -1.0, 1.0))


def _value(path: Path) -> float:
    """The one number of a `.npy`, which AffectNet also writes as a string."""
    try:
        with open_at_once(path) as stream:
            body = stream.read(AFFECTNET_LABEL_BYTES + 1)
    except OSError as bad:
        raise bad_labels(path, bad.strerror or "it cannot be read") from bad
    try:
        if len(body) > AFFECTNET_LABEL_BYTES or not body.startswith(b"\x93NUMPY"):
            raise ValueError
        found = np.load(io.BytesIO(body), allow_pickle=False)
        if found.dtype.kind not in "fiubUS":
            raise TypeError
        value = float(found.ravel()[0])
    except Exception as bad:  # numpy parses the header as Python text: many kinds of errors
        raise bad_labels(path, "it is no .npy file of one number") from bad
    if not math.isfinite(value):
        raise bad_labels(path, f"its number is {value}")
    return value


def _whole(value: float, path: Path) -> int:
    if not math.isfinite(value) or value != math.floor(value):
        raise bad_labels(path, f"{value} is no number of an emotion")
    return int(value)
