# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin's chart: one piece, cut behind, the face large; its left half mirrors the right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from .mesh_tools import Index, Points, Triangles, edge_graph, smoothstep
from .parts import Skin
from .uv_energy import (
    Flags,
    Rest,
    border_loops,
    convex_combination,
    mean_value_weights,
    relaxed,
    rest_shapes,
)

ASPECT = 0.78
"""Height of the chart over its width; of those tried the one with the least stretch in the face."""

# Wished sizes relative to the face's rim, and how much a region's distortion counts: features of
# the face first, what hair and clothes hide last.  Judged on the texel densities they lead to.
_FAR, _REACH = 0.30, 50.0  # behind the face; mm over which the size falls to it
_SHOULDERS, _SHOULDER_LEVELS = 0.22, (-120.0, -190.0)  # mm
_BAG, _LID_BACK, _EAR = 0.35, 0.5, 0.6
_FEATURES, _FEATURE_REACH = 1.25, 30.0  # mm around eyes and mouth
_THROAT, _CARE_THROAT = 0.55, 0.5  # in sight below jaw and ears, where the chart would squeeze it
_CARE_HIDDEN, _CARE_EAR, _CARE_BAG, _CARE_HOLE = 0.12, 0.3, 0.08, 0.004  # the face's is 1
_CUT_BEGINS = -40.0  # mm, z; a longer cut stretches the scalp less, and hair covers it


@dataclass(frozen=True, eq=False)
class _Half:
    """The right half of the skin, its own numbering; a centre for each hole comes last."""

    numbers: Index  # (h,) the whole's vertices, without the centres
    points: Points  # (h + holes, 3)
    triangles: Triangles  # the right side's own and, last, the holes' fans
    all_triangles: Triangles  # and the left side's, mirrored, where those are cut otherwise
    axis: Index  # the middle line from the shoulders in front to the crown, both ends included
    cut: Index  # and from the crown down behind
    hem: Index  # the shoulders' border from behind to the front


def skin_chart(skin: Skin) -> tuple[Points, Triangles]:
    """`vt` (T,2) in the box 1 by ASPECT and `ft` (F,3) of the skin's triangles.

    The first vertices are the skin's own; copies of the cut's follow for the left side.  No two
    triangles overlap, and mirrored vertices lie at u and 1 - u.  Raises ValueError where triangles
    cross the middle plane or the start has a triangle turned over.
    """
    half = _half(skin)
    start, free = _outline(half)
    flat = convex_combination(mean_value_weights(half.points, half.triangles), start, free)
    rest = _rest(skin, half)
    wished = float(rest.area.sum())
    size = np.sqrt(wished / (0.5 * ASPECT))  # energies are least where areas are as wished
    flat = relaxed(flat * size, rest, free) / size
    flat[half.axis, 0] = 0.5
    return _mirrored(skin, half, flat[: len(half.numbers)])


def _half(skin: Skin) -> _Half:
    inside = skin.points[:, 0] < 1e-9
    ours = inside[skin.triangles].all(1)
    theirs = inside[skin.mirror[skin.triangles]].all(1)
    if not (ours ^ theirs).all():
        raise ValueError("triangles of the skin cross the middle plane")
    numbers = np.flatnonzero(inside)
    local = np.full(len(skin.points), -1)
    local[numbers] = np.arange(len(numbers))
    own = local[skin.triangles[ours]]
    mirrored = local[skin.mirror[skin.triangles[theirs]][:, ::-1]]
    loops = border_loops(own)
    middle = skin.mirror[numbers] == np.arange(len(skin.points))[numbers]
    outer = next(loop for loop in loops if middle[loop].any())
    points, fans = [skin.points[numbers]], []
    for centre, loop in enumerate((p for p in loops if p is not outer), start=len(numbers)):
        points.append(skin.points[numbers][loop].mean(0)[None])
        fans.append(np.stack([np.roll(loop, -1), loop, np.full(len(loop), centre)], 1))
    everything = np.concatenate([own, mirrored])
    _, first = np.unique(np.sort(everything, axis=1), axis=0, return_index=True)
    line, hem = _split(outer, middle, skin.points[numbers])
    crown = _crown(skin.points[numbers][line])
    return _Half(numbers, np.concatenate(points), np.concatenate([own, *fans]),
                 np.concatenate([everything[np.sort(first)], *fans]),
                 line[: crown + 1], line[crown:], hem)


def _split(outer: Index, middle: Index, points: Points) -> tuple[Index, Index]:
    """The half's border as the middle line, front to back, and the hem, back to front."""
    on = middle[outer]
    ends = np.flatnonzero(on & ~np.roll(on, 1))
    if len(ends) != 1:
        raise ValueError("the skin's middle line is not one path")
    outer = np.roll(outer, -int(ends[0]))
    count = int(on.sum())
    line, hem = outer[:count], np.r_[outer[count - 1:], outer[0]]
    if points[line[0], 2] < points[line[-1], 2]:
        return line[::-1], hem[::-1]
    return line, hem


