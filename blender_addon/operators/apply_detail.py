# SPDX-License-Identifier: GPL-3.0-or-later
"""A map of wrinkles -> the head's skin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.detail_map import read_detail
from ..scene.detail import wear_detail
from ..scene.find import head_in
from .verb import FileFirst, refusals


class FLAMEWHEEL_OT_apply_detail(FileFirst, bpy.types.Operator):
    """Put the wrinkles that DECA or EMOCA saw in a photo on the head's skin"""

    bl_idname = "flamewheel.apply_detail"
    bl_label = "Apply Detail"
    bl_options = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Detail", subtype="FILE_PATH",
        description="A map of displacements (.npz) that `flamewheel encode --detail` wrote",
    )
    filter_glob: bpy.props.StringProperty(default="*.npz", options={"HIDDEN"})  # type: ignore[valid-type]
    strength: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Strength", default=1.0, soft_min=0.0, soft_max=2.0,
        description="1 is as deep as in the photo",
    )

    def execute(self, context: Any) -> Any:
        """Read first: what is refused changes nothing."""
        with refusals(self):
            head = head_in(context)
            metres = read_detail(Path(bpy.path.abspath(self.filepath)))
            wear_detail(head.mesh, metres, self.strength)
            return {"FINISHED"}
        return {"CANCELLED"}
