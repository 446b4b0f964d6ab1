# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture coordinates from a Wavefront OBJ, as DECA's `head_template.obj` has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .file_kinds import checked_bytes, looks_like

_MAX_BYTES = 64 << 20  # DECA's template has about 1 MB


def read_obj_uv(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Triangles (F,3) int32, texture coordinates (T,2), their triangles (F,3) int32.

    Polygons are cut into fans; negative (relative) numbers are understood.  Raises HeadError where
    a line does not fit, naming it, or there are no texture coordinates.
    """
    start = checked_bytes(path, what="template OBJ")
    if path.stat().st_size > _MAX_BYTES or b"\x00" in start:
        raise HeadError("obj-unreadable", f"{path.name} is no template OBJ; it looks like "
                        f"{looks_like(path, start)}.", "Give DECA's head_template.obj.")
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    vertex_count = 0
    uv: list[tuple[float, float]] = []
    corners: list[tuple[int, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        try:
            if words[:1] == ["v"]:
                vertex_count += 1
            elif words[:1] == ["vt"]:
                uv.append((float(words[1]), float(words[2])))
            elif words[:1] == ["f"]:
                corners += _fan(words[1:], vertex_count, len(uv))
        except (ValueError, IndexError) as bad:
            raise HeadError("obj-unreadable", f"{path.name}, line {number}: {line[:60]!r} is no "
                            "vertex, texture coordinate or face with texture coordinates.",
                            "Export the template with UVs.") from bad
    if not uv or not corners:
        raise HeadError("obj-unreadable", f"{path.name} has no texture coordinates.",
                        "Export the template with UVs, or give DECA's head_template.obj.")
    both = np.array(corners, dtype=np.int64).reshape(-1, 3, 2)
    if int(both.min()) < 0 or int(both[..., 0].max()) >= vertex_count or (
            int(both[..., 1].max()) >= len(uv)):
        raise HeadError("obj-unreadable", f"{path.name} has a face that points outside the file.",
                        "Export the template again.")
    return (both[..., 0].astype(np.int32), np.array(uv, dtype=np.float64),
            both[..., 1].astype(np.int32))


def _fan(words: list[str], vertex_count: int, uv_count: int) -> list[tuple[int, int]]:
    """The corners of a polygon's triangles as (vertex, texture coordinate), counted from 0."""
    found = []
    for word in words:
        vertex, texture = word.split("/")[:2]
        place, point = int(vertex), int(texture)
        found.append((place - 1 if place > 0 else place + vertex_count,
                      point - 1 if point > 0 else point + uv_count))
    if len(found) < 3:
        raise ValueError("a face has three corners at least")
    return [corner for i in range(1, len(found) - 1)
            for corner in (found[0], found[i], found[i + 1])]
