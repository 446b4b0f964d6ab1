# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's action units as the rig needs them: out of a head file, or as the backend solved them.

ψ(a) = Σ_u a_u expression[u] + Σ_p a_i a_j pair_expression[p] with (i, j) = pairs[p]
(`head.data.NamedUnits`).  The jaw's bone turns by the sum of the units' Euler angles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .coordinates import bone_euler_from_flame
from .errors import HeadError
from .protocol_units import JAW, UnitsReply

MAX_UNITS = 256
"""A design choice: FACS codes about a hundred with sides, ARKit 52."""
_JAW_JOINT = 2  # root, neck, jaw, left eye, right eye
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


@dataclass(frozen=True, eq=False)
class HeadUnits:
    """Units in the expression space of one head."""

    names: tuple[str, ...]  # (U,) such as AU12L
    expression: Any  # (U,E) float64 ψ of each unit in full
    jaw: Any  # (U,3) float64 rad, Euler angles of the jaw's bone
    pairs: Any  # (P,2) int64 rows of names
    pair_expression: Any  # (P,E) float64, by the product of the two strengths
    source: str = ""

    def codes(self, strengths: Any) -> Any:
        """(N,E) expressions of strengths (N,U)."""
        rows = np.asarray(strengths, np.float64)
        both = rows[..., self.pairs[:, 0]] * rows[..., self.pairs[:, 1]]
        return rows @ self.expression + both @ self.pair_expression

    def turns(self, strengths: Any) -> Any:
        """(N,3) rad, what strengths (N,U) add to the Euler angles of the jaw's bone."""
        return np.asarray(strengths, np.float64) @ self.jaw

    def cut(self, count: int) -> HeadUnits:
        """For a rig with `count` expression keys: it shows the first components only."""
        return HeadUnits(self.names, self.expression[:, :count], self.jaw, self.pairs,
                         self.pair_expression[:, :count], self.source)


def units_of_file(path: Path) -> HeadUnits | None:
    """The units that a head file names; None where it names none.

    Raises HeadError `head-unreadable`, `bad-head`, `file-not-found`.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            read = {name: archive[name] for name in archive.files if name.startswith("units_")}
    except FileNotFoundError as missing:
        raise HeadError("file-not-found", f"There is no head file {path}.",
                        "Put it back where it was when the head was imported.") from missing
    # numpy and zipfile raise many kinds over damaged files; every one means the same to a person
    except Exception as bad:
        raise HeadError("head-unreadable", f"{path.name} cannot be read as a head file: {bad}.",
                        "Convert the head again.") from bad
    if not {"units_names", "units_expression", "units_pose"} <= set(read):
        return None
    names = tuple(str(name) for name in np.atleast_1d(read["units_names"]))
    expression, pose = read["units_expression"], read["units_pose"]
    if pose.shape != (len(names), 5, 3):
        raise _wrong(path.name, "units_pose")
    mended = "units_pairs" in read and "units_pair_expression" in read
    return _checked(
        path.name, names, expression, pose[:, _JAW_JOINT],
        read["units_pairs"] if mended else np.zeros((0, 2), np.int64),
        read["units_pair_expression"] if mended else np.zeros((0, expression.shape[-1])),
        "the head's own")


def units_of_reply(reply: UnitsReply) -> HeadUnits:
    """The units that the backend solved; raises HeadError `bad-head` where they do not fit."""
    what = "The backend's answer"
    try:
        rows = np.array(reply.rows, dtype=np.float64)
    except ValueError as ragged:
        raise _wrong(what, "rows") from ragged
    if rows.ndim != 2 or rows.shape[1] <= JAW:
        raise _wrong(what, "rows")
    count = rows.shape[1] - JAW
    try:
        pairs = np.array(reply.pairs, np.int64).reshape(-1, 2)
        mending = np.array(reply.pair_rows, np.float64).reshape(-1, count)
    except ValueError as ragged:
        raise _wrong(what, "pairs") from ragged
    return _checked(what, tuple(reply.names), rows[:, :count], rows[:, count:], pairs, mending,
                    reply.source)


def _checked(
    where: str, names: tuple[str, ...], expression: Any, jaw: Any, pairs: Any, mending: Any,
    source: str,
) -> HeadUnits:
    """Names become properties and arrays become drivers: neither may be anything else."""
    count = len(names)
    if not 0 < count <= MAX_UNITS or len(set(names)) < count or not all(
            _NAME.fullmatch(name) for name in names):
        raise _wrong(where, "units_names")
    expression, mending = np.asarray(expression), np.asarray(mending)
    jaw, pairs = np.asarray(jaw), np.asarray(pairs)
    fits = {
        "units_expression": expression.ndim == 2 and len(expression) == count,
        "units_pose": jaw.shape == (count, 3),
        "units_pairs": pairs.ndim == 2 and pairs.shape[1] == 2 and pairs.dtype.kind in "iu",
        "units_pair_expression": mending.shape == (len(pairs), expression.shape[-1]),
    }
    for name, right in fits.items():
        if not right:
            raise _wrong(where, name)
    for name, array in (("units_expression", expression), ("units_pose", jaw),
                        ("units_pair_expression", mending)):
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise _wrong(where, name)
    if pairs.size and (pairs.min() < 0 or pairs.max() >= count):
        raise _wrong(where, "units_pairs")
    return HeadUnits(
        names, expression.astype(np.float64), bone_euler_from_flame(jaw.astype(np.float64)),
        pairs.astype(np.int64), mending.astype(np.float64), source)


def _wrong(where: str, name: str) -> HeadError:
    return HeadError("bad-head", f"{where}: `{name}` is not what units are made of.",
                     "Convert the head again, with add-on and backend of the same version.")
