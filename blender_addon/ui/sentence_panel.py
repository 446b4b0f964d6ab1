# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what the face does: the sentence, what was understood of it as steps to edit, and the verbs.

Below it how the performance moves.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.errors import InstructionError
from ..core.plan_rows import step_title, suggested
from ..core.protocol_plan import HOLD
from ..scene.find import find_head
from ..scene.plan_fields import step_of
from ..scene.takes import last_take
from .marked_text import draw_marked
from .panels import HeadPanel, characters, wrapped
from .step_fields import draw_step

ROWS = 4
"""Steps that the list shows at least."""


class FLAMEWHEEL_UL_steps(bpy.types.UIList):
    """Steps of a plan: when, what, how long"""

    bl_idname = "FLAMEWHEEL_UL_steps"

    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active_data: Any,
        active_property: Any, index: Any = 0, flt_flag: Any = 0,
    ) -> None:
        """When it begins, what it shows, how long it takes."""
        begin = sum(step.seconds for step in data.steps[:index])
        row = layout.row(align=True)
        row.active = not item.inserted
        when = row.row()
        when.ui_units_x = 2.2
        when.label(text=f"{begin:.1f} s")
        row.label(text=step_title(step_of(item)),
                  icon="PAUSE" if item.easing == HOLD else "NONE")
        length = row.row()
        length.ui_units_x = 3.0
        length.prop(item, "seconds", text="", emboss=False)


class FLAMEWHEEL_PT_sentence(HeadPanel, bpy.types.Panel):
    """Say what the face does"""

    bl_idname = "FLAMEWHEEL_PT_sentence"
    bl_label = "Sentence"

    def draw(self, context: Any) -> None:
        """The text, what was not understood of it, the steps, the verbs."""
        layout, state = self.layout, context.scene.flamewheel
        row = layout.row(align=True)
        row.prop(state, "sentence", text="")
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("flamewheel.read_sentence", text="", icon="VIEWZOOM").text = state.sentence
        width = characters(context)
        _draw_refusal(layout, state, width)
        _draw_unknown(layout, state, width)
        _draw_verbs(layout, context, state)
        _draw_steps(layout, state, width)


class FLAMEWHEEL_PT_motion(HeadPanel, bpy.types.Panel):
    """How a performance moves"""

    bl_idname = "FLAMEWHEEL_PT_motion"
    bl_label = "Motion"
    bl_parent_id = "FLAMEWHEEL_PT_sentence"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header(self, context: Any) -> None:
        """One switch for all of it."""
        self.layout.prop(context.scene.flamewheel, "alive", text="")

    def draw(self, context: Any) -> None:
        """Each part by itself; then how it is keyed."""
        layout, state = self.layout, context.scene.flamewheel
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(align=True)
        column.active = state.alive
        for name in ("timing", "overshoot", "blinks", "micro_asymmetry", "drift"):
            column.prop(state, name, slider=True)
        column.prop(state, "speed_limits")
        column = layout.column()
        column.prop(state, "seed")
        column.prop(state, "dense")
        column.prop(state, "markers")


def _draw_refusal(layout: Any, state: Any, width: int) -> None:
    """Why the sentence was refused, with the place."""
    refusal = session().last_refusal
    if not isinstance(refusal, InstructionError) or session().asked_sentence != state.sentence:
        return
    box = layout.box()
    place = refusal.span
    if place is not None:
        draw_marked(box, state.sentence, [place], width)
    column = box.column()
    column.alert = True
    said, _, _ = refusal.message.partition(' In: "')  # the place, which is drawn above
    wrapped(column, said if place is not None else refusal.message, "ERROR", width)
    offered = suggested(refusal.hint)
    if place is None or not offered:
        wrapped(box, refusal.hint, "BLANK1", width)
        return
    start, end = place
    _draw_suggestions(box, state.sentence[start:end], start, end, offered)


