# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of one step of a plan."""

from __future__ import annotations

from typing import Any

from ..core.protocol_plan import CURRENT, HOLD
from ..core.unit_names import unit_label
from ..core.wheel_names import DYADS, NEUTRAL
from ..scene.plan_fields import NONE


def draw_step(layout: Any, step: Any, index: int) -> None:
    """What the step shows, how it gets there, and which words said so."""
    box = layout.box()
    title = f"Step {index + 1}"
    box.label(text=f"{title}: “{step.words}”" if step.words else title)
    column = box.column()
    column.use_property_split = True
    column.use_property_decorate = False
    if step.easing != HOLD:
        _draw_mix(column, step)
    row = column.row(align=True)
    row.prop(step, "seconds")
    column.prop(step, "easing")
    if step.easing == HOLD:
        return
    for at, layer in enumerate(step.layers):
        _draw_layer(box, layer, at)
    for at, unit in enumerate(step.units):
        _draw_unit(box, unit, at)
    row = box.row(align=True)
    row.operator("flamewheel.add_to_step", text="Part", icon="ADD").what = "layers"
    row.operator("flamewheel.add_to_step", text="Unit", icon="ADD").what = "units"
    row.prop_menu_enum(step, "keeps", text=f"Keep ({len(step.keeps)})" if step.keeps else "Keep")
    if step.keeps:
        box.label(text=", ".join(keep.replace("_", " ") for keep in sorted(step.keeps)),
                  icon="LOCKED")


def _draw_mix(column: Any, mix: Any) -> None:
    """A mix needs a first emotion that is one, a third one a second."""
    column.prop(mix, "emotion")
    if mix.emotion in (CURRENT, NEUTRAL):
        return
    column.prop(mix, "intensity")
    if mix.emotion in DYADS:
        return
    column.prop(mix, "secondary")
    if mix.secondary == NONE:
        return
    column.prop(mix, "secondary_intensity")
    if mix.tertiary == NONE:
        column.prop(mix, "share")
    column.prop(mix, "tertiary")
    if mix.tertiary != NONE:
        column.prop(mix, "tertiary_intensity")


def _draw_layer(box: Any, layer: Any, index: int) -> None:
    column = box.box().column()
    row = column.row(align=True)
    row.prop(layer, "emotion", text="")
    row.prop(layer, "intensity", text="")
    _draw_remove(row, "layers", index)
    parts = column.grid_flow(columns=3, even_columns=True, align=True)
    parts.prop(layer, "parts", expand=True)
    column.row(align=True).prop(layer, "side", expand=True)


def _draw_unit(box: Any, unit: Any, index: int) -> None:
    row = box.row(align=True)
    name = row.row(align=True)
    name.ui_units_x = 4.5
    name.prop(unit, "unit", text="")
    label = unit_label(unit.unit).removeprefix(f"{unit.unit.rstrip('LR')} ")
    row.prop(unit, "strength", text=label)
    _draw_remove(row, "units", index)


def _draw_remove(row: Any, what: str, index: int) -> None:
    verb = row.operator("flamewheel.remove_from_step", text="", icon="X")
    verb.what, verb.index = what, index
