# SPDX-License-Identifier: GPL-3.0-or-later
"""A triangle with a head's channels: enough for keys, and made in a moment."""

from __future__ import annotations

import bpy

BONES = ("root", "neck", "jaw", "left_eye", "right_eye")


def empty_file() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def simple_rig(expression_count: int = 4) -> tuple[bpy.types.Object, bpy.types.Object]:
    """(mesh, armature) with Exp1… and the five bones."""
    mesh = bpy.data.meshes.new("face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    head = bpy.data.objects.new("face", mesh)
    bpy.context.scene.collection.objects.link(head)
    head.shape_key_add(name="Basis").value = 0  # Blender 5 makes keys with a value of 1
    for number in range(expression_count):
        key = head.shape_key_add(name=f"Exp{number + 1}")
        key.value = 0
        key.slider_min, key.slider_max = -10, 10
        key.data[0].co.z += 1 + number
    bones = bpy.data.armatures.new("bones")
    rig = bpy.data.objects.new("bones", bones)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name in BONES:
        bones.edit_bones.new(name).tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = "XYZ"
    return head, rig
