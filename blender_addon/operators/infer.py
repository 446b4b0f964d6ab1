# SPDX-License-Identifier: GPL-3.0-or-later
"""A face -> the emotion that it shows: the wheel's primary emotion (paper 000, figure 4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.emotion_reading import on_wheel, reading_lines
from ..core.errors import PhotoError
from ..core.protocol_infer import CANNOT_TELL, InferReply, InferRequest
from ..scene.find import head_in
from ..scene.pose import read_code
from .verb import Ask, BackendVerb, FileFirst, tell


class EmotionVerb(BackendVerb):
    """What both verbs do with the answer."""

    waiting = "Reading the emotion"
    use_as_primary: Any

    def apply(self, context: Any, reply: InferReply) -> None:
        """Show it in the panel; the head is not touched."""
        session().reading = reply.emotion
        named = on_wheel(reply.emotion)
        if self.use_as_primary and named is not None:
            context.scene.flamewheel.primary = named
        tell(self, [*reading_lines(reply.emotion), *reply.notes])
        if reply.emotion.label == CANNOT_TELL:
            self.report({"WARNING"}, "The face shows no emotion clearly enough to name it.")  # type: ignore[attr-defined]
        for area in context.screen.areas if context.screen else ():
            area.tag_redraw()


class FLAMEWHEEL_OT_infer(EmotionVerb, bpy.types.Operator):
    """Name the emotion that the head shows now, and take it as the wheel's primary emotion"""

    bl_idname = "flamewheel.infer"
    bl_label = "Name the Emotion"
    bl_options = {"UNDO"}

    use_as_primary: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Use as Primary", default=True, description="Choose it on the Emotion Wheel",
    )

    def prepare(self, context: Any) -> Ask:
        """The face as it stands, animation included."""
        head = head_in(context)
        asked = InferRequest(head.source, code=read_code(head))

        def ask(calls: BackendCalls) -> InferReply:
            return calls.infer(asked)

        return ask


class FLAMEWHEEL_OT_infer_photo(FileFirst, EmotionVerb, bpy.types.Operator):
    """Name the emotion in a photo, and take it as the wheel's primary emotion"""

    bl_idname = "flamewheel.infer_photo"
    bl_label = "Emotion of a Photo"
    bl_options = {"UNDO"}

    filepath: bpy.props.StringProperty(name="Photo", subtype="FILE_PATH")  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(  # type: ignore[valid-type]
        default="*.jpg;*.jpeg;*.png;*.webp;*.tif;*.tiff;*.bmp", options={"HIDDEN"}
    )
    face: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Face", default=0, min=0, description="Which of several faces, 1 = largest",
    )
    use_as_primary: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Use as Primary", default=True, description="Choose it on the Emotion Wheel",
    )

    def prepare(self, context: Any) -> Ask:
        """The file must exist before the backend is bothered."""
        head = head_in(context)
        if not self.filepath:
            raise PhotoError("file-not-found", "There is no photo.", "Choose one.")
        photo = Path(bpy.path.abspath(self.filepath))
        if not photo.is_file():
            raise PhotoError("file-not-found", f"There is no photo {photo}.", "Choose another.")
        asked = InferRequest(head.source, photo=str(photo), face=self.face or None)

        def ask(calls: BackendCalls) -> InferReply:
            return calls.infer(asked)

        return ask
