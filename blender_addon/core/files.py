# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are there whole or not at all.

This file is shared by the backend and the add-on, byte for byte (`make sync`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import OutputError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` with the same ending; what lies there afterwards becomes `path`.

    Nothing is left where the block fails.  Raises OutputError (`disk-full`, `unwritable` where it
    is not allowed, `cannot-write` for all else) where the disk refuses.
    """
    if not path.name or "\0" in str(path):
        raise OutputError("cannot-write", f"{str(path)!r} is no name for a file.",
                          "Choose another name.")
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    except (OSError, UnicodeError) as failure:  # UnicodeError: the name is no text
        raise _refusal(path, failure) from failure
    finally:
        with suppress(OSError, UnicodeError):  # no such folder: there is nothing to take away
            part.unlink(missing_ok=True)


def write_whole(path: Path, body: bytes) -> None:
    """`body` into `path`.  Raises OutputError as `written_aside`."""
    with written_aside(path) as part:
        part.write_bytes(body)


def make_folder(folder: Path) -> None:
    """`folder` and those above it, where they are missing.  Raises OutputError likewise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise _refusal(folder, failure) from failure


def _refusal(path: Path, failure: OSError | UnicodeError) -> OutputError:
    number = failure.errno if isinstance(failure, OSError) else None
    reason = getattr(failure, "strerror", None) or failure
    if number in (errno.ENOSPC, errno.EDQUOT):
        return OutputError("disk-full", f"The disk is full: {path} was not written ({reason}).",
                           "Free some space and run it again.")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError("unwritable", f"{path} may not be written: {reason}.",
                           "Choose another folder, or change its permissions.")
    return OutputError("cannot-write", f"{path} cannot be written: {reason}.",
                       "Check that the folder exists and has space.")
