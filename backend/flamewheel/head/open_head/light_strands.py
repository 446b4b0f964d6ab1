# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows and lashes of the light head: bands laid over vertices of the full head's strands."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ..data import HeadData
from ..surface import nearest_on_surface
from .mesh_tools import Index, Points, Triangles, edges, grid_triangles

_BROW_STATIONS = 10  # along a brow; judged on renders
_BROW_LEVELS = (0.06, 0.5, 0.94)  # shares of a brow's hairs below its lower border, middle, upper
_BROW_ENDS = 0.01  # share of a brow's length cut at each end, where single hairs stray
_LASH_STATIONS = 17  # along an upper lid
_LASH_BEND = 0.3  # of a lash's vertices: there it has come out from under the lid
_LASH_SHARES = (0.45, 0.75)
"""Of a lash's vertices, in turn: a closed fin looks as long as hairs twice its size, and an edge
that goes up and down is no line.  Judged on renders."""
_BELOW_CENTRE = 5e-3  # m; upper lashes have no roots below
_RIGHT_EYE = 4  # joint


def inside(head: HeadData, parts: Iterable[str]) -> npt.NDArray[np.bool_]:
    """(V,) whether each vertex is of one of the parts in `masks`; unknown ones are empty."""
    chosen = np.zeros(head.vertex_count, bool)
    for part in parts:
        chosen[head.masks.get(part, [])] = True
    return chosen


def brow_strips(full: HeadData) -> Triangles:
    """(F,3) a band per brow through hairs at its borders and middle, mirror images."""
    numbers = full.masks["brows"]
    right = numbers[full.template[numbers, 0] < 0]
    right = _risen(full, right)
    spots = full.template[right, :2].astype(np.float64)
    centred = spots - spots.mean(0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, 1]
    axis *= np.sign(axis[0])
    along, up = centred @ axis, centred @ [-axis[1], axis[0]]
    ends = np.quantile(along, [_BROW_ENDS, 1 - _BROW_ENDS])
    stations = np.linspace(ends[0], ends[1], _BROW_STATIONS)
    band = (stations[1] - stations[0]) / 2
    used: list[int] = []
    for level in _BROW_LEVELS:
        for station in stations:
            here = np.abs(along - station) < band
            aim = np.quantile(up[here], level)
            away = np.hypot(along - station, up - aim)
            away[used] = np.inf
            used.append(int(away.argmin()))
    strip = right[np.array(used)[grid_triangles(len(_BROW_LEVELS), _BROW_STATIONS, wrap=False)]]
    return _both_sides(full, _facing_out(full, strip))


def _risen(full: HeadData, hairs: Index) -> Index:
    """The half of the hairs' vertices that stand off the skin farther than the others."""
    skin = np.flatnonzero(inside(full, ("face",))[full.triangles].all(1)).astype(np.int32)
    points = full.template.astype(np.float64)
    triangle, weights = nearest_on_surface(points, full.triangles, skin, points[hairs])
    below = np.einsum("nc,nck->nk", weights, points[full.triangles[triangle]])
    height = np.linalg.norm(points[hairs] - below, axis=1)
    return np.asarray(hairs[height >= np.median(height)], np.int64)


def lash_fins(full: HeadData) -> Triangles:
    """(F,3) a fin per upper lid from the lashes' roots to their tips, mirror images."""
    lashes = _upper_lashes(full)
    stations = np.linspace(0.0, len(lashes) - 1.0, _LASH_STATIONS).round().astype(int)
    chosen = [lashes[k] for k in stations]
    ends = [lash[int(_LASH_SHARES[k % 2] * len(lash))] for k, lash in enumerate(chosen)]
    bends = [lash[int(_LASH_BEND * len(lash))] for lash in chosen]
    line = np.array([*(lash[0] for lash in chosen), *bends, *ends])
    strip = line[grid_triangles(3, _LASH_STATIONS, wrap=False)]
    return _both_sides(full, _facing_out(full, strip))


def _upper_lashes(full: HeadData) -> list[Index]:
    """Vertices of each upper lash of the right eye from root to tip, in order across the lid."""
    of_lashes = inside(full, ("lashes",)) & (full.template[:, 0] < 0)
    a, b = edges(full.triangles[of_lashes[full.triangles].all(1)]).T
    graph = sp.csr_matrix((np.ones(len(a)), (a, b)), shape=(full.vertex_count,) * 2)
    strand = connected_components(graph, directed=False)[1]
    numbers = np.flatnonzero(of_lashes)
    centre = (full.joint_regressor @ full.template)[_RIGHT_EYE]
    reach = np.linalg.norm(full.template[numbers] - centre, axis=1)
    order = numbers[np.lexsort((reach, strand[numbers]))]
    lashes = np.split(order, 1 + np.flatnonzero(np.diff(strand[order])))
    height, across = full.template[:, 1], full.template[:, 0]
    upper = [lash for lash in lashes if height[lash[-1]] > height[lash[0]]
             and height[lash[0]] > centre[1] - _BELOW_CENTRE]
    return sorted(upper, key=lambda lash: float(across[lash[0]]))


def _facing_out(full: HeadData, strip: Triangles) -> Triangles:
    """The strip wound so that most of it looks out of the face."""
    points: Points = full.template[strip].astype(np.float64)
    normal = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]).sum(0)
    return strip if normal[2] > 0 else strip[:, ::-1]


def _both_sides(full: HeadData, right: Triangles) -> Triangles:
    assert full.mirror is not None
    return np.concatenate([right, full.mirror[right][:, ::-1]]).astype(np.int64)
