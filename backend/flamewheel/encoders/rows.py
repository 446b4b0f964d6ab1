# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the landmarks of a head, not its 5,000 vertices: premixed so that a fit is quick.

A landmark is Σ_k b_k v_k over its triangle's corners, and FLAME's skinning is linear in the
vertices once the joints' rotations are known.  So for each moving joint g, the sum
Σ_k b_k W_kg (T + S β + E ψ + P c) is mixed once into one matrix A_g, and a landmark is
Σ_g R_g (A_g x − w_g J_g) + w_g J_g with x = (1, β, ψ, c), c = vec(R − I) of jaw and eyes.
Exact for a neck at rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

ONE = np.eye(3)
JAW, LEFT_EYE, RIGHT_EYE = 2, 3, 4
MOVING = (JAW, LEFT_EYE, RIGHT_EYE)
CORRECTIVES = slice(9, 36)  # of the pose basis: jaw, left eye, right eye; the neck stays at rest


@dataclass(frozen=True, eq=False)
class JointRows:
    """What one joint carries of the landmarks."""

    joint: int  # 2 jaw, 3 left eye, 4 right eye
    rows: Indices  # (n,) rows that it moves at all
    mixed: Floats  # (n,3,C) m
    share: Floats  # (n,) summed skinning weight


@dataclass(frozen=True, eq=False)
class LandmarkRows:
    """A head's landmarks as linear maps of its coefficients; C = 1 + S + E + 27."""

    landmarks: Indices  # (L,) FaceMesh number of each row
    still: Floats  # (L,3,C) m: what root and neck carry
    moving: tuple[JointRows, ...]
    joints: Floats  # (5,3,C) m: joint centres of the unposed head
    identity_count: int
    expression_count: int

    def with_identity(self, shape: Floats) -> LandmarkRows:
        """The rows of one person, whose identity is `shape` (S,): C is 1 + E + 27."""
        def known(rows: Floats) -> Floats:
            first = rows[..., 0] + rows[..., 1:self.expression_start] @ shape
            return np.concatenate([first[..., None], rows[..., self.expression_start:]], axis=-1)

        moving = tuple(replace(part, mixed=known(part.mixed)) for part in self.moving)
        return LandmarkRows(self.landmarks, known(self.still), moving, known(self.joints),
                            0, self.expression_count)

    @property
    def expression_start(self) -> int:
        """First expression column."""
        return 1 + self.identity_count

    @property
    def corrective_start(self) -> int:
        """First pose corrective column."""
        return 1 + self.identity_count + self.expression_count


@dataclass(frozen=True, eq=False)
class SurfacePoints:
    """FaceMesh landmarks placed on a head."""

    landmarks: Indices  # (L,) FaceMesh numbers
    triangles: Indices  # (L,)
    barycentrics: Floats  # (L,3)
    offsets: Floats  # (L,3) m, head frame: where FaceMesh sees the landmark, from the surface point
    deviation: Floats  # (L,) fraction of the inter-ocular distance: how steadily it sees it there


def mix_rows(
    data: HeadData, points: SurfacePoints, identity_count: int, expression_count: int
) -> LandmarkRows:
    """The premixed rows of `points` for the head's first components of each kind."""
    identity_count = min(identity_count, data.identity_count)
    expression_count = min(expression_count, data.expression_count)
    corners = np.asarray(data.triangles)[points.triangles]
    used, places = np.unique(corners, return_inverse=True)
    basis = _vertex_basis(data, used, identity_count, expression_count)
    skinning = np.asarray(data.weights, dtype=np.float64)[used]
    places = places.reshape(corners.shape)
    shares = (skinning[places] * points.barycentrics[:, :, None]).sum(1)  # (L,5)

    def mixed(weights: Floats, rows: Indices) -> Floats:
        corner_weights = points.barycentrics[rows] * weights[places[rows]]
        result: Floats = np.einsum("lk,lkac->lac", corner_weights, basis[places[rows]])
        result[:, :, 0] += corner_weights.sum(1, keepdims=True) * points.offsets[rows]
        return result

    every = np.arange(len(points.landmarks))
    moving = []
    for joint in MOVING:
        rows = np.flatnonzero(shares[:, joint] > 1e-9)
        if rows.size:
            moving.append(
                JointRows(joint, rows, mixed(skinning[:, joint], rows), shares[rows, joint]))
    still = mixed(skinning[:, :2].sum(1), every)
    regressor = np.asarray(data.joint_regressor, dtype=np.float64)
    involved = np.flatnonzero(np.abs(regressor).sum(0))
    joint_basis = _vertex_basis(data, involved, identity_count, expression_count)
    joint_basis[:, :, 1 + identity_count + expression_count:] = 0  # joints know no correctives
    joints = np.einsum("jv,vac->jac", regressor[:, involved], joint_basis)
    return LandmarkRows(points.landmarks, still, tuple(moving), joints,
                        identity_count, expression_count)


def _vertex_basis(
    data: HeadData, vertices: npt.NDArray[np.int64], identity_count: int, expression_count: int
) -> Floats:
    """(n,3,C): template, identity, expression and corrective columns of some vertices."""
    parts = (
        data.template[vertices][:, :, None],
        data.identity_basis[vertices][:, :, :identity_count],
        data.expression_basis[vertices][:, :, :expression_count],
        data.pose_basis[vertices][:, :, CORRECTIVES],
    )
    return np.asarray(np.concatenate(parts, axis=2), dtype=np.float64)


def rotation(vector: Floats) -> Floats:
    """(3,3) rotation of an axis-angle vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    skewed = skew(vector)
    if angle < 1e-8:
        return ONE + skewed
    first = np.sin(angle) / angle
    second = (1.0 - np.cos(angle)) / angle**2
    return np.asarray(ONE + first * skewed + second * skewed @ skewed)


def rotation_slopes(vector: Floats) -> Floats:
    """(3,3,3): derivative of `rotation` by each number of the vector (Gallego and Yezzi 2015)."""
    square = float(vector @ vector)
    if square < 1e-14:
        return np.stack([skew(axis) for axis in ONE])
    turned = rotation(vector)
    moved = np.cross(vector, (ONE - turned).T)
    slopes = vector[:, None, None] * skew(vector) + np.stack([skew(axis) for axis in moved])
    return np.asarray(slopes @ turned / square)


def skew(vector: Floats) -> Floats:
    """(3,3) matrix of the cross product with `vector`."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def vector_of(matrix: Floats) -> Floats:
    """(3,) axis-angle vector of a rotation matrix, angle 0 to π."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_matrix(matrix).as_rotvec(), dtype=np.float64)
