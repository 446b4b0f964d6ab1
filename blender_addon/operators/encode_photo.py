# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo -> the head's identity and expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import PhotoError
from ..core.parameter_reply import face_of
from ..core.protocol import FaceReply
from ..scene.find import head_in
from ..scene.identity import set_identity
from ..scene.pose import apply_code, key_pose, turn_root
from .verb import Ask, BackendVerb, FileFirst, tell


class FLAMEWHEEL_OT_encode_photo(FileFirst, BackendVerb, bpy.types.Operator):
    """Give the head the face in a photo: who it is and what it does"""

    bl_idname = "flamewheel.encode_photo"
    bl_label = "Encode Photo"
    bl_options = {"UNDO"}
    waiting = "Reading the photo"

    filepath: bpy.props.StringProperty(name="Photo", subtype="FILE_PATH")  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(  # type: ignore[valid-type]
        default="*.jpg;*.jpeg;*.png;*.webp;*.tif;*.tiff;*.bmp", options={"HIDDEN"}
    )
    face: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Face", default=0, min=0,
        description="Which of several faces, 1 = largest; 0 takes the largest and says so",
    )
    use_identity: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Identity", default=True, description="Take the person's shape"
    )
    use_expression: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Expression", default=True, description="Take the expression, jaw and gaze"
    )
    use_head_pose: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Head Pose", default=False, description="Turn the root bone as the head was turned"
    )
    insert_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key", default=False, description="Key the expression at the current frame"
    )

    def prepare(self, context: Any) -> Ask:
        """The head must be there and the file must exist before the backend is bothered."""
        self._head = head_in(context)
        self._frame = context.scene.frame_current  # of the click: a person may scrub on meanwhile
        photo = Path(bpy.path.abspath(self.filepath))
        if not self.filepath or not photo.is_file():
            raise PhotoError("file-not-found", f"There is no photo {self.filepath!r}.",
                             "Choose a picture file.")
        face, source = self.face or None, self._head.source

        def ask(calls: BackendCalls) -> FaceReply:
            return calls.encode(photo, source, face)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys first, since they may be refused (a linked Action); then identity and expression."""
        face = face_of(reply)
        head = self._head.still_there()
        if self.use_expression and self.insert_keys:
            key_pose(head, face.code, context.scene, frame=self._frame)
        if self.use_identity:
            set_identity(head.mesh, head.armature, face.shape)
        if self.use_head_pose:
            turn_root(head, face.global_rotation)
        if self.use_expression:
            apply_code(head, face.code)
        tell(self, reply.notes)
        if face.error is not None:
            self.report({"INFO"}, f"Residual {100 * face.error:.1f} % of the eye distance")
