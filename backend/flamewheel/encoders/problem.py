# SPDX-License-Identifier: GPL-3.0-or-later
"""The landmark fit's unknowns, its landmarks as functions of them, and their analytic slopes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .rows import JAW, MOVING, LandmarkRows, rotation, rotation_slopes

Floats = npt.NDArray[np.float64]

EXTRA = 11
"""Unknowns besides the coefficients: jaw 3, gaze 2, head turn 3, log scale 1, translation 2."""


@dataclass(frozen=True, eq=False)
class State:
    """A point in the space of unknowns."""

    coefficients: Floats  # (S+E,)
    jaw: Floats  # (3,) rad
    gaze: Floats  # (2,) rad: down, to the face's own left; both eyes alike
    turn: Floats  # (3,3) global rotation
    scale: float  # pixels per metre
    translation: Floats  # (2,) pixels

    def moved(self, step: Floats) -> State:
        """After a step (S+E+11,); the head's turn moves by a rotation from the left."""
        count = self.coefficients.size
        rest = step[count:]
        return State(
            self.coefficients + step[:count], self.jaw + rest[:3], self.gaze + rest[3:5],
            rotation(rest[5:8]) @ self.turn, self.scale * float(np.exp(rest[8])),
            self.translation + rest[9:11],
        )

    def limited(self, low: Floats, high: Floats) -> State:
        """With coefficients, jaw and gaze brought inside their box (S+E+5,)."""
        count = self.coefficients.size
        inner = np.clip(self.boxed(), low, high)
        return replace(self, coefficients=inner[:count], jaw=inner[count:count + 3],
                       gaze=inner[count + 3:])

    def boxed(self) -> Floats:
        """(S+E+5,): the unknowns that have a box and a prior."""
        return np.concatenate([self.coefficients, self.jaw, self.gaze])

    def eye(self) -> Floats:
        """(3,) axis-angle of either eye."""
        return np.array([self.gaze[0], self.gaze[1], 0.0])


def project(rows: LandmarkRows, state: State) -> Floats:
    """(L,2) pixels of the landmarks."""
    head, _ = _head_points(rows, state)
    return _to_pixels(rows, state, head)[0]


def project_with_slopes(rows: LandmarkRows, state: State) -> tuple[Floats, Floats]:
    """(L,2) pixels of the landmarks and (L,2,S+E+11) their slopes by the unknowns."""
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
    slopes[:, :, count:count + 5] = np.matmul(to_pixels, by_joint)
    arm = turned * state.scale  # (L,3): d(exp(δ) a)/dδ = -[a]×
    zero = np.zeros(len(arm))
    slopes[:, 0, count + 5:count + 8] = np.stack([zero, arm[:, 2], -arm[:, 1]], 1)
    slopes[:, 1, count + 5:count + 8] = -np.stack([-arm[:, 2], zero, arm[:, 0]], 1)
    slopes[:, :, count + 8] = pixels - state.translation
    slopes[:, :, count + 9:] = np.eye(2)
    return pixels, slopes


def _columns(rows: LandmarkRows, state: State) -> Floats:
    """(C,): 1, coefficients, entries of R - I of jaw and eyes."""
    turns = [rotation(state.jaw), rotation(state.eye())]
    correctives = [(turns[0 if joint == JAW else 1] - np.eye(3)).ravel() for joint in MOVING]
    return np.concatenate([[1.0], state.coefficients, *correctives])


def _head_points(rows: LandmarkRows, state: State) -> tuple[Floats, Floats]:
    """(L,3) metres before the head's turn, and the columns' values."""
    x = _columns(rows, state)
    head = rows.still @ x
    for part in rows.moving:
        turn = rotation(state.jaw if part.joint == JAW else state.eye())
        centre = rows.joints[part.joint] @ x
        head[part.rows] += (part.mixed @ x) @ turn.T
        head[part.rows] += part.share[:, None] * (centre - turn @ centre)
    return head, x


def _head_slopes(rows: LandmarkRows, state: State, x: Floats) -> tuple[Floats, Floats]:
    """(L,3,C) slopes by the columns and (L,3,5) by jaw and gaze, before the head's turn."""
    by_column = rows.still.copy()
    by_joint = np.zeros((len(by_column), 3, 5))
    vectors = {joint: state.jaw if joint == JAW else state.eye() for joint in MOVING}
    for part in rows.moving:
        turn, slopes = rotation(vectors[part.joint]), rotation_slopes(vectors[part.joint])
        drift = (np.eye(3) - turn) @ rows.joints[part.joint]
        by_column[part.rows] += np.matmul(turn, part.mixed) + part.share[:, None, None] * drift
        arm = part.mixed @ x - part.share[:, None] * (rows.joints[part.joint] @ x)
        moved = np.einsum("iab,nb->nai", slopes, arm)
        if part.joint == JAW:
            by_joint[part.rows, :, :3] += moved
        else:
            by_joint[part.rows, :, 3:] += moved[:, :, :2]
    for joint in MOVING:
        start = rows.corrective_start + 9 * (joint - JAW)
        columns = by_column[:, :, start:start + 9]
        through = columns @ rotation_slopes(vectors[joint]).reshape(3, 9).T
        if joint == JAW:
            by_joint[:, :, :3] += through
        else:
            by_joint[:, :, 3:] += through[:, :, :2]
    return by_column, by_joint


def _to_pixels(rows: LandmarkRows, state: State, head: Floats) -> tuple[Floats, Floats]:
    """(L,2) pixels, and (L,3) metres from the root joint after the head's turn."""
    root = rows.joints[0][:, :rows.corrective_start] @ np.append(1.0, state.coefficients)
    turned = (head - root) @ state.turn.T
    seen = turned + root
    pixels = state.scale * seen[:, :2] * (1.0, -1.0) + state.translation
    return pixels, turned
