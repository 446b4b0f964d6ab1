# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled 3D parameters of many faces: one `.npz` of plain arrays, of ours or with DECA's names.

    expression | exp | expcode   (N,E)     ψ
    jaw (N,3), or pose | posecode (N,6)    axis-angle rad; DECA's pose is the head's and the jaw's
    global (N,3), shape | shapecode (N,S), detail | detailcode (N,D)            where known
    emotion | label              (N,)      a word each, or AffectNet's number
    subject                      (N,)      who it is; without it every row is another person
    valence, arousal             (N,)      -1..1, NaN where unknown
    image_features               (N,F)     of a 2D model, for intermediate fusion
    head                         one word  the head the coefficients belong to; "flame" without it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError, InputFileError
from ..files import written_aside
from ..head.npz import read_npz
from .image_model_classes import AFFECTNET_ORDER, wheel_class

Floats = npt.NDArray[np.float64]
MOST_ROWS = 2_000_000  # AffectNet has 450,000; beyond is no table of faces
DECA_HEAD = "flame"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "expression": ("expression", "exp", "expcode"), "jaw": ("jaw",), "global": ("global",),
    "shape": ("shape", "shapecode"), "detail": ("detail", "detailcode"),
}


@dataclass(frozen=True, eq=False)
class ParameterTable:
    """N labelled faces of one head."""

    head: str
    parts: Mapping[str, Floats]  # name of `network_layout.PARTS` -> (N,size)
    emotions: tuple[str, ...]  # (N,) as the wheel names them
    subjects: tuple[str, ...]  # (N,)
    affect: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # (N,2) NaN where unknown
    image_features: Floats | None = None  # (N,F)

    def __len__(self) -> int:
        return len(self.emotions)

    def take(self, rows: npt.NDArray[np.int64]) -> ParameterTable:
        """Some of the faces."""
        pictures = None if self.image_features is None else self.image_features[rows]
        return ParameterTable(
            self.head, {name: part[rows] for name, part in self.parts.items()},
            tuple(self.emotions[row] for row in rows), tuple(self.subjects[row] for row in rows),
            self.affect[rows], pictures)


def read_table(path: Path) -> ParameterTable:
    """The table of a file that nobody vouches for.

    Raises InputFileError `file-not-found`, `features-unreadable`, `bad-features`.
    """
    if not path.is_file():
        raise InputFileError("file-not-found", f"There is no file {path}.", "Check the name.")
    try:
        arrays = read_npz(path, what="file of features")
    except HeadError as bad:
        raise InputFileError("features-unreadable", bad.message, bad.hint) from bad
    return _Reader(path.name, arrays).table()


def write_table(path: Path, table: ParameterTable) -> None:
    """The table in float32.  Raises OutputError."""
    arrays: dict[str, Any] = {name: part.astype(np.float32) for name, part in table.parts.items()}
    if table.image_features is not None:
        arrays["image_features"] = table.image_features.astype(np.float32)
    with written_aside(path) as part:
        np.savez_compressed(
            part, head=np.array(table.head), emotion=np.array(table.emotions),
            subject=np.array(table.subjects), valence=table.affect[:, 0].astype(np.float32),
            arousal=table.affect[:, 1].astype(np.float32), **arrays)


class _Reader:
    """Arrays of one file, checked one by one."""

    def __init__(self, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._name, self._arrays = name, arrays

    def table(self) -> ParameterTable:
        emotions = self._emotions()
        count = len(emotions)
        parts = {name: rows for name, keys in _NAMES.items()
                 if (rows := self._first(keys, count)) is not None}
        pose = self._first(("pose", "posecode"), count)
        if pose is not None and pose.shape[1] == 6:
            parts.setdefault("global", pose[:, :3])
            parts.setdefault("jaw", pose[:, 3:])
        if "expression" not in parts:
            raise self._bad("it has no `expression` (or `exp`)")
        subjects = self._words("subject", count) or tuple(f"row {row}" for row in range(count))
        affect = np.stack([self._affect("valence", count), self._affect("arousal", count)], axis=1)
        head = str(self._arrays["head"]) if "head" in self._arrays else DECA_HEAD
        return ParameterTable(head, parts, emotions, subjects, affect,
                              self._first(("image_features",), count))

    def _emotions(self) -> tuple[str, ...]:
        given = self._arrays.get("emotion", self._arrays.get("label"))
        if given is None or given.ndim != 1 or not 2 <= len(given) <= MOST_ROWS:
            raise self._bad("it has no `emotion` or `label` for each of two faces or more")
        if given.dtype.kind in "iu":
            if given.min() < 0 or given.max() >= len(AFFECTNET_ORDER):
                raise self._bad(f"a label is not within 0 and {len(AFFECTNET_ORDER) - 1}")
            return tuple(AFFECTNET_ORDER[number] for number in given)
        if given.dtype.kind != "U":
            raise self._bad("its labels are neither words nor AffectNet's numbers")
        return tuple(wheel_class(str(word)) for word in given)

    def _first(self, keys: tuple[str, ...], count: int) -> Floats | None:
        found = next((self._arrays[key] for key in keys if key in self._arrays), None)
        if found is None:
            return None
        rows = found.reshape(len(found), -1) if found.ndim > 1 else found
        if rows.ndim != 2 or len(rows) != count or rows.dtype.kind not in "fiu":
            raise self._bad(f"`{keys[0]}` is {'x'.join(map(str, found.shape))} for {count} faces")
        numbers = np.asarray(rows, dtype=np.float64)
        if not np.isfinite(numbers).all() or np.abs(numbers).max(initial=0.0) > 1e6:
            raise self._bad(f"`{keys[0]}` holds numbers that no face has")
        return numbers

    def _affect(self, name: str, count: int) -> Floats:
        given = self._arrays.get(name)
        if given is None:
            return np.full(count, np.nan)
        if given.shape != (count,) or given.dtype.kind not in "fiu":
            raise self._bad(f"`{name}` is not one number for each of {count} faces")
        numbers = np.array(given, dtype=np.float64)
        numbers[numbers <= -2.0] = np.nan  # AffectNet's mark of what nobody gave
        if (np.abs(numbers[np.isfinite(numbers)]) > 1.0).any() or np.isinf(numbers).any():
            raise self._bad(f"`{name}` is not within -1 and 1")
        return numbers

    def _words(self, name: str, count: int) -> tuple[str, ...] | None:
        given = self._arrays.get(name)
        if given is None:
            return None
        if given.shape != (count,):
            raise self._bad(f"`{name}` is not one word for each of {count} faces")
        return tuple(str(word) for word in given)

    def _bad(self, why: str) -> InputFileError:
        return InputFileError("bad-features", f"{self._name} is no table of labelled faces: {why}.",
                              "Give arrays named as docs/fusion.md says.")
