# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person names to be encoded: files and folders, sorted into photos, videos and the rest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import PhotoError

PHOTO_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif",
    ".heic", ".heif",
})
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".webm", ".mkv", ".m4v"})
HEAD_BYTES = 64  # of a file: all containers say what they are within
STILL_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")  # ISO base media that is no video


@dataclass(frozen=True)
class Gathered:
    """The photos behind some files and folders."""

    photos: tuple[Path, ...]  # in the order named; a folder's by name
    notes: tuple[str, ...]  # what was left out, and why


def gather_photos(sources: Sequence[Path]) -> Gathered:
    """Every photo named, or lying in a folder named; each once.

    Of a folder only its own files are taken, and of those only pictures by their suffix; files that
    are named are taken whatever they are called.  Raises PhotoError `file-not-found` for a name
    that is not there, `no-photos` where nothing is left.
    """
    photos: list[Path] = []
    notes: list[str] = []
    for source in sources:
        if os.path.isdir(source):
            found, left = _in_folder(source)
            photos += found
            notes += left
        elif os.path.lexists(source):  # unlike Path's, these two raise nothing for a wild name
            photos.append(source)
        else:
            raise PhotoError("file-not-found", f"There is no file {source}.",
                             "Check the name and the folder.")
    once, repeated = _each_once(photos)
    if not once:
        names = ", ".join(source.name or str(source) for source in sources)
        raise PhotoError("no-photos", f"There is no photo in {names}.",
                         "Name photos, or a folder with JPEG, PNG, WebP, TIFF or BMP files.")
    return Gathered(tuple(once), (*notes, *repeated))


def is_video(path: Path) -> bool:
    """By its suffix, or by how it begins where the suffix says nothing."""
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES or suffix in PHOTO_SUFFIXES:
        return suffix in VIDEO_SUFFIXES
    try:
        if not path.is_file():  # a device or pipe must not be read twice
            return False
        with open(path, "rb") as stream:
            start = stream.read(HEAD_BYTES)
    except OSError:
        return False
    return (
        (start[4:8] == b"ftyp" and start[8:12] not in STILL_BRANDS)
        or (start[:4] == b"RIFF" and start[8:12] == b"AVI ")
        or start[:4] == b"\x1a\x45\xdf\xa3"  # Matroska and WebM
    )


def _in_folder(folder: Path) -> tuple[list[Path], list[str]]:
    """Its photos by name, and what else lies there; hidden files are not worth a word."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    except OSError as failure:
        raise PhotoError("unreadable-folder", f"{folder} cannot be read: {failure.strerror}.",
                         "Name a folder that you may read.") from failure
    photos, notes = [], []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            notes.append(f"{entry.name} is a folder: it was not looked into.")
        elif entry.suffix.lower() in PHOTO_SUFFIXES:
            photos.append(entry)
        elif entry.suffix.lower() in VIDEO_SUFFIXES:
            notes.append(f"{entry.name} is a video: encode it by itself.")
        else:
            notes.append(f"{entry.name} is no picture: it was left out.")
    return photos, notes


def _each_once(photos: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The same picture twice would have two votes on who the person is."""
    kept: dict[bytes, Path] = {}
    notes = []
    for photo in photos:
        print_ = _fingerprint(photo)
        if print_ in kept:
            notes.append(f"{photo.name} is the same picture as {kept[print_].name}: "
                         "it was left out.")
        else:
            kept[print_] = photo
    return list(kept.values()), notes


def _fingerprint(photo: Path) -> bytes:
    """Of its bytes; where they cannot be read, of its name, and reading it says why."""
    try:
        if photo.is_file():
            with open(photo, "rb") as stream:
                digest = hashlib.sha256()
                for block in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(block)
                return digest.digest()
    except OSError:
        pass
    return str(photo).encode(errors="surrogateescape")
