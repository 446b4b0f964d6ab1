# SPDX-License-Identifier: GPL-3.0-or-later
"""Pickles without trust: FLAME's files are Python pickles, and a pickle can run any program.

Three guards.  First the instructions are read without being followed: unknown ones, persistent
objects, extension codes and impossible sizes are refused (pickle_scan.py).  Then names are resolved
from one table of stand-ins (pickle_stand_ins.py, pickle_objects.py): nothing a file names is ever
imported, and a name outside the table is refused by that name.  Last, stand-ins become arrays only
after their sizes fit.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, NoReturn

from ..errors import HeadError
from . import pickle_objects, torch_storage
from . import pickle_stand_ins as stand_ins
from .file_kinds import checked_bytes, is_pickle, looks_like
from .npz import read_array_header
from .pickle_scan import scan
from .pickle_stand_ins import BadContent, Function

_DAMAGED = "Download the file again."


def _encode(text: Any, codec: Any) -> bytes:
    """_codecs.encode: how Python 3 writes bytes for Python 2."""
    if not isinstance(text, str) or codec not in ("latin1", "latin-1", "utf-8"):
        raise BadContent("it asks for an unknown text coding")
    return text.encode(codec)


def _make_bytes() -> bytes:
    """bytes(): how Python 3 writes no bytes at all for Python 2."""
    return b""


def _make_set(items: Any = ()) -> set[Any]:
    if not isinstance(items, list):
        raise BadContent("it has a set that is none")
    return set(items)


def _make_dictionary(items: Any = ()) -> dict[Any, Any]:
    """collections.OrderedDict, which torch puts beside every tensor."""
    if items not in ((), []):
        raise BadContent("it has a dictionary that is none")
    return {}


def _reconstruct_object(kind: Any, base: Any, _state: Any = None) -> stand_ins.StateHolder:
    """copy_reg._reconstructor: how protocols 0 and 1 make an object."""
    made = isinstance(kind, type) and issubclass(kind, stand_ins.StateHolder)
    if not made or base is not stand_ins.OBJECT:
        raise BadContent("it makes an object of an unknown class")
    holder: stand_ins.StateHolder = kind()
    return holder


def _known_globals() -> dict[str, Any]:
    """Every name a file may use, and what it gets for it."""
    known: dict[str, Any] = {
        "numpy.ndarray": stand_ins.NDARRAY,
        "numpy.dtype": Function(stand_ins.DtypeStandIn),
        "_codecs.encode": Function(_encode),
        "collections.OrderedDict": Function(_make_dictionary),
        "chumpy.ch.Ch": pickle_objects.ChumpyArray,
        "chumpy.reordering.Select": pickle_objects.ChumpySelect,
        "chumpy.reordering.Reshape": pickle_objects.ChumpyReshape,
        "chumpy.reordering.transpose": pickle_objects.ChumpyTranspose,
        "chumpy.reordering.Concatenate": pickle_objects.ChumpyConcatenate,
        "torch._utils._rebuild_tensor_v2": Function(torch_storage.rebuild_tensor),
        "torch.storage._load_from_bytes": Function(torch_storage.read_storage),
    }
    for core in ("numpy.core", "numpy._core"):  # numpy 2 moved it
        known[f"{core}.multiarray._reconstruct"] = Function(stand_ins.reconstruct_array)
        known[f"{core}.multiarray.scalar"] = Function(stand_ins.scalar)
        known[f"{core}.numeric._frombuffer"] = Function(stand_ins.array_from_buffer)
    for module in ("__builtin__", "builtins"):
        known[f"{module}.object"] = stand_ins.OBJECT
        known[f"{module}.set"] = Function(_make_set)
        known[f"{module}.bytes"] = Function(_make_bytes)
    for module in ("copy_reg", "copyreg"):
        known[f"{module}._reconstructor"] = Function(_reconstruct_object)
    sparse = {"csc": pickle_objects.CompressedColumns, "csr": pickle_objects.CompressedRows,
              "coo": pickle_objects.Coordinates}
    for form, stand_in in sparse.items():
        for module in (f"scipy.sparse.{form}", f"scipy.sparse._{form}", "scipy.sparse"):
            known[f"{module}.{form}_matrix"] = stand_in
            known[f"{module}.{form}_array"] = stand_in
    return known


class _Unpickler(pickle.Unpickler):
    """Resolves names from the table alone."""

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for `module.name`; refuses what is not in the table."""
        full = f"{module}.{name}"
        if full not in _GLOBALS:
            raise HeadError(
                "unsafe-pickle", f"It asks for {full[:120]}, which no FLAME file needs; it was not "
                "run.", "Do not open this file with other tools unless you trust its source.")
        return _GLOBALS[full]

    def persistent_load(self, pid: Any) -> NoReturn:
        """Refuses: the scan before should have."""
        raise BadContent("it has a persistent object")


