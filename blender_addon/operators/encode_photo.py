# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos -> the head's identity and expressions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import UsageError
from ..core.parameter_reply import face_from_json, face_of
from ..core.photo_files import chosen_photos, neutral_photo
from ..core.protocol import FaceReply
from ..core.protocol_photos import PhotosReply, PhotosRequest
from ..scene.find import head_in
from ..scene.identity import set_identity
from ..scene.pose import apply_code, key_pose, key_poses, turn_root
from .verb import Ask, BackendVerb, FileFirst, tell

SAME = "same"
ENCODERS = [
    ("landmark", "Landmarks", "Knows every head and needs no download"),
    ("deca", "DECA", "For FLAME heads; needs its authors' checkpoint"),
    ("emoca", "EMOCA", "Made for expressions; for FLAME heads; needs its authors' checkpoint"),
    ("smirk", "SMIRK", "For FLAME heads; needs its authors' checkpoint"),
    ("mica", "MICA", "Identity only; for FLAME heads; needs its authors' checkpoint"),
]


class FLAMEWHEEL_OT_encode_photo(FileFirst, BackendVerb, bpy.types.Operator):
    """Give the head the face in a photo: who it is and what it does. Several photos of one person \
give one identity, and their expressions are keyed one after another"""

    bl_idname = "flamewheel.encode_photo"
    bl_label = "Encode Photo"
    bl_options = {"UNDO"}
    waiting = "Reading the photo"

    filepath: bpy.props.StringProperty(name="Photo", subtype="FILE_PATH")  # type: ignore[valid-type]
    directory: bpy.props.StringProperty(  # type: ignore[valid-type]
        subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"}
    )
    files: bpy.props.CollectionProperty(  # type: ignore[valid-type]
        type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"}
    )
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
        name="Expression", default=True,
        description="Take the expression, jaw and gaze; of several photos each is keyed",
    )
    use_head_pose: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Head Pose", default=False,
        description="Turn the root bone as the head was turned; of a single photo only",
    )
    insert_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key", default=False, description="Key the expression at the current frame"
    )
    key_step: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frames Apart", default=12, min=1, soft_max=250,
        description="From one photo's key to the next one's, where there are several photos",
    )
    encoder: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Encoder", items=ENCODERS, default="landmark", description="What reads the photo",
    )
    shape_from: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Identity By", items=[(SAME, "The Same", "The encoder above"), *ENCODERS],
        default=SAME, description="What tells who it is, where another one does",
    )
    neutral: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Neutral Photo", options={"SKIP_SAVE"},
        description="Name of the photo that shows the person's neutral face, which expressions "
                    "are then measured against",
    )

    def prepare(self, context: Any) -> Ask:
        """The head must be there and the files must exist before the backend is bothered."""
        self._head = head_in(context)
        self._frame = context.scene.frame_current  # of the click: a person may scrub on meanwhile
        photos = chosen_photos(
            bpy.path.abspath(self.filepath) if self.filepath else "",
            bpy.path.abspath(self.directory) if self.directory else "",
            [chosen.name for chosen in self.files],
        )
        neutral = neutral_photo(bpy.path.abspath(self.neutral) if self.neutral[:2] == "//"
                                else self.neutral, photos)
        if len(photos) > 1 or neutral is not None:
            return self._ask_for_all(photos, neutral)
        return self._ask_for_one(photos[0])

    def _ask_for_one(self, photo: Path) -> Ask:
        face, source = self.face or None, self._head.source
        encoder, shape_from = self._networks()

        def ask(calls: BackendCalls) -> FaceReply:
            return calls.encode(photo, source, face, encoder=encoder, shape_from=shape_from)

        return ask

    def _networks(self) -> tuple[str | None, str | None]:
        """As the backend is asked; None where nothing but landmarks is wanted."""
        return (None if self.encoder == "landmark" else self.encoder,
                None if self.shape_from == SAME else self.shape_from)

    def _ask_for_all(self, photos: list[Path], neutral: Path | None) -> Ask:
        if any(self._networks()):
            raise UsageError("one-photo-each", "The networks read one photo at a time.",
                             "Choose one photo, or take the landmark encoder for several.")
        asked = PhotosRequest(self._head.source, [str(photo) for photo in photos],
                              None if neutral is None else str(neutral), self.face or None)

        def ask(calls: BackendCalls) -> PhotosReply | FaceReply:
            reply = calls.encode_photos(asked)
            if len(photos) > 1:
                return reply
            return FaceReply(reply.faces[0].parameters, reply.notes)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys first, since they may be refused (a linked Action); then identity and expression."""
        if isinstance(reply, PhotosReply):
            self._apply_all(context, reply)
            return
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

    def _apply_all(self, context: Any, reply: PhotosReply) -> None:
        """Several photos: their expressions one after another, and the person once."""
        faces = [face_from_json(each.parameters, Path(each.photo).name) for each in reply.faces]
        head = self._head.still_there()
        if self.use_expression:
            key_poses(head, [face.code for face in faces], context.scene,
                      frame=self._frame, step=self.key_step)
        if self.use_identity:
            set_identity(head.mesh, head.armature, faces[0].shape)
        tell(self, reply.notes)
        for number, each in enumerate(reply.faces):
            where = f" at frame {self._frame + number * self.key_step}"
            self.report({"INFO"}, f"{Path(each.photo).name}"
                                  f"{where if self.use_expression else ''}")
