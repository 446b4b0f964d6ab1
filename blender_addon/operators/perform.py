# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, as they were read or edited -> a performance in editable keys; and another take of it."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import InstructionError
from ..core.plan_rows import rows_from_json
from ..core.protocol_plan import PerformRequest, PlanStep, TrajectoryReply
from ..scene.plan_fields import plan_rows
from ..scene.takes import replace_take, take_of
from .acting import ActingVerb, show_understood
from .verb import Ask

SEEDS = 1 << 31
"""Blender's whole numbers end there; the seed after the last is 0."""


class FLAMEWHEEL_OT_perform(ActingVerb, bpy.types.Operator):
    """Act the steps of the Sentence panel, or those a script gives as JSON in `steps`:
    [{"emotion": "Joy", "intensity": 1.0, "seconds": 2.0, "easing": "smooth"}, …], all but the
    emotion optional; `flamewheel transition TEXT --dry-run --json` prints such steps"""

    bl_idname = "flamewheel.perform"
    bl_label = "Act the Steps"
    bl_options = {"UNDO"}

    steps: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Steps", default="",
        description="JSON: a list of steps, or an object with one as its plan; empty: the panel's",
    )

    def prepare(self, context: Any) -> Ask:
        """The present face is the start, where the steps name none."""
        state = context.scene.flamewheel
        given = rows_from_json(self.steps) if self.steps else _panel_rows(state)
        self.take_head(context)
        text = "" if self.steps else state.read_text
        asked = PerformRequest(self._head.source, given, text, self._start, self.asked_seed,
                               self.motion)

        def ask(calls: BackendCalls) -> TrajectoryReply:
            return calls.perform(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Keys; a script's steps stand in the panel then, where another take finds them."""
        super().apply(context, reply)
        if self.steps:
            show_understood(context, "", reply)


class FLAMEWHEEL_OT_another_take(ActingVerb, bpy.types.Operator):
    """Act the panel's steps once more with the next seed, in the place of the last take's keys"""

    bl_idname = "flamewheel.another_take"
    bl_label = "Another Take"
    bl_options = {"UNDO"}
    waiting = "Acting once more"

    def prepare(self, context: Any) -> Ask:
        """From the same frame and the same face as the last take."""
        state = context.scene.flamewheel
        given = _panel_rows(state)
        self.take_head(context)
        self._take = take_of(state, self._head)
        after = (self._take.seed + 1) % SEEDS
        seed = after if self.seed < 0 else self.seed
        asked = PerformRequest(self._head.source, given, state.read_text, self._take.start, seed,
                               self.motion)

        def ask(calls: BackendCalls) -> TrajectoryReply:
            return calls.perform(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """The last take's keys make room; all others stay."""
        head = self._head.still_there()
        written = replace_take(head, self._take, reply, context.scene, markers=self.markers)
        context.scene.flamewheel.seed = reply.seed
        self.say(reply, written)


def _panel_rows(state: Any) -> list[PlanStep]:
    if not state.steps:
        raise InstructionError("no-steps", "There are no steps to act.",
                               "Read a sentence or add a step first.")
    return plan_rows(state)
