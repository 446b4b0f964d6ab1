# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin of the whole head: face, cranium, ears, neck, shoulder stub, mouth bag, lid backs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from matplotlib.path import Path as Outline
from scipy.interpolate import CubicSpline
from scipy.sparse.linalg import splu
from scipy.spatial import ConvexHull

from .ears import ear
from .landmarks_lists import FACE_OVAL, INNER_LIPS, LEFT_EYE, RIGHT_EYE
from .linings import bag_rings, lid_back_rings
from .lip_seam import parted_lips
from .mesh_tools import (
    MIRROR,
    Index,
    Points,
    Triangles,
    loop_subdivision,
    mirror_map,
    mirrored_halves,
    orient,
    ring_strip,
    symmetric,
    uniform_laplacian,
    unit,
)
from .neck import neck_rings
from .parts import Skin
from .template import Face

Flags = npt.NDArray[np.bool_]

CENTRE = np.array([0.0, -10.0, -80.0])  # mm; the cranium is sampled by directions from here

# The cranium's profile in the middle plane, (y, z) mm from brow over vertex and occiput to the
# nape, and its half breadth: head 193 mm long, 152 wide, vertex 131 above the ear's canal (adults'
# means, Farkas 1994).  Sections across are superellipses about _SKULL_CENTRE, boxier in front.
_SKULL_CENTRE = np.array([0.0, 28.0, -92.0])
_SKULL_HALF_WIDTH = 76.0
_PROFILE = np.array([(-20, 22), (16, 22), (32, 18), (47, 13), (63, 4), (80, -13), (97, -42),
                     (106, -66), (109, -86), (106.5, -108), (97, -133), (80, -153), (55, -166),
                     (25, -171), (0, -168), (-25, -159), (-50, -149), (-80, -140)], float)
_POWER = ((-180, 2.15), (-90, 2.2), (0, 2.7), (60, 2.5), (110, 2.3), (180, 2.15))  # by degrees
_JAW_LINE_STIFFNESS = 0.25  # judged on renders


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
    points = _carve_nostrils(_interpolated(matrix, face.points), face.points)
    points = parted_lips(points, matrix, points[:468])

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
    directions, caps = _cranium(borders)
    skull = mesh.add(np.asarray(CENTRE + directions * _skull_distance(directions)[:, None]))
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
    return Skin(**{**skin.__dict__, "points": symmetric(_faired(skin), mirror)})


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


def _carve_nostrils(points: Points, landmarks: Points) -> Points:
    carved = points.copy()
    for side in (-1, 1):
        centre = np.array([side * 8.0, landmarks[2, 1] + 3.5,
                           (landmarks[2, 2] + landmarks[1, 2]) / 2 - 3.0])
        near = np.exp(-0.9 * (((points - centre) / np.array([3.6, 7.0, 5.0])) ** 2).sum(1))
        carved += near[:, None] * np.array([0.0, 5.5, -1.0])
    return carved


def _skull_distance(directions: Points) -> Points:
    """How far from CENTRE each direction meets the cranium's form (bisection), mm."""
    degrees, radius = _profile_radius()
    near, far = np.zeros(len(directions)), np.full(len(directions), 250.0)
    for _ in range(40):
        half = (near + far) / 2
        x, y, z = (CENTRE + directions * half[:, None] - _SKULL_CENTRE).T
        turn = np.degrees(np.arctan2(y, z))
        power = np.interp(turn, *np.array(_POWER).T)
        inside = (np.abs(x / _SKULL_HALF_WIDTH) ** power
                  + (np.hypot(y, z) / np.interp(turn, degrees, radius)) ** power) < 1
        near, far = np.where(inside, half, near), np.where(inside, far, half)
    return near


def _profile_radius() -> tuple[Points, Points]:
    """The profile as distance (mm) from _SKULL_CENTRE by degrees (0 front, 90 up), -180..180."""
    y, z = (_PROFILE - _SKULL_CENTRE[1:]).T
    turn = np.unwrap(np.arctan2(y, z))
    nodes, around = np.r_[turn, turn[0] + 2 * np.pi], np.r_[np.hypot(y, z), np.hypot(y[0], z[0])]
    degrees = np.linspace(-180, 180, 361)
    at = (np.radians(degrees) - nodes[0]) % (2 * np.pi) + nodes[0]
    return degrees, np.asarray(CubicSpline(nodes, around, bc_type="periodic")(at))


