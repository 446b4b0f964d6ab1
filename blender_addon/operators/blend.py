# SPDX-License-Identifier: GPL-3.0-or-later
"""A place on the Emotion Wheel -> the head's expression, posed or keyed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.parameter_reply import read_parameters
from ..core.protocol import BlendReply, BlendRequest, WheelSpot
from ..scene.find import HeadInScene, head_in
from ..scene.pose import Anchors, apply_code, key_performance, key_pose, read_code, same_length
from .verb import Ask, BackendVerb, tell


class FLAMEWHEEL_OT_blend(BackendVerb, bpy.types.Operator):
    """Mix up to three emotions of the wheel and show or key them"""

    bl_idname = "flamewheel.blend"
    bl_label = "Blend Emotions"
    bl_options = {"UNDO"}
    waiting = "Blending"

    primary: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Emotion", default="Joy", description='A word such as "joy", "furious" or "awe"'
    )
    intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Intensity", default=-1.0, min=-1.0, max=3.0,
        description="0.5 mild, 1 basic, 1.5 intense; -1: the word's own (furious is intense)",
    )
    secondary: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="With", default="", description="A second emotion, or nothing"
    )
    secondary_intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Its Intensity", default=-1.0, min=-1.0, max=3.0,
        description="As for the first emotion",
    )
    tertiary: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="And", default="", description="A third emotion, or nothing"
    )
    tertiary_intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Its Intensity", default=-1.0, min=-1.0, max=3.0,
        description="As for the first emotion",
    )
    weight: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Share", default=-1.0, min=-1.0, max=1.0,
        description="The primary emotion's share; -1: the method's own",
    )
    weights: bpy.props.FloatVectorProperty(  # type: ignore[valid-type]
        name="Shares", size=3, default=(-1.0, -1.0, -1.0), min=-1.0, max=1.0,
        description="The shares of all, together 1, with 0 for emotions that are not named; "
                    "-1: as Share says",
    )
    method: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Method", default="units", description="units, correlation, pca or linear"
    )
    own: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Own Face", default="", subtype="FILE_PATH",
        description="Parameter file of the person's own face, in the place of the first emotion",
    )
    use_present: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Present Face", default=False,
        description="Mix into the head's face as it stands; the first emotion names what it shows",
    )
    database: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Database", default="", subtype="FILE_PATH",
        description="A file of `flamewheel dbex build`; nothing: the head's own",
    )
    side: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Side", default="", description="left or right, the face's own; nothing: both"
    )
    asymmetry: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Asymmetry", default=1.0, min=0.0, max=1.0, subtype="FACTOR",
        description="With a side, how much more it shows: 0 even, 1 that side alone",
    )
    insert_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key", default=True, description="Write keys; without it the head is only posed"
    )
    seconds: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Seconds", default=0.0, min=0.0, max=600.0,
        description="Way from the present expression; 0 keys the pose alone",
    )
    frame: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frame", default=-1, min=-1, description="Where the keys begin; -1 = current frame"
    )

    def prepare(self, context: Any) -> Ask:
        """The head is looked for first; the backend knows the words."""
        self._head = head_in(context)
        # the frame of the click: a person may scrub on while the backend works
        self._frame = context.scene.frame_current if self.frame < 0 else self.frame
        asked = self._request(self._head)

        def ask(calls: BackendCalls) -> BlendReply:
            return calls.blend(asked)

        return ask

    def _request(self, head: HeadInScene) -> BlendRequest:
        """What the fields ask; a person's own face is read here, on this machine."""
        second = _spot(self.secondary, self.secondary_intensity) if self.secondary else None
        third = _spot(self.tertiary, self.tertiary_intensity) if self.tertiary else None
        own = read_parameters(Path(bpy.path.abspath(self.own))) if self.own else None
        return BlendRequest(
            head.source, _spot(self.primary, self.intensity), second,
            self.weight if self.weight >= 0 else None, self.method, third,
            _shares(self.weights, 1 + bool(second) + bool(third)), own,
            bpy.path.abspath(self.database) or None, self.side or None, self.asymmetry,
            read_code(head) if self.use_present else None,
        )

    def apply(self, context: Any, reply: Any) -> None:
        """Pose, or keys from the present expression to the new one."""
        head = self._head.still_there()
        if not self.insert_keys:
            apply_code(head, reply.code)
        elif self.seconds > 0:
            way = Anchors([0.0, self.seconds], same_length(read_code(head), reply.code), ["smooth"])
            key_performance(head, way, context.scene, frame=self._frame, dense=False)
        else:
            key_pose(head, reply.code, context.scene, frame=self._frame)
        tell(self, [reply.name, *reply.notes])


def _shares(given: Sequence[float], count: int) -> list[float] | None:
    """The shares of `count` emotions, or all where one more has a share: the backend says so."""
    said = [float(share) for share in given]
    if max(said) < 0:
        return None
    return said[:count] if max(said[count:], default=0.0) <= 0 else said


def _spot(word: str, intensity: float) -> WheelSpot:
    """A place on the wheel; below 0 the word's own intensity."""
    return WheelSpot(word, intensity if intensity >= 0 else None)
