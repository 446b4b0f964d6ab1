# SPDX-License-Identifier: GPL-3.0-or-later
"""What FaceMesh makes of a face: it does not see the points of a head where they are.

FaceMesh was trained on faces of its own; it draws faces it sees towards them.  Brows that rise by
a centimetre it sees rise by half of that, wide jaws less wide, turned outlines slide.  Over renders
with known truth this shift, y − u, is to a good part linear in the face: y FaceMesh's landmarks, u
the head's own points, both upright and in units of the eyes' distance (`noise.frame_of`).  Knowing
it leaves errors a third smaller, and undoes the shrinking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .noise import Frame
from .problem import State

Floats = npt.NDArray[np.float64]

TURN_TERMS = 5
GAZE_TERMS = 4


@dataclass(frozen=True, eq=False)
class Response:
    """Shifts of L landmarks as a linear function of the face, rows as `LandmarkNoise` has them."""

    constant: Floats  # (2L,)
    turn: Floats  # (2L,5) by where the face looks, upright: x, y, x², y², x y
    shape: Floats  # (2L,S) by standard deviation
    expression: Floats  # (2L,E) by standard deviation
    jaw: Floats  # (2L,3) by rad
    gaze: Floats  # (2L,4) by rad: left eye down, left, right eye down, left

    def of_components(self, identity_count: int, expression_count: int) -> Response:
        """With the first components of each kind only: what a fit of so many can heed."""
        return replace(self, shape=self.shape[:, :identity_count],
                       expression=self.expression[:, :expression_count])

    def with_identity(self, shape: Floats) -> Response:
        """Of one person, whose identity is `shape` (n,): for states that have no identity."""
        known = self.shape[:, :shape.size] @ shape
        return replace(self, constant=self.constant + known,
                       shape=np.zeros((len(self.constant), 0)))

    def shift(self, frame: Frame, state: State) -> Floats:
        """(L,2) fractions of the eyes' distance, upright: where FaceMesh sees the landmarks of
        the face `state`, from where they are."""
        moved = (self.constant + self.turn @ turn_terms(_looks(frame, state.turn))
                 + np.concatenate([self.shape, self.expression], axis=1) @ state.coefficients
                 + self.jaw @ state.jaw + self.gaze @ state.gaze.ravel())
        return np.asarray(moved.reshape(-1, 2))

    def slopes(self, frame: Frame, state: State) -> Floats:
        """(2L,S+E+13) of `shift` by the unknowns, as `State.moved` counts them."""
        across, up, out = state.turn[:, 2]
        by_turn = np.array([[0.0, out, -up], [-out, 0.0, across]])  # of a turn from the left
        inner = _term_slopes(_looks(frame, state.turn)) @ (_to_upright(frame) @ by_turn)
        still = np.zeros((len(self.constant), 3))  # scale and translation
        return np.concatenate([self.shape, self.expression, self.jaw, self.gaze,
                               self.turn @ inner, still], axis=1)


def turn_terms(looks: Floats) -> Floats:
    """(…,5) x, y, x², y², x y of `looks` (…,2)."""
    x, y = looks[..., 0], looks[..., 1]
    return np.stack([x, y, x * x, y * y, x * y], axis=-1)


def _term_slopes(looks: Floats) -> Floats:
    """(5,2) of `turn_terms`."""
    x, y = looks
    return np.array([[1.0, 0.0], [0.0, 1.0], [2 * x, 0.0], [0.0, 2 * y], [y, x]])


def _to_upright(frame: Frame) -> Floats:
    """(2,2) from the head's axes X and Y to the frame's, whose y runs down."""
    return np.asarray(frame.turn * (1.0, -1.0))


def _looks(frame: Frame, turn: Floats) -> Floats:
    """(2,) where the face looks, upright: the picture's part of its own Z axis."""
    return np.asarray(_to_upright(frame) @ turn[:2, 2])
