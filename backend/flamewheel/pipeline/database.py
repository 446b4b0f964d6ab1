# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression database of a head: found by name or file, described."""

from __future__ import annotations

import dataclasses
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .units import HEADS_KEPT, head_units

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..head.data import HeadData
    from ..wheel.dbex import ExpressionDatabase

FACS, PHOTOS = "facs", "photos"
"""Databases that have a name: made from FACS prototypes in any head's own units (the default), and
the one from photos that comes with the embedded head.  A file of that name is `./photos`."""
PHOTOS_FILE = "open_head_dbex_photos.npz"


def expression_database(
    head: str = "open", database: str | os.PathLike[str] | None = None
) -> ExpressionDatabase:
    """The expression database of `head`: "facs" (or None), "photos", or a file of `dbex build`.

    Raises WheelError `other-head` where it was built for another head, `no-photo-database` where
    "photos" is asked for a head that has none; InputFileError for the file.
    """
    from ..head.registry import find_head
    from ..wheel.dbex import check_head
    from ..wheel.dbex_file import load_database

    data = find_head(head)
    name = FACS if database is None else os.fspath(database)
    if name == FACS:
        return _prototypes(head, data.checksum)
    if name == PHOTOS:
        return _of_photos(data)
    found = load_database(Path(name))
    check_head(found, data.name, data.checksum)
    return found


def shipped_reference(head: str) -> npt.NDArray[np.float64] | None:
    """(D,) the mean neutral face of the photos' database of `head`; None where there is none."""
    from ..errors import FlamewheelError

    try:
        return expression_database(head, PHOTOS).reference
    except FlamewheelError:
        return None


def describe_database(
    head: str = "open", database: str | os.PathLike[str] | None = None
) -> dict[str, Any]:
    """A head's database in numbers: where it comes from, its bounds, and each emotion's part."""
    from ..head.registry import find_head
    from ..wheel.dbex_photos import shown_by_b2

    found = expression_database(head, database)
    shown = shown_by_b2(found, find_head(head), head_units(head).units)
    return {
        "database": FACS if database is None else os.fspath(database),
        "head": found.head,
        "entries": len(found.labels),
        "provenance": found.provenance,
        "components": found.vectors.shape[1],
        "axes": len(found.axes),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "emotions": [{**_emotion_facts(found, emotion), "b2_shows_it": bool(it)}
                     for emotion, it in zip(found.emotions, shown, strict=True)],
    }


def _emotion_facts(found: ExpressionDatabase, emotion: str) -> dict[str, Any]:
    """Entries, agreement with FACS, sources, I_E with its correlations, spread, bounds of ψ."""
    import numpy as np

    entries, agree = found.counts(emotion)
    named = zip(found.labels, found.sources, strict=True)
    sources = list(dict.fromkeys(source for label, source in named if label == emotion))
    strongest = found.strongest(emotion)
    rows = found.vectors[np.array(found.labels) == emotion]
    return {
        "emotion": emotion,
        "entries": entries,
        "agree": agree,
        "source": sources[0],
        "sources": sources,
        "components": strongest.tolist(),
        "correlations": found.correlations[found.index(emotion), strongest].tolist(),
        "spread": float(np.sqrt((rows * found.scale).var(axis=0).sum())),
        "lowest": float(rows.min()),
        "highest": float(rows.max()),
    }


@lru_cache(maxsize=HEADS_KEPT)
def _prototypes(head: str, checksum: str) -> ExpressionDatabase:
    from ..head.registry import find_head
    from ..wheel.prototypes import build_prototype_database

    return build_prototype_database(find_head(head), head_units(head).units)


def _of_photos(data: HeadData) -> ExpressionDatabase:
    """The shipped one, for the embedded head and for versions that share its expressions."""
    import numpy as np

    from ..errors import WheelError
    from ..head.registry import embedded_file, find_head

    own = find_head()
    path = embedded_file(PHOTOS_FILE)
    same = data.checksum == own.checksum or (
        data.units is not None and own.units is not None
        and data.units.names == own.units.names
        and np.array_equal(data.units.expression, own.units.expression))
    if not same or not path.is_file():
        raise WheelError(
            "no-photo-database", f"No database from photos comes with the head {data.name}.",
            f"Build one from labelled photos: flamewheel dbex build FOLDER --head {data.name} "
            "-o FILE, and name the file; or take facs.")
    state = path.stat()
    found = _shipped(path, state.st_mtime_ns)
    if found.head_checksum != own.checksum:  # made for an older state of the head
        raise WheelError(
            "other-head", f"{path.name} was made for another state of the head {own.name}.",
            "Install Flamewheel again, or take facs.")
    return dataclasses.replace(found, head=data.name, head_checksum=data.checksum)


@lru_cache(maxsize=2)
def _shipped(path: Path, _changed: int) -> ExpressionDatabase:
    from ..wheel.dbex_file import load_database

    return load_database(path)
