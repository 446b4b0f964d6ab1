# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's action units as one `.npz` of plain arrays: for other tools, and to be kept.

Keys: `names` (U,) `AU12L`; `meanings` (U,) what FACS calls them; `expression` (U,E) ψ of each at
full strength; `pose` (U,5,3) axis-angle rad of root, neck, jaw, left eye, right eye; `pairs`
(P,2) rows of `names`; `pair_expression` (P,E), times the product of the two strengths; `explained`
(U,); `error` (U,) mm; `cosine` (U,); `source`, `head`, `head_checksum`, `format` texts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import HeadError
from ..files import written_aside
from .checks import Checker
from .data import NamedUnits
from .npz import read_npz
from .unit_meanings import unit_meaning
from .unit_solving import Array, SolvedUnits

FORMAT = "flamewheel-units-1"
"""What a units file says it is."""

_TEXTS = ("format", "head", "head_checksum", "source")


def save_units(solved: SolvedUnits, path: Path, head: str, head_checksum: str) -> None:
    """Writes the units of the head of that name; a reader never sees a half-written file.

    Raises OutputError as `written_aside`.
    """
    units, count = solved.units, len(solved.units.names)
    mending = units.pair_expression
    if mending is None:
        mending = np.zeros((len(units.pairs), units.expression.shape[1]))
    measured = {"explained": solved.explained, "error": solved.error, "cosine": solved.cosine}
    with written_aside(Path(path)) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream, format=np.array(FORMAT), head=np.array(head),
            head_checksum=np.array(head_checksum), source=np.array(solved.source),
            names=np.array(units.names, np.str_),
            meanings=np.array([unit_meaning(name) for name in units.names], np.str_),
            expression=np.asarray(units.expression, np.float64),
            pose=np.asarray(units.pose, np.float64),
            pairs=np.asarray(units.pairs, np.int32).reshape(-1, 2),
            pair_expression=np.asarray(mending, np.float64),
            **{key: np.zeros(count) if value is None else value
               for key, value in measured.items()})


def load_units(path: Path, head_checksum: str | None = None) -> SolvedUnits:
    """The units of a file; every array is checked.

    Raises HeadError: `units-unreadable` where it is none, `other-head` where `head_checksum` is
    given and the units are of another head.
    """
    path = Path(path)
    arrays = read_npz(path, what="units file")
    texts = {key: arrays.get(key) for key in (*_TEXTS, "names")}
    bad = [key for key, value in texts.items() if value is None or value.dtype.kind != "U"
           or value.ndim != (key == "names")]
    if bad or str(texts["format"]) != FORMAT:
        raise HeadError("units-unreadable", f"{path.name} is no file of action units.",
                        "Write one with `flamewheel head units HEAD -o FILE.npz`.")
    if head_checksum is not None and str(texts["head_checksum"]) != head_checksum:
        raise HeadError("other-head", f"The units in {path.name} are of the head {texts['head']}, "
                        "or of another version of it.", "Solve them anew for this head.")
    check, names = Checker(arrays, path.name), tuple(str(name) for name in arrays["names"])
    count = len(names)
    expression = check.floats("expression", (count, None))
    pairs = check.indices("pairs", (None, 2), count, "the names")
    mending = check.floats("pair_expression", (len(pairs), expression.shape[1]))
    units = NamedUnits(names, expression, check.floats("pose", (count, 5, 3)), pairs,
                       mending if len(pairs) else None)
    explained, error, cosine = (_column(check, key, count)
                                for key in ("explained", "error", "cosine"))
    return SolvedUnits(units, explained, str(texts["source"]), error, cosine)


def _column(check: Checker, name: str, count: int) -> Array:
    return np.asarray(check.floats(name, (count,)), dtype=np.float64)
