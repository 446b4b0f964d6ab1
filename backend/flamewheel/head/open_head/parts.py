# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rooms hand to one another: the skin with its regions, and loose parts beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh_tools import Index, Points, Sparse, Triangles
from .template import Face


@dataclass(frozen=True, eq=False)
class Skin:
    """Outer skin with mouth bag and lid backs; vertices 0..face_count-1 are the subdivided face.

    Vertices 0..467 are MediaPipe's landmarks.
    """

    face: Face
    points: Points  # (n,3) mm
    triangles: Triangles
    subdivide: Sparse  # (face_count, 468): landmarks' displacement -> face vertices'
    face_triangles: int  # the first so many triangles are the face's
    mirror: Index
    oval: Index  # face border, ring
    lips: Index  # inner lip ring, 40
    lids: tuple[Index, Index]  # lid margin rings right, left, 32 each
    lid_backs: tuple[Index, Index]  # (rings, 32) right, left
    bag: Index  # (rings, 40), front to back; the closing vertex is `bag_end`
    bag_end: int
    skull: Index  # vertices of the cranium and jaw's underside
    neck: Index  # (rings, 48), top to bottom
    ears: tuple[Index, Index]  # (rings, 24) right, left, outer seam first
    ear_ends: tuple[int, int]

    @property
    def face_count(self) -> int:
        """Vertices of the subdivided face."""
        return int(self.subdivide.shape[0])


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of the mesh apart from the skin."""

    points: Points  # mm
    triangles: Triangles
    masks: dict[str, Index]  # part names -> its own vertex numbers


def all_masks(parts: list[Part]) -> dict[str, Index]:
    """The parts' masks joined, numbered as if the parts stood one after another."""
    joined: dict[str, list[Index]] = {}
    start = 0
    for part in parts:
        for name, numbers in part.masks.items():
            joined.setdefault(name, []).append(numbers + start)
        start += len(part.points)
    return {name: np.concatenate(numbers) for name, numbers in joined.items()}
