# SPDX-License-Identifier: GPL-3.0-or-later
"""What a head file may bring of its skin: pictures, colours of vertices, creases drawn by units."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .errors import HeadError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_MAP_SIDE = 8192  # texels; a picture says its size before anything of it is unpacked
MAX_MAP_BYTES = 64 << 20
MAP_NAMES = ("skin_colour", "skin_relief", "skin_creases")
HINT = "Make the head again with `flamewheel head build-open`."


@dataclass(frozen=True, eq=False)
class Creases:
    """Fine folds that action units draw into the skin.

    Unit k at full strength draws where `masks` says; how strongly a face shows it is
    `weights @ ψ`, clipped to 0..1.
    """

    names: tuple[str, ...]  # (K,) such as AU4L
    masks: Any  # (V,K) float32, 0..1
    weights: Any  # (K,E) float32


@dataclass(frozen=True, eq=False)
class HeadSurface:
    """A head's own skin; everything may be absent."""

    maps: Mapping[str, bytes] = field(default_factory=dict)  # MAP_NAMES -> PNG files
    vertex_colours: Any = None  # (V,3) float32 linear RGB 0..1
    creases: Creases | None = None


def read_surface(read: Mapping[str, Any], path: Path, vertices: int, expressions: int
                 ) -> HeadSurface:
    """The surface among a head file's arrays; raises HeadError that names the array."""
    maps = {name: _png(read[f"map_{name}"], name, path)
            for name in MAP_NAMES if f"map_{name}" in read}
    colours = None
    if "vertex_colours" in read:
        stored = _shaped(read, "vertex_colours", "u", (vertices, 3), path)
        colours = _linear(stored.astype(np.float32) / 255)
    if "crease_names" not in read:
        return HeadSurface(maps, colours)
    names = tuple(str(name) for name in _shaped(read, "crease_names", "U", (None,), path))
    masks = _shaped(read, "crease_masks", "u", (vertices, len(names)), path)
    weights = _shaped(read, "crease_weights", "f", (len(names), expressions), path)
    if not np.isfinite(weights).all():
        raise _wrong(path, "crease_weights", "holds a number that is not finite")
    return HeadSurface(maps, colours, Creases(
        names, masks.astype(np.float32) / 255, weights.astype(np.float32)))


def _png(stored: Any, name: str, path: Path) -> bytes:
    data = stored.tobytes() if stored.dtype == np.uint8 and stored.ndim == 1 else b""
    if not data.startswith(PNG_SIGNATURE) or data[12:16] != b"IHDR" or len(data) > MAX_MAP_BYTES:
        raise _wrong(path, f"map_{name}", "is not a PNG picture")
    width, height = struct.unpack(">II", data[16:24])
    if not 0 < width <= MAX_MAP_SIDE or not 0 < height <= MAX_MAP_SIDE:
        raise _wrong(path, f"map_{name}", f"is a picture of {width} x {height} pixels; the most is "
                     f"{MAX_MAP_SIDE} each way")
    return data


def _shaped(
    read: Mapping[str, Any], name: str, kind: str, shape: tuple[int | None, ...], path: Path
) -> Any:
    array = read.get(name)
    if array is None or array.dtype.kind != kind or array.ndim != len(shape) or any(
            want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        raise _wrong(path, name, "is missing or has not the head's size")
    return array


def _linear(srgb: Any) -> Any:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _wrong(path: Path, name: str, what: str) -> HeadError:
    return HeadError("bad-head", f"{path.name}: `{name}` {what}.", HINT)
