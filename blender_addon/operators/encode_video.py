# SPDX-License-Identifier: GPL-3.0-or-later
"""Video -> the person, and a performance in editable keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import VideoError
from ..core.protocol_video import VideoReply, VideoRequest
from ..scene.find import head_in
from ..scene.identity import set_identity
from ..scene.pose import key_video
from .verb import Ask, BackendVerb, FileFirst, tell

EVERY_FRAME = 1e-6
"""mm: no key may be missed by more than this, so that each frame has one."""


class FLAMEWHEEL_OT_encode_video(FileFirst, BackendVerb, bpy.types.Operator):
    """Give the head the performance in a video: expressions, gaze and jaw as editable keys"""

    bl_idname = "flamewheel.encode_video"
    bl_label = "Encode Video"
    bl_options = {"UNDO"}
    waiting = "Reading the video"

    filepath: bpy.props.StringProperty(name="Video", subtype="FILE_PATH")  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(  # type: ignore[valid-type]
        default="*.mp4;*.mov;*.m4v;*.avi;*.mkv;*.webm", options={"HIDDEN"}
    )
    face: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Face", default=0, min=0,
        description="Which of several faces, 1 = largest; 0 takes the largest and says so",
    )
    use_identity: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Identity", default=True, description="Take the person's shape"
    )
    use_head_pose: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Head Pose", default=True, description="Key the root bone as the head turns"
    )
    start: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Start", default=0.0, min=0.0, subtype="TIME", unit="NONE",
        description="Seconds of the video at which to begin",
    )
    end: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="End", default=0.0, min=0.0, subtype="TIME", unit="NONE",
        description="Seconds of the video at which to end; 0 takes all of it",
    )
    frame: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frame", default=-1, min=-1, description="Where it begins; -1 = current frame"
    )
    smoothing: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Smoothing", default=1.0, min=0.0, max=10.0, soft_max=2.0,
        description="0 leaves the jitter, 1 takes away what is noise, more is calmer",
    )
    dense: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key Every Frame", default=False, description="One key a frame instead of a few"
    )
    tolerance: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Tolerance", default=0.3, min=0.01, max=10.0,
        description="Millimetres that the few keys may miss the performance by",
    )

    def prepare(self, context: Any) -> Ask:
        """The head must be there and the file must exist before the backend is bothered."""
        self._head = head_in(context)
        # the frame of the click: a person may scrub on while the backend works
        self._frame = context.scene.frame_current if self.frame < 0 else self.frame
        video = Path(bpy.path.abspath(self.filepath))
        if not self.filepath or not video.is_file():
            raise VideoError("file-not-found", f"There is no video {self.filepath!r}.",
                             "Choose a video file.")
        render = context.scene.render
        asked = VideoRequest(
            self._head.source, str(video.resolve()), render.fps / render.fps_base,
            face=self.face or None, start=self.start or None, end=self.end or None,
            smoothing=self.smoothing, tolerance=EVERY_FRAME if self.dense else self.tolerance,
        )

        def ask(calls: BackendCalls) -> VideoReply:
            return calls.encode_video(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys first, since they may be refused (a linked Action); then identity."""
        head = self._head.still_there()
        written = key_video(head, reply, context.scene, frame=self._frame,
                            head_pose=self.use_head_pose)
        if self.use_identity:
            set_identity(head.mesh, head.armature, reply.shape)
        tell(self, reply.notes)
        residual = "" if reply.error is None else (
            f", residual {100 * reply.error:.1f} % of the eye distance")
        self.report({"INFO"}, f"{written.keys} keys on {written.tracks} channels, frames "
                    f"{written.first_frame:g} to {written.last_frame:g}{residual}")
