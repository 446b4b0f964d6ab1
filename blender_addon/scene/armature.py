# SPDX-License-Identifier: GPL-3.0-or-later
"""The five bones.  Each rests with FLAME's axes, so that its rotation is FLAME's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ..core.coordinates import to_blender
from ..core.rig_spec import BONE_ROTATION_MODE, BONES
from .names import CONSTRAINT, JOINT_REST

BONE_LENGTHS = {"root": 0.06, "neck": 0.05, "jaw": 0.03, "left_eye": 0.02, "right_eye": 0.02}
"""Metres; only how the bones look.  They point up, whatever they move: see `core.coordinates`."""
FORWARD = Vector((0.0, -1.0, 0.0))
"""Out of the face, in Blender's axes: FLAME's Z."""


def make_armature(name: str, joints: Any, parents: Any, collection: Any) -> Any:
    """An armature object with bones at `joints` ((5,3) m, FLAME's axes), in `collection`."""
    data: Any = bpy.data.armatures.new(name)
    armature: Any = bpy.data.objects.new(name, data)
    collection.objects.link(armature)
    with editing(armature) as bones:
        for bone_name, head in zip(BONES, to_blender(joints), strict=True):
            bone = bones.new(bone_name)
            bone.head = head
            bone.tail = bone.head + Vector((0.0, 0.0, BONE_LENGTHS[bone_name]))
            bone.align_roll(FORWARD)
        for bone_name, parent in zip(BONES, parents, strict=True):
            if parent >= 0:
                bones[bone_name].parent = bones[BONES[parent]]
    data[JOINT_REST] = joints.ravel().tolist()
    data.display_type = "STICK"
    armature.show_in_front = True
    for bone in armature.pose.bones:
        bone.rotation_mode = BONE_ROTATION_MODE
    return armature


def add_pivots(armature: Any) -> None:
    """The constraints that turn bones about J(β) instead of their rest; see `identity`.

    A head without identity keys has nothing to follow, and goes without.
    """
    for bone in armature.pose.bones:
        pivot = bone.constraints.new("PIVOT")
        pivot.name = CONSTRAINT
        pivot.owner_space = "LOCAL"
        pivot.use_relative_location = True
        pivot.rotation_range = "ALWAYS_ACTIVE"
        pivot.offset = (0.0, 0.0, 0.0)


@contextmanager
def editing(armature: Any) -> Iterator[Any]:
    """The armature's edit bones; mode, selection, visibility and active object are given back.

    Blender has edit bones in edit mode only, and edit mode by operator only.
    """
    context: Any = bpy.context
    layer = context.view_layer
    active, selected = layer.objects.active, [o for o in layer.objects if o.select_get()]
    mode: Any = active.mode if active is not None else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    linked = armature.name not in layer.objects or not armature.visible_get()
    linked = linked and armature.name not in context.scene.collection.objects
    if linked:  # edit mode wants it seen: not of another scene, not in a hidden collection
        context.scene.collection.objects.link(armature)
    hidden = armature.hide_get(), armature.hide_viewport
    armature.hide_viewport = False
    armature.hide_set(False)
    for thing in selected:
        thing.select_set(False)
    layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        yield armature.data.edit_bones
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
        armature.hide_set(hidden[0])
        armature.hide_viewport = hidden[1]
        if linked:
            context.scene.collection.objects.unlink(armature)
        for thing in selected:
            thing.select_set(True)
        layer.objects.active = active
        if active is not None and mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def bind(mesh: Any, armature: Any, weights: Any) -> None:
    """Skin `mesh` with `weights` ((V,5), rows sum to 1): linear blending, as FLAME's.

    `VertexGroup.add` takes many vertices of one weight: most of a head's weights are equal.
    """
    for column, name in zip(weights.T, BONES, strict=True):
        group = mesh.vertex_groups.new(name=name)
        rows = np.flatnonzero(column)
        order = rows[np.argsort(column[rows], kind="stable")]
        values, starts = np.unique(column[order], return_index=True)
        for value, vertices in zip(values, np.split(order, starts[1:]), strict=True):
            group.add(vertices.tolist(), float(value), "REPLACE")
    modifier = mesh.modifiers.new("Flamewheel Armature", "ARMATURE")
    modifier.object = armature
    modifier.use_deform_preserve_volume = False  # dual quaternions are not FLAME's skinning
    mesh.parent = armature
