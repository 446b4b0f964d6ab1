# SPDX-License-Identifier: GPL-3.0-or-later
"""`HeadModel`: FLAME in torch, in batch, on any device, differentiable.

V(β, θ, ψ) = LBS(T + S β + E ψ + P (R(θ) − I), J(β, ψ), θ, W)   (Li et al. 2017, eq. 1 and 2).
Like FLAME's reference code, `vertices` takes the joints from the template shaped by identity and
expression; `vertices_identity_joints` takes them from identity alone, as a rig's bones do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ..errors import UsageError
from . import landmarks as landmark_sets
from .data import JOINT_NAMES, HeadData
from .skinning import (
    Rodrigues,
    Surface,
    first_rows,
    joint_transforms,
    of_batch,
    sibling_runs,
    surface_of,
)

JOINTS = len(JOINT_NAMES)
Coefficients: TypeAlias = Any
"""A tensor, array or list: (n,) or (B,n); None is zero."""


class HeadModel:
    """A head that can be evaluated.

    Every method takes shape (<=S,) or (B,<=S) and expression (<=E,) or (B,<=E) in standard
    deviations and pose (5,3) or (B,5,3) axis-angle rad of root, neck, jaw, left eye, right eye;
    None is zero and one row stands for all.  The root turns about its joint and does not move.
    Results are in metres.  Raises UsageError (`bad-parameters`) where sizes do not fit.
    """

    def __init__(self, data: HeadData, device: torch.device | str | None = None,
                 dtype: torch.dtype = torch.float32) -> None:
        self.data = data
        self.device = torch.device(device or "cpu")
        self.dtype = dtype
        self._surface = self._surface_for(slice(None))
        self._landmark_surface = lru_cache(maxsize=8)(self._make_landmark_surface)
        regressor = np.asarray(data.joint_regressor, dtype=np.float64)
        places = np.concatenate([regressor @ data.template, np.ones((JOINTS, 1))], axis=1)
        self._rest_joints = self._constant(places.reshape(1, -1))  # (1,20): x, y, z, 1
        self._identity_joints = self._regressed(regressor, data.identity_basis)
        self._expression_joints = self._regressed(regressor, data.expression_basis)
        self._runs = sibling_runs(data.parents)
        self._rotations = Rodrigues(self.device, dtype)
        self._identity = self._constant(np.eye(3))

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None
           ) -> HeadModel:
        """The same head on another device or in another precision."""
        return HeadModel(self.data, device or self.device, dtype or self.dtype)

    def with_identity(self, shape: Coefficients) -> FoldedHead:
        """The head of one person (or of B), its identity folded in: for many expressions."""
        return FoldedHead(self, self._coefficients("shape", shape, self.data.identity_count))

    def vertices(self, shape: Coefficients = None, expression: Coefficients = None,
                 pose: Any = None) -> Tensor:
        """(B,V,3) vertices, as FLAME's reference code gives them.  A view of planar memory."""
        beta, psi, turned = self._arguments(shape, expression, pose)
        joints = self._joints(beta, psi)
        return self._skinned(self._surface, beta, psi, turned, joints).transpose(1, 2)

    def vertices_identity_joints(
        self, shape: Coefficients = None, expression: Coefficients = None, pose: Any = None
    ) -> Tensor:
        """As `vertices`, with joints from identity alone: what a rig's bones can follow."""
        beta, psi, turned = self._arguments(shape, expression, pose)
        joints = self._joints(beta, None)
        return self._skinned(self._surface, beta, psi, turned, joints).transpose(1, 2)

    def joints(self, shape: Coefficients = None, expression: Coefficients = None) -> Tensor:
        """(B,5,3) joints at rest; with `expression` those of the reference code."""
        beta, psi, _ = self._arguments(shape, expression, None)
        return self._joints(beta, psi)[:, :, :3]

    def landmarks(self, set_name: str, shape: Coefficients = None, expression: Coefficients = None,
                  pose: Any = None) -> Tensor:
        """(B,L,3) landmarks of a set of `HeadData.landmarks`, or the 17 of "contour".

        Only the vertices they lie on are evaluated.  Raises HeadError (`no-landmarks`).
        """
        beta, psi, turned = self._arguments(shape, expression, pose)
        surface, corners, weights = self._landmark_surface(set_name)
        points = self._skinned(surface, beta, psi, turned, self._joints(beta, psi))
        if set_name != landmark_sets.CONTOUR:
            return torch.einsum("bilc,lc->bli", points[:, :, corners], weights)
        rows = self._contour_rows(pose, len(points))
        taken = points.transpose(1, 2)[
            torch.arange(len(points), device=self.device)[:, None, None], corners[rows]]
        return torch.einsum("blci,blc->bli", taken, weights[rows])

    def _contour_rows(self, pose: Any, batch: int) -> Tensor:
        angles = np.zeros((1, JOINTS, 3)) if pose is None else (
            self._constant(pose).detach().cpu().double().numpy().reshape(-1, JOINTS, 3))
        rows = np.broadcast_to(landmark_sets.contour_row(angles), (batch,))
        return torch.tensor(rows, device=self.device)

    def _make_landmark_surface(self, set_name: str) -> tuple[Surface, Tensor, Tensor]:
        """The vertices of a set as a Surface, (…,L,3) corners counted in it, and weights."""
        points = (landmark_sets.contour_of(self.data) if set_name == landmark_sets.CONTOUR
                  else landmark_sets.embedding(self.data, set_name))
        corners, weights = landmark_sets.corners_and_weights(self.data, points)
        used, place = np.unique(corners, return_inverse=True)
        return (self._surface_for(used),
                torch.tensor(place.reshape(corners.shape), device=self.device),
                self._constant(weights))

    def _surface_for(self, vertices: Any) -> Surface:
        data = self.data
        return surface_of(
            (data.template, data.pose_basis, data.expression_basis, data.identity_basis,
             data.weights), vertices, self.device, self.dtype)

    def _regressed(self, regressor: Any, basis: Any) -> Tensor:
        """(n,20): how each component of (V,3,n) moves the joints; the fourth entry stays."""
        count = basis.shape[2]
        moved = np.zeros((count, JOINTS, 4))
        moved[:, :, :3] = (regressor @ np.asarray(basis, np.float64).reshape(len(basis), -1)
                           ).reshape(JOINTS, 3, count).transpose(2, 0, 1)
        return self._constant(moved.reshape(count, -1))

    def _constant(self, value: Any) -> Tensor:
        """A tensor stays in its graph; anything else is copied."""
        if isinstance(value, Tensor):
            return value.to(self.device, self.dtype)
        return torch.tensor(np.asarray(value), device=self.device, dtype=self.dtype)

    def _coefficients(self, name: str, value: Coefficients, most: int) -> Tensor | None:
        """(B,n) with n <= `most`; None where there is nothing to add."""
        if value is None:
            return None
        rows = self._constant(value)
        if rows.ndim == 1:
            rows = rows.unsqueeze(0)
        if rows.ndim != 2 or rows.shape[1] > most:
            raise UsageError(
                "bad-parameters", f"{name} is {tuple(rows.shape)}; this head has {most} "
                "coefficients.", "Check that the parameters belong to this head.")
        return rows if rows.shape[1] else None

    def _arguments(self, shape: Coefficients, expression: Coefficients, pose: Any
                   ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Identity, expression, and the joints' rotations (B,5,4,4)."""
        beta = self._coefficients("shape", shape, self.data.identity_count)
        psi = self._coefficients("expression", expression, self.data.expression_count)
        if pose is None:
            theta = self._rest_joints.new_zeros((1, JOINTS, 3))
        else:
            theta = self._constant(pose)
            if theta.ndim == 2:
                theta = theta.unsqueeze(0)
            if theta.ndim != 3 or theta.shape[1:] != (JOINTS, 3):
                raise UsageError("bad-parameters", f"pose is {tuple(theta.shape)}, not (B, 5, 3).",
                                 "Give root, neck, jaw, left eye and right eye in axis-angle.")
        sizes = {len(part) for part in (beta, psi, theta) if part is not None}
        if len(sizes - {1}) > 1:
            raise UsageError("bad-parameters", f"Batches of {sorted(sizes)} do not go together.",
                             "Give as many of each, or one of them for all.")
        return beta, psi, self._rotations(theta)

    def _joints(self, beta: Tensor | None, psi: Tensor | None) -> Tensor:
        """(B,5,4) at rest, each (x, y, z, 1)."""
        flat = self._rest_joints
        if beta is not None:
            flat = torch.addmm(flat, beta, first_rows(self._identity_joints, beta.shape[1]))
        return self._moved_joints(flat, psi)

    def _moved_joints(self, flat: Tensor, psi: Tensor | None) -> Tensor:
        """(B,20) joints of an identity, moved by expression, as (B,5,4)."""
        if psi is not None:
            psi = of_batch(psi, max(len(flat), len(psi)))
            flat = torch.addmm(flat, psi, first_rows(self._expression_joints, psi.shape[1]))
        return flat.view(-1, JOINTS, 4)

    def _skinned(self, surface: Surface, beta: Tensor | None, psi: Tensor | None, turned: Tensor,
                 joints: Tensor) -> Tensor:
        """(B,3,n) vertices of `surface`; one identity for all is folded in first."""
        rest = surface.template
        if beta is not None and len(beta) == 1:
            rest, beta = surface.shaped(beta), None
        return self._moved(surface, rest, beta, psi, turned, joints)

    def _moved(self, surface: Surface, rest: Tensor, beta: Tensor | None, psi: Tensor | None,
               turned: Tensor, joints: Tensor) -> Tensor:
        """(B,3,n): pose correctives and expression added to `rest`, then skinning."""
        moves = (turned[:, 1:, :3, :3] - self._identity).flatten(1)
        parts = [moves] if psi is None else [moves, psi]
        batch = max(len(rest), *(len(part) for part in parts))
        moves = torch.cat([of_batch(part, batch) for part in parts], dim=1)
        transforms = joint_transforms(turned, joints, self._runs)
        return surface.skin(rest, beta, moves, transforms)


class FoldedHead:
    """A head with its identity folded into the template, as `HeadModel.with_identity` makes it."""

    def __init__(self, model: HeadModel, beta: Tensor | None) -> None:
        self._model = model
        surface = model._surface
        self._rest = surface.template if beta is None else surface.shaped(beta)
        self._rest_joints = model._joints(beta, None).flatten(1)

    def vertices(self, expression: Coefficients = None, pose: Any = None) -> Tensor:
        """(B,V,3), the same as `HeadModel.vertices` with this identity."""
        model = self._model
        _, psi, turned = model._arguments(None, expression, pose)
        return self._placed(psi, turned, model._moved_joints(self._rest_joints, psi))

    def vertices_identity_joints(self, expression: Coefficients = None, pose: Any = None) -> Tensor:
        """(B,V,3), the same as `HeadModel.vertices_identity_joints` with this identity."""
        _, psi, turned = self._model._arguments(None, expression, pose)
        return self._placed(psi, turned, self._model._moved_joints(self._rest_joints, None))

    def _placed(self, psi: Tensor | None, turned: Tensor, joints: Tensor) -> Tensor:
        model = self._model
        return model._moved(
            model._surface, self._rest, None, psi, turned, joints).transpose(1, 2)
