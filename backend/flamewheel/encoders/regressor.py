# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks to all parameters in one stroke, learned from renders: where a fit starts.

The mean head is placed on the landmarks first (scaled orthography, least squares); how far they lie
from it, the roll undone and in millimetres, and where the face looks, are what is regressed from.
A linear map and a small network side by side give the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

JAW_AND_GAZE, TURN = 7, 3
LOOK_SCALE = 3.0  # brings the look's sines to the size of the other inputs


@dataclass(frozen=True, eq=False)
class Placed:
    """N faces with the mean head laid over them."""

    off: Floats  # (N,2L) mm: landmarks from the mean head's, roll undone, y up
    roll: Floats  # (N,3,3) head's roll
    rest: Floats  # (N,3,3) its pitch and yaw: the head's turn is roll @ rest

    @property
    def look(self) -> Floats:
        """(N,2) where the face looks: X and Y of its own Z axis, roll undone."""
        return self.rest[:, :2, 2]


@dataclass(frozen=True, eq=False)
class MeanHead:
    """The landmarks of the mean head at rest, as FaceMesh sees them."""

    landmarks: npt.NDArray[np.int64]  # (L,) FaceMesh numbers
    points: Floats  # (L,3) m about their mean

    @cached_property
    def _solver(self) -> Floats:
        """(4,L) least squares of pixels by X, Y, Z and 1."""
        return np.linalg.pinv(np.concatenate([self.points, np.ones((len(self.points), 1))], 1))

    def placed(self, landmarks: Floats) -> Placed:
        """On FaceMesh's landmarks (N,478,2) px."""
        seen = landmarks[:, self.landmarks] * (1.0, -1.0)
        solved = np.einsum("kl,nla->nak", self._solver, seen)
        left, size, right = np.linalg.svd(solved[:, :, :3], full_matrices=False)
        two = left @ right
        turn = np.concatenate([two, np.cross(two[:, 0], two[:, 1])[:, None]], axis=1)
        roll = _roll(turn)
        upright = roll[:, :2, :2].transpose(0, 2, 1)
        off = (seen - solved[:, None, :, 3]) / size.mean(1)[:, None, None]
        off = off @ upright.transpose(0, 2, 1) - np.einsum(
            "la,nba->nlb", self.points, upright @ two)
        return Placed(1e3 * off.reshape(len(off), -1), roll, roll.transpose(0, 2, 1) @ turn)


def _roll(turn: Floats) -> Floats:
    """(N,3,3) the last of yaw, pitch and roll, in which `turn` (N,3,3) is taken apart."""
    angle = np.arctan2(-turn[:, 0, 1], turn[:, 1, 1])
    roll = np.tile(np.eye(3), (len(turn), 1, 1))
    roll[:, 0, 0] = roll[:, 1, 1] = np.cos(angle)
    roll[:, 1, 0] = np.sin(angle)
    roll[:, 0, 1] = -roll[:, 1, 0]
    return roll


@dataclass(frozen=True, eq=False)
class Start:
    """What N sets of landmarks look like at once; arrays as in `FaceParameters`."""

    shape: Floats  # (N,S)
    expression: Floats  # (N,E)
    jaw: Floats  # (N,3) rad
    gaze: Floats  # (N,2,2) rad: left eye, right eye; down, to the face's own left
    global_rotation: Floats  # (N,3) axis-angle rad


@dataclass(frozen=True, eq=False)
class Network:
    """A linear map with a perceptron of rectified layers beside it: (N,I) -> (N,P)."""

    linear: Singles  # (I,P)
    hidden: tuple[Singles, ...]  # (I+1,H) each, the last row a constant
    output: Singles  # (H+1,P), the last row a constant

    def __call__(self, inputs: Singles) -> Floats:
        state = inputs
        for weights in self.hidden:
            state = np.maximum(state @ weights[:-1] + weights[-1], 0.0)
        found = inputs @ self.linear + state @ self.output[:-1] + self.output[-1]
        return np.asarray(found, dtype=np.float64)


def network_inputs(placed: Placed, components: Singles) -> Singles:
    """(N,C+2): the landmarks' offsets in a few components, and where the face looks."""
    inputs = [placed.off.astype(np.float32) @ components, LOOK_SCALE * placed.look]
    return np.asarray(np.concatenate(inputs, axis=1), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Regressor:
    """P = S + E + 7 + 3 parameters: coefficients, jaw 3, gaze 4, and the turn from the placed
    mean head's to the true one (rotation vector, applied before the roll)."""

    mean_head: MeanHead
    components: Singles  # (2L,C) of the landmarks' offsets from the mean head
    network: Network
    error_factor: Singles  # (P,K) errors on faces not trained on: covariance F Fᵀ + diag(floor²)
    error_floor: Singles  # (P,)
    identity_count: int

    def __call__(self, landmarks: npt.ArrayLike) -> Start:
        """The faces behind FaceMesh's landmarks (N,478,2) px, y down; 0.5 ms for one."""
        placed = self.mean_head.placed(np.asarray(landmarks, dtype=np.float64))
        return self.start(placed, self.network(network_inputs(placed, self.components)))

    def error_covariance(self) -> Floats:
        """(P,P) of parameters' errors on faces not trained on."""
        factor = self.error_factor.astype(np.float64)
        return np.asarray(factor @ factor.T + np.diag(np.square(self.error_floor)))

    def start(self, placed: Placed, raw: Floats) -> Start:
        """Parameters (N,P) as faces."""
        from scipy.spatial.transform import Rotation

        first, count = self.identity_count, raw.shape[1] - JAW_AND_GAZE - TURN
        turned = placed.roll @ Rotation.from_rotvec(raw[:, -TURN:]).as_matrix() @ placed.rest
        return Start(
            raw[:, :first], raw[:, first:count], raw[:, count:count + 3],
            raw[:, count + 3:count + JAW_AND_GAZE].reshape(-1, 2, 2),
            np.asarray(Rotation.from_matrix(turned).as_rotvec()))


def turn_between(placed: Placed, global_rotation: Floats) -> Floats:
    """(N,3) the last parameters of faces with `global_rotation` (N,3), the inverse of `start`."""
    from scipy.spatial.transform import Rotation

    true = Rotation.from_rotvec(global_rotation).as_matrix()
    between = placed.roll.transpose(0, 2, 1) @ true @ placed.rest.transpose(0, 2, 1)
    return np.asarray(Rotation.from_matrix(between).as_rotvec())
