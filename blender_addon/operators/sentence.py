# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence -> steps that a person checks and edits, before any key is touched."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.plan_rows import replaced
from ..core.protocol_plan import UnderstandReply, UnderstandRequest
from ..scene.plan_fields import show_plan
from ..scene.pose import frame_rate
from .verb import Ask, BackendVerb, tell


class _Reading(BackendVerb):
    """A verb whose answer is shown as steps."""

    waiting = "Reading the sentence"

    def read(self, context: Any, text: str) -> Ask:
        """The scene's frame rate counts where the sentence speaks of frames."""
        self._text = text
        session().asks_sentence(text)
        asked = UnderstandRequest(text, frame_rate(context.scene))

        def ask(calls: BackendCalls) -> UnderstandReply:
            return calls.understand(asked)

        return ask

    def apply(self: Any, context: Any, reply: Any) -> None:
        """The steps in the panel."""
        state = context.scene.flamewheel
        state.sentence = self._text
        show_plan(state, self._text, reply.plan, reply.unknown, reply.notes)
        session().asked_sentence = None
        tell(self, reply.notes)
        for words in reply.unknown:
            maybe = f" ({' or '.join(words.suggestions)}?)" if words.suggestions else ""
            self.report({"WARNING"}, f"Not understood: “{words.words}”{maybe}")


class FLAMEWHEEL_OT_read_sentence(_Reading, bpy.types.Operator):
    """Understand a sentence as steps, which can be edited; no key is touched"""

    bl_idname = "flamewheel.read_sentence"
    bl_label = "Read a Sentence"
    bl_options = {"UNDO"}

    text: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Sentence", default="",
        description="What to read; empty reads the panel's own sentence",
    )

    def prepare(self, context: Any) -> Ask:
        """What the panel says, where a script says nothing."""
        return self.read(context, self.text or context.scene.flamewheel.sentence)


class FLAMEWHEEL_OT_use_suggestion(_Reading, bpy.types.Operator):
    """Put a known word in the place of one that was not understood, and read the sentence again"""

    bl_idname = "flamewheel.use_suggestion"
    bl_label = "Use the Suggestion"
    bl_options = {"UNDO"}

    start: bpy.props.IntProperty(name="Start", min=0)  # type: ignore[valid-type]
    end: bpy.props.IntProperty(name="End", min=0)  # type: ignore[valid-type]
    words: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Words", description="What stands at [start, end) of the panel's sentence",
    )
    suggestion: bpy.props.StringProperty(name="Suggestion")  # type: ignore[valid-type]

    def prepare(self, context: Any) -> Ask:
        """The panel's sentence is changed at once, whether or not it is understood then."""
        state = context.scene.flamewheel
        state.sentence = replaced(state.sentence, self.start, self.end, self.words,
                                  self.suggestion)
        return self.read(context, state.sentence)
