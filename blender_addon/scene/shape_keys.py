# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity, expression and pose correctives as shape keys; the correctives driven by the bones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.coordinates import to_blender
from ..core.head_file import POSE_COUNT
from ..core.rig_spec import (
    KEY_LIMIT,
    POSE_DRIVERS,
    POSE_LIMIT,
    PoseDriver,
    expression_key_name,
    identity_key_name,
    pose_key_name,
)

QUATERNION = {"w": "ROT_W", "x": "ROT_X", "y": "ROT_Y", "z": "ROT_Z"}


def add_keys(
    mesh: Any, basis: Any, offsets: Any, name_of: Callable[[int], str], limit: float
) -> None:
    """One key for each of `offsets` ((V,3,K) m, FLAME's axes) on `basis` (V,3)."""
    # (K,V,3), each key's points in one block as `foreach_set` wants them
    points = to_blender(basis)[None] + to_blender(np.moveaxis(offsets, -1, 0))
    points = np.ascontiguousarray(points, dtype=np.float32)
    for index, key_points in enumerate(points):
        key = mesh.shape_key_add(name=name_of(index), from_mix=False)
        key.points.foreach_set("co", key_points.ravel())
        key.slider_min, key.slider_max = -limit, limit
        key.value = 0.0  # Blender 5 makes keys with a value of 1


def add_identity_keys(mesh: Any, basis: Any, offsets: Any) -> None:
    """`Shape1` and on: values are identity coefficients."""
    add_keys(mesh, basis, offsets, identity_key_name, KEY_LIMIT)


def add_expression_keys(mesh: Any, basis: Any, offsets: Any) -> None:
    """`Exp1` and on: values are expression coefficients."""
    add_keys(mesh, basis, offsets, expression_key_name, KEY_LIMIT)


def add_pose_keys(
    mesh: Any, basis: Any, offsets: Any, armature: Any
) -> None:
    """`Pose1` to `Pose36`, each driven by its bone."""
    if offsets.shape[-1] != POSE_COUNT:
        raise ValueError(f"FLAME has {POSE_COUNT} pose correctives, not {offsets.shape[-1]}")
    add_keys(mesh, basis, offsets, pose_key_name, POSE_LIMIT)
    for driver in POSE_DRIVERS:
        _drive(mesh.data.shape_keys, driver, armature)


def _drive(keys: Any, driver: PoseDriver, armature: Any) -> None:
    curve = keys.driver_add(f'key_blocks["{driver.key}"].value')
    for modifier in list(curve.modifiers):  # Blender adds one where it has nothing to go by
        curve.modifiers.remove(modifier)
    for letter in (letter for letter in QUATERNION if letter in driver.expression):
        variable = curve.driver.variables.new()
        variable.name = letter
        variable.type = "TRANSFORMS"
        target = variable.targets[0]
        target.id = armature
        target.bone_target = driver.bone
        target.transform_type = QUATERNION[letter]
        target.rotation_mode = "QUATERNION"
        target.transform_space = "LOCAL_SPACE"
    curve.driver.type = "SCRIPTED"
    curve.driver.expression = driver.expression
