# SPDX-License-Identifier: GPL-3.0-or-later
"""Small mesh mathematics: Loop subdivision, Laplacians, smooth interpolation, mirror maps."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

Points = npt.NDArray[np.float64]  # (n,3) mm
Triangles = npt.NDArray[np.int64]  # (m,3)
Index = npt.NDArray[np.int64]
Sparse = Any  # scipy.sparse.csr_matrix

MIRROR = np.array([-1.0, 1.0, 1.0])


def unit(vectors: Points) -> Points:
    """Vectors of length 1 along the last axis."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def smoothstep(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """0 below 0, 1 above 1, 3t²-2t³ between."""
    t = np.clip(value, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def edges(triangles: Triangles) -> Index:
    """Unique undirected edges (k,2), each sorted."""
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    unique: Index = np.unique(np.sort(pairs, axis=1), axis=0)
    return unique


def adjacency(count: int, triangles: Triangles) -> Sparse:
    """(count,count) 0/1 neighbour matrix."""
    a, b = edges(triangles).T
    ones = np.ones(2 * len(a))
    return sp.csr_matrix((ones, (np.r_[a, b], np.r_[b, a])), shape=(count, count))


def uniform_laplacian(count: int, triangles: Triangles) -> Sparse:
    """Mean of the neighbours minus oneself."""
    near = adjacency(count, triangles)
    degree = np.asarray(near.sum(1)).ravel().clip(1)
    return sp.csr_matrix(sp.diags(1.0 / degree) @ near - sp.eye(count))


def inverse_length_laplacian(points: Points, triangles: Triangles) -> Sparse:
    """Like `uniform_laplacian`, nearer neighbours counting more."""
    a, b = edges(triangles).T
    weight = 1.0 / np.linalg.norm(points[a] - points[b], axis=1)
    n = len(points)
    near = sp.csr_matrix((np.r_[weight, weight], (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    return sp.csr_matrix(sp.diags(1.0 / np.asarray(near.sum(1)).ravel().clip(1e-9)) @ near
                         - sp.eye(n))


def edge_graph(points: Points, triangles: Triangles) -> Sparse:
    """Neighbour matrix that holds edge lengths in mm."""
    a, b = edges(triangles).T
    length = np.linalg.norm(points[a] - points[b], axis=1)
    n = len(points)
    return sp.csr_matrix((np.r_[length, length], (np.r_[a, b], np.r_[b, a])), shape=(n, n))


def solve_free(matrix: Sparse, values: Points, free: npt.NDArray[np.bool_]) -> Points:
    """`values` with the rows `free` replaced so that matrix @ values = 0 in those rows."""
    inner, outer = np.flatnonzero(free), np.flatnonzero(~free)
    rows = matrix.tocsr()[inner]
    solved = values.copy()
    solved[inner] = splu(rows[:, inner].tocsc()).solve(-(rows[:, outer] @ values[outer]))
    return solved


def biharmonic(
    points: Points, triangles: Triangles, handles: Mapping[int, Points], radius: float,
    fixed: Iterable[int] = (),
) -> Points:
    """Smooth displacement (n,3) that has the handles' values and is zero beyond `radius` mm.

    Minimises the squared uniform Laplacian (thin plate) with zero at `fixed` points.  Distances
    are along edges, from the nearest handle.
    """
    where = list(handles)
    laplacian = uniform_laplacian(len(points), triangles)
    reach = dijkstra(edge_graph(points, triangles), indices=where, min_only=True)
    known = reach > radius
    known[list(fixed)] = True
    known[where] = True
    values = np.zeros((len(points), 3))
    values[where] = np.array([handles[i] for i in where])
    energy = laplacian.T @ laplacian + 1e-9 * sp.eye(len(points))
    return solve_free(energy, values, ~known)


def loop_subdivision(
    triangles: Triangles, count: int
) -> tuple[Sparse, Triangles, dict[tuple[int, int], int]]:
    """One step of Loop subdivision with the boundary rule (Loop 1987).

    Returns the matrix (new, count), the new triangles and the number of the new vertex on each
    edge.
    """
    opposite: dict[tuple[int, int], list[int]] = defaultdict(list)
    for a, b, c in triangles.tolist():
        for p, q, r in ((a, b, c), (b, c, a), (c, a, b)):
            opposite[(min(p, q), max(p, q))].append(r)
    neighbours: dict[int, list[int]] = defaultdict(list)
    border: dict[int, list[int]] = defaultdict(list)
    for (p, q), others in opposite.items():
        neighbours[p].append(q)
        neighbours[q].append(p)
        if len(others) == 1:
            border[p].append(q)
            border[q].append(p)
    matrix = sp.lil_matrix((count + len(opposite), count))
    for v in range(count):
        around = border.get(v) or neighbours[v]
        k = len(around)
        beta = 0.125 if v in border else (
            5 / 8 - (3 / 8 + np.cos(2 * np.pi / k) / 4) ** 2) / k
        matrix[v, v] = 1 - k * beta
        for n in around:
            matrix[v, n] = beta
    middle: dict[tuple[int, int], int] = {}
    for row, (edge, others) in enumerate(opposite.items(), start=count):
        middle[edge] = row
        for n in edge:
            matrix[row, n] = 0.5 if len(others) == 1 else 0.375
        for n in others if len(others) == 2 else ():
            matrix[row, n] = 0.125
    fine = []
    for a, b, c in triangles.tolist():
        x, y, z = (middle[(min(p, q), max(p, q))] for p, q in ((a, b), (b, c), (c, a)))
        fine += [(a, x, z), (x, b, y), (z, y, c), (x, y, z)]
    return sp.csr_matrix(matrix), np.array(fine), middle


def orient(triangles: Triangles) -> Triangles:
    """The same triangles, wound alike within each connected part as its first triangle is."""
    wound = [list(t) for t in triangles.tolist()]
    sharing: dict[frozenset[int], list[int]] = defaultdict(list)
    for i, (a, b, c) in enumerate(wound):
        for pair in ((a, b), (b, c), (c, a)):
            sharing[frozenset(pair)].append(i)
    seen = [False] * len(wound)
    for start in range(len(wound)):
        if seen[start]:
            continue
        seen[start] = True
        queue = deque([start])
        while queue:
            a, b, c = wound[queue.popleft()]
            for p, q in ((a, b), (b, c), (c, a)):
                for j in sharing[frozenset((p, q))]:
                    if seen[j]:
                        continue
                    x, y, z = wound[j]
                    if (p, q) in ((x, y), (y, z), (z, x)):
                        wound[j] = [z, y, x]
                    seen[j] = True
                    queue.append(j)
    return np.array(wound)


def ring_strip(outer: Sequence[int], inner: Sequence[int]) -> list[tuple[int, int, int]]:
    """Triangles of the band between two closed rings of equal length."""
    n = len(outer)
    band: list[tuple[int, int, int]] = []
    for i in range(n):
        j = (i + 1) % n
        band += [(outer[i], outer[j], inner[j]), (outer[i], inner[j], inner[i])]
    return band


def grid_triangles(rows: int, columns: int, wrap: bool) -> Triangles:
    """Triangles of a grid of points, row by row; `wrap` closes each row to a ring."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if wrap else columns - 1),
                       indexing="ij")
    a = (r * columns + c).ravel()
    b = (r * columns + (c + 1) % columns).ravel()
    return np.concatenate([np.stack([a, a + columns, b], 1),
                           np.stack([b, a + columns, b + columns], 1)])


