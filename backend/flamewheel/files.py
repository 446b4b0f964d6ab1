# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import OutputError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` with the same ending; what lies there afterwards becomes `path`.

    Nothing is left where the block fails.  Raises OutputError where the disk refuses.
    """
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as failure:
        raise OutputError(
            "unwritable", f"{path} cannot be written: {failure.strerror or failure}.",
            "Check the folder, its permissions and the free space.",
        ) from failure
    finally:
        with suppress(OSError):  # no such folder: there is nothing to take away
            part.unlink(missing_ok=True)


def write_whole(path: Path, body: bytes) -> None:
    """`body` into `path`.  Raises OutputError."""
    with written_aside(path) as part:
        part.write_bytes(body)
