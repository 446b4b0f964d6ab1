# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's landmarks under FaceMesh's numbers: how points of two heads are matched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .data import HeadData, LandmarkEmbedding

Array = npt.NDArray[np.float64]

SOLVABLE_SETS = ("facemesh478", "mediapipe105", "full68", "static51")
"""Landmark sets that can be matched with FaceMesh's numbers, the richest first."""


@dataclass(frozen=True, eq=False)
class FacemeshPoints:
    """Landmarks of a head under FaceMesh's numbers."""

    name: str  # of the set
    numbers: npt.NDArray[np.int64]  # (L,)
    corners: npt.NDArray[np.int64]  # (L,3) vertices
    weights: Array  # (L,3)

    def take(self, rows: npt.NDArray[np.int64]) -> FacemeshPoints:
        """Some of them, in the order of `rows`."""
        return FacemeshPoints(self.name, self.numbers[rows], self.corners[rows], self.weights[rows])

    def on(self, vertices: Array) -> Array:
        """(B,L,3) where they are on `vertices` (B,V,3)."""
        placed: Array = np.einsum("blci,lc->bli", vertices[:, self.corners], self.weights)
        return placed


def facemesh_points(head: HeadData, embedding: LandmarkEmbedding | None) -> FacemeshPoints:
    """Landmarks of `head` by FaceMesh number: the given ones, or its richest set.

    Raises HeadError `no-landmarks`.
    """
    if embedding is not None:
        return _points(head, embedding, "found", None)
    for name in SOLVABLE_SETS:
        if name in head.landmarks:
            return _points(head, head.landmarks[name], name, _numbers_of(name))
    raise no_landmarks(head)


def _points(
    head: HeadData, embedding: LandmarkEmbedding, name: str,
    numbers_of_set: npt.NDArray[np.int64] | None,
) -> FacemeshPoints:
    count = len(embedding.triangles)
    numbers = np.asarray(
        np.arange(count) if embedding.indices is None else embedding.indices, dtype=np.int64)
    if numbers_of_set is not None:
        numbers = numbers_of_set[numbers]
    corners = np.asarray(head.triangles, dtype=np.int64)[embedding.triangles]
    return FacemeshPoints(name, numbers, corners, np.asarray(embedding.barycentrics, np.float64))


def _numbers_of(name: str) -> npt.NDArray[np.int64] | None:
    """FaceMesh's number of each landmark of the 68-point sets; None where they have it already."""
    from .open_head.landmarks_lists import FULL_68, STATIC_51

    lists = {"full68": FULL_68, "static51": STATIC_51}
    return np.array(lists[name], dtype=np.int64) if name in lists else None


def no_landmarks(head: HeadData) -> HeadError:
    """The refusal of a head without landmarks."""
    return HeadError(
        "no-landmarks", f"The head {head.name} has no landmarks by which the open head's action "
        "units could be carried over.",
        "Add MediaPipe landmarks with `flamewheel head convert --landmarks`.")