def mirror_map(points: Points, tolerance: float = 1e-6) -> Index:
    """For each point its mirror image's number across x = 0; ValueError where one lacks."""
    distance, other = cKDTree(points).query(points * MIRROR)
    if distance.max() > tolerance or (other[other] != np.arange(len(points))).any():
        raise ValueError(f"the points are not mirror-symmetric ({distance.max():.3g} mm)")
    return np.asarray(other, np.int64)


def mirrored_halves(triangles: Triangles, points: Points, mirror: Index) -> Triangles:
    """The triangles, those on the left (x > 0) replaced by mirror images of those on the right.

    Bands between rings have the diagonals of their squares one way round; mirrored they would
    fold and shade differently on the two sides of a face.
    """
    middle = points[triangles, 0].mean(1)
    right, left = np.flatnonzero(middle < 0), np.flatnonzero(middle > 0)
    if len(right) != len(left):
        raise ValueError(f"{len(right)} triangles on the right, {len(left)} on the left")
    made = triangles.copy()
    made[left] = mirror[triangles[right]][:, ::-1]
    return made


def symmetric(values: Points, mirror: Index) -> Points:
    """The mean of a field and its mirror image."""
    return np.asarray((values + values[mirror] * MIRROR) / 2)


def vertex_normals(points: Points, triangles: Triangles) -> Points:
    """Area-weighted unit normals (n,3)."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, triangles[:, k], face)
    return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True).clip(1e-12))
