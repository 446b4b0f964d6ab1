# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as rows for Blender and JSON, and back after somebody edited them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .. import protocol_plan as wire
from ..errors import InstructionError
from ..head.unit_meanings import unit_meaning
from ..trajectory import EASINGS, Easing
from ..wheel_names import NEUTRAL, WHEEL_ORDER
from .plan import (
    CURRENT,
    KEEPS,
    MAX_INTENSITY,
    MAX_SECONDS,
    PARTS,
    SIDES,
    EmotionMix,
    Layer,
    NotUnderstood,
    PlanStep,
    Span,
    TransitionPlan,
)

MAX_ROWS = 1000
"""Most rows of a plan that are believed, and most entries of a row; a design choice: a sentence of
the longest kind makes some dozens."""
MOST_LAYERS = 50
"""Most layers of a row: four times the parts there are on both sides; each is a face to be made."""
MOST_OTHERS = 2  # emotions beside the first


def to_wire(plan: TransitionPlan) -> list[wire.PlanStep]:
    """Rows for Blender and JSON; the first row, of 0 seconds, is the start.

    A start that the text does not name has no words.  A hold has the easing `hold`.
    """
    start = "start" if plan.start_said else ""
    first = plan.start
    rows = [wire.PlanStep(first.primary, first.intensity, 0.0, "hold", start,
                          also=_others(first), share=first.weight)]
    for step in plan.steps:
        mix = step.target
        rows.append(wire.PlanStep(
            mix.primary, mix.intensity, step.seconds,
            "hold" if step.kind == "hold" else step.easing, step.words, *step.span,
            also=_others(mix), share=mix.weight, layers=[_layer_row(it) for it in step.layers],
            units=dict(step.units), keeps=list(step.keeps), inserted=step.inserted))
    return rows


def from_wire(
    rows: Sequence[wire.PlanStep], text: str = "",
    unknown: Sequence[wire.NotUnderstood] = (), notes: Sequence[str] = (),
) -> TransitionPlan:
    """A plan from (edited) rows.

    Raises InstructionError `bad-plan` where a row names no emotion, part, side, action unit, state,
    easing or length that there is, or where nothing follows the start.
    """
    if not 2 <= len(rows) <= MAX_ROWS or rows[0].seconds != 0:
        raise _bad_plan("A plan needs a first row of 0 seconds, the start, and one step "
                        f"(up to {MAX_ROWS - 1}).")
    steps = tuple(_step(f"Step {number}", row, text) for number, row in enumerate(rows[1:], 1))
    missed = tuple(
        NotUnderstood(_span(it.start, it.end, it.words, text), it.words, tuple(it.suggestions))
        for it in unknown[:MAX_ROWS])
    start = _mix("The start", rows[0])
    return TransitionPlan(text, start, bool(rows[0].words), steps, tuple(notes), missed)


def unknown_rows(plan: TransitionPlan) -> list[wire.NotUnderstood]:
    """What was not understood, for Blender and JSON."""
    return [wire.NotUnderstood(*it.span, it.words, list(it.suggestions)) for it in plan.unknown]


def _others(mix: EmotionMix) -> list[wire.PlanEmotion]:
    both = ((mix.secondary, mix.secondary_intensity), (mix.tertiary, mix.tertiary_intensity))
    return [wire.PlanEmotion(name, strength) for name, strength in both if name is not None]


def _layer_row(layer: Layer) -> wire.PlanLayer:
    mix = layer.mix
    return wire.PlanLayer(mix.primary, mix.intensity, list(layer.parts), layer.side,
                          _others(mix), mix.weight)


