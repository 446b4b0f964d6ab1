# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture coordinates: the skin unrolled from the front with a seam behind, parts in a margin."""

from __future__ import annotations

import numpy as np

from .assembly import Head
from .mesh_tools import Index, Points

_SKIN_WIDTH = 0.86  # of the square; the strip beside it holds the loose parts
_CELLS = 11


def texture_coordinates(head: Head) -> tuple[Points, Index]:
    """`vt` (T,2) in 0..1 and `ft` (F,3)."""
    skin = len(head.skin.triangles)
    flat, faces = _unrolled(head)
    parts, part_faces = [flat], [faces]
    start, first = len(flat), head.triangles[skin:]
    cells = [name for name in head.slices if name != "skin"]
    for cell, name in enumerate(cells):
        piece = head.slices[name]
        own = first[(first[:, 0] >= piece.start) & (first[:, 0] < piece.stop)]
        points = head.points[piece]
        depth = points[:, 2] * 0.3  # so that front and back of a ball do not coincide
        spread = np.stack([points[:, 0] + depth, points[:, 1] + depth], 1)
        spread = (spread - spread.min(0)) / np.ptp(spread, axis=0)
        parts.append(np.array([_SKIN_WIDTH + 0.01, cell / _CELLS])
                     + spread * [0.98 - _SKIN_WIDTH, 0.95 / _CELLS])
        part_faces.append(own - piece.start + start)
        start += len(points)
    return np.concatenate(parts), np.concatenate(part_faces)


def _unrolled(head: Head) -> tuple[Points, Index]:
    """The skin by longitude about a vertical axis and by length along the profile.

    Triangles across the back seam get their own copies of the vertices on the far side.
    """
    points, faces = head.skin.points, head.skin.triangles
    around = np.arctan2(points[:, 0], points[:, 2] + 75) / (2 * np.pi)
    height = np.arctan2(points[:, 1] + 20, np.hypot(points[:, 0], points[:, 2] + 75) + 20)
    height = (height - height.min()) / np.ptp(height)
    coordinates = np.stack([around, height], 1)
    span = np.ptp(around[faces], axis=1)
    wraps = span > 0.5
    far = np.unique(faces[wraps][around[faces[wraps]] < 0])
    copies = np.full(len(points), -1)
    copies[far] = len(points) + np.arange(len(far))
    cut = faces.copy()
    crossing = wraps[:, None] & (around[faces] < 0)
    cut[crossing] = copies[faces[crossing]]
    flat = np.concatenate([coordinates, coordinates[far] + [1.0, 0.0]])
    low, high = flat[:, 0].min(), flat[:, 0].max()
    flat[:, 0] = (flat[:, 0] - low) / (high - low) * _SKIN_WIDTH
    return flat, cut