def _draw_unknown(layout: Any, state: Any, width: int) -> None:
    """The sentence with the words that nothing was made of, and what to say in their place."""
    if state.sentence != state.read_text or not state.unknown:
        return
    box = layout.box()
    draw_marked(box, state.sentence, [(words.start, words.end) for words in state.unknown],
                 width)
    for words in state.unknown:
        column = box.column(align=True)
        column.label(text=f"“{words.words}” is not understood", icon="QUESTION")
        if not words.suggestions:
            continue
        _draw_suggestions(column, words.words, words.start, words.end,
                          words.suggestions.split("\n"))


def _draw_suggestions(
    layout: Any, words: str, start: int, end: int, suggestions: list[str]
) -> None:
    """Buttons that put a known word in the place of `words`."""
    row = layout.row(align=True)
    row.operator_context = "INVOKE_DEFAULT"
    for suggestion in suggestions:
        verb = row.operator("flamewheel.use_suggestion", text=suggestion)
        verb.start, verb.end, verb.words = start, end, words
        verb.suggestion = suggestion


def _draw_verbs(layout: Any, context: Any, state: Any) -> None:
    """Act the steps; where they are not those of the sentence, one of both."""
    column = layout.column(align=True)
    column.scale_y = 1.3
    column.operator_context = "INVOKE_DEFAULT"
    is_read = state.sentence == state.read_text
    row = column.row(align=True)
    if not is_read or not state.steps:
        verb = row.operator("flamewheel.transition", text="Read and Act It", icon="PLAY")
        verb.text = state.sentence
        _fill(verb, state, state.seed)
        row = column.row(align=True)
    if state.steps:
        verb = row.operator("flamewheel.perform", text="Act It" if is_read else "Act the Steps",
                            icon="PLAY")
        verb.steps = ""
        _fill(verb, state, state.seed)
    head, take = find_head(context), last_take(state)
    again = row.row(align=True)
    again.enabled = bool(state.steps) and take is not None and head is not None and (
        take.head == head.mesh_name)
    _fill(again.operator("flamewheel.another_take", text="Another Take", icon="FILE_REFRESH"),
          state, -1)


def _fill(verb: Any, state: Any, seed: int) -> None:
    """An acting verb's keywords from the panel's fields."""
    verb.frame, verb.seed, verb.dense, verb.markers = -1, seed, state.dense, state.markers
    verb.still = not state.alive
    verb.timing, verb.overshoot, verb.blinks = state.timing, state.overshoot, state.blinks
    verb.asymmetry, verb.drift = state.micro_asymmetry, state.drift
    verb.speed_limits = state.speed_limits


def _draw_steps(layout: Any, state: Any, width: int) -> None:
    column = layout.column()
    start = column.row(align=True)
    start.label(text="From")
    start.prop(state.plan_start, "emotion", text="")
    if state.plan_start.emotion != "Current":
        start.prop(state.plan_start, "intensity", text="")
    row = column.row()
    row.template_list("FLAMEWHEEL_UL_steps", "", state, "steps", state, "active_step", rows=ROWS)
    _draw_list_verbs(row.column(align=True))
    if state.notes:
        notes = column.column(align=True)
        for note in state.notes.split("\n"):
            wrapped(notes, note, "INFO", width)
    if 0 <= state.active_step < len(state.steps):
        draw_step(layout, state.steps[state.active_step], state.active_step)


def _draw_list_verbs(column: Any) -> None:
    column.operator("flamewheel.add_step", text="", icon="ADD")
    column.operator("flamewheel.remove_step", text="", icon="REMOVE")
    column.separator()
    column.operator("flamewheel.move_step", text="", icon="TRIA_UP").up = True
    column.operator("flamewheel.move_step", text="", icon="TRIA_DOWN").up = False


SENTENCE_CLASSES = (FLAMEWHEEL_UL_steps, FLAMEWHEEL_PT_sentence, FLAMEWHEEL_PT_motion)
