# SPDX-License-Identifier: GPL-3.0-or-later
"""`HeadData`: everything a FLAME-format head is made of, as numpy arrays.

FLAME (Li et al. 2017): V(β, θ, ψ) = LBS(T + S β + E ψ + P (R(θ) − I), J(β), θ, W).
Any number of vertices V, identity components S and expression components E fits; FLAME itself has
5023, 300 and 100.  Lengths are metres, Y is up, Z points out of the face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

JOINT_NAMES = ("root", "neck", "jaw", "left_eye", "right_eye")
FLAME_PARENTS = (-1, 0, 1, 1, 1)

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class LandmarkEmbedding:
    """Points fixed to the surface: a triangle and barycentric weights each."""

    triangles: Ints  # (L,) index into HeadData.triangles
    barycentrics: Floats  # (L,3) rows sum to 1
    indices: Ints | None = None  # (L,) which landmark of its set each row is; None: 0..L-1


@dataclass(frozen=True, eq=False)
class ContourEmbedding:
    """FLAME_PyTorch's dynamic contour: the jaw line's landmarks for each step of head yaw."""

    triangles: Ints  # (79,17) index into HeadData.triangles
    barycentrics: Floats  # (79,17,3)


@dataclass(frozen=True, eq=False)
class NamedUnits:
    """FACS action units (or visemes) as points of this head's own expression space.

    Unit u at full strength is expression `expression[u]` with joints turned by `pose[u]`.
    Names are `AU<number>` for both sides, `AU<number>L`, `AU<number>R` for one (the face's own).
    Where a sum of two units goes wrong, `pair_expression` mends it by the product of their
    strengths: ψ(a) = Σ_u a_u expression[u] + Σ_p a_i a_j pair_expression[p] with (i, j) = pairs[p].
    """

    names: tuple[str, ...]  # (U,)
    expression: Floats  # (U,E)
    pose: Floats  # (U,5,3) axis-angle rad: root, neck, jaw, left eye, right eye
    pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int32))  # (P,2) rows of names
    pair_expression: Floats | None = None  # (P,E); None where there are no pairs

    def codes(self, strengths: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """(N,E) expressions of unit strengths (N,U), the pairs' correctives included."""
        rows = np.asarray(strengths, np.float64)
        made = rows @ np.asarray(self.expression, np.float64)
        if self.pair_expression is not None and len(self.pairs):
            both = rows[..., self.pairs[:, 0]] * rows[..., self.pairs[:, 1]]
            made = made + both @ np.asarray(self.pair_expression, np.float64)
        return np.asarray(made)

    def poses(self, strengths: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """(N,5,3) axis-angle turns in rad of unit strengths (N,U): sums of the units' turns."""
        return np.asarray(np.tensordot(np.asarray(strengths, np.float64), self.pose, axes=1))


@dataclass(frozen=True, eq=False)
class NamedAxes:
    """Directions of the identity space that have a name, such as age or nose width."""

    names: tuple[str, ...]  # (A,)
    identity: Floats  # (A,S) β of one standard deviation along each


@dataclass(frozen=True, eq=False)
class HeadData:
    """A head; see the field comments for shapes and units."""

    name: str
    template: Floats  # (V,3) m
    triangles: Ints  # (F,3)
    identity_basis: Floats  # (V,3,S) m per standard deviation
    expression_basis: Floats  # (V,3,E) m per standard deviation
    pose_basis: Floats  # (V,3,36) m per entry of R(θ) - I: neck, jaw, left, right eye; row-major
    joint_regressor: Floats  # (5,V) rows sum to 1
    weights: Floats  # (V,5) rows sum to 1
    parents: tuple[int, ...] = FLAME_PARENTS
    uv: Floats | None = None  # (T,2) 0..1
    uv_triangles: Ints | None = None  # (F,3) index into uv
    landmarks: Mapping[str, LandmarkEmbedding] = field(default_factory=dict)
    # by set: "static51", "full68", "mediapipe105", "facemesh478"
    contour: ContourEmbedding | None = None
    masks: Mapping[str, Ints] = field(default_factory=dict)  # part -> (n,) vertex indices
    units: NamedUnits | None = None
    visemes: NamedUnits | None = None
    axes: NamedAxes | None = None
    mirror: Ints | None = None  # (V,) each vertex's image across the plane x = 0
    licence: str = "unknown"
    source: str = "unknown"
    checksum: str = ""  # sha256 of the arrays that make the geometry

    @property
    def vertex_count(self) -> int:
        """V."""
        return int(self.template.shape[0])

    @property
    def identity_count(self) -> int:
        """S."""
        return int(self.identity_basis.shape[2])

    @property
    def expression_count(self) -> int:
        """E."""
        return int(self.expression_basis.shape[2])
