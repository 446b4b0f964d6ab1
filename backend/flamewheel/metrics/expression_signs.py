# SPDX-License-Identifier: GPL-3.0-or-later
"""Four signs of an expression that labelled photos can be told apart by, in millimetres.

Each is read off the mean person showing the expression, so that neither who it is nor how the head
is turned has a say; landmark numbers are FaceMesh's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..head.part import cut_down

Floats = npt.NDArray[np.float64]

MOUTH_CORNERS = (61, 291)
INNER_LIPS = (13, 14)  # upper, lower, in the middle
BROWS = (63, 105, 66, 107, 293, 334, 296, 336)  # upper edges, right then left
INNER_BROWS = (55, 107, 285, 336)  # both edges' inner ends, right then left
EYE_CORNERS = (33, 133, 362, 263)  # what brows and mouth are measured from


@dataclass(frozen=True)
class Signs:
    """Millimetres, each larger the more of it there is."""

    smile: Floats  # (N,) mouth corners outward and upward together
    jaw: Floats  # (N,) between the inner lips
    brow_raise: Floats  # (N,) brows upward
    brow_lowering: Floats  # (N,) inner brows downward and together


class SignReader:
    """Reads signs off codes of one head."""

    def __init__(
        self, head: HeadData, landmarks: npt.NDArray[np.int64], triangles: npt.NDArray[np.int64],
        barycentrics: Floats,
    ) -> None:
        """landmarks: (L,) FaceMesh numbers of points at `triangles` (L,), `barycentrics` (L,3)."""
        self._number = {int(n): row for row, n in enumerate(landmarks)}
        corners = np.asarray(head.triangles)[triangles]
        self._part, places = cut_down(head, corners.ravel())
        self._places, self._weights = places.reshape(corners.shape), barycentrics
        self._rest = self._points(np.zeros((1, head.expression_count)), np.zeros((1, 3)))[0]

    def __call__(self, expression: Floats, jaw: Floats) -> Signs:
        """The signs of expressions (N,E) with jaws (N,3) rad."""
        moved = self._points(expression, jaw) - self._rest
        moved -= self._at(moved, EYE_CORNERS).mean(1, keepdims=True)
        mouth, brows = self._at(moved, MOUTH_CORNERS), self._at(moved, INNER_BROWS)
        lips = self._at(moved, INNER_LIPS)
        right, left = brows[:, :2, 0].mean(1), brows[:, 2:, 0].mean(1)
        return Signs(
            smile=(mouth[:, 1, 0] - mouth[:, 0, 0]) / 2 + mouth[..., 1].mean(1),
            jaw=lips[:, 0, 1] - lips[:, 1, 1],
            brow_raise=self._at(moved, BROWS)[..., 1].mean(1),
            brow_lowering=-brows[..., 1].mean(1) + (right - left) / 2,
        )

    def _points(self, expression: Floats, jaw: Floats) -> Floats:
        """(N,L,3) mm of the landmarks on the mean person."""
        poses = np.zeros((len(expression), 5, 3))
        poses[:, 2] = jaw
        corners = evaluate(self._part, None, expression, poses)[:, self._places]
        return np.asarray((corners * self._weights[:, :, None]).sum(2) * 1e3)

    def _at(self, points: Floats, numbers: tuple[int, ...]) -> Floats:
        return points[:, [self._number[n] for n in numbers]]
