# SPDX-License-Identifier: GPL-3.0-or-later
"""Which heads there are and where: the embedded one, the user's own, and any file by its path."""

from __future__ import annotations

import difflib
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import HeadError
from .data import HeadData
from .files import load_head_file

OPEN_HEAD = "open"
"""Name of the embedded head."""
LIGHT_HEAD = "open-light"
"""Name of its light version, which has the same identities, expressions and poses."""

_PACKAGE = Path(__file__).resolve().parent.parent
_ASSETS = Path(__file__).resolve().parents[3] / "flame_assets"  # in a checkout
_HEAD_SUFFIXES = (".npz", ".pkl")
_SEE = "See `flamewheel head list`; make a head file with `flamewheel head convert`."


@dataclass(frozen=True)
class HeadEntry:
    """A head that can be had by name."""

    name: str
    path: Path
    origin: str  # "embedded", "user" (the data folder) or "flame_assets"


def user_heads_folder() -> Path:
    """Where a person's own heads lie: `heads` in the platform's data folder of Flamewheel."""
    import platformdirs

    return Path(platformdirs.user_data_path("flamewheel", appauthor=False)) / "heads"


def open_head_path() -> Path:
    """The embedded head's file: in the installed package, else in the repository."""
    return embedded_file("open_head.npz")


def light_head_path() -> Path:
    """The file of the embedded head's light version."""
    return embedded_file("open_head_light.npz")


def embedded_file(name: str) -> Path:
    """A file that comes with Flamewheel: in the installed package, else in the repository."""
    packaged = _PACKAGE / "assets" / name
    return packaged if packaged.is_file() else _ASSETS / name


def list_heads() -> tuple[HeadEntry, ...]:
    """Every head that has a name; the first of a name is the one `find_head` takes."""
    embedded = ((OPEN_HEAD, open_head_path()), (LIGHT_HEAD, light_head_path()))
    entries = [HeadEntry(name, path, "embedded") for name, path in embedded if path.is_file()]
    for folder, origin in ((user_heads_folder(), "user"), (_ASSETS / "flame", "flame_assets")):
        entries += [HeadEntry(path.stem, path, origin) for path in _heads_in(folder)]
    return tuple(entries)


def _heads_in(folder: Path) -> list[Path]:
    """Head files of a folder; nothing where it is missing or closed."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    npz = [path for path in found if path.suffix == ".npz" and path.is_file()]
    taken = {path.stem for path in npz}
    extras = ("landmark", "embedding", "mask", "texture")  # FLAME's other files beside a head
    return npz + [path for path in found
                  if path.suffix == ".pkl" and path.stem not in taken and path.is_file()
                  and not any(word in path.stem.lower() for word in extras)]


def find_head(name_or_path: str | os.PathLike[str] = OPEN_HEAD) -> HeadData:
    """The head of a name of `list_heads`, or of a `.npz` or FLAME pickle by its path.

    Read once for each state of the file.  Raises HeadError: `head-unknown` with suggestions, or
    what reading the file says.
    """
    text = os.fspath(name_or_path)
    path = Path(text)
    with suppress(RuntimeError):  # no such person: the path is taken as it stands
        path = path.expanduser()
    if path.suffix.lower() in _HEAD_SUFFIXES or len(path.parts) > 1:
        return _load(path)
    entries = list_heads()
    for entry in entries:
        if entry.name == text:
            return _load(entry.path)
    if text == OPEN_HEAD:
        raise HeadError("head-not-found", f"The embedded head is missing: {open_head_path()}.",
                        "Install Flamewheel again.")
    near = difflib.get_close_matches(text, [entry.name for entry in entries], n=3, cutoff=0.4)
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    raise HeadError("head-unknown", f"There is no head named {text!r}.", guess + _SEE)


def _load(path: Path) -> HeadData:
    try:
        state = path.stat()
    except (OSError, ValueError):
        return load_head_file(path)  # says what is wrong with it
    return _cached(path.resolve(), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)  # a full FLAME head has 28 to 53 MB
def _cached(path: Path, _changed: int, _size: int) -> HeadData:
    if path.suffix.lower() == ".npz":
        return load_head_file(path)
    from .convert import convert_flame

    return convert_flame(path)
