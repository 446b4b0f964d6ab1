# SPDX-License-Identifier: GPL-3.0-or-later
"""The neutral face: 468 landmarks in mm with closed lips and lids that lie on the eyeballs."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .landmarks_lists import LEFT_EYE, RIGHT_EYE
from .mesh_tools import MIRROR, Index, Points, Triangles, biharmonic, mirror_map, orient, symmetric

EYE_RADIUS = 12.6
"""mm; a grown eye is 24 to 25 mm across."""

LID_THICKNESS = 0.7  # mm between eyeball and the lids' outer skin; less pierces between vertices

_DEPTH = 31.0  # mm; puts the origin behind the nose's root, amid the head's front half
_EVERYWHERE = 1e9  # mm

_UPPER_INNER = (191, 80, 81, 82, 13, 312, 311, 310, 415)
_LOWER_INNER = (95, 88, 178, 87, 14, 317, 402, 318, 324)
_LIP_GAP = 0.008  # mm each way from the line where the lips meet: no shared vertex, nothing to see

# Forms that landmarks of photos blur, mm: chin, its crease, upper lid's fold, philtrum, nose wing.
_CARVING: tuple[tuple[tuple[int, ...], tuple[float, float, float]], ...] = (
    ((152, 175, 199, 148, 171), (0, -0.5, 2.6)), ((200, 208, 176, 140), (0, 0, 1.4)),
    ((30, 29, 27, 28, 247, 56), (0, 0.3, -1.1)), ((225, 224, 223, 222, 221), (0, -1.1, 1.0)),
    ((92, 165, 206), (0, 0, -0.7)), ((203, 205, 36), (0, 0, 0.5)), ((23, 22, 24), (0, 0, -0.5)),
    # FaceMesh sees lips and nose base of renders here: a shorter philtrum, a fuller lower lip
    ((0, 37, 39, 11, 72, 73), (0, 1.3, 0.2)), ((40, 74), (0, 0.8, 0)), ((12, 38, 41), (0, 0.5, 0)),
    ((2, 97, 99, 20, 238, 60, 242, 141, 94), (0, -0.9, 0)),
    ((17, 84, 181, 16, 85, 180), (0, -0.7, 0.2)), ((18, 83, 182), (0, -0.8, 0)),
    ((0,), (0, 0, -0.5)), ((37,), (0, 0.5, 0.6)), ((164,), (0, 0, -0.8)),
)


@dataclass(frozen=True, eq=False)
class Face:
    """The face mesh before subdivision."""

    points: Points  # (468,3) mm
    triangles: Triangles  # (852,3): eye and mouth holes are open
    mirror: Index  # (468,)
    eye_centres: Points  # (2,3) right, left


def neutral_face() -> Face:
    """The template of the face region; deterministic."""
    here = Path(__file__).parent
    table = np.loadtxt(here / "canonical_face.csv", delimiter=",")
    points = table[:, :3] * 10.0
    points = points - np.array([0.0, points[168, 1], _DEPTH])
    mirror = mirror_map(points)
    triangles = _face_triangles(points, mirror)
    points = _with_photo_proportions(points, triangles, mirror, here / "photo_proportions.csv")
    points = _lips_closed(points, triangles, mirror)
    centres = _eye_centres(points)
    lids = np.array(RIGHT_EYE + LEFT_EYE)
    fitted = _lids_on_eyes(points, centres)
    moved = biharmonic(points, triangles, dict(zip(lids.tolist(), (fitted - points)[lids],
                                                   strict=True)), 17.0)
    points = points + moved
    for numbers, shift in _CARVING:
        for i in {j for n in numbers for j in (n, int(mirror[n]))}:
            points[i] += np.array(shift)
    return Face(symmetric(points, mirror), triangles, mirror, centres)


def _face_triangles(points: Points, mirror: Index) -> Triangles:
    """Triangles of MediaPipe's tessellation, exactly mirror-symmetric, facing out.

    The tessellation is published as edges; its triangles are the 3-cycles, less those whose edges
    all belong to two other cycles.  Six quads are cut differently on the two sides: the right
    side's cut is taken for both.
    """
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    near: dict[int, set[int]] = {}
    for a, b in FACEMESH_TESSELATION:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    cycles = {tuple(sorted((a, b, c))) for a, b in FACEMESH_TESSELATION for c in near[a] & near[b]}
    uses = Counter(edge for t in cycles for edge in itertools.combinations(t, 2))
    kept = [t for t in sorted(cycles)
            if not all(uses[edge] == 3 for edge in itertools.combinations(t, 2))]
    middle = np.array([points[list(t), 0].mean() for t in kept])
    right = [t for t, x in zip(kept, middle, strict=True) if x < -1e-9]
    across = [t for t, x in zip(kept, middle, strict=True) if abs(x) <= 1e-9]
    left = [tuple(sorted(int(mirror[v]) for v in t)) for t in right]
    triangles = orient(np.array(right + across + left, np.int64))
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return triangles if np.cross(b - a, c - a)[:, 2].sum() > 0 else triangles[:, ::-1].copy()


def _with_photo_proportions(
    points: Points, triangles: Triangles, mirror: Index, table: Path
) -> Points:
    """The canonical face with the recorded offsets of the photos' median, smooth between them."""
    handles: dict[int, Points] = {}
    for number, *offset in np.loadtxt(table, delimiter=",").tolist():
        i = int(number)
        handles[i] = np.array(offset)
        handles[int(mirror[i])] = handles[i] * MIRROR if mirror[i] != i else handles[i]
    return symmetric(points + biharmonic(points, triangles, handles, _EVERYWHERE), mirror)


