# SPDX-License-Identifier: GPL-3.0-or-later
"""Which photos a file browser or a script named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .errors import PhotoError
from .protocol_photos import MAX_PHOTOS


def chosen_photos(filepath: str, directory: str, names: Sequence[str]) -> list[Path]:
    """The files `names` in `directory`, else `filepath`, each once; all are there.

    Raises PhotoError: `file-not-found`, `too-many-photos`.
    """
    named = [Path(directory) / name for name in dict.fromkeys(names) if name]
    photos = named or ([Path(filepath)] if filepath else [])
    if len(photos) > MAX_PHOTOS:
        raise PhotoError("too-many-photos", f"{len(photos)} photos were chosen.",
                         f"Choose at most {MAX_PHOTOS}.")
    missing = next((photo for photo in photos if not photo.is_file()), None)
    if missing is not None or not photos:
        raise PhotoError("file-not-found", f"There is no photo {str(missing or filepath)!r}.",
                         "Choose a picture file.")
    return photos


def neutral_photo(name: str, photos: Sequence[Path]) -> Path | None:
    """The photo of the neutral face: one of `photos` by its name, or a path; None for no name.

    Raises PhotoError `file-not-found`.
    """
    if not name:
        return None
    for photo in photos:
        if photo.name == name:
            return photo
    if not Path(name).is_file():
        raise PhotoError("file-not-found", f"There is no photo {name!r} for the neutral face.",
                         "Give the name of one of the photos, or a path.")
    return Path(name)
