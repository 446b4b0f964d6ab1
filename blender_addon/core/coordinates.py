# SPDX-License-Identifier: GPL-3.0-or-later
"""Where axes turn, once: FLAME has Y up and Z out of the face, Blender has Z up and -Y in front.

Every bone of the rig rests with FLAME's axes (its own Y points up, its own Z out of the face), so
that a bone's rotation *is* FLAME's: only points and the bones' rest need the turn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FLAME_TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""(x, y, z) -> (x, -z, y): a quarter turn about X."""

SMALL = 1e-12
"""Radians; below this a rotation's axis is not known and its angle does not matter."""


def to_blender(points: Any) -> Any:
    """(..., 3) points or offsets in FLAME's axes -> Blender's."""
    points = np.asarray(points)
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def from_blender(points: Any) -> Any:
    """The inverse of `to_blender`."""
    points = np.asarray(points)
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def matrix_of(rotation: Any) -> Any:
    """(..., 3) axis-angle rad -> (..., 3, 3), by Rodrigues' formula, float64."""
    rotation = np.asarray(rotation, dtype=np.float64)
    angle = np.linalg.norm(rotation, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(rotation, -1, 0)
    zero = np.zeros_like(x)
    skew = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1)
    skew = skew.reshape(*rotation.shape[:-1], 3, 3)
    safe = np.where(angle < SMALL, 1.0, angle)
    first = np.where(angle < SMALL, 1.0, np.sin(safe) / safe)
    second = np.where(angle < SMALL, 0.5, (1 - np.cos(safe)) / safe**2)
    return np.eye(3) + first * skew + second * (skew @ skew)


def euler_of(matrix: Any) -> Any:
    """(..., 3, 3) -> (..., 3) Euler angles, rad, of Blender's order XYZ (R = Rz Ry Rx)."""
    matrix = np.asarray(matrix, dtype=np.float64)
    cosine = np.hypot(matrix[..., 0, 0], matrix[..., 1, 0])
    locked = cosine < 1e-9  # looking straight along: x and z turn about one axis, z is taken as 0
    x = np.where(locked, np.arctan2(-matrix[..., 1, 2], matrix[..., 1, 1]),
                 np.arctan2(matrix[..., 2, 1], matrix[..., 2, 2]))
    y = np.arctan2(-matrix[..., 2, 0], cosine)
    z = np.where(locked, 0.0, np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0]))
    return np.stack([x, y, z], axis=-1)


def matrix_of_euler(euler: Any) -> Any:
    """The inverse of `euler_of`."""
    euler = np.asarray(euler, dtype=np.float64)
    axes = np.eye(3)
    x, y, z = (matrix_of(euler[..., i, None] * axes[i]) for i in range(3))
    return z @ y @ x


def bone_euler_from_flame(rotations: Any) -> Any:
    """(..., 3) axis-angle in FLAME's axes -> (..., 3) `rotation_euler` of the rig's bones."""
    return euler_of(matrix_of(rotations))


def flame_from_bone_euler(euler: Any) -> Any:
    """The inverse of `bone_euler_from_flame`: (..., 3) axis-angle rad in FLAME's axes."""
    matrix = matrix_of_euler(euler)
    vector = np.stack(
        [
            matrix[..., 2, 1] - matrix[..., 1, 2],
            matrix[..., 0, 2] - matrix[..., 2, 0],
            matrix[..., 1, 0] - matrix[..., 0, 1],
        ],
        axis=-1,
    )
    sine = np.linalg.norm(vector, axis=-1)
    angle = np.arctan2(sine, np.trace(matrix, axis1=-2, axis2=-1) - 1)
    usual = vector * (angle / np.where(sine < SMALL, 1.0, sine))[..., None]
    return np.where((sine > 1e-6)[..., None], usual, _near_half_turn(matrix, angle, vector))


def _near_half_turn(matrix: Any, angle: Any, vector: Any) -> Any:
    """Axis-angle where the sine vanishes: at no turn, and at half a turn."""
    diagonal = np.clip((np.diagonal(matrix, axis1=-2, axis2=-1) + 1) / 2, 0, None)
    largest = np.argmax(diagonal, axis=-1)[..., None]
    column = np.take_along_axis(matrix + np.eye(3), largest[..., None], axis=-1)[..., 0]
    length = np.linalg.norm(column, axis=-1, keepdims=True)
    axis = column / np.where(length < SMALL, 1.0, length)
    sign = np.where(np.sum(axis * vector, axis=-1, keepdims=True) < 0, -1.0, 1.0)
    return np.where((angle > 1.0)[..., None], sign * axis * angle[..., None], vector / 2)