def _crown(line: Points) -> int:
    """Which point of the middle line, front to back, begins the cut."""
    top = int(np.argmax(line[:, 1]))
    above = np.flatnonzero(line[: top + 1, 1] > 0)
    return int(above[np.abs(line[above, 2] - _CUT_BEGINS).argmin()])


def _outline(half: _Half) -> tuple[Points, Flags]:
    """Places on the rectangle's right half, and which coordinates (n,2) stay free.

    The axis lies at u 0.5; the cut runs along the top to the corner and down the side; the hem is
    the bottom.  What lies on a side may slide along it.
    """
    flat = np.zeros((len(half.points), 2))
    free = np.ones((len(half.points), 2), bool)
    free[half.axis, 0] = False
    flat[half.axis, 0] = 0.5
    length = _along(half.points[half.cut])
    corner = int(np.argmin(np.abs(length - 0.5 / (0.5 + ASPECT))))
    top, side = half.cut[: corner + 1], half.cut[corner:]
    flat[top] = np.stack([0.5 - 0.5 * length[: corner + 1] / length[corner],
                          np.full(len(top), ASPECT)], 1)
    down = (length[corner:] - length[corner]) / (1 - length[corner])
    flat[side] = np.stack([np.zeros(len(side)), ASPECT * (1 - down)], 1)
    flat[half.hem] = np.stack([0.5 * _along(half.points[half.hem]), np.zeros(len(half.hem))], 1)
    free[top, 1] = free[side, 0] = free[half.hem, 1] = False
    free[[half.cut[0], half.cut[corner], half.hem[0], half.hem[-1]]] = False
    return flat, free


def _along(points: Points) -> Points:
    """Share of a line's length at each of its points, 0..1."""
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return np.asarray(length / length[-1])


def _rest(skin: Skin, half: _Half) -> Rest:
    """Wished shapes: all as on the head, sized and weighed by region."""
    size, care = _wishes(skin)
    centres = len(half.points) - len(half.numbers)
    size, care = (np.r_[w[half.numbers], np.full(centres, hole)]
                  for w, hole in ((size, _LID_BACK), (care, _CARE_HOLE)))
    triangles = half.all_triangles
    return rest_shapes(half.points, triangles, size[triangles].mean(1), care[triangles].min(1))


def _wishes(skin: Skin) -> tuple[Points, Points]:
    """Size and care (n,) of each vertex."""
    graph = edge_graph(skin.points, skin.triangles)
    face = np.arange(skin.face_count)
    away = dijkstra(graph, indices=face, min_only=True)
    near = np.exp(-((away / _REACH) ** 2))
    size = _FAR + (1 - _FAR) * near
    care = _CARE_HIDDEN + (1 - _CARE_HIDDEN) * np.exp(-((away / 15.0) ** 2))
    low, high = _SHOULDER_LEVELS
    sink = smoothstep((skin.points[:, 1] - low) / (high - low))
    size += (_SHOULDERS - size) * sink * (away > 0)
    seen = _throat(skin.points) * (away > 0)
    size, care = np.maximum(size, _THROAT * seen), np.maximum(care, _CARE_THROAT * seen)
    features = np.concatenate([*skin.lids, skin.lips])
    close = dijkstra(graph, indices=features, min_only=True)[face]
    size[face] = 1 + (_FEATURES - 1) * np.exp(-((close / _FEATURE_REACH) ** 2))
    for rings, end in zip(skin.ears, skin.ear_ends, strict=True):
        ear = np.r_[rings[1:].ravel(), end]
        size[ear], care[ear] = _EAR, _CARE_EAR
    bag = np.r_[skin.bag.ravel(), skin.bag_end]
    backs = np.concatenate([back.ravel() for back in skin.lid_backs])
    size[bag], size[backs] = _BAG, _LID_BACK
    care[bag] = care[backs] = _CARE_BAG
    return size, care


def _throat(points: Points) -> Points:
    """1 on the throat and the neck's sides, 0 on nape, shoulders and above the jaw."""
    return np.asarray(smoothstep((points[:, 2] + 125) / 40) * smoothstep((points[:, 1] + 200) / 30)
                      * smoothstep((-20 - points[:, 1]) / 30))


def _mirrored(skin: Skin, half: _Half, flat: Points) -> tuple[Points, Triangles]:
    """Both halves from the right one's places; the cut's points twice."""
    whole = np.zeros((len(skin.points), 2))
    whole[skin.mirror[half.numbers]] = flat * [-1, 1] + [1, 0]
    whole[half.numbers] = flat
    cut = half.numbers[half.cut[1:]]
    copies = np.arange(len(skin.points))
    copies[cut] = len(skin.points) + np.arange(len(cut))
    faces = skin.triangles.copy()
    left = (skin.points[faces, 0] > 1e-9).any(1)
    faces[left] = copies[faces[left]]
    return np.concatenate([whole, whole[cut] * [-1, 1] + [1, 0]]), faces
