# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat maps without flips: a convex-combination start and a descent that keeps all areas positive.

The start is Tutte's theorem with Floater's mean-value weights (Computer Aided Geometric Design 20,
2003): positive weights and a convex outline leave no triangle turned over.  The descent minimises
the symmetric Dirichlet energy (Smith & Schaefer 2015) by Newton steps whose Hessians are projected
triangle by triangle (Teran et al. 2005; eigenvalues after Smith et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from .mesh_tools import Index, Points, Sparse, Triangles

Flags = npt.NDArray[np.bool_]

_STEPS = 60
_ENOUGH = 1e-5  # relative gain of a step under which the map no longer changes to the eye


def double_areas(flat: Points, triangles: Triangles) -> Points:
    """Signed twice-areas (m,) of triangles in the plane."""
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])


def border_loops(triangles: Triangles) -> list[Index]:
    """Closed border loops in the direction of the triangles' own edges.

    Raises ValueError where two loops touch in a vertex.
    """
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    inner = set(map(tuple, directed[:, ::-1].tolist()))
    border = [(a, b) for a, b in directed.tolist() if (a, b) not in inner]
    following = dict(border)
    if len(following) != len(border):
        raise ValueError("borders of the surface touch")
    loops = []
    while following:
        loop = [min(following)]
        while (there := following.pop(loop[-1])) != loop[0]:
            loop.append(there)
        loops.append(np.array(loop))
    return loops


def mean_value_weights(points: Points, triangles: Triangles) -> Sparse:
    """(n,n) weights w_ij = (tan(alpha/2) + tan(beta/2)) / |p_i - p_j|, all positive."""
    n = len(points)
    rows, columns, values = [], [], []
    for k in range(3):
        i, j, other = (triangles[:, (k + s) % 3] for s in range(3))
        a, b = points[j] - points[i], points[other] - points[i]
        la, lb = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
        cosine = np.clip((a * b).sum(1) / (la * lb).clip(1e-12), -0.999999, 0.999999)
        half = np.sqrt((1 - cosine) / (1 + cosine))
        rows += [i, i]
        columns += [j, other]
        values += [half / la.clip(1e-9), half / lb.clip(1e-9)]
    return sp.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
                         shape=(n, n))


def convex_combination(weights: Sparse, start: Points, free: Flags) -> Points:
    """`start` (n,2) with its `free` (n,2) coordinates at the weighted mean of their neighbours."""
    balance = sp.csr_matrix(sp.diags(np.asarray(weights.sum(1)).ravel()) - weights)
    solved = start.copy()
    for axis in range(2):
        inner, outer = np.flatnonzero(free[:, axis]), np.flatnonzero(~free[:, axis])
        rows = balance[inner]
        known = -(rows[:, outer] @ start[outer, axis])
        solved[inner, axis] = splu(rows[:, inner].tocsc()).solve(known)
    return solved


@dataclass(frozen=True, eq=False)
class Rest:
    """Triangles as they wish to be."""

    triangles: Triangles  # (m,3)
    inverse: Points  # (m,2,2) of their edges in the plane
    area: Points  # (m,)
    weight: Points  # (m,) of their distortion in the sum


