# SPDX-License-Identifier: GPL-3.0-or-later
"""FLAME's arithmetic in torch: rotations, the joints' transforms, and skinning of a surface.

Everything is laid out for speed on a CPU: coordinates are planar (B,3,V), shape and pose bases are
rows of one matrix, and a batch goes through in pieces that stay in the cache.  Measured on one core
of an EPYC (AVX-512) with 5023 vertices, 50 + 36 components and a batch of 256: pieces of 4, 8, 16,
32 and 64 rows take 32, 29, 23, 24 and 38 ms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_PIECE_BYTES = 4 << 20  # blended transforms of one piece; see the measurement above


class Rodrigues:
    """Rotation matrices from axis-angle vectors, smooth at zero.

    R = I + sin θ/θ K + (1 − cos θ)/θ² K² (Rodrigues' formula).  Both factors are sinc functions,
    which torch differentiates at zero, too: (1 − cos θ)/θ² = sinc²(θ/2)/2.
    """

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        cross = np.zeros((3, 4, 4))
        cross[0, 2, 1] = cross[1, 0, 2] = cross[2, 1, 0] = 1
        cross -= cross.transpose(0, 2, 1)
        make = partial(torch.tensor, device=device, dtype=dtype)
        self._generators = make(cross.reshape(3, 16))  # K as a sum over x, y, z
        self._unit = make(np.diag([1.0, 1, 1, 0]))
        self._halves = make([[1 / math.pi], [0.5 / math.pi]])  # torch's sinc(x) is sin(πx)/(πx)

    def __call__(self, vectors: Tensor) -> Tensor:
        """(B,J,3) rad to (B,J,4,4); the fourth row and column are zero: room for an offset."""
        flat = vectors.reshape(-1, 3)
        angle = torch.linalg.vector_norm(flat, dim=-1).view(-1, 1, 1)
        factors = torch.sinc(angle * self._halves)
        sine, half = factors[:, :1], factors[:, 1:]
        cross = torch.mm(flat, self._generators).view(-1, 4, 4)
        first = torch.addcmul(self._unit, sine, cross)
        turned = torch.addcmul(first, half * half, torch.bmm(cross, cross), value=0.5)
        return turned.view(*vectors.shape[:2], 4, 4)


@dataclass(frozen=True)
class Siblings:
    """Consecutive joints with one parent; they are moved by one multiplication."""

    parent_run: int  # where the parent is: 0 is the root, n + 1 the n-th entry of `sibling_runs`
    parent_place: int  # the parent's place in that run
    first: int
    end: int  # one past the last


def sibling_runs(parents: tuple[int, ...]) -> tuple[Siblings, ...]:
    """The joints below the root, parents before children, in runs of siblings."""
    found: list[Siblings] = []
    place = {0: (0, 0)}
    for joint in range(1, len(parents)):
        if found and parents[joint] == parents[joint - 1]:
            found[-1] = replace(found[-1], end=joint + 1)
        else:
            found.append(Siblings(*place[parents[joint]], joint, joint + 1))
        place[joint] = (len(found), joint - found[-1].first)
    return tuple(found)


def joint_transforms(
    turned: Tensor, joints: Tensor, runs: tuple[Siblings, ...]
) -> Tensor:
    """(B,4,3,J): where each joint takes the rest head, columns first (x, y, z, offset).

    turned (B or 1,J,4,4) from `Rodrigues`; joints at rest (B or 1,J,4), each (x, y, z, 1).  A joint
    turns about its own rest position, then follows its parent.
    """
    batch, count = max(len(turned), len(joints)), joints.shape[1]
    turned, joints = of_batch(turned, batch), of_batch(joints, batch)
    place = joints.reshape(-1, 4, 1)
    # (J - R J, 1): a turned place ends in 0
    offset = torch.baddbmm(place, turned.reshape(-1, 4, 4), place, alpha=-1)
    parts = [turned[..., :3].transpose(1, 2), offset.view(batch, count, 4, 1).transpose(1, 2)]
    rows = torch.cat(parts, dim=-1).view(batch, 4, 4 * count)  # the joints' matrices side by side
    pieces = [rows[:, :, :4]]
    for run in runs:
        start = 4 * run.parent_place
        parent = pieces[run.parent_run][:, :, start:start + 4]
        pieces.append(torch.bmm(parent, rows[:, :, 4 * run.first:4 * run.end]))
    return torch.cat(pieces, dim=2)[:, :3].view(batch, 3, count, 4).permute(0, 3, 1, 2)


def of_batch(part: Tensor, batch: int) -> Tensor:
    """One row for all as `batch` rows."""
    return part if len(part) == batch else part.expand(batch, *part.shape[1:])


def first_rows(matrix: Tensor, count: int) -> Tensor:
    """The first `count` rows; the matrix itself where that is all."""
    return matrix if len(matrix) == count else matrix[:count]


@dataclass(frozen=True)
class Surface:
    """Some vertices of a head with their part of every basis; see `surface_of`."""

    template: Tensor  # (1,3n) planar: all x, all y, all z
    motion: Tensor  # (36+E,3n) pose correctives, then expression
    identity: Tensor  # (S,3n)
    weights: Tensor  # (5,n)

    def shaped(self, shape: Tensor) -> Tensor:
        """(B,3n) template with identity `shape` (B,<=S)."""
        if shape.shape[1] == 0:
            return self.template
        return torch.addmm(self.template, shape, first_rows(self.identity, shape.shape[1]))

    def skin(self, rest: Tensor, shape: Tensor | None, moves: Tensor, transforms: Tensor) -> Tensor:
        """(B,3,n) skinned vertices.

        rest (1 or B,3n) the shaped template; shape (B,<=S) identity still to be added or None;
        moves (B,36+<=E); transforms as `joint_transforms` gives them.
        """
        batch = max(len(rest), len(moves), len(transforms), 1 if shape is None else len(shape))
        count = self.weights.shape[1]
        threads = torch.get_num_threads()  # each takes its share of a piece
        step = max(1, threads * _PIECE_BYTES // (12 * count * rest.element_size()))
        recorded = torch.is_grad_enabled() and any(
            part is not None and part.requires_grad for part in (rest, shape, moves, transforms))
        if batch <= step or recorded or rest.device.type != "cpu":
            return self._skin_piece(rest, shape, moves, transforms, None)
        out = rest.new_empty((batch, 3, count))
        for start in range(0, batch, step):
            rows = slice(start, start + step)
            self._skin_piece(
                _rows(rest, rows), None if shape is None else _rows(shape, rows),
                _rows(moves, rows), _rows(transforms, rows), out[rows])
        return out

    def _skin_piece(self, rest: Tensor, shape: Tensor | None, moves: Tensor, transforms: Tensor,
                    out: Tensor | None) -> Tensor:
        """One piece of `skin`, into `out` where it is given."""
        count = self.weights.shape[1]
        posed = torch.addmm(rest, moves, first_rows(self.motion, moves.shape[1]))
        if shape is not None:
            posed = torch.addmm(posed, shape, first_rows(self.identity, shape.shape[1]))
        blended = torch.mm(transforms.reshape(-1, transforms.shape[-1]), self.weights)
        column = blended.view(-1, 4, 3, count).unbind(1)
        x, y, z = posed.view(-1, 3, 1, count).unbind(1)
        moved = torch.addcmul(column[3], column[0], x)
        moved = torch.addcmul(moved, column[1], y)
        return torch.addcmul(moved, column[2], z, out=out)


def _rows(part: Tensor, rows: slice) -> Tensor:
    """Rows of a part that has one for each of the batch, or one for all."""
    return part if len(part) == 1 else part[rows]


def surface_of(
    arrays: tuple[npt.NDArray[Any], ...], vertices: Any, device: torch.device, dtype: torch.dtype
) -> Surface:
    """The `vertices` (indices or a slice) of a head as a Surface.

    arrays: template (V,3), pose basis (V,3,36), expression basis (V,3,E), identity basis (V,3,S),
    skinning weights (V,5).
    """
    template, pose, expression, identity, weights = (array[vertices] for array in arrays)

    def planar(array: npt.NDArray[Any]) -> Tensor:
        """(n,3,K) as (K,3n)."""
        rows = np.ascontiguousarray(array.transpose(2, 1, 0)).reshape(array.shape[2], -1)
        return torch.tensor(rows, device=device, dtype=dtype)

    return Surface(
        template=planar(template[:, :, None]),
        motion=planar(np.concatenate([pose, expression], axis=2)),
        identity=planar(identity),
        weights=torch.tensor(np.ascontiguousarray(weights.T), device=device, dtype=dtype))