def _step(where: str, row: wire.PlanStep, text: str) -> PlanStep:
    if row.easing not in EASINGS:
        raise _bad_plan(f"{where} has the unknown easing '{row.easing}'.")
    if not 0 < row.seconds <= MAX_SECONDS:
        raise _bad_plan(f"{where} lasts {row.seconds:g} s.")
    kind: Literal["go", "hold"] = "hold" if row.easing == "hold" else "go"
    easing: Easing = next(known for known in EASINGS if known == row.easing)
    for many in (row.keeps, row.units):
        if len(many) > MAX_ROWS:
            raise _bad_plan(f"{where} has more than {MAX_ROWS} entries of a kind.")
    if len(row.layers) > MOST_LAYERS:
        raise _bad_plan(f"{where} has more than {MOST_LAYERS} layers.")
    for keep in row.keeps:
        if keep not in KEEPS:
            raise _bad_plan(f"{where} keeps '{keep[:40]}', which is none of {', '.join(KEEPS)}.")
    return PlanStep(
        kind, _mix(where, row), float(row.seconds), easing,
        _span(row.start, row.end, row.words, text), row.words, row.inserted,
        tuple(_layer(where, layer) for layer in row.layers),
        tuple(_unit(where, *unit) for unit in row.units.items()), tuple(row.keeps))


def _span(start: int, end: int, words: str, text: str) -> Span:
    """Where the words are in the text; found again where it changed, (0, 0) where they are gone."""
    if 0 <= start <= end <= len(text) and text[start:end].split() == words.split():
        return start, end  # a step's words have single blanks
    at = text.find(words) if words else -1
    return (at, at + len(words)) if at >= 0 else (0, 0)


def _layer(where: str, row: wire.PlanLayer) -> Layer:
    for part in row.parts:
        if part not in PARTS:
            raise _bad_plan(f"{where} has the part '{part[:40]}', which is none of "
                            f"{', '.join(PARTS)}.")
    if row.side is not None and row.side not in SIDES:
        raise _bad_plan(f"{where} has the side '{row.side[:40]}'; sides are left and right.")
    return Layer(_mix(where, row), tuple(row.parts), row.side)


def _unit(where: str, name: str, strength: float) -> tuple[str, float]:
    if not unit_meaning(name):
        raise _bad_plan(f"{where} has '{name[:40]}', which is no action unit of FACS.")
    if not 0 <= strength <= MAX_INTENSITY:
        raise _bad_plan(f"{where} has {name} at {strength:g}.")
    return name, float(strength)


def _mix(where: str, row: wire.PlanStep | wire.PlanLayer) -> EmotionMix:
    mixed = [(row.emotion, row.intensity), *((it.emotion, it.intensity) for it in row.also)]
    names = [name for name, _ in mixed]
    known = (*WHEEL_ORDER, NEUTRAL, CURRENT) if len(mixed) == 1 else WHEEL_ORDER
    for name, strength in mixed:
        if name not in known:
            raise _bad_plan(f"{where} has '{name[:40]}', which is no emotion of the wheel"
                            f"{' to be mixed' * (len(mixed) > 1)}.")
        if not 0 <= strength <= MAX_INTENSITY:
            raise _bad_plan(f"{where}: {name} has the intensity {strength:g}.")
    if len(mixed) > 1 + MOST_OTHERS or len(set(names)) < len(names):
        raise _bad_plan(f"{where} mixes {', '.join(names[:6])}; up to three different ones mix.")
    if not 0 <= row.share <= 1:
        raise _bad_plan(f"{where}: {row.emotion} has the share {row.share:g}, not 0 to 1.")
    mix = EmotionMix(row.emotion, float(row.intensity), weight=float(row.share))
    return _with_others(mix, [(name, float(strength)) for name, strength in mixed[1:]])


def _with_others(mix: EmotionMix, others: Sequence[tuple[str, float]]) -> EmotionMix:
    second, third = (*others, None, None)[:2]
    return EmotionMix(
        mix.primary, mix.intensity, second[0] if second else None, second[1] if second else 1.0,
        mix.weight, third[0] if third else None, third[1] if third else 1.0)


def _bad_plan(message: str) -> InstructionError:
    return InstructionError(
        "bad-plan", message,
        f"Rows name {', '.join(WHEEL_ORDER)}, {NEUTRAL} or {CURRENT}; intensity and action units "
        f"0 to {MAX_INTENSITY:g}; more than 0 and at most {MAX_SECONDS:g} seconds.",
    )
