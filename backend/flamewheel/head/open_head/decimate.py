# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh with fewer vertices, all of them vertices of the given one.

Quadric error edge collapse (Garland and Heckbert 1997) that keeps one end of each edge, summed over
several poses so that what bends stays fine (Mohr and Gleicher 2003), done in rounds: the cheapest
collapses whose neighbourhoods do not touch are made together, always in mirrored pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .mesh_tools import Index, Points, Triangles, adjacency, edges

Flags = npt.NDArray[np.bool_]

_SPREAD = 0.02  # weight of staying near beside staying on the surface; judged on renders
_BORDER = 4.0  # weight of planes through edges of borders and materials, upright on the surface
_SHARE = 0.3  # of the candidates, cheapest first, are looked at in each round
_FEWEST = 600  # candidates per round, so that the last rounds find some
_TURN = 0.35  # least cosine between a triangle's normals before and after
_SHAPE = 0.12  # least 4√3 area / (sum of squared sides), 1 for an equal-sided triangle
_IDLE_ROUNDS = 3  # without a collapse before giving up


@dataclass(frozen=True, eq=False)
class Surface:
    """What is to be made coarser."""

    poses: Points  # (P,V,3) mm
    triangles: Triangles  # (F,3)
    corners: Index  # (F,3) texture vertices, which seams keep apart
    uv: Points  # (T,2)
    mirror: Index  # (V,)
    kinds: Index  # (V,) a vertex is only given up for one of its kind
    materials: Index  # (F,) triangles' looks; lines between them keep their course
    weights: Points  # (V,) how much an error there counts
    locked: Flags  # (V,) stays


def decimated(surface: Surface, target: int) -> tuple[Triangles, Index]:
    """Triangles and their texture corners after collapses down to `target` used vertices.

    Numbers are those of the given vertices.  Stops earlier where nothing more can go: collapses
    that would turn a triangle over, in space or in the texture, break the surface or give up a
    locked vertex are not made.
    """
    triangles, corners = surface.triangles, surface.corners
    quadrics = _quadrics(surface)
    idle = 0
    while (surplus := len(np.unique(triangles)) - target) > 0 and idle < _IDLE_ROUNDS:
        step = _Round(surface, triangles, corners, quadrics)
        gone, kept = step.chosen(surplus, everything=idle > 0)
        idle = idle + 1 if len(gone) == 0 else 0
        np.add.at(quadrics, kept, quadrics[gone])
        triangles, corners = step.collapsed(gone, kept)
    return triangles, corners


def _quadrics(surface: Surface) -> Points:
    """(V,P,10) upper halves of the symmetric 4x4 error forms."""
    made = np.zeros((surface.poses.shape[1], len(surface.poses), 10))
    border = _lines(surface)
    for p, points in enumerate(surface.poses):
        corner = points[surface.triangles]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        area = np.linalg.norm(normal, axis=1, keepdims=True) / 2
        plane = normal / (2 * area).clip(1e-12)
        form = area * _outer(np.c_[plane, -np.einsum("fi,fi->f", plane, corner[:, 0])])
        for k in range(3):
            vertex = surface.triangles[:, k]
            np.add.at(made[:, p], vertex, form + _SPREAD * area * _nearness(points[vertex]))
        a, b, face = border.T
        along = points[b] - points[a]
        upright = np.cross(along, plane[face])
        upright /= np.linalg.norm(upright, axis=1, keepdims=True).clip(1e-12)
        form = _outer(np.c_[upright, -np.einsum("fi,fi->f", upright, points[a])])
        form *= _BORDER * (along**2).sum(1, keepdims=True)
        for vertex in (a, b):
            np.add.at(made[:, p], vertex, form)
    return made * surface.weights[:, None, None]


_ROWS, _COLUMNS = np.triu_indices(4)


def _outer(planes: Points) -> Points:
    return np.asarray(planes[:, _ROWS] * planes[:, _COLUMNS])


def _nearness(points: Points) -> Points:
    """(n,10) forms whose value at a point is its squared distance to each of `points`."""
    form = np.zeros((len(points), 4, 4))
    form[:, range(3), range(3)] = 1.0
    form[:, :3, 3] = -points
    form[:, 3, 3] = (points**2).sum(1)
    return np.asarray(form[:, _ROWS, _COLUMNS])


def _values(forms: Points, points: Points) -> Points:
    """(n,) the forms (n,P,10) at points (n,P,3), summed over poses."""
    h = np.concatenate([points, np.ones((*points.shape[:2], 1))], 2)
    twice = np.where(_ROWS == _COLUMNS, 1.0, 2.0)
    return np.asarray(np.einsum("npk,npk->n", forms, h[..., _ROWS] * h[..., _COLUMNS] * twice))


