# SPDX-License-Identifier: GPL-3.0-or-later
"""Laying one face's skin over another's: landmarks first, then the surface, ever less stiffly.

Iterated closest points with a shrinking price on differences between neighbours' displacements
(after Amberg, Romdhani and Vetter 2007, with displacements in place of their affine maps).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import splu

from .open_head.mesh_tools import uniform_laplacian, vertex_normals
from .surface import nearest_on_surface

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SMOOTHING = 1.0
"""Of the thin plate through the landmarks (lengths in inter-ocular units): FaceMesh's landmarks on
a face are known to about 2 % of that distance, so the plate need not pass through them."""
_STIFFNESS = (60.0, 30.0, 15.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.5, 0.5)
"""Price of a round's squared Laplacian beside squared distances to the surface; judged on heads
whose correspondence is known: stiffer stays off the surface, softer slides along it."""
_LANDMARK_WEIGHT = (3.0, 0.3)  # beside a surface point's 1, in the first and in the last round
_SAME_WAY = 0.6  # least cosine between normals of points that are taken for one another
_FAR = 0.15  # of the inter-ocular distance (about 9 mm): farther is another part of the head


@dataclass(frozen=True, eq=False)
class Similarity:
    """x -> scale rotation x + shift."""

    scale: float
    rotation: Floats  # (3,3)
    shift: Floats  # (3,)

    def __call__(self, points: Floats) -> Floats:
        """Points (n,3) moved."""
        return np.asarray(self.scale * points @ self.rotation.T + self.shift)


def similarity(source: Floats, target: Floats) -> Similarity:
    """The least-squares similarity from points (n,3) to points (n,3) (Umeyama 1991)."""
    one, other = source - source.mean(0), target - target.mean(0)
    u, values, vt = np.linalg.svd(other.T @ one)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    scale = float((values * sign).sum() / (one**2).sum())
    return Similarity(scale, rotation, target.mean(0) - scale * rotation @ source.mean(0))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A triangle mesh with what is needed to lay something on it."""

    points: Floats  # (n,3) in units of the target's inter-ocular distance
    triangles: Ints  # (f,3)

    @property
    def normals(self) -> Floats:
        """(n,3) unit normals."""
        return vertex_normals(self.points, self.triangles)

    def nearest(self, points: Floats, normals: Floats) -> tuple[Ints, Floats, Floats, Floats]:
        """Triangle, barycentrics, distance and whether the normals agree, for each point."""
        every = np.arange(len(self.triangles), dtype=np.int32)
        triangle, weights = nearest_on_surface(
            self.points, self.triangles.astype(np.int32), every, points)
        found = np.einsum("nc,nck->nk", weights, self.points[self.triangles[triangle]])
        own = np.einsum("nc,nck->nk", weights, self.normals[self.triangles[triangle]])
        own /= np.linalg.norm(own, axis=1, keepdims=True).clip(1e-12)
        return (triangle, weights, np.linalg.norm(found - points, axis=1),
                np.asarray((own * normals).sum(1)))


def laid_over(face: Sheet, skin: Sheet, rows: csr_matrix, aims: Floats) -> Floats:
    """(n,3) the face's points on the skin.

    rows: (L,n) barycentric sums that give the face's landmarks; aims: (L,3) theirs on the skin.
    """
    marks = np.asarray(rows @ face.points)
    unique = np.unique(np.round(marks, 6), axis=0, return_index=True)[1]
    plate = RBFInterpolator(marks[unique], (aims - marks)[unique], kernel="thin_plate_spline",
                            smoothing=SMOOTHING / len(unique))
    moved = face.points + plate(face.points)
    laplacian = uniform_laplacian(len(moved), face.triangles)
    bending = laplacian.T @ laplacian
    for stiffness, weight in zip(_STIFFNESS, np.geomspace(*_LANDMARK_WEIGHT, len(_STIFFNESS)),
                                 strict=True):
        moved = _round(Sheet(moved, face.triangles), skin, bending * stiffness, rows, aims, weight)
    return np.asarray(moved)


def _round(face: Sheet, skin: Sheet, bending: csr_matrix, rows: csr_matrix, aims: Floats,
           weight: float) -> Floats:
    """One step: every point that has a likely partner is drawn to it along the partner's plane."""
    triangle, weights, distance, same = skin.nearest(face.points, face.normals)
    found = np.einsum("nc,nck->nk", weights, skin.points[skin.triangles[triangle]])
    trust = ((same > _SAME_WAY) & (distance < _FAR)).astype(float)
    pull = diags(trust) + weight * rows.T @ rows
    wanted = trust[:, None] * (found - face.points) + weight * rows.T @ (aims - rows @ face.points)
    step = splu((bending + pull + 1e-6 * diags(np.ones(len(trust)))).tocsc()).solve(wanted)
    return np.asarray(face.points + step)
