# SPDX-License-Identifier: GPL-3.0-or-later
"""Which point of another head's surface each vertex of the open head's face is, and what follows.

Not to be confused with `encoders.correspondence`, which finds FaceMesh's landmarks on a head: those
landmarks are where this starts.  `correspondence(find_head("open"), flame).transfer(fields)`
carries the open head's action units over to FLAME's template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, identity
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import splu

from ..errors import HeadError
from .data import HeadData, LandmarkEmbedding
from .facemesh_points import facemesh_points
from .open_head.mesh_tools import adjacency, edge_graph, smoothstep, uniform_laplacian
from .registration import Floats, Ints, Sheet, laid_over, similarity
from .surface import outer_skin

_FEWEST_LANDMARKS = 20
_UNLIKE = 0.2  # of the inter-ocular distance that landmarks scatter about the open head's, root
# mean square: those of other people's heads by 0.03, of points thrown on a ball by 0.65
_EYES = (33, 263)  # FaceMesh's outer corners of the eyes: the inter-ocular distance is between them
_ON_FACE = 0.05  # of that distance (3 to 5 mm): a target vertex so near belongs to the face
_SAME_WAY = 0.3  # least cosine between the normals there
_REACH = 0.45  # of that distance (about 40 mm): how far beyond the face a field fades out
_TURN_ROUNDS = 4  # of smoothing the local turns and stretches, so that a wrinkled fit does not show


@dataclass(frozen=True, eq=False)
class Correspondence:
    """The open head's face on another head; lengths in metres, the target's axes."""

    vertices: Ints  # (n,) the open head's face vertices
    triangles: Ints  # (n,) index into the target's triangles
    barycentrics: Floats  # (n,3)
    distances: Floats  # (n,) how far the laid face is from the target's surface
    points: Floats  # (n,3) the laid face
    turns: Floats  # (n,3,3) how a displacement of each vertex is turned and stretched
    rows: Any  # (V_target, n) sparse: what of each vertex's displacement a target vertex takes
    faces: Ints  # (f,3) the face's triangles, by row of `vertices`
    unit: float  # m between the outer corners of the target's eyes

    def on(self, target: HeadData, vertices: Floats) -> Floats:
        """(n,3) where the face's vertices are on `vertices` (V_target,3) of the target."""
        corners = vertices[target.triangles[self.triangles]]
        return np.asarray(np.einsum("nc,nck->nk", self.barycentrics, corners))

    def transfer(self, fields: Floats) -> Floats:
        """Displacements (U,n,3) of the face's vertices -> (U,V_target,3), m both.

        They are turned and stretched as the surface is, and fade out smoothly beyond the face;
        parts that do not hang together with the target's skin (eyeballs, teeth) stay.  Give what
        the expression basis does: a wide turn of the jaw is for the target's own joint.
        """
        turned = np.einsum("nij,unj->niu", self.turns, np.asarray(fields, np.float64))
        flat = self.rows @ turned.reshape(len(turned), -1)
        return np.asarray(flat.reshape(self.rows.shape[0], 3, -1).transpose(2, 0, 1))


def correspondence(
    source: HeadData, target: HeadData, found: LandmarkEmbedding | None = None
) -> Correspondence:
    """Lay the face of `source` (its mask "face") on `target`; some seconds.

    Both need landmarks that FaceMesh knows: of their own, or `found` for the target
    (`encoders.correspondence.landmark_points` finds them on any head).  Raises HeadError
    `no-landmarks`, `unlike-a-face` where the target's landmarks do not lie as a face's do, or
    `no-face` where `source` has no such mask.
    """
    if "face" not in source.masks:
        raise HeadError("no-face", f"The head {source.name} has no part called face.",
                        "Give the open head, or one made from it.")
    vertices = np.unique(np.asarray(source.masks["face"], np.int64))
    face = _part(source.template, source.triangles, vertices)
    rows, aims = _landmarks(source, target, found, vertices)
    move = similarity(rows @ face.points, aims)
    unit = _inter_ocular(target, found)
    _check_alike(move(rows @ face.points) - aims, unit, target)
    placed = Sheet(move(face.points) / unit, face.triangles)
    skin = np.flatnonzero(outer_skin(target))
    whole = Sheet(target.template.astype(np.float64) / unit,
                  target.triangles.astype(np.int64)[skin])
    laid = Sheet(laid_over(placed, whole, rows, aims / unit), face.triangles)
    triangle, weights, distance, _ = whole.nearest(laid.points, laid.normals)
    return Correspondence(
        vertices, skin[triangle], weights, distance * unit, laid.points * unit,
        _turns(face, laid, unit), _Spread(laid, whole).rows, face.triangles, unit)


def _part(points: Any, triangles: Any, vertices: Ints) -> Sheet:
    number = np.full(len(points), -1)
    number[vertices] = np.arange(len(vertices))
    own = number[np.asarray(triangles)]
    return Sheet(np.asarray(points, np.float64)[vertices], own[(own >= 0).all(1)])


