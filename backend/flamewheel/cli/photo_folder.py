# SPDX-License-Identifier: GPL-3.0-or-later
"""What `flamewheel encode` gives back of several photos: a folder of parameter files, or JSON."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import make_folder
from ..parameters import ExpressionCode, FaceParameters
from ..pipeline import EncodedPhotos
from .report import one_line, print_json, print_notes

IDENTITY_STEM = "identity"
IDENTITY_FILE = f"{IDENTITY_STEM}.json"
"""The person at rest: what `flamewheel retarget` takes as a target."""


def check_folder(folder: Path) -> None:
    """Refuses a file, or what is meant to be one, before any photo is read."""
    if folder.suffix.lower() in (".json", ".npz") and not folder.is_dir():
        raise UsageError("folder-needed", f"Several photos become several files, and {folder.name} "
                         "is the name of one.", "Give -o the name of a folder.")
    if folder.exists() and not folder.is_dir():
        raise UsageError("folder-needed", f"{folder} is a file.", "Give -o the name of a folder.")


def give_photos(result: EncodedPhotos, options: Namespace) -> None:
    """Write, note and print the faces of several photos as the options ask."""
    names = file_names([photo.photo for photo in result.photos])
    folder: Path | None = options.output
    if folder:
        _write(result, names, folder)
    for refused in result.refused:
        print_notes((f"{refused.photo.name} was left out: {refused.refusal.message}",))
    for photo in result.photos:
        print_notes(tuple(f"{photo.photo.name}: {note}" for note in photo.face.notes))
    print_notes(result.notes)
    if options.json:
        print_json(_as_json(result, names, folder))
        return
    for photo, name in zip(result.photos, names, strict=True):
        error = photo.face.error
        residual = "" if error is None else f"  residual {100 * error:.2f} %"
        becomes = f" -> {name}" if folder else ""
        print(one_line(f"{photo.photo.name}{becomes}{residual}"))
    files = len(names) + (result.identity is not None)
    person = "" if result.identity is None else f"; {IDENTITY_FILE} is the person at rest"
    print(one_line(f"wrote {files} files into {folder}{person}") if folder
          else "not written: give -o FOLDER or --json")


def file_names(photos: Sequence[Path]) -> list[str]:
    """One parameter file's name for each photo: its stem, or more where that is not its own."""
    stems = Counter([IDENTITY_STEM, *(photo.stem.casefold() for photo in photos)])
    taken: set[str] = set()
    names = []
    for photo in photos:
        base = photo.stem if stems[photo.stem.casefold()] == 1 else photo.name
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names.append(f"{name}.json")
    return names


def _write(result: EncodedPhotos, names: Sequence[str], folder: Path) -> None:
    from ..parameter_file import save

    make_folder(folder)
    for photo, name in zip(result.photos, names, strict=True):
        save(photo.face, folder / name)
    if result.identity is not None:
        save(_at_rest(result), folder / IDENTITY_FILE)


def _at_rest(result: EncodedPhotos) -> FaceParameters:
    """The person without an expression."""
    face = result.photos[0].face
    return FaceParameters(face.head, face.identity,
                          ExpressionCode.neutral(face.code.expression.size))


def _as_json(result: EncodedPhotos, names: Sequence[str], folder: Path | None) -> dict[str, Any]:
    from ..parameter_file import to_dict

    return {
        "head": result.photos[0].face.head,
        "identity": None if result.identity is None else to_dict(_at_rest(result)),
        "neutral": None if result.neutral is None else str(result.neutral),
        "photos": [
            {"photo": str(photo.photo), "output": str(folder / name) if folder else None,
             "parameters": to_dict(photo.face)}
            for photo, name in zip(result.photos, names, strict=True)
        ],
        "refused": [
            {"photo": str(refused.photo), "code": refused.refusal.code,
             "message": refused.refusal.message, "hint": refused.refusal.hint}
            for refused in result.refused
        ],
        "notes": list(result.notes),
    }