def _lips_closed(points: Points, triangles: Triangles, mirror: Index) -> Points:
    """Inner lips brought together; the upper lip comes .55 of the way, the lower the rest."""
    upper, lower = list(_UPPER_INNER), list(_LOWER_INNER)
    meeting = points[upper] * 0.45 + points[lower] * 0.55
    handles: dict[int, Points] = {}
    for row, side in ((upper, 1.0), (lower, -1.0)):
        shift = meeting - points[row] + np.array([0.0, side * _LIP_GAP, 0.0])
        shift[:, 0] = 0.0
        handles.update(zip(row, shift, strict=True))
    return symmetric(points + biharmonic(points, triangles, handles, 26.0), mirror)


def _eye_centres(points: Points) -> Points:
    """Centres of the two eyeballs such that the lids' middles lie on them."""
    loop = points[list(LEFT_EYE)]
    x, y = 31.0, loop[:, 1].mean() + 0.3  # half a pupil distance of 63 mm, 1.5 % convergent
    depth = [p[2] - np.sqrt((EYE_RADIUS + LID_THICKNESS) ** 2 - (p[0] - x) ** 2 - (p[1] - y) ** 2)
             for p in (points[386], points[374])]
    centre = np.array([x, y, np.mean(depth)])
    return np.stack([centre * MIRROR, centre])


def _lids_on_eyes(points: Points, centres: Points) -> Points:
    """The lid margins moved along z onto the eyeballs; the two corners by three tenths only."""
    fitted = points.copy()
    for centre, loop in zip(centres, (RIGHT_EYE, LEFT_EYE), strict=True):
        p = points[list(loop)] - centre
        outer = p[:, 0] * centre[0] > 0
        least = np.where(outer, 4.5, 5.5)  # mm: corners lie on flesh in front of the equator
        z = np.sqrt(np.maximum((EYE_RADIUS + LID_THICKNESS) ** 2 - p[:, 0] ** 2 - p[:, 1] ** 2,
                               least**2))
        share = np.ones(len(loop))
        share[[0, 8]] = 0.3
        fitted[list(loop), 2] = centre[2] + p[:, 2] * (1 - share) + z * share
    return fitted
