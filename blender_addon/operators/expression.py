# SPDX-License-Identifier: GPL-3.0-or-later
"""Small verbs on the present expression: reset it, key it, take another face's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.parameter_reply import face_of, read_parameters
from ..core.protocol import CodeBody, FaceReply, RetargetRequest
from ..scene.find import find_head, head_in
from ..scene.pose import apply_code, key_pose, key_present
from .verb import Ask, BackendVerb, FileFirst, refusals, tell


class NeedsHead:
    """Mix in first: greyed out where there is no head."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only with a head."""
        return find_head(context) is not None


class FLAMEWHEEL_OT_reset_expression(NeedsHead, bpy.types.Operator):
    """Put the face at rest: expression, unit sliders, jaw, neck and eyes to zero"""

    bl_idname = "flamewheel.reset_expression"
    bl_label = "Reset Expression"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Any:
        """Zero; keys are left alone."""
        with refusals(self):
            apply_code(head_in(context), CodeBody([]))
            return {"FINISHED"}
        return {"CANCELLED"}


class FLAMEWHEEL_OT_key_expression(NeedsHead, bpy.types.Operator):
    """Key the present expression, jaw, neck and eyes at the current frame"""

    bl_idname = "flamewheel.key_expression"
    bl_label = "Key Expression"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Any:
        """One key for each channel that is used."""
        with refusals(self):
            head = head_in(context)
            written = key_present(head, context.scene)
            self.report({"INFO"}, f"{written.keys} keys on frame {written.first_frame:g}")
            return {"FINISHED"}
        return {"CANCELLED"}


class FLAMEWHEEL_OT_retarget(FileFirst, BackendVerb, bpy.types.Operator):
    """Take the expression in a parameter file, of this head or another, onto this head"""

    bl_idname = "flamewheel.retarget"
    bl_label = "Retarget Expression"
    bl_options = {"UNDO"}
    waiting = "Retargeting"

    filepath: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Parameter File", subtype="FILE_PATH"
    )
    filter_glob: bpy.props.StringProperty(  # type: ignore[valid-type]
        default="*.json", options={"HIDDEN"}
    )
    insert_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key", default=False, description="Key the expression at the current frame"
    )

    def prepare(self, context: Any) -> Ask:
        """The file is read here, so that a wrong one is named."""
        self._head = head_in(context)
        source = read_parameters(Path(bpy.path.abspath(self.filepath)))
        asked = RetargetRequest(self._head.source, source)

        def ask(calls: BackendCalls) -> FaceReply:
            return calls.retarget(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Show it, or key it."""
        head, face = self._head.still_there(), face_of(reply)
        if self.insert_keys:  # first: keys may be refused (a linked Action)
            key_pose(head, face.code, context.scene, frame=None)
        apply_code(head, face.code)
        tell(self, reply.notes)
