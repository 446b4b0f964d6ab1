# SPDX-License-Identifier: GPL-3.0-or-later
"""A small head of made-up numbers, setting a rig's state, and FLAME written once more in numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Quaternion, Vector

BONES = ("root", "neck", "jaw", "left_eye", "right_eye")


def small_head_file(path: Path, *, identity: int = 6, expression: int = 4) -> Path:
    """A head of 60 vertices: every array random, so that nothing cancels by chance."""
    rng = np.random.default_rng(7)
    count = 60
    weights = rng.dirichlet([0.4] * 5, size=count)
    weights[:10] = np.eye(5)[rng.integers(0, 5, 10)]
    np.savez(
        path, v_template=rng.normal(size=(count, 3)) * 0.1,
        f=rng.permutation(count).reshape(-1, 3).astype(np.int32),
        shapedirs=rng.normal(size=(count, 3, identity)) * 0.01,
        expressiondirs=rng.normal(size=(count, 3, expression)) * 0.005,
        posedirs=rng.normal(size=(count, 3, 36)) * 0.003,
        J_regressor=rng.dirichlet([0.3] * count, size=5), weights=weights,
        kintree_table=np.array([[-1, 0, 1, 1, 1], range(5)], np.int32),
        masks_lips=np.arange(12, dtype=np.int32), masks_neck=np.arange(20, 30, dtype=np.int32),
    )
    return path


def set_state(mesh: Any, shape: Any, expression: Any, pose: Any) -> None:
    """Coefficients into the keys, axis-angle rotations into the bones by Blender's own maths."""
    blocks = mesh.data.shape_keys.key_blocks
    for prefix, values in (("Shape", shape), ("Exp", expression)):
        for number, value in enumerate(values, start=1):
            blocks[f"{prefix}{number}"].value = value
    for name, rotation in zip(BONES, np.asarray(pose, float), strict=True):
        angle = float(np.linalg.norm(rotation))
        turn = Quaternion(Vector(rotation.tolist()), angle) if angle else Quaternion()
        mesh.parent.pose.bones[name].rotation_euler = turn.to_euler("XYZ")
    bpy.context.view_layer.update()


def evaluated(mesh: Any) -> Any:
    """(V,3) float64: the evaluated mesh in the object's space, FLAME's axes (x, z, -y)."""
    result = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    points = np.empty(3 * len(result.vertices), np.float32)
    result.vertices.foreach_get("co", points)
    x, y, z = points.reshape(-1, 3).astype(np.float64).T
    return np.stack([x, z, -y], axis=1)


def flame(path: Path, shape: Any, expression: Any, pose: Any) -> Any:
    """(V,3) from the head file itself; rotations by mathutils, one matrix after the other."""
    with np.load(path) as file:
        read = {name: file[name] for name in file.files}
    shaped = read["v_template"] + read["shapedirs"][..., : len(shape)] @ np.asarray(shape)
    joints = read["J_regressor"] @ shaped
    turns = [np.array(Quaternion(Vector(r), np.linalg.norm(r)).to_matrix()) for r in
             np.asarray(pose, float).tolist()]
    feature = np.concatenate([(turn - np.eye(3)).ravel() for turn in turns[1:]])
    posed = shaped + read["expressiondirs"][..., : len(expression)] @ np.asarray(expression)
    posed = posed + read["posedirs"] @ feature
    total = np.zeros_like(posed)
    matrices: list[Any] = []
    for joint, parent in enumerate(read["kintree_table"][0]):
        about = np.eye(4)  # turn about the joint where it is at rest
        about[:3, :3] = turns[joint]
        about[:3, 3] = joints[joint] - turns[joint] @ joints[joint]
        matrices.append(about if parent < 0 else matrices[parent] @ about)
        moved = posed @ matrices[joint][:3, :3].T + matrices[joint][:3, 3]
        total += read["weights"][:, joint, None] * moved
    return total
