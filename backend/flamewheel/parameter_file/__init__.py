# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter files: `FaceParameters` as JSON, and as the `.npz` that DECA's and EMOCA's users have.

JSON is the full form (DESIGN, "Parameter file").  The `.npz` has DECA's key names `shape`, `exp`,
`pose` (global 3, jaw 3) and `cam`, so that scripts for those encoders read it; what DECA has no
name for stands beside them in `neck`, `eyes`, `image_size` and `meta`.  A `.npz` made by DECA or
EMOCA themselves (no `meta`, perhaps `shapecode`, `expcode`, `posecode`) is read as well.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import InputFileError, UsageError
from ..files import write_whole
from ..parameters import FaceParameters
from ..reading import open_at_once
from .checks import parsed
from .json_form import from_dict, to_dict
from .npz_form import MAX_FILE_BYTES, from_npz, to_npz

__all__ = ["from_dict", "load", "save", "to_dict"]


def load(path: str | Path) -> FaceParameters:
    """Read a parameter file, `.json` or `.npz`.

    Raises InputFileError where it is missing, too large, damaged or has a wrong key (named).
    """
    path = Path(path)
    body = _bytes_of(path)
    try:
        return from_npz(body) if path.suffix.lower() == ".npz" else from_dict(parsed(body))
    except UsageError as wrong:
        raise InputFileError(wrong.code, f"{path}: {wrong.message}", wrong.hint) from wrong


def save(face: FaceParameters, path: str | Path) -> None:
    """Write `face` to `path` (`.json` or `.npz`), whole or not at all.

    Raises UsageError for another ending, OutputError where the disk refuses.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".json":
        text = json.dumps(to_dict(face), indent=1, allow_nan=False, ensure_ascii=False)
        write_whole(path, (text + "\n").encode())
    elif ending == ".npz":
        write_whole(path, to_npz(face))
    else:
        raise UsageError(
            "wrong-ending", f"A parameter file ends in .json or .npz, {path.name} does not.",
            "Choose one of the two endings.",
        )


def _bytes_of(path: Path) -> bytes:
    try:
        with open_at_once(path) as stream:  # a device or pipe does not say how long it is
            body = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as failure:  # ValueError: a NUL in the name
        reason = getattr(failure, "strerror", None) or str(failure)
        raise InputFileError("unreadable", f"{path} cannot be read: {reason}.",
                             "Check the path and the permissions.") from failure
    if len(body) > MAX_FILE_BYTES:
        raise InputFileError("too-large", f"{path} has more than {MAX_FILE_BYTES >> 20} MB, too "
                             "much for a face.",
                             "Give a parameter file that Flamewheel, DECA or EMOCA wrote.")
    return body
