# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression database as one `.npz`: rows and where they come from; statistics are made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FlamewheelError, HeadError, InputFileError
from ..files import written_aside
from ..head.npz import read_npz
from .dbex import ExpressionDatabase, database_from_arrays

FORMAT = "flamewheel-dbex-1"
"""What a database file says it is."""

_TEXTS = ("format", "head", "head_checksum", "provenance")


def save_database(database: ExpressionDatabase, path: Path) -> None:
    """Writes rows, labels, sources and provenance; a reader never sees a half-written file.

    Raises OutputError as `written_aside`.
    """
    with written_aside(Path(path)) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream, format=np.array(FORMAT), head=np.array(database.head),
            head_checksum=np.array(database.head_checksum),
            provenance=np.array(database.provenance), labels=np.array(database.labels),
            sources=np.array(database.sources), vectors=database.vectors,
            agreeing=database.agreeing, rings=database.rings,
            reference=database.reference)


def load_database(path: Path) -> ExpressionDatabase:
    """A database from its file; every array is checked.

    Raises InputFileError (`database-not-found`, `database-unreadable`, `database-too-large`,
    `database-unsafe`) naming the file.
    """
    path = Path(path)
    try:
        arrays = read_npz(path, what="expression database")
    except HeadError as bad:
        code = bad.code.replace("head-", "database-", 1)
        hint = "Build one with `flamewheel dbex build`."
        raise InputFileError(code, bad.message, hint) from bad
    try:
        texts = {name: _text(arrays[name]) for name in _TEXTS}
        if texts["format"] != FORMAT:
            raise ValueError(f"its format is {texts['format'][:60]!r}")
        if arrays["agreeing"].dtype.kind != "b" or arrays["vectors"].dtype.kind != "f":
            raise ValueError("`vectors` or `agreeing` holds numbers of another kind")
        return database_from_arrays(
            texts["head"], texts["head_checksum"], _words(arrays["labels"]), arrays["vectors"],
            _words(arrays["sources"]), agreeing=arrays["agreeing"],
            provenance=texts["provenance"], rings=arrays.get("rings"),
            reference=arrays.get("reference"))
    except KeyError as missing:
        raise _unreadable(path, f"it has no {missing}") from missing
    except ValueError as bad:
        raise _unreadable(path, str(bad)) from bad
    except FlamewheelError as bad:  # said of arrays; which file they came from is known here
        raise _unreadable(path, bad.message.removesuffix(".")) from bad


def _text(array: Any) -> str:
    if array.shape != () or array.dtype.kind != "U":
        raise ValueError("a text is missing")
    return str(array)


def _words(array: Any) -> list[str]:
    if array.ndim != 1 or array.dtype.kind != "U":
        raise ValueError("`labels` or `sources` is not a list of words")
    return [str(word) for word in array]


def _unreadable(path: Path, why: str) -> InputFileError:
    return InputFileError("database-unreadable", f"{path.name} is no expression database: {why}.",
                          "Build one with `flamewheel dbex build`.")
