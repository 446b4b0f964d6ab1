# SPDX-License-Identifier: GPL-3.0-or-later
"""FLAME in numpy, for whole performances: what exact mesh baking is made from.

V(β, θ, ψ) = LBS(T + S β + E ψ + P (R(θ) − I), J(β, ψ), θ, W)   (Li et al. 2017, eq. 1–5; joints
from identity *and* expression, as its reference code does: the one thing that bones do not follow).
float64 within, vectorised over frames in pieces that bound the memory.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from .coordinates import matrix_of

CHUNK_BYTES = 48 * 1024 * 1024
"""Memory for the skinning matrices of one piece of frames: 60 frames of 8,000 vertices."""


class FlameArrays(Protocol):
    """A head's arrays by the names they have in a head file."""

    v_template: Any  # (V,3) m
    shapedirs: Any  # (V,3,S)
    expressiondirs: Any  # (V,3,E)
    posedirs: Any  # (V,3,36)
    J_regressor: Any  # (5,V)
    weights: Any  # (V,5)
    parents: Any  # (5,) -1 for the root


def evaluate(head: FlameArrays, shape: Any, expression: Any, pose: Any) -> Any:
    """(T,V,3) float32 vertices, m, FLAME's axes.

    `shape` (<=S,) one identity; `expression` (T,<=E); `pose` (T,5,3) axis-angle rad of root, neck,
    jaw, left eye, right eye.
    """
    expression = np.asarray(expression, dtype=np.float64)
    pose = np.asarray(pose, dtype=np.float64)
    shape = np.asarray(shape, dtype=np.float64)
    count = np.asarray(head.v_template).shape[0]
    rest = np.asarray(head.v_template, np.float64)
    rest = rest + np.asarray(head.shapedirs, np.float64)[:, :, : shape.size] @ shape
    result = np.empty((expression.shape[0], count, 3), dtype=np.float32)
    bases = _bases(head, expression.shape[1])
    step = max(1, CHUNK_BYTES // (count * 12 * 8))
    for start in range(0, expression.shape[0], step):
        piece = slice(start, start + step)
        result[piece] = _piece(head, rest, bases, expression[piece], pose[piece])
    return result


def _bases(head: FlameArrays, used: int) -> Any:
    """(used + 36, V * 3): expression and pose correctives as one matrix."""
    expression = np.asarray(head.expressiondirs, np.float64)[:, :, :used]
    both = np.concatenate([expression, np.asarray(head.posedirs, np.float64)], axis=2)
    return both.reshape(-1, both.shape[2]).T.copy()


def _piece(head: FlameArrays, rest: Any, bases: Any, expression: Any, pose: Any) -> Any:
    frames, used = expression.shape
    rotations = matrix_of(pose)
    feature = (rotations[:, 1:] - np.eye(3)).reshape(frames, -1)
    shaped = rest + (expression @ bases[:used]).reshape(frames, -1, 3)
    joints = np.einsum("jv,tvk->tjk", np.asarray(head.J_regressor, np.float64), shaped)
    posed = shaped + (feature @ bases[used:]).reshape(frames, -1, 3)
    matrices = _skinning(rotations, joints, np.asarray(head.parents))
    mixed = np.asarray(head.weights, np.float64) @ matrices.reshape(frames, 5, 12)
    mixed = mixed.reshape(frames, -1, 3, 4)
    return (mixed[..., :3] @ posed[..., None])[..., 0] + mixed[..., 3]


def _skinning(rotations: Any, joints: Any, parents: Any) -> Any:
    """(T,5,3,4): from rest to posed space, one affine map for each joint."""
    world: list[tuple[Any, Any]] = []
    for joint, parent in enumerate(parents):
        if parent < 0:
            world.append((rotations[:, joint], joints[:, joint]))
            continue
        turn, place = world[parent]
        offset = joints[:, joint] - joints[:, parent]
        world.append((turn @ rotations[:, joint], place + _turned(turn, offset)))
    maps = [
        np.concatenate([turn, (place - _turned(turn, joints[:, joint]))[..., None]], axis=2)
        for joint, (turn, place) in enumerate(world)
    ]
    return np.stack(maps, axis=1)


def _turned(turn: Any, vector: Any) -> Any:
    return (turn @ vector[..., None])[..., 0]
