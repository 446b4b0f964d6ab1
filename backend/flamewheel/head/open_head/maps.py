# SPDX-License-Identifier: GPL-3.0-or-later
"""The textures of the skin, made by code: colour with roughness, relief, and creases by unit."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import gaussian_filter

from .assembly import Head
from .atlas import SkinAtlas
from .hairline import hairiness
from .mesh_tools import Points
from .paint import skin_colour, skin_roughness
from .parts import Skin
from .wrinkles import crease_height, crease_masks, relief_height

SIZE = 1024
"""Texels a side; the finest crease is 1.2 mm wide, three texels."""

_SHADES = 85  # steps of colour a channel: fewer compress better and mottled skin hides them
_CREASE_SHADE = 0.5  # mm of depth at which a crease is darkest
_DARK = np.array([.70, .84, .86])  # of the light that nostrils swallow, red the least
_BARE = 60.0  # mm below the hairline that an ear counts as
_SHADE_BLUR = 1.6  # texels; light in a crease fades softly


def skin_maps(head: Head) -> dict[str, npt.NDArray[np.uint8]]:
    """PNG files as bytes: `skin_colour` (sRGB, alpha is roughness), `skin_relief` and
    `skin_creases` (tangent-space normals, OpenGL's green; the creases' alpha is their shade).
    """
    atlas = SkinAtlas(head, SIZE)
    points = atlas.sample(head.skin.points).astype(np.float64)
    landmarks = head.skin.points[:468]
    above = hairiness(points.reshape(-1, 3)).reshape(points.shape[:2])
    above -= _BARE * atlas.sample(_ears(head.skin))[..., 0]
    deep = atlas.sample(_inside(head, "nostrils"))
    colour = as_srgb(skin_colour(points, landmarks, above) * (1 - _DARK * deep))
    rough = skin_roughness(points, landmarks)
    creases = crease_height(points, landmarks)
    shade = gaussian_filter(np.clip(-creases / _CREASE_SHADE, 0, 1), _SHADE_BLUR)
    return {
        "skin_colour": _png(np.concatenate([
            atlas.dilated(_stepped(colour)), atlas.dilated(_stepped(rough[..., None]))], 2)),
        "skin_relief": _png(atlas.normal_map_from_height(relief_height(points, landmarks))),
        "skin_creases": _png(np.concatenate([
            atlas.normal_map_from_height(creases), as_bytes(shade[..., None])], 2)),
    }


def _inside(head: Head, part: str) -> Points:
    """(n,1) 1 on the skin's vertices that belong to a part."""
    on = np.zeros((len(head.skin.points), 1))
    on[head.masks[part]] = 1.0
    return on


def _ears(skin: Skin) -> Points:
    """(n,1) 1 on the ears, whose skin is bare."""
    on = np.zeros((len(skin.points), 1))
    for rings, end in zip(skin.ears, skin.ear_ends, strict=True):
        on[rings[1:].ravel()] = on[end] = 1.0
    return on


def crease_table(head: Head) -> tuple[tuple[str, ...], npt.NDArray[np.uint8]]:
    """Names of units with a side, and (V,K) masks 0..255 of where each draws its creases."""
    masks = crease_masks(head.skin)
    table = np.zeros((len(head.points), len(masks)))
    table[head.slices["skin"]] = np.stack(list(masks.values()), 1)
    return tuple(masks), as_bytes(table)


def as_srgb(linear: Points) -> Points:
    """Display values 0..1 of linear ones (IEC 61966-2-1)."""
    low, high = 12.92 * linear, 1.055 * np.maximum(linear, 1e-6) ** (1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, low, high))


def _stepped(values: Points) -> npt.NDArray[np.uint8]:
    return as_bytes(np.round(values * _SHADES) / _SHADES)


def as_bytes(values: Points) -> npt.NDArray[np.uint8]:
    """0..1 as 0..255."""
    return np.asarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))


def _png(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", compress_level=9)
    return np.frombuffer(stream.getvalue(), np.uint8)
