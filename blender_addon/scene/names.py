# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom properties by which a head is known again, and how its two objects are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

HEAD_PROPERTY = "flamewheel_head"
"""On the mesh object: the name of an embedded head ("open"), or the path of the head file."""
CHECKSUM_PROPERTY = "flamewheel_checksum"
"""On the mesh object: sha256 of the head file."""
JOINT_TEMPLATE = "flamewheel_joint_template"
"""On the mesh: (5,3) m, the joints of the basis, FLAME's axes."""
JOINT_SLOPE = "flamewheel_joint_slope"
"""On the mesh: (5,3,n) m per standard deviation of each identity key; absent where none is."""
JOINT_REST = "flamewheel_joint_rest"
"""On the armature: (5,3) m, where the bones rest, FLAME's axes."""
CONSTRAINT = "Flamewheel Joint"
"""On each bone: the Pivot constraint that follows identity."""


def armature_of(mesh: Any) -> Any:
    """The armature that deforms `mesh`; None where there is none."""
    return next((m.object for m in mesh.modifiers if m.type == "ARMATURE" and m.object), None)


def watched_heads() -> Iterator[tuple[Any, Any]]:
    """(mesh object, armature) of every head whose joints follow identity.

    Looked for among the armatures, of which even a large scene has few.
    """
    data: Any = bpy.data
    if not any(JOINT_REST in armature for armature in data.armatures):
        return
    for armature in data.objects:
        if armature.type != "ARMATURE" or JOINT_REST not in armature.data:
            continue
        for mesh in armature.children:
            if HEAD_PROPERTY in mesh and JOINT_SLOPE in mesh.data and armature_of(mesh) == armature:
                yield mesh, armature
