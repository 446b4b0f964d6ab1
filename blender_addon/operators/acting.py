# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verbs that act a plan have in common: their keywords, and keys for the answer."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.protocol_plan import MOST_MOTION, MotionBody, TrajectoryReply
from ..scene.find import head_in
from ..scene.plan_fields import show_plan
from ..scene.pose import read_code
from ..scene.takes import key_take
from .verb import BackendVerb, tell


def _amount(name: str, default: float, description: str) -> Any:
    return bpy.props.FloatProperty(name=name, default=default, min=0.0, max=MOST_MOTION,
                                   description=description)


class ActingVerb(BackendVerb):
    """Mix in for an operator that keys a performance from the frame of the click on."""

    waiting = "Acting"

    frame: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frame", default=-1, min=-1, description="Where it begins; -1 = current frame"
    )
    dense: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key Every Frame", default=False, description="One key a frame instead of a few"
    )
    seed: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Seed", default=-1, min=-1,
        description="Vary the performance; the same seed gives it again, -1 varies nothing",
    )
    still: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Still", default=False,
        description="Join the steps' expressions and do nothing more: no blinks, no overshoot",
    )
    timing: _amount(  # type: ignore[valid-type]
        "Timing", 1.0, "Brows, eyes and mouth at their own times; 0 all at once")
    overshoot: _amount(  # type: ignore[valid-type]
        "Overshoot", 1.0, "A quick rise goes a little beyond its end")
    blinks: _amount("Blinks", 1.0, "At large changes and in long holds")  # type: ignore[valid-type]
    asymmetry: _amount(  # type: ignore[valid-type]
        "Asymmetry", 1.0, "Left and right differ slightly on the way")
    drift: _amount(  # type: ignore[valid-type]
        "Drift", 0.0, "A held expression slackens slightly and comes back")
    speed_limits: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Speed Limits", default=True, description="No faster than faces move"
    )
    markers: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Markers", default=False, description="A timeline marker where each step begins"
    )

    def take_head(self, context: Any) -> None:
        """The head, its face now and the frame of the click."""
        self._head = head_in(context)
        self._start = read_code(self._head)
        # the frame of the click: a person may scrub on while the backend works
        self._frame = context.scene.frame_current if self.frame < 0 else self.frame

    @property
    def asked_seed(self) -> int | None:
        """None: no variation."""
        return None if self.seed < 0 else self.seed

    @property
    def motion(self) -> MotionBody | None:
        """How living it is to be."""
        if self.still:
            return None
        return MotionBody(self.timing, self.overshoot, self.blinks, self.asymmetry, self.drift,
                          self.speed_limits)

    def apply(self, context: Any, reply: TrajectoryReply) -> None:
        """Keys from the frame on."""
        head = self._head.still_there()
        written = key_take(head, reply, context.scene, frame=self._frame, dense=self.dense,
                           start=self._start, markers=self.markers)
        self.say(reply, written)

    def say(self: Any, reply: TrajectoryReply, written: Any) -> None:
        """What was done, and what a person should know of it."""
        tell(self, reply.notes)
        self.report({"INFO"}, f"{written.keys} keys on {written.tracks} channels, "
                    f"frames {written.first_frame:g} to {written.last_frame:g}")


def show_understood(context: Any, text: str, reply: TrajectoryReply) -> None:
    """The steps of a sentence that was acted at once, in the panel."""
    show_plan(context.scene.flamewheel, text, reply.plan, reply.unknown, reply.notes)
