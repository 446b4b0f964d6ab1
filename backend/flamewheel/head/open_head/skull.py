# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin of the whole head: face, cranium, ears, neck, shoulder stub, mouth bag, lid backs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from .cranium import cranium, on_cranium
from .ears import ear
from .fairing import faired
from .landmarks_lists import FACE_OVAL, INNER_LIPS, LEFT_EYE, RIGHT_EYE
from .linings import bag_rings, lid_back_rings
from .lip_seam import parted_lips
from .mesh_tools import (
    Index,
    Points,
    loop_subdivision,
    mirror_map,
    mirrored_halves,
    orient,
    ring_strip,
    symmetric,
)
from .neck import neck_rings
from .nostrils import with_nostrils
from .parts import Skin
from .template import Face


@dataclass
class _Mesh:
    """Vertices and triangles while they are gathered."""

    points: list[Points]
    triangles: list[tuple[int, int, int]]
    count: int = 0

    def add(self, points: Points) -> Index:
        self.points.append(points)
        numbers = np.arange(self.count, self.count + len(points))
        self.count += len(points)
        return numbers

    def tube(self, start: Index, rings: list[Points]) -> Index:
        """Rings joined to `start` and to one another; their numbers (rings, points)."""
        numbers = []
        for ring in rings:
            new = self.add(ring)
            self.triangles += ring_strip(start.tolist(), new.tolist())
            numbers.append(new)
            start = new
        return np.array(numbers)


def head_skin(face: Face) -> Skin:
    """The faired, exactly mirror-symmetric skin."""
    matrix, triangles, middle = loop_subdivision(face.triangles, len(face.points))
    points = _interpolated(matrix, face.points)
    points = parted_lips(points, matrix, points[:468])
    matrix, points, triangles = with_nostrils(face, matrix, points, triangles, middle)

    def fine_ring(loop: tuple[int, ...]) -> Index:
        pairs = zip(loop, (*loop[1:], loop[0]), strict=True)
        return np.array([v for a, b in pairs for v in (a, middle[(min(a, b), max(a, b))])])

    oval, lips = fine_ring(FACE_OVAL), fine_ring(INNER_LIPS)
    lids = (fine_ring(RIGHT_EYE), fine_ring(LEFT_EYE))
    mesh = _Mesh([], [])
    mesh.add(points)
    tube = neck_rings()
    ear_rings = [ear(side) for side in (-1, 1)]
    borders = [points[oval], tube[0], ear_rings[0][0][0], ear_rings[1][0][0]]
    directions, caps = cranium(borders)
    skull = mesh.add(on_cranium(directions))
    neck = np.array([mesh.add(ring) for ring in tube])
    ears, ends = [], []
    for rings, end in ear_rings:
        ears.append(np.array([mesh.add(ring) for ring in rings]))
        ends.append(int(mesh.add(end[None])[0]))
    numbers = np.concatenate([skull, oval, neck[0], ears[0][0], ears[1][0]])
    mesh.triangles += [tuple(t) for t in numbers[caps].tolist()]
    _join_rings(mesh, neck, ears, ends)
    bag = mesh.tube(lips, bag_rings(points[lips]))
    bag_end = int(mesh.add(mesh.points[-1].mean(0)[None] - [[0, 0, 1.0]])[0])
    mesh.triangles += [(int(a), int(b), bag_end)
                       for a, b in zip(bag[-1], np.roll(bag[-1], -1), strict=True)]
    backs = [mesh.tube(ring, lid_back_rings(points[ring], centre))
             for ring, centre in zip(lids, face.eye_centres, strict=True)]
    raw = np.concatenate(mesh.points)
    mirror = mirror_map(raw, tolerance=1e-5)
    wound = mirrored_halves(orient(np.concatenate([triangles, np.array(mesh.triangles)])), raw,
                            mirror)
    skin = Skin(face, raw, wound, matrix, len(triangles), mirror, oval, lips, lids,
                (backs[0], backs[1]), bag, bag_end, skull, neck, (ears[0], ears[1]),
                (ends[0], ends[1]))
    return Skin(**{**skin.__dict__, "points": symmetric(faired(skin), mirror)})


def _join_rings(mesh: _Mesh, neck: Index, ears: list[Index], ends: list[int]) -> None:
    for rings in (neck, *ears):
        for outer, inner in pairwise(rings):
            mesh.triangles += ring_strip(outer.tolist(), inner.tolist())
    for rings, end in zip(ears, ends, strict=True):
        last = rings[-1].tolist()
        mesh.triangles += [(a, b, end) for a, b in zip(last, [*last[1:], last[0]], strict=True)]


def _interpolated(matrix: sp.csr_matrix, points: Points) -> Points:
    """Subdivided points that pass through the given ones, which Loop's rule alone shrinks."""
    control = points.copy()
    for _ in range(3):  # damped fixed-point steps; three leave under 0.1 mm
        control += 0.6 * (points - (matrix @ control)[: len(points)])
    return np.asarray(matrix @ control)
