# SPDX-License-Identifier: GPL-3.0-or-later
"""Which head is meant: the active object, the selection, or the only one in the scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from ..core.errors import SceneError
from ..core.rig_spec import (
    BONE_ROTATION_MODE,
    BONES,
    EXPRESSION_PREFIX,
    SHAPE_PREFIX,
    expression_key_name,
    identity_key_name,
)
from .names import CHECKSUM_PROPERTY, HEAD_PROPERTY, JOINT_SLOPE, armature_of


@dataclass(frozen=True)
class HeadInScene:
    """An imported head, held by its objects' names: pointers die on undo."""

    mesh_name: str
    armature_name: str
    source: str  # an embedded head's name ("open") or the path of the head file
    checksum: str
    identity_count: int
    expression_count: int

    @property
    def mesh(self) -> Any:
        """The object with the shape keys."""
        return bpy.data.objects[self.mesh_name]

    @property
    def armature(self) -> Any:
        """The object with the five bones."""
        return bpy.data.objects[self.armature_name]

    def still_there(self) -> HeadInScene:
        """Itself, whole; SceneError where a person has removed or changed a part since."""
        objects = bpy.data.objects
        if self.mesh_name not in objects or self.armature_name not in objects:
            raise SceneError("head-gone", f"The head {self.mesh_name!r} is no longer there.",
                             "Import it again, or undo its removal.")
        _must_be_whole(self)
        return self


def find_head(context: Any) -> HeadInScene | None:
    """The head of the active object, of the selection, or the scene's only one; else None."""
    active = getattr(context, "active_object", None)
    for candidate in (active, *(getattr(context, "selected_objects", None) or ())):
        head = head_of(candidate)
        if head is not None:
            return head
    heads = [head for head in map(head_of, context.scene.objects) if head is not None]
    names = {head.mesh_name for head in heads}
    return heads[0] if len(names) == 1 else None


def head_in(context: Any) -> HeadInScene:
    """Like `find_head`, and whole.

    Raises SceneError `no-head`, `several-heads`, `linked-head`, `rig-changed`, `rotation-mode`.
    """
    head = find_head(context)
    if head is None:
        several = any(HEAD_PROPERTY in thing for thing in context.scene.objects)
        code, message = (
            ("several-heads", "There are several heads and none is selected.") if several
            else ("no-head", "There is no Flamewheel head in the scene.")
        )
        hint = "Select one." if several else "Import one: Flamewheel > Head, or import_head()."
        raise SceneError(code, message, hint)
    _must_be_whole(head)
    return head


def head_of(thing: Any) -> HeadInScene | None:
    """The head that `thing`, a mesh or an armature, belongs to; None where it is no head's."""
    mesh = _mesh_of(thing)
    if mesh is None or mesh.data.shape_keys is None:
        return None
    armature = armature_of(mesh)
    if armature is None:
        return None
    names = [block.name for block in mesh.data.shape_keys.key_blocks]
    return HeadInScene(
        mesh.name, armature.name, str(mesh[HEAD_PROPERTY]), str(mesh.get(CHECKSUM_PROPERTY, "")),
        identity_count=_count(names, SHAPE_PREFIX),
        expression_count=_count(names, EXPRESSION_PREFIX),
    )


def _count(names: list[str], prefix: str) -> int:
    """How many are `prefix` and a number: a person's own "Expression 2" is not ours."""
    return sum(name.removeprefix(prefix).isdigit() for name in names if name.startswith(prefix))


def _must_be_whole(head: HeadInScene) -> None:
    """A rig can be linked or taken apart: that is said before anything is asked or changed."""
    mesh, armature = head.mesh, head.armature
    keys: Any = mesh.data.shape_keys
    for block in (mesh, mesh.data, keys, armature, armature.data):
        if block.library is not None:
            raise SceneError(
                "linked-head", f"{block.name!r} is linked from {block.library.filepath}.",
                "Make head and rig local: Object > Relations > Make Local > Objects and Data.",
            )
    followed = len(mesh.data.get(JOINT_SLOPE, ())) // (3 * len(BONES))
    wanted = [*map(identity_key_name, range(followed)),
              *map(expression_key_name, range(head.expression_count))]
    lost = [f"shape key {name!r}" for name in wanted if name not in keys.key_blocks]
    bones: Any = armature.pose.bones
    lost += [f"bone {name!r}" for name in BONES if name not in bones]
    if lost:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        raise SceneError("rig-changed", f"{mesh.name!r} lacks {', '.join(lost[:3])}{more}.",
                         "Undo the removal or renaming, or import the head again.")
    other = [name for name in BONES if bones[name].rotation_mode != BONE_ROTATION_MODE]
    if other:
        raise SceneError("rotation-mode", f"The rotation mode of {', '.join(other)} was changed.",
                         f"Set it back to {BONE_ROTATION_MODE} Euler: the keys are its angles.")


def _mesh_of(thing: Any) -> Any:
    """`thing` itself, or the head that hangs on it where it is an armature."""
    if thing is None:
        return None
    if HEAD_PROPERTY in thing and thing.type == "MESH":
        return thing
    if thing.type == "ARMATURE":
        return next((child for child in thing.children if HEAD_PROPERTY in child), None)
    return None
