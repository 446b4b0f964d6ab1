# SPDX-License-Identifier: GPL-3.0-or-later
"""Pose correctives learned from targets: least squares on R - I over sampled turns of a joint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from .mesh_tools import Points

Target = Callable[[Points, Points], Points]
"""(turn (3,) axis-angle rad, rotation (3,3)) -> corrective (k,3) mm before skinning."""

_RIDGE = 1e-4  # of an entry of R - I squared: turns about one axis leave some entries undecided


def learned(turns: Points, target: Target) -> Points:
    """(k,3,9) mm per entry of R - I, row-major: nearest to `target` over `turns` (N,3) rad."""
    matrices = Rotation.from_rotvec(turns).as_matrix()
    entries = (matrices - np.eye(3)).reshape(len(turns), 9)
    wanted = np.stack([target(turn, matrix)
                       for turn, matrix in zip(turns, matrices, strict=True)])
    system = entries.T @ entries / len(turns) + _RIDGE * np.eye(9)
    right = np.einsum("ne,nkc->kce", entries, wanted) / len(turns)
    fitted: Points = np.linalg.solve(system, right.reshape(-1, 9).T).T.reshape(right.shape)
    return fitted


def grid(*angles: tuple[float, ...]) -> Points:
    """(N,3) rad: all combinations of angles about x, y and z."""
    return np.asarray(np.stack(np.meshgrid(*angles, indexing="ij"), axis=-1).reshape(-1, 3))


def before_skinning(shift: Points, weight: Points, matrix: Points) -> Points:
    """(k,3) what must be added at rest so that skinning by `weight` (k,) moves it on by `shift`.

    Linear skinning moves an addition d to ((1 - w) I + w R) d.
    """
    blend = (1 - weight)[:, None, None] * np.eye(3) + weight[:, None, None] * matrix
    return np.asarray(np.linalg.solve(blend, shift[:, :, None])[:, :, 0])