def _cranium(borders: list[Points]) -> tuple[Points, Triangles]:
    """Directions that fill the sphere between the borders, and Delaunay triangles over all.

    Numbers in the triangles: the directions first, then the borders in order.  One half is
    triangulated and mirrored: a row of points on the middle plane, and none near it, keeps
    every triangle on one side.
    """
    count = 1900
    step = np.arange(count) + 0.5
    polar, turn = np.arccos(1 - 2 * step / count), np.pi * (1 + 5**0.5) * step  # Fibonacci sphere
    sphere = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)],
                      1)
    right = sphere[sphere[:, 0] < -0.055]
    arc = np.arange(84) / 84 * 2 * np.pi
    middle = np.stack([np.zeros(84), np.cos(arc), np.sin(arc)], 1)
    directions = np.concatenate([right, right * MIRROR, middle])
    rings = [unit(border - CENTRE) for border in borders]
    poles = [unit(ring.mean(0)) for ring in rings]
    keep = np.linalg.norm(directions[:, None] - np.concatenate(rings)[None], axis=2).min(1) > 0.05
    for ring, pole in zip(rings, poles, strict=True):
        keep &= ~_inside(directions, ring, pole)
    directions = directions[keep]
    everything = np.concatenate([directions, *rings])
    triangles = ConvexHull(everything).simplices.astype(np.int64)
    ring_of = np.concatenate([np.full(len(directions), -1),
                              *[np.full(len(r), k) for k, r in enumerate(rings)]])
    centres = unit(everything[triangles].mean(1))
    for k, (ring, pole) in enumerate(zip(rings, poles, strict=True)):
        hole = (ring_of[triangles] == k).all(1) & _inside(centres, ring, pole)
        triangles, centres = triangles[~hole], centres[~hole]
    half = triangles[centres[:, 0] < -1e-9]
    return directions, np.concatenate([half, mirror_map(everything, 1e-6)[half][:, ::-1]])


def _inside(directions: Points, ring: Points, pole: Points) -> Flags:
    """Which directions lie within a ring, seen in the stereographic picture about its pole."""
    x = unit(np.cross([0.1, 1.0, 0.3], pole))
    y = np.cross(pole, x)

    def flat(d: Points) -> Points:
        scale = 1 / (1.0001 + d @ pole)
        return np.stack([d @ x * scale, d @ y * scale], 1)

    return np.asarray(Outline(flat(ring)).contains_points(flat(directions)))


def _faired(skin: Skin) -> Points:
    """Cranium, ear seams and upper neck relaxed to least bending; everything else stays.

    Minimises the squared Laplacian over the cranium plus a weak pull to the superellipsoid above
    and to the jaw's underside below, so that no seam is left between face, skull, ears and neck.
    """
    n, points = len(skin.points), skin.points
    free = np.zeros(n, bool)
    free[skin.skull] = free[skin.neck[:3].ravel()] = True
    for rings in skin.ears:
        free[rings[0]] = True
        free[rings[1:4][:, _before_ear(points, rings)]] = True
    rows = free.copy()
    rows[skin.oval] = rows[skin.neck.ravel()] = True
    for rings in skin.ears:
        rows[rings[4][_before_ear(points, rings)]] = True
    stiff = np.ones(n)  # the jaw line may bend: less bending energy along it
    stiff[skin.oval] = np.where(points[skin.oval, 1] < -62, _JAW_LINE_STIFFNESS, 1.0)
    laplacian = (sp.diags(stiff) @ uniform_laplacian(n, skin.triangles))[np.flatnonzero(rows)]
    pull, target = _pulls(skin)
    inner, outer = np.flatnonzero(free), np.flatnonzero(~free)
    a = laplacian[:, inner]
    system = (a.T @ a + sp.diags(pull[inner])).tocsc()
    known = -(a.T @ (laplacian[:, outer] @ points[outer])) + pull[inner, None] * target[inner]
    faired = points.copy()
    faired[inner] = splu(system).solve(known)
    for rings, end in zip(skin.ears, skin.ear_ends, strict=True):
        shift = faired[rings[0]] - points[rings[0]]
        mean = shift.mean(0)
        for k, ring in enumerate(rings[1:], start=1):
            faired[ring] += mean + (shift - mean) * max(0.0, 1 - k / 3)
        faired[end] += mean
    return faired


def _before_ear(points: Points, rings: Index) -> Flags:
    """Which points of an ear's rings lie in front, where the outer rings are the cheek's."""
    seam, crest = (np.linalg.norm(points[rings[k]] - points[rings[-1]].mean(0), axis=1)
                   for k in (0, 5))
    return np.asarray(seam > crest + 3.0)


def _pulls(skin: Skin) -> tuple[Points, Points]:
    """Strength (n,) and aim (n,3) of the pulls on the fairing."""
    points, face = skin.points, skin.points[skin.oval]
    strength, target = np.zeros(len(points)), points.copy()
    x, y, z = points[skin.skull].T
    away = np.linalg.norm(points[skin.skull][:, None] - face[None], axis=2).min(1)
    strength[skin.skull] = 0.05 * np.clip((y + 40) / 40, 0, 1) * np.clip((away - 8) / 30, 0, 1)
    under = (y < -70) & (z > -62) & (z < 25) & (np.abs(x) < 62)  # between chin and throat
    floor = -116.0 - (14 - z) * 0.24 + np.clip(np.abs(x) - 16, 0, None) * 0.68
    target[skin.skull[under], 1] = floor[under]
    strength[skin.skull[under]] = 0.08 * np.clip((away[under] - 3) / 8, 0, 1)
    for rings in skin.ears:
        strength[rings[0]] = 0.12
    for ring, k in zip(skin.neck, (0.02, 0.05, 0.1), strict=False):
        strength[ring] = k
    return strength, target
