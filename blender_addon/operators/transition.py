# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence -> a performance in editable keys."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.plan_lines import plan_lines
from ..core.protocol_plan import TrajectoryReply, TransitionRequest
from ..scene.find import head_in
from ..scene.pose import key_performance, read_code
from .verb import Ask, BackendVerb, tell


class FLAMEWHEEL_OT_transition(BackendVerb, bpy.types.Operator):
    """Act a sentence: its expressions and times become editable keys"""

    bl_idname = "flamewheel.transition"
    bl_label = "Act a Sentence"
    bl_options = {"UNDO"}
    waiting = "Reading the sentence"

    text: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Sentence", default="",
        description='e.g. "from disgust to happiness over two seconds, then hold"',
    )
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

    def prepare(self, context: Any) -> Ask:
        """The present expression is the start, where the sentence names none."""
        self._head = head_in(context)
        # the frame of the click: a person may scrub on while the backend works
        self._frame = context.scene.frame_current if self.frame < 0 else self.frame
        asked = TransitionRequest(
            self._head.source, self.text, read_code(self._head),
            None if self.seed < 0 else self.seed,
        )

        def ask(calls: BackendCalls) -> TrajectoryReply:
            return calls.transition(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys from the current frame on, and what was understood in the panel."""
        head = self._head.still_there()
        written = key_performance(head, reply, context.scene, frame=self._frame, dense=self.dense)
        session().understood = plan_lines(reply.plan)
        tell(self, reply.notes)
        self.report({"INFO"}, f"{written.keys} keys on {written.tracks} channels, "
                    f"frames {written.first_frame:g} to {written.last_frame:g}")
