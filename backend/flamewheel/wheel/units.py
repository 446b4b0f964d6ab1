# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units as rows of an expression database.

What a head's units are: `head.unit_carrying` (FLAME's components have no names), which
`pipeline.head_units` runs and keeps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData, NamedUnits

Array = npt.NDArray[np.float64]

_JAW = JOINT_NAMES.index("jaw")


def unit_rows(units: NamedUnits) -> Array:
    """(U, E + 3) each unit at full strength as a database row: ψ, then the jaw's turn in rad."""
    rows: Array = np.concatenate([units.expression, units.pose[:, _JAW]], axis=1).astype(np.float64)
    return rows


def face_rows(units: NamedUnits, strengths: npt.ArrayLike) -> Array:
    """(N, E + 3) database rows of unit strengths (N,U), the pairs' correctives included."""
    rows: Array = np.concatenate(
        [units.codes(strengths), units.poses(strengths)[..., _JAW, :]], axis=-1)
    return rows


def eye_distance(head: HeadData) -> float:
    """Metres between the centres of the eyeballs: the unit in which motions are compared."""
    joints = np.asarray(head.joint_regressor, np.float64) @ np.asarray(head.template, np.float64)
    left, right = JOINT_NAMES.index("left_eye"), JOINT_NAMES.index("right_eye")
    return float(np.linalg.norm(joints[left] - joints[right]))
