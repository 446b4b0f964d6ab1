# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a `.npz` that nobody vouches for: no pickles, and nothing larger than its header says."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .file_kinds import checked_bytes, looks_like

MAX_EXPANDED_BYTES = 2 << 30
"""All arrays together; a full FLAME head has 28 MB in float32."""

MAX_MEMBERS = 512
_KINDS = "fiubU"  # floats, integers, truth values, text


def read_npz(path: Path, *, what: str = "head file") -> dict[str, npt.NDArray[Any]]:
    """Every array of the archive by name.

    Raises HeadError where the file is missing, damaged, too large or holds Python objects.
    """
    start = checked_bytes(path, what=what)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked_members(archive, path)
            return {_array_name(m): _read_member(archive, m, path) for m in members}
    except zipfile.BadZipFile as bad:
        raise HeadError(
            "head-unreadable", f"{path.name} is not a .npz file; it looks like "
            f"{looks_like(path, start)}.", f"Give a {what} (.npz).") from bad
    except (OSError, EOFError, ValueError, zlib.error, NotImplementedError, MemoryError,
            RuntimeError, SyntaxError) as bad:
        raise HeadError("head-unreadable", f"{path.name} is damaged: {bad}.",
                        "Make or download the file again.") from bad


def _array_name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _checked_members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    strange = next((m.filename for m in members if not m.filename.endswith(".npy")), None)
    if strange is not None or not members:
        raise HeadError(
            "head-unreadable", f"{path.name} holds {strange or 'nothing'}, where arrays belong.",
            "A .npz file of numpy holds only members that end in .npy.")
    total = sum(m.file_size for m in members)
    if len(members) > MAX_MEMBERS or total > MAX_EXPANDED_BYTES:
        raise HeadError(
            "head-too-large", f"{path.name} would unpack to {len(members)} arrays of "
            f"{total / 1e9:.1f} GB.", "Check that it is the file you meant.")
    return members


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path
) -> npt.NDArray[Any]:
    name = _array_name(member)
    with archive.open(member) as stream:
        shape, fortran, dtype, header_bytes = read_array_header(stream)
        if dtype.hasobject or dtype.kind not in _KINDS or dtype.subdtype or dtype.names:
            raise HeadError(
                "head-unsafe", f"`{name}` of {path.name} holds Python objects or records.",
                "A head file holds plain numbers; pickled heads go through "
                "`flamewheel head convert`.")
        size = math.prod(shape) * dtype.itemsize
        if size != member.file_size - header_bytes:
            raise HeadError(
                "head-unreadable", f"`{name}` of {path.name} promises {size} bytes and has "
                f"{member.file_size - header_bytes}.", "Make or download the file again.")
        raw = stream.read()  # zipfile stops at the declared size and checks the CRC
    flat = np.frombuffer(raw, dtype=dtype)
    return flat.reshape(shape, order="F" if fortran else "C")


def read_array_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, Fortran order, dtype and the header's own length of a `.npy` stream.

    Raises ValueError where the header is malformed.
    """
    form: Any = np.lib.format  # its functions have no types in numpy 1.26
    try:
        version = form.read_magic(stream)
        read = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except Exception as bad:  # numpy parses the header as Python text: many kinds of errors
        raise ValueError(f"its numpy header is malformed ({type(bad).__name__})") from bad
    return shape, fortran, dtype, stream.tell()