def _landmarks(source: HeadData, target: HeadData, found: LandmarkEmbedding | None,
               vertices: Ints) -> tuple[csr_matrix, Floats]:
    """(L,n) sums that give the shared landmarks on the face, and (L,3) theirs on the target."""
    mine, its = facemesh_points(source, None), facemesh_points(target, found)
    number = np.full(source.vertex_count, -1)
    number[vertices] = np.arange(len(vertices))
    held = np.where(mine.weights > 1e-6, number[mine.corners], 0)
    mine = mine.take(np.flatnonzero((held >= 0).all(1)))  # irises do not lie on the skin
    shared, one, other = np.intersect1d(mine.numbers, its.numbers, return_indices=True)
    if len(shared) < _FEWEST_LANDMARKS:
        raise HeadError("no-landmarks", f"{source.name} and {target.name} share {len(shared)} "
                        f"landmarks; {_FEWEST_LANDMARKS} are needed.",
                        "Find FaceMesh's on the target first.")
    mine = mine.take(one)
    column = np.where(mine.weights > 1e-6, number[mine.corners], 0)
    rows = csr_matrix((mine.weights.ravel(), (np.repeat(np.arange(len(one)), 3), column.ravel())),
                      shape=(len(one), len(vertices)))
    return rows, its.take(other).on(target.template[None].astype(np.float64))[0]


def _check_alike(missed: Floats, unit: float, target: HeadData) -> None:
    if unit <= 0 or np.sqrt((missed**2).sum(1).mean()) > _UNLIKE * unit:
        raise HeadError("unlike-a-face", f"The landmarks of {target.name} do not lie as a face's "
                        "do: the open head's face cannot be laid on it.",
                        "Check the landmarks that the head was converted with; heads look along "
                        "+Z with Y up.")


def _inter_ocular(target: HeadData, found: LandmarkEmbedding | None) -> float:
    points = facemesh_points(target, found)
    places = points.on(target.template[None].astype(np.float64))[0]
    at = {int(number): place for number, place in zip(points.numbers, places, strict=True)}
    if not set(_EYES) <= set(at):
        return float(np.ptp(places[:, 0]))
    return float(np.linalg.norm(at[_EYES[0]] - at[_EYES[1]]))


def _turns(face: Sheet, laid: Sheet, unit: float) -> Floats:
    """(n,3,3) deformation gradient at each vertex, smoothed over the neighbours.

    Along the surface it is the least-squares map of the edges; across it, which edges do not tell,
    it stretches by the mean of the two.
    """
    near = adjacency(len(face.points), face.triangles).tocoo()
    before = face.points[near.col] - face.points[near.row]
    after = (laid.points[near.col] - laid.points[near.row]) * unit
    normal, turned = face.normals, laid.normals
    gram = _summed(near.row, before[:, :, None] * before[:, None], len(face.points))
    cross = _summed(near.row, after[:, :, None] * before[:, None], len(face.points))
    size = np.trace(gram, axis1=1, axis2=2)
    stretch = np.sqrt(_summed(near.row, (after**2).sum(1), len(face.points)) / size)
    upright = turned[:, :, None] * normal[:, None]
    gram += size[:, None, None] * normal[:, :, None] * normal[:, None]
    cross += (size * stretch)[:, None, None] * upright
    turns = cross @ np.linalg.inv(gram)
    mean = uniform_laplacian(len(turns), face.triangles) + identity(len(turns))
    flat = turns.reshape(-1, 9)
    for _ in range(_TURN_ROUNDS):
        flat = 0.5 * flat + 0.5 * (mean @ flat)
    return np.asarray(flat.reshape(-1, 3, 3))


def _summed(row: Ints, values: Floats, count: int) -> Floats:
    total = np.zeros((count, *values.shape[1:]))
    np.add.at(total, row, values)
    return total


class _Spread:
    """How the target's vertices take the laid face's displacements."""

    def __init__(self, laid: Sheet, whole: Sheet) -> None:
        self._laid, self._whole = laid, whole
        self._triangle, self._weights, distance, same = laid.nearest(whole.points, whole.normals)
        used = np.zeros(len(whole.points), bool)
        used[whole.triangles] = True
        self._held = used & (distance < _ON_FACE) & (same > _SAME_WAY) & ~self._at_border()
        self._used = used

    def _at_border(self) -> Any:
        """Whether a vertex's nearest point is on the face's border: then it lies beyond."""
        pairs = np.sort(self._laid.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), 1)
        edge, uses = np.unique(pairs, axis=0, return_counts=True)
        border = np.zeros(len(self._laid.points), bool)
        border[edge[uses == 1]] = True
        corner = self._laid.triangles[self._triangle]
        return (border[corner] | (self._weights < 1e-6)).all(1)

    @cached_property
    def rows(self) -> csr_matrix:
        """(V_target, n): barycentric on the face, least bending beyond, zero far away."""
        count = len(self._whole.points)
        held = np.flatnonzero(self._held)
        corner = self._laid.triangles[self._triangle[held]]
        direct = csr_matrix(
            (self._weights[held].ravel(), (np.repeat(held, 3), corner.ravel())),
            shape=(count, len(self._laid.points)))
        away = dijkstra(edge_graph(self._whole.points, self._whole.triangles), indices=held,
                        min_only=True)
        free = self._used & ~self._held & (away < _REACH)
        inner, outer = np.flatnonzero(free), np.flatnonzero(~free)
        laplacian = uniform_laplacian(count, self._whole.triangles)
        fade = smoothstep(1 - away[inner] / _REACH)
        solve = splu((laplacian[inner][:, inner] - 1e-9 * identity(len(inner))).tocsc())
        source = -(laplacian[inner][:, outer] @ direct[outer])
        near = np.unique(source.indices)
        filled = np.zeros((len(inner), direct.shape[1]))
        filled[:, near] = solve.solve(source[:, near].toarray())
        filled[np.abs(filled) < 1e-6] = 0
        beyond = csr_matrix((np.ones(len(inner)), (inner, np.arange(len(inner)))),
                            shape=(count, len(inner)))
        return (direct + beyond @ diags(fade) @ csr_matrix(filled)).tocsr()
