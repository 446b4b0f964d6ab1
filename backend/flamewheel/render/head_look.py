# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's surface in colour: its file's own maps and tints, else colours of its parts."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.npz import read_npz
from ..head.registry import list_heads
from .grey import PART_TONES, vertex_tones

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CLEAR = ("cornea", "tear")
"""Parts that are seen through: not drawn."""
ON_SKIN = ("skin", "lips", "nostrils", "hair")
"""Parts that may be of one surface with the skin, and then painted on its texture."""
GROUPS = ("skin", "iris", "hair", "mouth", "eye", "other")
"""Parts that are tinted alike: as one person's differ from the next, or as little light comes."""
_GROUP_OF = {
    "iris": "iris", "limbus": "iris", "hair": "hair", "hair_cards": "hair", "brows": "hair",
    "eye_left": "eye", "eye_right": "eye", "mouth_bag": "mouth", "gums": "mouth",
    "tongue": "mouth", "teeth": "mouth",
}

# Linear RGB of parts where the head's file tells none: those of the embedded head, which are
# judged by eye on renders (`head/open_head`).
COLOURS: dict[str, tuple[float, float, float]] = {
    "skin": (0.56, 0.315, 0.225), "lips": (0.47, 0.175, 0.15), "nostrils": (0.1, 0.035, 0.028),
    "mouth_bag": (0.22, 0.05, 0.045), "gums": (0.48, 0.16, 0.15), "tongue": (0.62, 0.25, 0.23),
    "teeth": (0.74, 0.69, 0.59), "eye_left": (0.72, 0.69, 0.66), "eye_right": (0.72, 0.69, 0.66),
    "caruncle": (0.52, 0.24, 0.2), "iris": (0.115, 0.062, 0.028), "limbus": (0.045, 0.027, 0.016),
    "pupil": (0.004, 0.004, 0.004), "hair": (0.045, 0.027, 0.017),
    "hair_cards": (0.045, 0.027, 0.017), "brows": (0.03, 0.017, 0.01),
    "lashes": (0.01, 0.007, 0.005),
}
SHELTERED = {"mouth": 0.6, "eye": 0.85}
"""Of the light that reaches the mouth's inside, and eyeballs beneath their lids; judged by eye."""


@dataclass(frozen=True, eq=False)
class HeadLook:
    """A head's colours.  Triangles of clear parts are left out."""

    triangles: Ints  # (F',3) those that are drawn
    colours: Floats  # (V,3) linear RGB of vertices
    groups: Ints  # (F',) index into GROUPS
    wet: npt.NDArray[np.bool_]  # (F',) eyes and mouth, which shine
    painted: npt.NDArray[np.bool_]  # (F',) those that the texture covers; none without a texture
    uv: Floats  # (F',3,2) texture coordinates of the corners; 0 without a texture
    texture: Floats | None  # (h,w,3) linear RGB, row 0 at v = 1


def look_of(data: HeadData, path: Path | None = None) -> HeadLook:
    """The look of a head, with the maps and tints of its file where that has any.

    path: its `.npz`; None: that of the head of this name, if there is one.
    Raises HeadError as `read_npz`.
    """
    if path is None:
        path = next((e.path for e in list_heads() if e.name == data.name), None)
    extras = read_npz(path) if path is not None and path.suffix == ".npz" else {}
    colours = _vertex_colours(data, extras)
    faces = np.asarray(data.triangles, np.int64)
    inside = {part: _whole(data, faces, part) for part in data.masks}
    drawn = drawn_triangles(data)
    groups, loose = np.zeros(len(faces), np.int64), np.zeros(len(faces), bool)
    for part in COLOURS:
        if part in inside and not (part in ON_SKIN and _grows_from_skin(data, faces, part)):
            loose |= inside[part]
            groups[inside[part]] = GROUPS.index(_GROUP_OF.get(part, "other"))
    wet = _any(inside, ("eye_left", "eye_right", "iris", "pupil", "limbus", "teeth", "tongue",
                        "gums", "caruncle"), len(faces))
    texture = _texture(extras) if data.uv is not None else None
    painted = ~loose if texture is not None else np.zeros(len(faces), bool)
    uv = np.zeros((len(faces), 3, 2))
    if texture is not None and data.uv is not None and data.uv_triangles is not None:
        uv = np.asarray(data.uv, np.float64)[np.asarray(data.uv_triangles)]
    return HeadLook(faces[drawn], colours, groups[drawn], wet[drawn], painted[drawn], uv[drawn],
                    texture)


