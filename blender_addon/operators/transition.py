# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence -> a performance in editable keys."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.protocol_plan import TrajectoryReply, TransitionRequest
from ..scene.pose import frame_rate
from .acting import ActingVerb, show_understood
from .verb import Ask


class FLAMEWHEEL_OT_transition(ActingVerb, bpy.types.Operator):
    """Act a sentence: its expressions and times become editable keys"""

    bl_idname = "flamewheel.transition"
    bl_label = "Act a Sentence"
    bl_options = {"UNDO"}

    text: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Sentence", default="",
        description='e.g. "from disgust to happiness over two seconds, then hold"',
    )

    def prepare(self, context: Any) -> Ask:
        """The present expression is the start, where the sentence names none."""
        session().asks_sentence(self.text)
        self.take_head(context)
        asked = TransitionRequest(
            self._head.source, self.text, self._start, self.asked_seed, self.motion,
            frame_rate(context.scene),
        )

        def ask(calls: BackendCalls) -> TrajectoryReply:
            return calls.transition(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys, and what was understood in the panel."""
        super().apply(context, reply)
        show_understood(context, self.text, reply)
        session().asked_sentence = None
