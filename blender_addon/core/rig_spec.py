# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rig is called: shape keys, bones, channels, drivers.  Names are given here, once.

Keys are named as MPI's FLAME add-on names them, and a key's value *is* the FLAME coefficient
(standard deviations); `Pose1` to `Pose36` hold the entries of R(θ) − I, row by row, for neck, jaw,
left eye and right eye, and are driven.
"""

from __future__ import annotations

from dataclasses import dataclass

SHAPE_PREFIX = "Shape"
EXPRESSION_PREFIX = "Exp"
POSE_PREFIX = "Pose"
KEY_LIMIT = 10.0
"""Slider range ± of identity and expression keys; FLAME's coefficients stay within about ±3."""
POSE_LIMIT = 2.0
"""|R − I| never exceeds 2."""

BONES = ("root", "neck", "jaw", "left_eye", "right_eye")
"""In FLAME's joint order."""
POSED_BONES = BONES[1:]
"""The bones whose rotations have pose correctives, in the order of FLAME's pose basis."""
BONE_ROTATION_MODE = "XYZ"
"""Euler angles: three curves that an animator can read and edit."""


@dataclass(frozen=True)
class PoseDriver:
    """How one pose corrective follows a bone."""

    key: str  # Pose1 .. Pose36
    bone: str
    expression: str  # of w, x, y, z: the bone's own rotation as a unit quaternion


def identity_key_name(index: int) -> str:
    """Shape1 for component 0."""
    return f"{SHAPE_PREFIX}{index + 1}"


def expression_key_name(index: int) -> str:
    """Exp1 for component 0."""
    return f"{EXPRESSION_PREFIX}{index + 1}"


def pose_key_name(index: int) -> str:
    """Pose1 for entry 0."""
    return f"{POSE_PREFIX}{index + 1}"


def shape_key_path(name: str) -> str:
    """Data path of a key's value, from the shape-key data-block."""
    return f'key_blocks["{name}"].value'


def bone_rotation_path(bone: str) -> str:
    """Data path of a bone's rotation (three angles), from the armature object."""
    return f'pose.bones["{bone}"].rotation_euler'


# R − I of the unit quaternion (w, x, y, z), row by row.  Blender evaluates such expressions itself,
# without Python: they are "simple expressions" of its driver system.
_ENTRIES = (
    "-2*(y*y+z*z)", "2*(x*y-w*z)", "2*(x*z+w*y)",
    "2*(x*y+w*z)", "-2*(x*x+z*z)", "2*(y*z-w*x)",
    "2*(x*z-w*y)", "2*(y*z+w*x)", "-2*(x*x+y*y)",
)

POSE_DRIVERS = tuple(
    PoseDriver(pose_key_name(9 * place + entry), bone, expression)
    for place, bone in enumerate(POSED_BONES)
    for entry, expression in enumerate(_ENTRIES)
)
"""The 36 of them, in FLAME's order."""
