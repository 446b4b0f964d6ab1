# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a face is from the true one, in millimetres over the face's skin and in degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..head.part import cut_down
from ..head.surface import outer_skin

Floats = npt.NDArray[np.float64]

REACH = 0.012  # m about a landmark that still is face: FaceMesh's 468 points lie 5-15 mm apart
MILLIMETRES = 1e3


@dataclass(frozen=True, eq=False)
class FaceSkin:
    """The part of a head that a photo shows: errors are measured there."""

    head: HeadData
    vertices: npt.NDArray[np.int64]  # (n,)

    @staticmethod
    def around(head: HeadData, triangles: npt.NDArray[np.int64]) -> FaceSkin:
        """Outer skin within 12 mm of the landmarks in `triangles` (L,) of the template."""
        template = np.asarray(head.template, np.float64)
        faces = np.asarray(head.triangles)
        skin = np.unique(faces[outer_skin(head)])
        marks = template[faces[triangles]].mean(1)
        near = cKDTree(marks).query(template[skin])[0] < REACH
        return FaceSkin(head, skin[near].astype(np.int64))

    def identities(self, shapes: npt.ArrayLike) -> Floats:
        """(N,n,3) mm that identities (N,S) move the skin."""
        rows = np.atleast_2d(np.asarray(shapes, np.float64))
        basis = np.asarray(self.head.identity_basis, np.float64)[self.vertices, :, :rows.shape[1]]
        return np.asarray(np.einsum("vas,ns->nva", basis, rows) * MILLIMETRES)

    def expressions(self, expression: npt.ArrayLike, jaw: npt.ArrayLike) -> Floats:
        """(N,n,3) mm that expressions (N,E) and jaws (N,3) rad move the mean person's skin."""
        rows = np.atleast_2d(np.asarray(expression, np.float64))
        poses = np.zeros((len(rows), 5, 3))
        poses[:, 2] = jaw
        part, places = cut_down(self.head, self.vertices)
        moved = evaluate(part, None, rows, poses)[:, places] - part.template[places]
        return np.asarray(moved * MILLIMETRES)


def root_mean_square(moved: Floats) -> Floats:
    """(N,) mm: of each sample's displacements (N,n,3), over its vertices."""
    return np.asarray(np.sqrt((moved**2).sum(-1).mean(-1)))


def without_size(moved: Floats, rest: Floats) -> Floats:
    """Displacements (N,n,3) mm of `rest` (n,3) mm, with place and size brought back to rest's.

    One picture cannot tell a large face from a near one, so identity is judged without either.
    """
    shapes = rest + moved
    shapes = shapes - shapes.mean(1, keepdims=True)
    middle = rest - rest.mean(0)
    size = np.sqrt((middle**2).sum() / (shapes**2).sum((1, 2)))
    return np.asarray(shapes * size[:, None, None] - middle)


def turn_errors(found: npt.ArrayLike, true: npt.ArrayLike) -> Floats:
    """(N,) degrees between rotations, axis-angle vectors (N,3) rad."""
    between = Rotation.from_rotvec(np.asarray(found)) * Rotation.from_rotvec(
        np.asarray(true)).inv()
    return np.asarray(np.degrees(between.magnitude()))
