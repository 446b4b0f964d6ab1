# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression database of a head: built, read, described."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .units import HEADS_KEPT, head_units

if TYPE_CHECKING:
    from ..wheel.dbex import ExpressionDatabase


def expression_database(head: str = "open", file: Path | None = None) -> ExpressionDatabase:
    """The expression database of `head`: from `file`, or from FACS prototypes in its own units.

    Raises WheelError `other-head` where the file was built for another head.
    """
    from ..head.registry import find_head
    from ..wheel.dbex import check_head
    from ..wheel.dbex_file import load_database

    data = find_head(head)
    if file is None:
        return _database(head, data.checksum)
    database = load_database(file)
    check_head(database, data.name, data.checksum)
    return database


def describe_database(head: str = "open", file: Path | None = None) -> list[dict[str, Any]]:
    """Each emotion of a head's database: entries, agreement with FACS, sources, I_E."""
    database = expression_database(head, file)
    rows = []
    for emotion in database.emotions:
        entries, agree = database.counts(emotion)
        named = zip(database.labels, database.sources, strict=True)
        sources = dict.fromkeys(source for label, source in named if label == emotion)
        rows.append({
            "emotion": emotion,
            "entries": entries,
            "agree": agree,
            "source": next(iter(sources)),
            "components": [int(index) for index in database.strongest(emotion)],
        })
    return rows


@lru_cache(maxsize=HEADS_KEPT)
def _database(head: str, checksum: str) -> ExpressionDatabase:
    from ..head.registry import find_head
    from ..wheel.prototypes import build_prototype_database

    return build_prototype_database(find_head(head), head_units(head).units)
