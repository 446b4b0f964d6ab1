# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints follow identity: who the head is decides where its bones turn.

FLAME regresses the joints J(β) from the shaped head, so a change of `Shape*` keys moves them.  A
bone's rest cannot be driven, but where it turns about can: each bone has a Pivot constraint whose
offset is d = J(β) − (rest joint), in FLAME's axes.  In the bone's own space that makes its matrix
[R | d − R d], which skins exactly like a bone at J(β) (the parents' terms cancel along the chain).

`follow_identity` is called after every change of the scene and of the frame; it reads the keys
(some 30 µs) and writes nothing while identity stays.  The offsets are in the file: a Blender
without this extension renders the same.  `place_bones` moves the bones themselves, so that they
also show where they turn; the offsets are zero then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from ..core.coordinates import to_blender
from ..core.rig_spec import BONES, identity_key_name
from .armature import editing
from .names import CONSTRAINT, JOINT_REST, JOINT_SLOPE, JOINT_TEMPLATE, watched_heads

OFFSET_TOLERANCE = 1e-7
"""Metres; constraints hold their offset in float32, so the last digits always differ."""


def identity_of(mesh: Any) -> Any:
    """(n,) float64: the values of the head's identity keys; `mesh` is its mesh object."""
    return _identity_in(mesh.data.shape_keys, np.asarray(mesh.data.get(JOINT_SLOPE, ())).size // 15)


def _identity_in(keys: Any, count: int) -> Any:
    blocks = keys.key_blocks
    if count == 0:
        return np.empty(0)
    first, last = identity_key_name(0), identity_key_name(count - 1)
    if len(blocks) > count and blocks[1].name == first and blocks[count].name == last:
        values = np.empty(len(blocks), dtype=np.float32)  # as imported: one read for all
        blocks.foreach_get("value", values)
        return values[1 : count + 1].astype(np.float64)
    return np.array([blocks[identity_key_name(index)].value for index in range(count)])


def set_identity(mesh: Any, armature: Any, shape: Sequence[float]) -> None:
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


def joints_at(mesh: Any, shape: Any) -> Any:
    """(5,3) m, FLAME's axes: J(β) of the head behind `mesh`, for its own identity keys."""
    template = np.asarray(mesh.data[JOINT_TEMPLATE]).reshape(5, 3)
    if shape.size == 0:
        return template
    return template + np.asarray(mesh.data[JOINT_SLOPE]).reshape(5, 3, -1) @ shape


def follow_identity(mesh: Any, armature: Any, depsgraph: Any = None) -> None:
    """Move the bones' pivots to where the present identity has its joints.

    `depsgraph`: where animated keys have their values while a render walks through the frames (the
    scene's own keys stand still then); None: the scene's own.
    """
    keys = mesh.data.shape_keys
    if depsgraph is not None:
        keys = keys.evaluated_get(depsgraph)
    count = np.asarray(mesh.data[JOINT_SLOPE]).size // 15
    offsets = joints_at(mesh, _identity_in(keys, count))
    offsets = offsets - np.asarray(armature.data[JOINT_REST]).reshape(5, 3)
    for bone, offset in zip(BONES, offsets, strict=True):
        constraint = armature.pose.bones[bone].constraints[CONSTRAINT]
        if np.abs(np.asarray(constraint.offset) - offset).max() > OFFSET_TOLERANCE:
            constraint.offset = offset


def place_bones(mesh: Any, armature: Any) -> None:
    """Put the bones themselves at the joints of the present identity.

    A head without identity keys has its bones there already.  Edit bones exist in edit mode only:
    mode, selection and active object are given back.
    """
    if JOINT_SLOPE not in mesh.data:
        return
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
    context: Any = bpy.context
    context.view_layer.update()


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
    moments = (on.depsgraph_update_post, on.frame_change_post, on.load_post, on.undo_post,
               on.redo_post)
    return tuple((handlers, _follow) for handlers in moments)


def _follow(_: Any = None, depsgraph: Any = None) -> None:
    rendering = isinstance(depsgraph, bpy.types.Depsgraph) and depsgraph.mode == "RENDER"
    for mesh, armature in watched_heads():
        try:
            follow_identity(mesh, armature, depsgraph if rendering else None)
        except (KeyError, ValueError, AttributeError, IndexError, TypeError, RuntimeError):
            continue  # a rig that a person took apart is theirs; a handler must never raise


bpy.app.handlers.persistent(_follow)  # it outlives the file it was registered in
