# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as the scene's own editable fields (`ui.plan_state`), and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.plan_rows import dyad_of, start_row, without_dyad
from ..core.protocol_plan import (
    HOLD,
    MotionBody,
    NotUnderstood,
    PlanEmotion,
    PlanLayer,
    PlanStep,
)

NONE = "NONE"
BOTH = "BOTH"


def show_plan(
    state: Any, text: str, rows: Sequence[PlanStep], unknown: Sequence[NotUnderstood],
    notes: Sequence[str],
) -> None:
    """What was understood of `text`, for a person to edit; `rows` begin with the start."""
    first, *steps = rows
    _show_mix(state.plan_start, first)
    state.steps.clear()
    for step in steps:
        show_step(state.steps.add(), step)
    state.active_step = 0
    state.unknown.clear()
    for words in unknown:
        item = state.unknown.add()
        item.words, item.start, item.end = words.words, words.start, words.end
        item.suggestions = "\n".join(words.suggestions)
    state.notes = "\n".join(notes)
    state.read_text = text


def plan_rows(state: Any) -> list[PlanStep]:
    """The rows of the plan as it stands."""
    first = without_dyad(_step(state.plan_start))
    begin = start_row(first.emotion, first.intensity)
    begin = PlanStep(**{**vars(begin), "also": first.also, "share": first.share})
    return [begin, *(without_dyad(step_of(item)) for item in state.steps)]


def show_step(item: Any, step: PlanStep) -> None:
    """A row in the fields of `item`."""
    _show_mix(item, step)
    item.seconds, item.easing = step.seconds, step.easing
    item.words, item.start, item.end = step.words, step.start, step.end
    item.inserted = step.inserted
    item.keeps = {keep.replace(" ", "_") for keep in step.keeps}
    item.layers.clear()
    for layer in step.layers:
        shown = item.layers.add()
        _show_mix(shown, layer)
        shown.parts = set(layer.parts)
        shown.side = layer.side or BOTH
    item.units.clear()
    for name, strength in step.units.items():
        unit = item.units.add()
        unit.unit, unit.strength = name, strength


def step_of(item: Any) -> PlanStep:
    """The fields of `item` as a row; a dyad is still one name."""
    step = _step(item)
    layers = [_layer(layer) for layer in item.layers]
    units = {unit.unit.strip(): _round(unit.strength) for unit in item.units if unit.unit.strip()}
    keeps = [keep.replace("_", " ") for keep in sorted(item.keeps)]
    return PlanStep(
        step.emotion, step.intensity, _round(item.seconds), item.easing, item.words, item.start,
        item.end, step.also, step.share, layers, units, keeps, item.inserted,
    )


def copy_step(target: Any, source: Any) -> None:
    """All fields of one step in another's."""
    show_step(target, step_of(source))


def motion_of(state: Any) -> MotionBody | None:
    """How living it is to be; None where that is switched off."""
    if not state.alive:
        return None
    return MotionBody(
        _round(state.timing), _round(state.overshoot), _round(state.blinks),
        _round(state.micro_asymmetry), _round(state.drift), state.speed_limits)


def _layer(item: Any) -> PlanLayer:
    step = without_dyad(_step(item))
    return PlanLayer(step.emotion, step.intensity, sorted(item.parts),
                     None if item.side == BOTH else item.side, step.also, step.share)


def _show_mix(item: Any, mix: PlanStep | PlanLayer) -> None:
    dyad = dyad_of(mix.emotion, mix.also, mix.intensity, mix.share)
    item.emotion, item.intensity = dyad or mix.emotion, mix.intensity
    item.share = mix.share
    also = [] if dyad else list(mix.also)
    also += [PlanEmotion(NONE)] * (2 - len(also))
    item.secondary, item.secondary_intensity = also[0].emotion, also[0].intensity
    item.tertiary, item.tertiary_intensity = also[1].emotion, also[1].intensity


def _step(item: Any) -> PlanStep:
    """The mix of emotions alone."""
    also = []
    if item.secondary != NONE:
        also.append(PlanEmotion(item.secondary, _round(item.secondary_intensity)))
        if item.tertiary != NONE:
            also.append(PlanEmotion(item.tertiary, _round(item.tertiary_intensity)))
    share = _round(item.share) if len(also) == 1 else 0.5
    return PlanStep(item.emotion, _round(item.intensity), 0.0, HOLD, also=also, share=share)


def _round(value: float) -> float:
    """Blender's fields are float32: 0.4 is not to come back as 0.4000000059604645."""
    return round(float(value), 5)
