# SPDX-License-Identifier: GPL-3.0-or-later
"""A map of wrinkles: metres along the skin's normal over a head's UV square."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputFileError

KEY = "displacement"
"""The array's name in a `.npz`; `flamewheel encode --detail` writes it."""
MAX_SIDE = 4096  # px; DECA's and EMOCA's maps have 256
MAX_DEPTH = 0.05  # m: deeper than any wrinkle by far, so the numbers are not metres
HINT = "Give the .npz that `flamewheel encode --detail` wrote."


def read_detail(path: Path) -> Any:
    """(H,W) float32 metres; row 0 is the UV square's upper edge, v = 1.

    Raises InputFileError: `file-not-found`, `bad-detail`.
    """
    try:
        with np.load(path, allow_pickle=False, mmap_mode="r") as read:
            _check_header(read, path)
            metres = np.asarray(read[KEY], dtype=np.float32)
    except FileNotFoundError as missing:
        raise InputFileError("file-not-found", f"There is no file {path.name}.",
                             "Check the name and the folder.") from missing
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError,
            zipfile.BadZipFile) as bad:
        raise _refused(path, f"cannot be read ({bad})") from bad
    if not np.isfinite(metres).all():
        raise _refused(path, "holds a number that is not finite")
    if np.abs(metres).max(initial=0.0) > MAX_DEPTH:
        raise _refused(path, "holds displacements of more than 5 cm")
    return metres


def _check_header(read: Any, path: Path) -> None:
    """The array's shape and type, before it is unpacked."""
    with read.zip.open(f"{KEY}.npy") as stream:
        formats: Any = np.lib.format  # whose functions carry no types
        formats.read_magic(stream)
        shape, _, dtype = formats.read_array_header_1_0(stream)
    if len(shape) != 2 or dtype.kind != "f" or not all(1 < side <= MAX_SIDE for side in shape):
        raise _refused(path, "has no map of displacements (height x width, metres)")


def _refused(path: Path, what: str) -> InputFileError:
    return InputFileError("bad-detail", f"{path.name} {what}.", HINT)
