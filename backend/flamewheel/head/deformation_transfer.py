# SPDX-License-Identifier: GPL-3.0-or-later
"""Deformation transfer (Sumner and Popović 2004): one face's motions on another of the same mesh.

What is carried over is how each triangle turns and stretches, not how far its corners go: a lid
that closes by stretching to twice its length closes on a larger eye, too.  Corners are held, at
lengths beyond `HOLD`, to where a smooth map of the two faces puts them, so that parts that do not
hang together with a part at rest do not drift.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import splu

from .registration import Floats, Sheet

HOLD = 0.3
"""Of the inter-ocular distance (about 20 mm): motions of parts larger than this follow the smooth
map, those of smaller ones the triangles; see docs/units.md for what it does."""
_FLATTEST = 0.05  # least sine between two sides of a triangle whose turn is believed


class DeformationTransfer:
    """Motions of `source` carried over to `laid`, which has its triangles."""

    def __init__(self, source: Sheet, laid: Sheet, unit: float) -> None:
        """unit: the target's inter-ocular distance in the lengths of `laid`."""
        self._source, self._laid = source, laid
        self._before = np.linalg.inv(_frames(source.points[source.triangles]))
        corners = laid.points[laid.triangles]
        self._slopes, area = _slopes(corners)  # (f,3,3): corner, axis
        self._areas = area * (_sines(corners) > _FLATTEST)
        count, faces = len(laid.points), len(laid.triangles)
        shared = np.einsum("fka,fla->fkl", self._slopes, self._slopes) * self._areas[:, None, None]
        rows = np.repeat(laid.triangles, 3, axis=1).ravel()
        columns = np.tile(laid.triangles, (1, 3)).ravel()
        stiff = csr_matrix((shared.ravel(), (rows, columns)), shape=(count, count))
        held = np.bincount(laid.triangles.ravel(), np.repeat(area / 3, 3), count)
        self._held = np.maximum(held, held[held > 0].mean() * 1e-3) / (HOLD * unit) ** 2
        self._factor = splu((stiff + diags(self._held)).tocsc())
        self._faces = faces

    def __call__(self, moved: Floats, smooth: Floats) -> Floats:
        """Displacements (U,n,3) of the laid face.

        moved: (U,n,3) the source's moved points; smooth: (U,n,3) displacements of the laid face
        that a smooth map of the two gives for the same motions.
        """
        return np.stack([self._one(*each) for each in zip(moved, smooth, strict=True)])

    def _one(self, moved: Floats, smooth: Floats) -> Floats:
        turns = _frames(moved[self._source.triangles]) @ self._before - np.eye(3)
        pulls = np.einsum("fab,fkb->fka", turns, self._slopes) * self._areas[:, None, None]
        wanted = self._held[:, None] * smooth
        np.add.at(wanted, self._laid.triangles.ravel(), pulls.reshape(-1, 3))
        return np.asarray(self._factor.solve(wanted))


def _frames(corners: Floats) -> Floats:
    """(f,3,3) two sides of each triangle and its normal, as long as the root of twice its area."""
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(one, two)
    size = np.sqrt(np.linalg.norm(normal, axis=1, keepdims=True)).clip(1e-12)
    return np.asarray(np.stack([one, two, normal / size], axis=2))


def _slopes(corners: Floats) -> tuple[Floats, Floats]:
    """(f,3,3) how a linear function grows for one at each corner, and (f,) areas."""
    sides = np.roll(corners, -2, axis=1) - np.roll(corners, -1, axis=1)  # opposite each corner
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    double = np.linalg.norm(normal, axis=1).clip(1e-12)
    slopes = np.cross((normal / double[:, None])[:, None], sides) / double[:, None, None]
    return np.asarray(slopes), np.asarray(double / 2)


def _sines(corners: Floats) -> Floats:
    """(f,) twice the area over the square of the longest side."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    double = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return np.asarray(double / np.maximum(sides.max(1) ** 2, 1e-24))
