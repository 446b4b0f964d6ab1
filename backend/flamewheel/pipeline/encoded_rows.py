# SPDX-License-Identifier: GPL-3.0-or-later
"""What an encoder read in photos, kept photo by photo: a run that was ended goes on where it was.

A file of the cache folder, for one head and one state of its encoder, to which every photo adds a
record of fixed size: SHA-256 of its bytes, what came of it, ψ and jaw, and a check sum.  A record
that was being written when the machine went down does not check and is written anew.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import OutputError

Row = npt.NDArray[np.float32]

CACHE_KIND = "dbex"
VERSION = 1  # raise it when a photo is encoded in another way, or the records change
DIGEST_BYTES = 32
FACE, NO_FACE = 1, 0


@dataclass(frozen=True, eq=False)
class Kept:
    """What came of one photo."""

    row: Row | None  # (D,) ψ, jaw; None: no face was found


class RowStore:
    """The rows known of photos, and the file they are added to.  Use it as a context."""

    def __init__(self, path: Path, size: int) -> None:
        """path: the file, made where it is not there.  size: D, numbers of a row."""
        self._path, self._size = path, size
        self._length = DIGEST_BYTES + 1 + 4 * size + 4
        self._known: dict[bytes, Kept] = {}
        self._stream: BinaryIO | None = None

    def __enter__(self) -> RowStore:
        """Reads what is there; raises OutputError `cannot-write` where nothing can be added."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            sound = self._read()
            self._stream = open(self._path, "r+b" if self._path.exists() else "w+b", buffering=0)
            self._stream.truncate(sound)
            self._stream.seek(0, os.SEEK_END)
        except OSError as failure:
            if self._stream is not None:
                self._stream.close()
            raise self._refusal(failure) from failure
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()

    def known(self, digest: bytes) -> Kept | None:
        """What came of the photo with these bytes; None where it is new."""
        return self._known.get(digest)

    def add(self, digest: bytes, row: Row | None) -> None:
        """Keeps what came of a photo.  Raises OutputError as `__enter__`."""
        assert self._stream is not None
        kept = np.zeros(self._size, "<f4") if row is None else np.asarray(row, "<f4")
        body = digest + bytes([NO_FACE if row is None else FACE]) + kept.tobytes()
        try:
            self._stream.write(body + struct.pack("<I", zlib.crc32(body)))
        except OSError as failure:
            raise self._refusal(failure) from failure
        self._known[digest] = Kept(None if row is None else kept.astype(np.float32))

    def _read(self) -> int:
        """Takes up the sound records; returns where they end."""
        if not self._path.exists():
            return 0
        whole = 0
        with open(self._path, "rb") as stream:
            while len(record := stream.read(self._length)) == self._length:
                body, (check,) = record[:-4], struct.unpack("<I", record[-4:])
                row = np.frombuffer(body, "<f4", offset=DIGEST_BYTES + 1).astype(np.float32)
                if zlib.crc32(body) != check or not np.isfinite(row).all():
                    break
                found = body[DIGEST_BYTES] == FACE
                self._known[body[:DIGEST_BYTES]] = Kept(row if found else None)
                whole += self._length
        return whole

    def _refusal(self, failure: OSError) -> OutputError:
        return OutputError(
            "cannot-write", f"{self._path} cannot be written: {failure.strerror}.",
            "Free some space, or set FLAMEWHEEL_CACHE to a folder that may be written.")
