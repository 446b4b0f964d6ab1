# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file looks like from its first bytes: so that a refusal can say what was given instead."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ..errors import HeadError

MAX_FILE_BYTES = 1 << 30
"""No head file is larger: FLAME's pickles have 53 MB (5023 x 3 x 436 float64 numbers)."""

_TAR_MAGIC_AT = 257  # POSIX ustar header, offset of "ustar"


def checked_bytes(path: Path, *, what: str = "head file", limit: int = MAX_FILE_BYTES) -> bytes:
    """The first kilobyte of a file that exists, is a file and has at most `limit` bytes.

    Raises HeadError: `head-not-found`, `head-unreadable`, `head-too-large`, `head-empty`.
    """
    try:
        if path.is_dir():
            raise HeadError("head-unreadable", f"{path} is a folder, not a {what}.",
                            "Give the file itself.")
        if path.exists() and not path.is_file():  # a device or pipe may have no end
            raise HeadError("head-unreadable", f"{path} is not a {what}.", "Give the file itself.")
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(1024)
    except FileNotFoundError as missing:
        raise HeadError("head-not-found", f"There is no {what} at {path}.",
                        "Check the path.") from missing
    except (OSError, ValueError) as bad:  # ValueError: a NUL or no text in the name
        reason = getattr(bad, "strerror", None) or str(bad)
        raise HeadError("head-unreadable", f"{str(path)!r} cannot be read: {reason}.",
                        "Check the permissions of the file.") from bad
    if size > limit:
        raise HeadError("head-too-large", f"{path} has {size / 1e9:.1f} GB; a {what} has at most "
                        f"{limit >> 30} GB.", "Check that it is the file you meant.")
    if not start:
        raise HeadError("head-empty", f"{path} is empty.", "Download it again.")
    return start


def is_pickle(start: bytes) -> bool:
    """Whether a file that starts so may be a pickle of a dictionary or array."""
    if start[:1] == b"\x80":
        return start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    # protocols 0 and 1 have no header: a dictionary, a list, or a name (numpy's, copy_reg's)
    return start[:2] in (b"(d", b"}q", b"}(", b"(l", b"]q", b"](", b"cn", b"cc")


def looks_like(path: Path, start: bytes) -> str:
    """What a file seems to be, as words that follow "looks like"."""
    if start.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    if start[_TAR_MAGIC_AT:_TAR_MAGIC_AT + 5] == b"ustar":
        return "a tar archive"
    if start.startswith(b"\x1f\x8b"):
        return "a gzip archive"
    if start.startswith(b"\x93NUMPY"):
        return "a numpy array (.npy)"
    if start.startswith(b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46"):  # torch.serialization.MAGIC_NUMBER
        return "a network's checkpoint in torch's old format"
    if is_pickle(start):
        return "a Python pickle"
    return _text_kind(start)


def _text_kind(start: bytes) -> str:
    text = start.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    lowered = text[:64].lower()
    if lowered.startswith(("<!doctype", "<html", "<head", "<?xml", "<!--")):
        return "a web page: the download page was saved instead of the file"
    if lowered.startswith("version https://git-lfs"):
        return "a git-lfs pointer: the file itself was not fetched"
    if lowered.startswith(("v ", "# ", "mtllib", "o ")):
        return "a text file, perhaps a Wavefront OBJ"
    if "\ufffd" not in text[:512] and text[:512].replace("\n", " ").replace(
            "\r", " ").replace("\t", " ").isprintable():
        return "a text file"
    return "no known kind of file; it may be damaged"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a damaged zip archive"
    if any(name.endswith("data.pkl") for name in names):
        return "a network's checkpoint (a torch file), not a head"
    if names and all(name.endswith(".npy") for name in names):
        return "a numpy archive (.npz)"
    return "a zip archive: unpack it first"
