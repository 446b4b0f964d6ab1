# SPDX-License-Identifier: GPL-3.0-or-later
"""torch's file, a zip of plain numbers, opened without trusting it and without unpacking it.

torch stores every member uncompressed, so the file is mapped into memory and each tensor's numbers
are looked at where they lie: what is not asked for is not read, and nothing can swell.  Member
names only ever look up members; no path on the disk is made of them.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...errors import CheckpointError, HeadError
from ...head.file_kinds import checked_bytes, looks_like
from ...head.torch_storage import MAGIC

Bytes = npt.NDArray[np.uint8]

MAX_FILE_BYTES = 4 << 30  # EMOCA with optimizer, texture and its losses' networks has about 1 GB
MAX_MEMBERS = 20_000  # EMOCA with its optimizer has about 3,500
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024  # 200 for each of so many
_ZIP_MAGIC = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")  # APPNOTE.TXT 4.3.7
_END = b"PK\x05\x06"  # end of central directory, 4.3.16: at most 64 KB of comment follow
_END_64 = b"PK\x06\x06"  # the same for large files, 4.3.14
_END_REACH = 65_557 + 20 + 56

AGAIN = "Download the file again, and compare its size with the one its authors give."


@dataclass(frozen=True, eq=False)
class Member:
    """One file inside the zip."""

    numbers: Bytes  # its bytes, where they lie in the mapped file
    checksum: int  # CRC-32 that the zip gives for them

    @cached_property
    def intact(self) -> bool:
        """Whether the bytes are those that were written."""
        return zlib.crc32(self.numbers.data) == self.checksum


def torch_members(path: Path) -> Mapping[str, Member]:
    """The members of a torch file by their name below its own folder (`data.pkl`, `data/0` …).

    Raises CheckpointError: `checkpoint-not-found`, `checkpoint-too-large`, `checkpoint-empty`,
    `checkpoint-unreadable`, and `not-a-checkpoint`, which says what the file looks like.
    """
    try:
        start = checked_bytes(path, what="checkpoint", limit=MAX_FILE_BYTES)
    except HeadError as bad:
        code = bad.code.replace("head-", "checkpoint-")
        raise CheckpointError(code, bad.message, bad.hint) from bad
    if not start.startswith(_ZIP_MAGIC):
        raise _not_a_checkpoint(path, start)
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as bad:
        raise CheckpointError(
            "checkpoint-unreadable", f"{path.name} is cut off or damaged: a torch file's table of "
            "contents, at its end, is missing.", AGAIN) from bad
    folder = _folder_of(entries, path, start)
    mapped = np.memmap(path, dtype=np.uint8, mode="r")
    inside = (entry for entry in entries if entry.filename.startswith(folder))
    members = {entry.filename[len(folder):]: _member(mapped, entry, path) for entry in inside}
    if sum(len(member.numbers) for member in members.values()) > len(mapped):
        raise CheckpointError("checkpoint-unreadable", f"{path.name} has parts that lie over one "
                              "another: to read them all might never end.",
                              "Do not trust this file.")
    return members


def _not_a_checkpoint(path: Path, start: bytes) -> CheckpointError:
    hint = "Give the file that the network's authors publish."
    if start.startswith(MAGIC):
        hint = "Save it again with torch 1.6 or newer: torch.save(torch.load(old), new)."
    elif start[:1] == b"\x80" or start[:2] in (b"(d", b"}q"):
        hint = "If it is FLAME itself, give it as the head; here belongs the network's own file."
    return CheckpointError("not-a-checkpoint", f"{path.name} is not a network's checkpoint; it "
                           f"looks like {looks_like(path, start)}.", hint)


def _check_directory(path: Path) -> None:
    """Refuses a table of contents so long that reading it would fill the memory."""
    with path.open("rb") as stream:
        length = stream.seek(0, 2)
        stream.seek(max(0, length - _END_REACH))
        tail = stream.read()
    at, at_64 = tail.rfind(_END), tail.rfind(_END_64)
    if at < 0:
        raise zipfile.BadZipFile
    sizes = [struct.unpack_from("<L", tail, at + 12)[0]]
    if at_64 >= 0:
        sizes = [struct.unpack_from("<Q", tail, at_64 + 40)[0], sizes[0] % 0xFFFFFFFF]
    if max(sizes) > MAX_DIRECTORY_BYTES:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} has an impossibly long table "
                              "of contents.", "Do not trust this file.")


def _folder_of(entries: list[zipfile.ZipInfo], path: Path, start: bytes) -> str:
    """The folder in which the members lie, `archive/` or the file's stem: where data.pkl is."""
    names = [entry.filename for entry in entries]
    if len(names) > MAX_MEMBERS or len(set(names)) != len(names):
        raise CheckpointError("checkpoint-unreadable", f"{path.name} names its parts twice, or "
                              f"more than {MAX_MEMBERS} of them.", "Do not trust this file.")
    folders = [name[:-len("data.pkl")] for name in names
               if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(folders) != 1:
        raise _not_a_checkpoint(path, start)
    if f"{folders[0]}constants.pkl" in names:
        raise CheckpointError("not-a-checkpoint", f"{path.name} is a compiled network "
                              "(TorchScript): it is a program, not weights.",
                              "Give the checkpoint that the network's authors publish.")
    return folders[0]


def _member(mapped: Bytes, entry: zipfile.ZipInfo, path: Path) -> Member:
    if entry.flag_bits & 0x1:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} is encrypted.",
                              "Give the file as its authors publish it.")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise CheckpointError(
            "checkpoint-unreadable", f"{path.name} was packed again: torch does not compress what "
            "it writes.", "Give the file as its authors publish it.")
    begin = entry.header_offset
    header = bytes(mapped[begin:begin + _LOCAL_HEADER.size])
    if len(header) < _LOCAL_HEADER.size or not header.startswith(_ZIP_MAGIC):
        raise CheckpointError("checkpoint-unreadable", f"{path.name} is damaged: one of its parts "
                              "is not where it should be.", AGAIN)
    *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    begin += _LOCAL_HEADER.size + name_length + extra_length
    if begin + entry.file_size > len(mapped):
        raise CheckpointError("checkpoint-unreadable", f"{path.name} is cut off.", AGAIN)
    return Member(mapped[begin:begin + entry.file_size], entry.CRC)
