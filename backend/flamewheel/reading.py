# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening what a user names: it may be a pipe that nobody will ever write to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_at_once(path: Path) -> BinaryIO:
    """`path` for reading, without waiting for a writer: a named pipe that has none is empty.

    A pipe with a writer is read as any file, `<(curl ...)` among them.  Raises as `open`.
    """
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    if hasattr(os, "set_blocking") and hasattr(os, "O_NONBLOCK"):
        os.set_blocking(stream.fileno(), True)
    return stream


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
