# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos that are labelled by where they lie or by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputFileError
from .photos import PICTURE_SUFFIXES, LabelledPhoto

NAMED_SO: dict[str, str] = {
    word: emotion
    for emotion, words in {
        "neutral": "neutral neutrality",
        "happiness": "happiness happy joy joyful smile smiling",
        "sadness": "sadness sad unhappy",
        "surprise": "surprise surprised",
        "fear": "fear fearful afraid scared",
        "disgust": "disgust disgusted",
        "anger": "anger angry",
        "contempt": "contempt contemptuous",
        "trust": "trust", "anticipation": "anticipation",
    }.items() for word in words.split()
}
"""Words that name an emotion in the names of files; only these tell a layout."""
PARTS = ("train", "training", "test", "testing", "val", "valid", "validation", "publictest",
         "privatetest")
"""What the parts of a set are called; a person may be in one only."""
SHOWN = 3  # names in a message
LONGEST_SHOWN = 80  # characters of a name in a message: tables may hold anything

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NUMBERED = re.compile(r"^\d+[\W_]+")


def folders_in(folder: Path) -> list[Path]:
    """Its folders by name; hidden ones are not worth a word."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir()
                  if path.is_dir() and not path.name.startswith("."))


def pictures_in(folder: Path) -> list[Path]:
    """Its pictures by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir()
                  if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith("."))


def parts_of(folder: Path) -> list[Path]:
    """`train`, `test` …, where all that the folder has are such."""
    found = folders_in(folder)
    named = [path for path in found if path.name.lower() in PARTS]
    return named if named and len(named) == len(found) else []


def emotion_folders(
    folder: Path, numbers: Sequence[str] = (), part: str = ""
) -> Iterator[LabelledPhoto]:
    """One folder for each emotion: `Anger`, `0_angry`; bare numbers count into `numbers` from 1.

    The subject is the picture's name, which in sets of people stands in every folder; it begins
    with the `part`.
    """
    for inner in folders_in(folder):
        name = _NUMBERED.sub("", inner.name).lower()
        if name.isdecimal() and numbers:
            if not 1 <= int(name) <= len(numbers):
                raise InputFileError("bad-labels", f"{inner} is no number of 1 to {len(numbers)}.",
                                     "Name the folder by its emotion.")
            name = numbers[int(name) - 1]
        for path in pictures_in(inner):
            yield LabelledPhoto(path, part + path.stem, name)


def names_tell(folder: Path) -> bool:
    """Whether the pictures' names, not the folders', say the emotion."""
    inner = folders_in(folder)
    if any(_emotions_in(_NUMBERED.sub("", path.name)) for path in inner):
        return False
    few = [path for place in (folder, *inner) for path in pictures_in(place)[:20]][:200]
    told = sum(bool(_emotions_in(path.stem)) for path in few)
    return bool(few) and 2 * told > len(few)


def emotion_in_names(folder: Path) -> tuple[list[LabelledPhoto], list[Path]]:
    """`017/happy.jpg` or `017_happy.jpg`, and the pictures whose names say no emotion.

    The subject is the folder or, where there is none, the name without the emotion.
    Raises InputFileError `bad-labels` for a name that says two.
    """
    photos: list[LabelledPhoto] = []
    silent: list[Path] = []
    for place in (folder, *folders_in(folder)):
        for path in pictures_in(place):
            found = _emotions_in(path.stem)
            if len(set(found.values())) > 1:
                raise InputFileError(
                    "bad-labels", f"{path} names two emotions: {', '.join(found)}.",
                    "Give each picture one, or write a labels.csv (image,subject,emotion).")
            if not found:
                silent.append(path)
                continue
            word, emotion = next(iter(found.items()))
            alone = path.stem.replace(word, "", 1).strip(" _-.")
            photos.append(LabelledPhoto(
                path, place.name if place != folder else alone or path.stem, emotion))
    return photos, silent


def named_few(paths: Sequence[Path], total: int | None = None) -> str:
    """The first names of some files."""
    names = [path.name for path in paths[:SHOWN]]
    shown = ", ".join(name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"
                      for name in names)
    return shown + (" …" if (total or len(paths)) > SHOWN else "")


def _emotions_in(name: str) -> dict[str, str]:
    """Words of `name` as they are written there -> emotions."""
    return {word: NAMED_SO[word.lower()] for word in _WORD.findall(name)
            if word.lower() in NAMED_SO}
