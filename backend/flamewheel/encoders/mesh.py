# SPDX-License-Identifier: GPL-3.0-or-later
"""One whole head for one set of coefficients, in numpy: for pictures, not for speed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .rows import rotation

Floats = npt.NDArray[np.float64]


def posed_vertices(
    data: HeadData, shape: npt.ArrayLike, expression: npt.ArrayLike, pose: npt.ArrayLike
) -> Floats:
    """(V,3) m of FLAME's linear blend skinning.

    shape (<=S,), expression (<=E,), pose (5,3) axis-angle of root, neck, jaw, left eye, right eye.
    """
    beta, psi = np.asarray(shape, dtype=np.float64), np.asarray(expression, dtype=np.float64)
    vertices = (np.asarray(data.template, dtype=np.float64)
                + data.identity_basis[:, :, :beta.size] @ beta
                + data.expression_basis[:, :, :psi.size] @ psi)
    joints = np.asarray(data.joint_regressor, dtype=np.float64) @ vertices
    turns = [rotation(row) for row in np.asarray(pose, dtype=np.float64)]
    correction = np.concatenate([(turn - np.eye(3)).ravel() for turn in turns[1:]])
    vertices = vertices + data.pose_basis @ correction
    turned: list[Floats] = []
    moved: list[Floats] = []  # where each joint's frame carries the origin
    for joint, parent in enumerate(data.parents):
        turn = turns[joint] if parent < 0 else turned[parent] @ turns[joint]
        place = joints[joint] if parent < 0 else (
            turned[parent] @ joints[joint] + moved[parent])
        turned.append(turn)
        moved.append(place - turn @ joints[joint])
    weights = np.asarray(data.weights, dtype=np.float64)
    result = weights @ np.stack(moved)
    for joint, turn in enumerate(turned):
        result += weights[:, joint:joint + 1] * (vertices @ turn.T)
    return result