def loads(raw: bytes) -> Any:
    """The object of one pickle, made of plain Python values and stand-ins; runs nothing.

    Raises HeadError (`unsafe-pickle`) naming what the file asks for, or BadContent.
    """
    scan(raw)
    try:
        return _Unpickler(io.BytesIO(raw), encoding="latin1").load()
    except (HeadError, BadContent):
        raise
    except Exception as bad:  # a hostile file can raise anything in the unpickler
        raise BadContent(f"its instructions do not fit together ({type(bad).__name__})") from bad


_GLOBALS = _known_globals()


def load_pickle(path: Path, *, what: str = "FLAME pickle") -> Any:
    """The object in a pickle file, made of plain values and stand-ins (see `as_array`).

    Raises HeadError: `unsafe-pickle`, `not-a-pickle` saying what the file looks like, or what
    `checked_bytes` says.
    """
    path = Path(path)
    start = checked_bytes(path, what=what)
    torch_file = start.startswith(torch_storage.MAGIC)
    if torch_file or not is_pickle(start):
        raise HeadError("not-a-pickle", f"{path.name} is not a {what}; it looks like "
                        f"{looks_like(path, start)}.", f"Give a {what}.")
    return _loaded(path.read_bytes(), path)


def load_object_npy(path: Path, *, what: str = "landmark embedding") -> Any:
    """The object in a `.npy` file: a plain array, or what a pickled object array holds.

    Raises HeadError as `load_pickle`.
    """
    path = Path(path)
    start = checked_bytes(path, what=what)
    if not start.startswith(b"\x93NUMPY"):
        raise HeadError("not-a-pickle", f"{path.name} is not a .npy file; it looks like "
                        f"{looks_like(path, start)}.", f"Give a {what} (.npy).")
    raw = path.read_bytes()
    stream = io.BytesIO(raw)
    try:
        shape, fortran, dtype, header = read_array_header(stream)
        if not dtype.hasobject:
            return stand_ins.array_of_bytes(raw[header:], dtype, shape, "F" if fortran else "C")
    except ValueError as bad:
        raise HeadError("head-unreadable", f"{path.name} is damaged: {bad}.", _DAMAGED) from bad
    loaded = _loaded(raw[header:], path)
    if not isinstance(loaded, stand_ins.ArrayStandIn):
        return loaded
    try:
        entries = loaded.array()
    except ValueError as bad:
        raise HeadError("head-unreadable", f"{path.name} is damaged: {bad}.", _DAMAGED) from bad
    return entries[0] if isinstance(entries, list) and len(entries) == 1 else entries


def _loaded(raw: bytes, path: Path) -> Any:
    try:
        return loads(raw)
    except HeadError as unsafe:
        raise HeadError(unsafe.code, f"{path.name} was refused: {unsafe.message}",
                        unsafe.hint) from unsafe
    except (ValueError, MemoryError) as bad:  # BadContent, and what pickletools raises
        raise HeadError("head-unreadable", f"{path.name} is damaged: {bad}.", _DAMAGED) from bad
