# SPDX-License-Identifier: GPL-3.0-or-later
"""CelebV-HQ (Zhu et al., ECCV 2022): clips of people, each or its parts with an emotion.

`celebvhq_info.json` as it is handed out, and beside it or in folders two deep the clips as its
download tool writes them (`<clip>.mp4`), or a folder of extracted frames a clip (`<clip>/*.jpg`,
in the order of their names, evenly spread over the clip).  Who has only some clips gets these.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..reading import open_at_once
from .folders import folders_in, named_few, pictures_in
from .photos import LabelledPhoto
from .tables import bad_labels

LAYOUT = "CelebV-HQ"
TABLE = "celebvhq_info.json"
MOST_BYTES = 256 << 20  # of the table; the set's has about 40 MB
VIDEO_SUFFIXES = (".mp4", ".webm", ".mkv", ".mov", ".avi")
DEPTH = 2  # folders below the set's in which clips are looked for
LONGEST_NAME = 100  # characters of a clip's or a person's name


def is_celebv(folder: Path) -> bool:
    """Whether the set's table lies in `folder`."""
    return (folder / TABLE).is_file()


def celebv(folder: Path) -> tuple[list[LabelledPhoto], tuple[str, ...]]:
    """The middle of every labelled stretch of the clips that are there, and what was left out.

    The published table names videos, not people: a video counts as one person.  Raises
    InputFileError `bad-labels`.
    """
    table = folder / TABLE
    there = _places(folder, DEPTH)
    photos: list[LabelledPhoto] = []
    missing: list[Path] = []
    for name, clip in _clips(table).items():
        place = there.get(name)
        if place is None:
            missing.append(Path(name))
            continue
        person, length, stretches = _labels(name, clip, table)
        for emotion, start, end in stretches:
            found = _picture(place, person, emotion, (start + end) / 2, length)
            if found is not None:
                photos.append(found)
    notes = (f"{len(missing)} clips of {TABLE} are not there: {named_few(missing)}. They were left "
             "out.",) if missing else ()
    return photos, notes


def _clips(table: Path) -> Mapping[str, Any]:
    try:
        with open_at_once(table) as stream:
            body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise bad_labels(table, f"it has more than {MOST_BYTES >> 20} MB")
        clips = json.loads(body)["clips"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as bad:
        raise bad_labels(table, "it is no JSON file with `clips`") from bad
    if not isinstance(clips, dict):
        raise bad_labels(table, "its `clips` are no table")
    return clips


def _labels(
    name: str, clip: Any, table: Path
) -> tuple[str, float, list[tuple[str, float, float]]]:
    """Whose clip it is, its length in s, and its emotions with their stretches in s."""
    try:
        person = str(clip["ytb_id"])[:LONGEST_NAME]
        length = float(clip["duration"]["end_sec"]) - float(clip["duration"]["start_sec"])
        told = clip["attributes"]["emotion"]["labels"]
        rows = told if isinstance(told, list) else [
            {"emotion": told, "start_sec": 0.0, "end_sec": length}]
        stretches = [(_word(row["emotion"]), float(row["start_sec"]), float(row["end_sec"]))
                     for row in rows]
        if not all(math.isfinite(number) and number >= 0 for number in (
                length, *(edge for row in stretches for edge in row[1:]))):
            raise ValueError
    except (KeyError, TypeError, ValueError) as bad:
        raise bad_labels(table, f"the clip {name[:LONGEST_NAME]!r} has no ytb_id, no duration or "
                         "no emotion") from bad
    return person, length, stretches


def _word(emotion: Any) -> str:
    if not isinstance(emotion, str):
        raise TypeError
    return emotion.strip().lower()


def _picture(
    place: Path, person: str, emotion: str, second: float, length: float
) -> LabelledPhoto | None:
    """What a clip shows at a moment: a moment of the video, or the frame nearest to it."""
    if place.is_file():
        return LabelledPhoto(place, person, emotion, second=second)
    frames = pictures_in(place)
    if not frames:
        return None
    share = second / length if length > 0 else 0.5
    return LabelledPhoto(frames[min(int(share * len(frames)), len(frames) - 1)], person, emotion)


def _places(folder: Path, depth: int) -> dict[str, Path]:
    """Clip's name -> its video or its folder of frames."""
    found: dict[str, Path] = {}
    for path in _below(folder, depth):
        name = path.name if path.is_dir() else path.stem
        if path.is_dir() or path.suffix.lower() in VIDEO_SUFFIXES:
            found.setdefault(name, path)
    return found


def _below(folder: Path, depth: int) -> Iterator[Path]:
    """What lies in `folder` and the folders below, videos before folders."""
    yield from sorted(path for path in folder.iterdir()
                      if path.is_file() and not path.name.startswith("."))
    for inner in folders_in(folder):
        yield inner
        if depth > 0:
            yield from _below(inner, depth - 1)
