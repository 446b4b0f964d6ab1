# SPDX-License-Identifier: GPL-3.0-or-later
"""FLAME in numpy, in float64: the same numbers as `HeadModel` without torch.

V(β, θ, ψ) = LBS(T + S β + E ψ + P (R(θ) − I), J(β), θ, W)   (Li et al. 2017, eq. 1 and 2).

FLAME's reference code takes the joints from the template shaped by identity *and* expression:
`evaluate`.  Bones cannot follow an expression, so rigs take them from identity alone:
`evaluate_identity_joints`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from .data import JOINT_NAMES, HeadData

Array = npt.NDArray[np.float64]
JOINTS = len(JOINT_NAMES)


def rodrigues(rotations: npt.ArrayLike) -> Array:
    """(…,3) axis-angle vectors in rad to (…,3,3) rotation matrices (Rodrigues' formula)."""
    vectors = np.asarray(rotations, dtype=np.float64)
    square = np.einsum("...i,...i", vectors, vectors)[..., None, None]
    angle = np.sqrt(square)
    tiny = square < 1e-12  # below, the series' next term (θ²/6, θ²/24) is less than a rounding
    safe = np.where(tiny, 1.0, angle)
    sine = np.where(tiny, 1.0, np.sin(safe) / safe)
    cosine = np.where(tiny, 0.5, (1 - np.cos(safe)) / (safe * safe))
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    outer = vectors[..., :, None] * vectors[..., None, :]
    turned: Array = np.eye(3) * (1 - cosine * square) + sine * cross + cosine * outer
    return turned


def evaluate(data: HeadData, shape: Any = None, expression: Any = None, pose: Any = None) -> Array:
    """(B,V,3) vertices in metres, as FLAME's reference code gives them.

    shape (<=S,) or (B,<=S) and expression (<=E,) or (B,<=E) in standard deviations; pose (5,3) or
    (B,5,3) axis-angle rad of root, neck, jaw, left eye, right eye.  None is zero; one row stands
    for all.  Raises UsageError (`bad-parameters`) where a size does not fit.
    """
    _, moved, turned = _rows(data, shape, expression, pose)
    return _skinned(data, moved, data.joint_regressor @ moved, turned)


def evaluate_identity_joints(
    data: HeadData, shape: Any = None, expression: Any = None, pose: Any = None
) -> Array:
    """As `evaluate`, with joints taken from identity alone: what a rig's bones do."""
    identity, moved, turned = _rows(data, shape, expression, pose)
    return _skinned(data, moved, data.joint_regressor @ identity, turned)


def joints(data: HeadData, shape: Any = None, expression: Any = None) -> Array:
    """(B,5,3) joints at rest in metres; with `expression` those of the reference code."""
    _, moved, _ = _rows(data, shape, expression, None)
    placed: Array = np.asarray(data.joint_regressor @ moved, dtype=np.float64)
    return placed


def coefficients(name: str, value: Any, most: int) -> Array:
    """`value` as (B,n) with n <= `most`; a missing value is (1,0)."""
    rows = np.zeros((1, 0)) if value is None else np.atleast_2d(np.asarray(value, np.float64))
    if rows.ndim != 2 or rows.shape[1] > most:
        raise UsageError("bad-parameters", f"{name} has {rows.shape[-1]} coefficients, this head "
                         f"has {most}.", "Check that the parameters belong to this head.")
    return rows


def _rows(data: HeadData, shape: Any, expression: Any, pose: Any) -> tuple[Array, Array, Array]:
    """Template with identity (B',V,3), with expression too, and rotations (B',5,3,3)."""
    beta = coefficients("shape", shape, data.identity_count)
    psi = coefficients("expression", expression, data.expression_count)
    theta = np.zeros((1, JOINTS, 3)) if pose is None else np.asarray(pose, dtype=np.float64)
    if theta.shape[-2:] != (JOINTS, 3) or theta.ndim > 3:
        raise UsageError("bad-parameters", f"pose must be (B, 5, 3), it is {theta.shape}.",
                         "Give axis-angle for root, neck, jaw, left eye and right eye.")
    theta = theta.reshape(-1, JOINTS, 3)
    if len({len(beta), len(psi), len(theta)} - {1}) > 1:
        raise UsageError("bad-parameters", f"{len(beta)} identities, {len(psi)} expressions and "
                         f"{len(theta)} poses do not go together.",
                         "Give as many of each, or one of them for all.")
    identity = data.template + _mixed(data.identity_basis, beta)
    return identity, identity + _mixed(data.expression_basis, psi), rodrigues(theta)


def _mixed(basis: npt.NDArray[Any], weights: Array) -> Array:
    """(B,V,3) displacements of (V,3,N) `basis` by (B,n) `weights`."""
    flat = basis[:, :, :weights.shape[1]].reshape(3 * len(basis), weights.shape[1])
    return np.asarray(weights @ flat.T).reshape(len(weights), -1, 3)


def _skinned(data: HeadData, moved: Array, rest_joints: Array, turned: Array) -> Array:
    """Linear blend skinning of `moved` plus its pose correctives."""
    features = (turned[:, 1:] - np.eye(3)).reshape(len(turned), -1)
    vertices = moved + _mixed(data.pose_basis, features)
    rotation, offset = chain(data.parents, turned, rest_joints)
    blend = np.concatenate([rotation, offset[..., None]], axis=-1).reshape(-1, JOINTS, 12)
    per_vertex = np.asarray(data.weights @ blend).reshape(len(blend), -1, 3, 4)
    vertices = np.broadcast_to(vertices, (max(len(vertices), len(blend)), *vertices.shape[1:]))
    placed: Array = np.einsum("bvij,bvj->bvi", per_vertex[..., :3], vertices) + per_vertex[..., 3]
    return placed


def chain(parents: tuple[int, ...], turned: Array, rest_joints: Array) -> tuple[Array, Array]:
    """Where each joint takes the rest head: (B,5,3,3) rotations and (B,5,3) offsets.

    A point x at rest goes to rotation x + offset (Li et al. 2017, after SMPL's eq. 3 and 4).
    """
    batch = max(len(turned), len(rest_joints))
    turned = np.broadcast_to(turned, (batch, JOINTS, 3, 3))
    rest = np.broadcast_to(rest_joints, (batch, JOINTS, 3))
    rotation = [turned[:, 0]]
    offset = [rest[:, 0] - np.einsum("bij,bj->bi", turned[:, 0], rest[:, 0])]
    for joint in range(1, JOINTS):
        parent = parents[joint]
        world = rotation[parent] @ turned[:, joint]
        place = np.einsum("bij,bj->bi", rotation[parent], rest[:, joint]) + offset[parent]
        rotation.append(world)
        offset.append(place - np.einsum("bij,bj->bi", world, rest[:, joint]))
    return np.stack(rotation, axis=1), np.stack(offset, axis=1)