def drawn_triangles(data: HeadData) -> npt.NDArray[np.bool_]:
    """(F,) which of a head's triangles are seen: all but those of clear parts."""
    faces = np.asarray(data.triangles, np.int64)
    return ~_any({part: _whole(data, faces, part) for part in CLEAR if part in data.masks}, CLEAR,
                 len(faces))


def _whole(data: HeadData, faces: Ints, part: str) -> npt.NDArray[np.bool_]:
    """(F,) triangles that lie in a part with all corners."""
    on = np.zeros(data.vertex_count, bool)
    on[np.asarray(data.masks[part])] = True
    return np.asarray(on[faces].all(1))


def _grows_from_skin(data: HeadData, faces: Ints, part: str) -> bool:
    """Whether triangles join the part to its surroundings."""
    on = np.zeros(data.vertex_count, bool)
    on[np.asarray(data.masks[part])] = True
    corners = on[faces].sum(1)
    return part == "skin" or bool(((corners > 0) & (corners < 3)).any())


def _any(inside: Mapping[str, npt.NDArray[np.bool_]], parts: tuple[str, ...], count: int
         ) -> npt.NDArray[np.bool_]:
    rows = [inside[part] for part in parts if part in inside]
    return np.any(rows, axis=0) if rows else np.zeros(count, bool)


def _vertex_colours(data: HeadData, extras: Mapping[str, Any]) -> Floats:
    """(V,3) linear RGB: the file's own, else those of the parts that masks or weights tell."""
    own = extras.get("vertex_colours")
    if own is not None and own.shape == (data.vertex_count, 3) and own.dtype == np.uint8:
        return linear(own / 255.0)
    plain = dict(COLOURS) | _told_colours(extras)
    colours = np.tile(np.array(plain["skin"]), (data.vertex_count, 1))
    for part in COLOURS:
        if part in data.masks and part != "skin":
            colours[np.asarray(data.masks[part])] = plain[part]
    if "iris" not in data.masks:  # eyeballs found by their weights, as the grey pictures find them
        tones = vertex_tones(data)
        colours[np.isclose(tones, PART_TONES["eye_left"])] = plain["eye_left"]
        colours[np.isclose(tones, PART_TONES["iris"])] = plain["iris"]
    return colours


def _told_colours(extras: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Parts' colours in a head file's `meta`; nothing where it tells none that can be used."""
    try:
        told = dict(json.loads(str(extras["meta"]))["colours"])
        colours = {str(part): (float(r), float(g), float(b)) for part, (r, g, b) in told.items()}
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return {part: rgb for part, rgb in colours.items() if all(0 <= c <= 1 for c in rgb)}


def _texture(extras: Mapping[str, Any]) -> Floats | None:
    """(h,w,3) linear RGB of the file's painted skin."""
    from PIL import Image

    stored = extras.get("map_skin_colour")
    if stored is None or stored.dtype != np.uint8 or stored.ndim != 1:
        return None
    try:
        with Image.open(io.BytesIO(stored.tobytes()), formats=("PNG",)) as picture:
            return linear(np.asarray(picture.convert("RGBA"))[..., :3] / 255.0)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # a head file that was tampered with still has its plain colours


def linear(srgb: npt.ArrayLike) -> Floats:
    """Linear values 0..1 of display values 0..1 (IEC 61966-2-1)."""
    values = np.asarray(srgb, np.float64)
    steep = ((values + 0.055) / 1.055) ** 2.4
    return np.asarray(np.where(values <= 0.04045, values / 12.92, steep))
