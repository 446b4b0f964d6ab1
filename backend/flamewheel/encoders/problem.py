# SPDX-License-Identifier: GPL-3.0-or-later
"""The landmark fit's unknowns, its landmarks as functions of them, and their analytic slopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .rows import JAW, MOVING, LandmarkRows, rotation, rotation_slopes

Floats = npt.NDArray[np.float64]

SOLVED_TURNS = (0, 1, 2, 3, 4, 6, 7)  # of jaw, left eye, right eye x 3: eyes do not roll
TURNING = 7
"""Unknowns of jaw (3) and gaze (left eye 2, right eye 2); they have a box and a prior, too."""
EXTRA = TURNING + 6
"""Unknowns besides the coefficients: those and head turn 3, log scale 1, translation 2."""


@dataclass(frozen=True, eq=False)
class State:
    """A point in the space of unknowns."""

    coefficients: Floats  # (S+E,); (E,) where the identity is held fixed
    jaw: Floats  # (3,) rad
    gaze: Floats  # (2,2) rad: left eye, right eye; down, to the face's own left
    turn: Floats  # (3,3) global rotation
    scale: float  # pixels per metre
    translation: Floats  # (2,) pixels

    def moved(self, step: Floats) -> State:
        """After a step (S+E+13,); the head's turn moves by a rotation from the left."""
        count = self.coefficients.size
        rest = step[count:]
        return State(
            self.coefficients + step[:count], self.jaw + rest[:3],
            self.gaze + rest[3:7].reshape(2, 2), rotation(rest[7:10]) @ self.turn,
            self.scale * float(np.exp(rest[10])), self.translation + rest[11:13],
        )

    def limited(self, low: Floats, high: Floats) -> State:
        """With coefficients, jaw and gaze brought inside their box (S+E+7,)."""
        return self.with_boxed(np.clip(self.boxed(), low, high))

    def with_boxed(self, boxed: Floats) -> State:
        """With coefficients, jaw and gaze taken from `boxed` (S+E+7,)."""
        count = self.coefficients.size
        return replace(self, coefficients=boxed[:count], jaw=boxed[count:count + 3],
                       gaze=boxed[count + 3:].reshape(2, 2))

    def boxed(self) -> Floats:
        """(S+E+7,): the unknowns that have a box and a prior."""
        return np.concatenate([self.coefficients, self.jaw, self.gaze.ravel()])

    def eyes(self) -> Floats:
        """(2,3) axis-angle of left and right eye."""
        return np.concatenate([self.gaze, np.zeros((2, 1))], axis=1)

    @cached_property
    def joint_rotations(self) -> Floats:
        """(3,3,3) rotation matrices of `joint_turns`."""
        return np.stack([rotation(turn) for turn in self.joint_turns()])

    def joint_turns(self) -> Floats:
        """(3,3) axis-angle of the joints in `MOVING`: jaw, left eye, right eye."""
        return np.concatenate([self.jaw[None], self.eyes()])


def project(rows: LandmarkRows, state: State) -> Floats:
    """(L,2) pixels of the landmarks."""
    head, _ = _head_points(rows, state)
    return _to_pixels(rows, state, head)[0]


def project_with_slopes(rows: LandmarkRows, state: State) -> tuple[Floats, Floats]:
    """(L,2) pixels of the landmarks and (L,2,S+E+13) their slopes by the unknowns."""
    head, x = _head_points(rows, state)
    count = state.coefficients.size
    by_column, by_joint = _head_slopes(rows, state, x)
    pixels, turned = _to_pixels(rows, state, head)
    flip = state.scale * np.array([[1.0], [-1.0]])
    to_pixels = flip * state.turn[:2]
    root = rows.joints[0][:, 1:1 + count]
    slopes = np.empty((len(pixels), 2, count + EXTRA))
    flat = by_column[:, :, 1:1 + count]
    slopes[:, :, :count] = np.matmul(to_pixels, flat)
    slopes[:, :, :count] += (flip * (np.eye(3) - state.turn)[:2]) @ root
    pose = count + TURNING
    slopes[:, :, count:pose] = np.matmul(to_pixels, by_joint)
    arm = turned * state.scale  # (L,3): d(exp(δ) a)/dδ = -[a]×
    zero = np.zeros(len(arm))
    slopes[:, 0, pose:pose + 3] = np.stack([zero, arm[:, 2], -arm[:, 1]], 1)
    slopes[:, 1, pose:pose + 3] = -np.stack([-arm[:, 2], zero, arm[:, 0]], 1)
    slopes[:, :, pose + 3] = pixels - state.translation
    slopes[:, :, pose + 4:] = np.eye(2)
    return pixels, slopes


def _columns(rows: LandmarkRows, state: State) -> Floats:
    """(C,): 1, coefficients, entries of R - I of jaw and eyes."""
    correctives = state.joint_rotations - np.eye(3)
    return np.concatenate([[1.0], state.coefficients, correctives.ravel()])


def _head_points(rows: LandmarkRows, state: State) -> tuple[Floats, Floats]:
    """(L,3) metres before the head's turn, and the columns' values."""
    x = _columns(rows, state)
    head = rows.still @ x
    for part in rows.moving:
        turn = state.joint_rotations[part.joint - JAW]
        centre = rows.joints[part.joint] @ x
        head[part.rows] += (part.mixed @ x) @ turn.T
        head[part.rows] += part.share[:, None] * (centre - turn @ centre)
    return head, x


def _head_slopes(rows: LandmarkRows, state: State, x: Floats) -> tuple[Floats, Floats]:
    """(L,3,C) slopes by the columns and (L,3,7) by jaw and gaze, before the head's turn."""
    by_column = rows.still.copy()
    by_turn = np.zeros((len(by_column), 3, 3, 3))  # joint, number of its axis-angle vector
    slopes = [rotation_slopes(vector) for vector in state.joint_turns()]
    for part in rows.moving:
        place = part.joint - JAW
        turn, centre = state.joint_rotations[place], rows.joints[part.joint]
        drift = (np.eye(3) - turn) @ centre
        by_column[part.rows] += np.matmul(turn, part.mixed) + part.share[:, None, None] * drift
        arm = part.mixed @ x - part.share[:, None] * (centre @ x)
        by_turn[part.rows, :, place] += np.einsum("iab,nb->nai", slopes[place], arm)
    for place in range(len(MOVING)):
        start = rows.corrective_start + 9 * place
        by_turn[:, :, place] += by_column[:, :, start:start + 9] @ slopes[place].reshape(3, 9).T
    flat = by_turn.reshape(len(by_turn), 3, 9)
    return by_column, flat[:, :, SOLVED_TURNS]


def _to_pixels(rows: LandmarkRows, state: State, head: Floats) -> tuple[Floats, Floats]:
    """(L,2) pixels, and (L,3) metres from the root joint after the head's turn."""
    root = rows.joints[0][:, :rows.corrective_start] @ np.append(1.0, state.coefficients)
    turned = (head - root) @ state.turn.T
    seen = turned + root
    pixels = state.scale * seen[:, :2] * (1.0, -1.0) + state.translation
    return pixels, turned