def rest_shapes(points: Points, triangles: Triangles, scale: Points, care: Points) -> Rest:
    """Triangles of a surface, each made `scale` (m,) times as large; `care` (m,) per its area."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    length = np.linalg.norm(u, axis=1)
    along = (u * v).sum(1) / length
    across = np.linalg.norm(np.cross(u, v), axis=1) / length
    least = 0.02 * length  # slivers would ask for infinite stretch
    edge = np.zeros((len(triangles), 2, 2))
    edge[:, 0, 0], edge[:, 0, 1] = length * scale, along * scale
    edge[:, 1, 1] = np.maximum(across, least) * scale
    area = np.linalg.det(edge) / 2
    return Rest(triangles, np.linalg.inv(edge), area, care * area)


def relaxed(flat: Points, rest: Rest, free: Flags) -> Points:
    """`flat` (n,2), no triangle of it turned over, moved along `free` to least distortion.

    Raises ValueError where the start has a triangle that is turned over.
    """
    if double_areas(flat, rest.triangles).min() <= 0:
        raise ValueError("the start of the flat map has triangles turned over")
    dofs = np.flatnonzero(free.ravel())
    energy = _energy(flat, rest)
    for _ in range(_STEPS):
        gradient, hessian = _derivatives(flat, rest)
        kept = hessian[dofs][:, dofs] + 1e-9 * sp.eye(len(dofs))
        step = np.zeros(flat.size)
        step[dofs] = -splu(sp.csc_matrix(kept)).solve(gradient[dofs])
        slope = float(step @ gradient)
        way = step.reshape(-1, 2)
        reach = min(1.0, 0.9 * _first_collapse(flat, way, rest.triangles))
        moved = _energy(flat + reach * way, rest)
        while not moved < energy + 1e-4 * reach * slope and reach > 1e-9:
            reach *= 0.5
            moved = _energy(flat + reach * way, rest)
        if not moved < energy:
            break
        flat, gain, energy = flat + reach * way, energy - moved, moved
        if gain < _ENOUGH * energy:
            break
    return flat


def _jacobians(flat: Points, rest: Rest) -> Points:
    a, b, c = (flat[rest.triangles[:, k]] for k in range(3))
    return np.asarray(np.stack([b - a, c - a], 2) @ rest.inverse)


def _energy(flat: Points, rest: Rest) -> float:
    j = _jacobians(flat, rest)
    area = np.linalg.det(j)
    if area.min() <= 0:
        return float("inf")
    square = (j**2).sum((1, 2))
    return float((rest.weight * square * (1 + 1 / area**2)).sum())


def _derivatives(flat: Points, rest: Rest) -> tuple[Points, Sparse]:
    """Gradient (2n,) and the projected Hessian (2n,2n) of the energy."""
    u, s, vt = np.linalg.svd(_jacobians(flat, rest))
    turned = np.linalg.det(u) < 0  # both or neither, as the areas are positive
    u[turned, :, 1] *= -1
    vt[turned, 1] *= -1
    first = 2 * s - 2 / s**3
    bend = 2 + 6 / s**4
    twist = np.maximum(first.sum(1) / s.sum(1), 0)
    x, y = s.T
    flip = 2 + 2 * (x * x + x * y + y * y) / (x * y) ** 3
    pairs = np.einsum("mia,mbj->mabij", u, vt).reshape(-1, 2, 2, 4)
    half = np.sqrt(0.5)
    modes = np.stack([pairs[:, 0, 0], pairs[:, 1, 1], (pairs[:, 1, 0] - pairs[:, 0, 1]) * half,
                      (pairs[:, 1, 0] + pairs[:, 0, 1]) * half], 1)
    values = np.stack([bend[:, 0], bend[:, 1], twist, flip], 1) * rest.weight[:, None]
    slope = (pairs[:, 0, 0] * first[:, :1] + pairs[:, 1, 1] * first[:, 1:]) * rest.weight[:, None]
    corner = np.concatenate([-rest.inverse.sum(1, keepdims=True), rest.inverse], 1)  # (m,3,2)
    lift = np.einsum("mcj,ik->mckij", corner, np.eye(2)).reshape(-1, 6, 4)
    dofs = (rest.triangles[:, :, None] * 2 + np.arange(2)).reshape(-1, 6)
    gradient = np.zeros(flat.size)
    np.add.at(gradient, dofs, np.einsum("mdf,mf->md", lift, slope))
    bent = lift @ modes.transpose(0, 2, 1)  # (m,6,4)
    blocks = (bent * values[:, None]) @ bent.transpose(0, 2, 1)
    rows, columns = np.broadcast_arrays(dofs[:, :, None], dofs[:, None, :])
    return gradient, sp.csr_matrix((blocks.ravel(), (rows.ravel(), columns.ravel())),
                                   shape=(flat.size, flat.size))


def _first_collapse(flat: Points, way: Points, triangles: Triangles) -> float:
    """The least step along `way` at which some triangle's area is zero (inf where none)."""
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    da, db, dc = (way[triangles[:, k]] for k in range(3))

    def cross(p: Points, q: Points) -> Points:
        return np.asarray(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])

    constant = cross(b - a, c - a)
    linear = cross(db - da, c - a) + cross(b - a, dc - da)
    square = cross(db - da, dc - da)
    root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0))
    real = linear**2 >= 4 * square * constant
    with np.errstate(divide="ignore", invalid="ignore"):
        q = -(linear + np.where(linear < 0, -1, 1) * root) / 2
        found = np.stack([q / square, constant / q], 1)[real]
    found = found[np.isfinite(found) & (found > 0)]
    return float(found.min()) if len(found) else float("inf")
