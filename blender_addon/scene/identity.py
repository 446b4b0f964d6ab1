# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints follow identity: who the head is decides where its bones turn.

FLAME regresses the joints J(β) from the shaped head, so a change of `Shape*` keys moves them.  A
bone's rest cannot be driven, but where it turns about can: each bone has a Pivot constraint whose
offset is d = J(β) − (rest joint), in FLAME's axes.  In the bone's own space that makes its matrix
[R | d − R d], which skins exactly like a bone at J(β) (the parents' terms cancel along the chain).

`follow_identity` is called after every change of the scene and costs one read of the keys; nothing
is written while identity stays.  The offsets are stored in the file: a Blender without this
extension renders the same.  `place_bones` moves the bones themselves, so that they also show where
they turn; the offsets are zero then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
from bpy.app.handlers import persistent

from ..core.coordinates import to_blender
from ..core.rig_spec import BONES, identity_key_name
from .armature import editing
from .names import CONSTRAINT, JOINT_REST, JOINT_SLOPE, JOINT_TEMPLATE, watched_heads

_seen: dict[str, bytes] = {}
"""Mesh object -> the identity that its offsets were computed from; only saves work."""


def identity_of(mesh: bpy.types.Object) -> Any:
    """(n,) float64: the values of the head's identity keys."""
    count = np.asarray(mesh.data.get(JOINT_SLOPE, ())).size // 15
    blocks = mesh.data.shape_keys.key_blocks
    first, last = identity_key_name(0), identity_key_name(count - 1)
    in_order = count == 0 or (blocks[1].name == first and blocks[count].name == last)
    if in_order:  # as they were imported: one read instead of a look-up for each
        values = np.empty(len(blocks), dtype=np.float32)
        blocks.foreach_get("value", values)
        return values[1 : count + 1].astype(np.float64)
    return np.array([blocks[identity_key_name(index)].value for index in range(count)])


def set_identity(
    mesh: bpy.types.Object, armature: bpy.types.Object, shape: Sequence[float]
) -> None:
    """Give the head identity `shape`, standard deviations; keys beyond its length go to zero.

    Bones are placed at the new joints.  Coefficients beyond the head's keys have no effect.
    """
    blocks = mesh.data.shape_keys.key_blocks
    count = identity_of(mesh).size
    values = np.zeros(count)
    given = np.asarray(shape, dtype=np.float64)[:count]
    values[: given.size] = given
    for index, value in enumerate(values):
        blocks[identity_key_name(index)].value = value
    place_bones(mesh, armature)


def joints_at(mesh: bpy.types.Object, shape: Any) -> Any:
    """(5,3) m, FLAME's axes: J(β) of the head behind `mesh`, for its own identity keys."""
    template = np.asarray(mesh.data[JOINT_TEMPLATE]).reshape(5, 3)
    if shape.size == 0:
        return template
    return template + np.asarray(mesh.data[JOINT_SLOPE]).reshape(5, 3, -1) @ shape


def follow_identity(mesh: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Move the bones' pivots to where the present identity has its joints."""
    shape = identity_of(mesh)
    rest = np.asarray(armature.data[JOINT_REST])
    state = shape.tobytes() + rest.tobytes()
    if _seen.get(mesh.name_full) == state:
        return
    offsets = joints_at(mesh, shape) - rest.reshape(5, 3)
    for bone, offset in zip(BONES, offsets, strict=True):
        constraint = armature.pose.bones[bone].constraints[CONSTRAINT]
        if np.abs(np.asarray(constraint.offset) - offset).max() > 1e-9:
            constraint.offset = offset
    _seen[mesh.name_full] = state


def place_bones(mesh: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Put the bones themselves at the joints of the present identity.

    Edit bones exist in edit mode only: mode, selection and active object are given back.
    """
    joints = joints_at(mesh, identity_of(mesh))
    heads = to_blender(joints)
    with editing(armature) as bones:
        for name, head in zip(BONES, heads, strict=True):
            bone = bones[name]
            length = bone.tail - bone.head
            bone.head = head
            bone.tail = bone.head + length
    armature.data[JOINT_REST] = joints.ravel().tolist()
    follow_identity(mesh, armature)
    armature.update_tag()
    bpy.context.view_layer.update()


def register_handlers() -> None:
    """Watch every change of the scene, every frame, every opened file and every undo."""
    for handlers, watcher in _watched():
        if watcher not in handlers:
            handlers.append(watcher)


def unregister_handlers() -> None:
    """Stop watching."""
    for handlers, watcher in _watched():
        if watcher in handlers:
            handlers.remove(watcher)


def _watched() -> tuple[tuple[Any, Any], ...]:
    on: Any = bpy.app.handlers
    return (
        (on.depsgraph_update_post, _follow), (on.frame_change_post, _follow),
        (on.load_post, _look_anew), (on.undo_post, _look_anew), (on.redo_post, _look_anew),
    )


@persistent
def _follow(*_: Any) -> None:
    for mesh, armature in watched_heads():
        try:
            follow_identity(mesh, armature)
        except (KeyError, ValueError, AttributeError, IndexError):
            continue  # a rig that a person took apart is theirs; a handler must never raise


@persistent
def _look_anew(*_: Any) -> None:
    _seen.clear()  # undo brings keys and offsets back, each as of its own moment
    _follow()
