# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads: found, converted, looked into."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..head.data import HeadData
    from ..head.model import HeadModel
    from ..head.registry import HeadEntry


def load_head(name_or_path: str = "open") -> HeadModel:
    """The head as a torch model: "open" (embedded), a `.npz` head file or a FLAME pickle.

    Raises HeadError where there is no such head or the file is not one.
    """
    from ..head.model import HeadModel
    from ..head.registry import find_head

    return HeadModel(find_head(name_or_path))


def heads() -> tuple[HeadEntry, ...]:
    """The heads that can be named: the embedded one and those in the user's folder."""
    from ..head.registry import list_heads

    return list_heads()


def convert_head(
    source: Path,
    output: Path,
    *,
    landmarks: Sequence[Path] = (),
    uv: Path | None = None,
    masks: Path | None = None,
) -> HeadData:
    """A FLAME pickle (or `.npz`) as a head file without pickles; see `head.convert`."""
    from ..head.convert import convert_head as convert

    return convert(source, output, landmarks=landmarks, uv=uv, masks=masks)


def head_name(head: str = "open") -> str:
    """The name that a head's parameter files carry."""
    from ..head.registry import find_head

    return find_head(head).name


def inspect_head(head: str = "open") -> dict[str, Any]:
    """What a head is made of, as rows for a person: counts, parts, licence, source."""
    from ..head.registry import find_head

    data = find_head(head)
    units = data.units.names if data.units else ()
    return {
        "name": data.name,
        "vertices": data.vertex_count,
        "triangles": len(data.triangles),
        "identity components": data.identity_count,
        "expression components": data.expression_count,
        "texture coordinates": data.uv is not None,
        "landmark sets": ", ".join(data.landmarks) or "none",
        "parts": ", ".join(data.masks) or "none",
        "action units": f"{len(units)} of its own" if units else "carried over from the open head",
        "licence": data.licence,
        "source": data.source,
        "checksum": data.checksum,
    }