def _lines(surface: Surface) -> Index:
    """(k,3) ends and triangle of edges at which a material ends, or the surface."""
    found = []
    for material in np.unique(surface.materials):
        own = np.flatnonzero(surface.materials == material)
        line = _border_edges(surface.triangles[own])
        found.append(np.c_[line[:, :2], own[line[:, 2]]])
    return np.concatenate(found)


def _border_edges(triangles: Triangles) -> Index:
    """(k,3) ends and triangle of edges that belong to one triangle only."""
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    face = np.tile(np.arange(len(triangles)), 3)
    _, first, uses = np.unique(np.sort(pairs, 1), axis=0, return_index=True, return_counts=True)
    once = first[uses == 1]
    return np.asarray(np.c_[pairs[once], face[once]])


class _Round:
    """The state of the mesh in one round, and which collapses it allows."""

    def __init__(self, surface: Surface, triangles: Triangles, corners: Index,
                 quadrics: Points) -> None:
        self.surface, self.quadrics = surface, quadrics
        self.triangles, self.corners = triangles, corners
        self.count = len(surface.mirror)
        self.near = adjacency(self.count, triangles)
        self.incident = sp.csr_matrix(
            (np.ones(triangles.size), (triangles.ravel(), np.arange(triangles.size) // 3)),
            shape=(self.count, len(triangles)))

    def chosen(self, most: int, everything: bool) -> tuple[Index, Index]:
        """Vertices to give up and those that take their place, at most `most` pairs of them."""
        gone, kept = self._candidates()
        poses = self.surface.poses
        cost = _values(self.quadrics[gone] + self.quadrics[kept], poses[:, kept].swapaxes(0, 1))
        mirror = self.surface.mirror
        twin = np.minimum(gone * self.count + kept, mirror[gone] * self.count + mirror[kept])
        order = np.lexsort((gone, twin, np.round(cost, 9)))
        if not everything:
            order = order[: max(_FEWEST, int(_SHARE * len(order)))]
        gone, kept = gone[order], kept[order]
        good = self._harmless(gone, kept)
        return self._apart(gone[good], kept[good], most)

    def _candidates(self) -> tuple[Index, Index]:
        """Directed edges that can be collapsed without breaking the surface."""
        s = self.surface
        pairs = edges(self.triangles)
        common = np.asarray((self.near[pairs[:, 0]].multiply(self.near[pairs[:, 1]])).sum(1))
        shared = np.asarray((self.incident[pairs[:, 0]].multiply(self.incident[pairs[:, 1]]))
                            .sum(1))
        border = np.zeros(self.count, bool)
        border[_border_edges(self.triangles)[:, :2].ravel()] = True
        sound = (common == shared).ravel()
        inner = shared.ravel() == 2
        gone, kept = np.concatenate([pairs, pairs[:, ::-1]]).T
        sound, inner = np.tile(sound, 2), np.tile(inner, 2)
        middle = s.mirror == np.arange(self.count)
        allowed = (sound & ~s.locked[gone] & (s.kinds[gone] == s.kinds[kept])
                   & ~(border[gone] & inner) & (~middle[gone] | middle[kept])
                   & (s.mirror[gone] != kept))
        apart = np.asarray(self.near[gone, s.mirror[gone]]).ravel() == 0
        return gone[allowed & apart], kept[allowed & apart]

    def _harmless(self, gone: Index, kept: Index) -> Flags:
        """Whether each collapse leaves triangles well shaped, unturned and on one side of seams."""
        rows = self.incident[gone].tocsr()
        which = np.repeat(np.arange(len(gone)), np.diff(rows.indptr))
        face = rows.indices
        here = self.triangles[face]
        leaves = (here == kept[which, None]).any(1)
        seam, corners = self._new_corners(gone, kept, which, face, leaves)
        bad = np.zeros(len(gone), bool)
        bad[which[~leaves][~seam]] = True
        which, face, here = which[~leaves], face[~leaves], here[~leaves]
        made = np.where(here == gone[which, None], kept[which, None], here)
        bad[which[~self._well_shaped(here, made)]] = True
        before, after = (_area(self.surface.uv[c]) for c in (self.corners[face], corners))
        bad[which[(after * before <= 0) & seam]] = True
        return ~bad

    def _well_shaped(self, before: Triangles, after: Triangles) -> Flags:
        fine = np.ones(len(before), bool)
        for points in self.surface.poses:
            old, new = (np.cross(points[t[:, 1]] - points[t[:, 0]],
                                 points[t[:, 2]] - points[t[:, 0]]) for t in (before, after))
            size = np.linalg.norm(new, axis=1)
            fine &= (old * new).sum(1) >= _TURN * np.linalg.norm(old, axis=1) * size
        points = self.surface.poses[0]
        sides = sum(((points[after[:, k]] - points[after[:, k - 1]]) ** 2).sum(1) for k in range(3))
        old_sides = sum(((points[before[:, k]] - points[before[:, k - 1]]) ** 2).sum(1)
                        for k in range(3))
        new, old = (np.linalg.norm(np.cross(points[t[:, 1]] - points[t[:, 0]],
                                            points[t[:, 2]] - points[t[:, 0]]), axis=1)
                    for t in (after, before))
        shape, was = new / sides, old / old_sides
        return np.asarray(fine & (2 * np.sqrt(3) * shape > np.minimum(_SHAPE,
                                                                      2 * np.sqrt(3) * was)))

    def _new_corners(self, gone: Index, kept: Index, which: Index, face: Index, leaves: Flags
                     ) -> tuple[Flags, Index]:
        """Texture corners (n,3) of the triangles that stay, and whether each has one.

        A triangle that vanishes joins a corner of the vertex that goes to one of the vertex that
        stays; triangles on its side of a seam go with it.
        """
        pairs = np.full((len(gone), 2, 2), -1)
        lost = np.flatnonzero(leaves)
        here, texture = self.triangles[face[lost]], self.corners[face[lost]]
        owner = which[lost]
        slot = np.r_[False, owner[1:] == owner[:-1]].astype(int)
        for k, ends in enumerate((gone, kept)):
            place = (here == ends[owner, None]).argmax(1)
            pairs[owner, slot, k] = texture[np.arange(len(lost)), place]
        lone = pairs[:, 1, 0] < 0
        pairs[lone, 1] = pairs[lone, 0]
        torn = (pairs[:, 0, 0] == pairs[:, 1, 0]) & (pairs[:, 0, 1] != pairs[:, 1, 1])
        stay = np.flatnonzero(~leaves)
        owner, made = which[stay], self.corners[face[stay]].copy()
        place = (self.triangles[face[stay]] == gone[owner, None]).argmax(1)
        rows = np.arange(len(stay))
        own = made[rows, place]
        first = own == pairs[owner, 0, 0]
        known = (first | (own == pairs[owner, 1, 0])) & ~torn[owner]
        made[rows, place] = np.where(first, pairs[owner, 0, 1], pairs[owner, 1, 1])
        return known, made

    def _apart(self, gone: Index, kept: Index, most: int) -> tuple[Index, Index]:
        """The cheapest of them whose neighbourhoods do not touch, with their mirror images."""
        mirror, near = self.surface.mirror, self.near
        possible = set(zip(gone.tolist(), kept.tolist(), strict=True))
        taken = np.zeros(self.count, bool)
        chosen: list[tuple[int, int]] = []
        for u, v in zip(gone.tolist(), kept.tolist(), strict=True):
            twin = int(mirror[u]), int(mirror[v])
            if twin not in possible or len(chosen) >= most:
                continue
            around = near.indices[near.indptr[u]: near.indptr[u + 1]]
            beyond = near.indices[near.indptr[twin[0]]: near.indptr[twin[0] + 1]]
            if taken[u] or taken[twin[0]] or taken[around].any() or taken[beyond].any():
                continue
            if twin[0] != u and self._pinched(u, v, around):
                continue
            taken[around] = taken[beyond] = True
            taken[[u, twin[0]]] = True
            chosen += [(u, v)] if twin[0] == u else [(u, v), twin]
        made = np.array(chosen, int).reshape(-1, 2)
        return made[:, 0], made[:, 1]

    def _pinched(self, u: int, v: int, around: Any) -> bool:
        """Whether `u` and its image, both given up, would each make one and the same edge."""
        mirror = self.surface.mirror
        own = self.near.indices[self.near.indptr[v]: self.near.indptr[v + 1]]
        fresh = np.setdiff1d(around, np.r_[own, v])
        twice = fresh if mirror[v] == v else np.array([v])
        return bool(np.isin(mirror[twice], fresh).any())

    def collapsed(self, gone: Index, kept: Index) -> tuple[Triangles, Index]:
        """The mesh with `gone` given up for `kept`; neighbourhoods must be apart."""
        if len(gone) == 0:
            return self.triangles, self.corners
        rows = self.incident[gone].tocsr()
        which = np.repeat(np.arange(len(gone)), np.diff(rows.indptr))
        face = rows.indices
        leaves = (self.triangles[face] == kept[which, None]).any(1)
        _, corners = self._new_corners(gone, kept, which, face, leaves)
        place = np.arange(self.count)
        place[gone] = kept
        triangles, texture = place[self.triangles], self.corners.copy()
        texture[face[~leaves]] = corners
        stay = np.ones(len(triangles), bool)
        stay[face[leaves]] = False
        return triangles[stay], texture[stay]


def _area(flat: Points) -> Points:
    """(n,) twice the signed areas of triangles (n,3,2)."""
    a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
