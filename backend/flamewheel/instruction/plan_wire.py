# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as rows for Blender and JSON, and back after somebody edited them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .. import protocol_plan
from ..errors import InstructionError
from ..trajectory import EASINGS, Easing
from ..wheel_names import NEUTRAL, WHEEL_ORDER
from .plan import CURRENT, MAX_INTENSITY, MAX_SECONDS, EmotionMix, PlanStep, TransitionPlan


def to_wire(plan: TransitionPlan) -> list[protocol_plan.PlanStep]:
    """Rows for Blender and JSON; the first row, of 0 seconds, is the start.

    A start that the text does not name has no words.  A hold has the easing `hold`.
    """
    start = "start" if plan.start_said else ""
    rows = [protocol_plan.PlanStep(wire_name(plan.start), plan.start.intensity, 0.0, "hold", start)]
    for step in plan.steps:
        easing = "hold" if step.kind == "hold" else step.easing
        rows.append(protocol_plan.PlanStep(
            wire_name(step.target), step.target.intensity, step.seconds, easing, step.words
        ))
    return rows


def from_wire(rows: Sequence[protocol_plan.PlanStep], text: str = "") -> TransitionPlan:
    """A plan from (edited) rows.

    Raises InstructionError `bad-plan` where a row names no emotion, easing or length, or where
    nothing follows the start.  Where a row was read from in the text is found again by its words.
    """
    if len(rows) < 2 or rows[0].seconds != 0:
        raise _bad_plan("A plan needs a first row of 0 seconds, the start, and one step.")
    steps = []
    for number, row in enumerate(rows[1:], 1):
        if row.easing not in EASINGS:
            raise _bad_plan(f"Step {number} has the unknown easing '{row.easing}'.")
        if not 0 < row.seconds <= MAX_SECONDS:
            raise _bad_plan(f"Step {number} lasts {row.seconds:g} s.")
        at = text.find(row.words) if row.words else -1
        span = (at, at + len(row.words)) if at >= 0 else (0, 0)
        kind: Literal["go", "hold"] = "hold" if row.easing == "hold" else "go"
        easing: Easing = next(known for known in EASINGS if known == row.easing)
        steps.append(PlanStep(kind, _mix(row), float(row.seconds), easing, span, row.words))
    return TransitionPlan(text, _mix(rows[0]), bool(rows[0].words), tuple(steps))


def wire_name(mix: EmotionMix) -> str:
    """`Joy`, or `70% Joy + 30% Fear (0.5)`: the number in brackets is the second's intensity."""
    if mix.secondary is None:
        return mix.primary
    return (
        f"{_number(mix.weight * 100)}% {mix.primary} + {_number(100 - mix.weight * 100)}% "
        f"{mix.secondary} ({_number(mix.secondary_intensity)})"
    )


_WIRE_MIX = re.compile(
    r"(?P<share>[\d.]+)% (?P<first>\w+) \+ [\d.]+% (?P<second>\w+) \((?P<strength>[\d.]+)\)"
)


def _mix(row: protocol_plan.PlanStep) -> EmotionMix:
    known = (*WHEEL_ORDER, NEUTRAL, CURRENT)
    pair = _WIRE_MIX.fullmatch(row.emotion)
    first, second = (pair["first"], pair["second"]) if pair else (row.emotion, None)
    for name in filter(None, (first, second)):
        if name not in known:
            raise _bad_plan(f"'{name}' is no emotion of the wheel.")
    if not 0 <= row.intensity <= MAX_INTENSITY:
        raise _bad_plan(f"{row.emotion} has the intensity {row.intensity:g}.")
    if pair is None:
        return EmotionMix(row.emotion, float(row.intensity))
    try:
        weight, strength = float(pair["share"]) / 100, float(pair["strength"])
    except ValueError as bad:
        raise _bad_plan(f"'{row.emotion}' cannot be read.") from bad
    if weight > 1 or strength > MAX_INTENSITY:
        raise _bad_plan(f"'{row.emotion}' has a share or an intensity that is too large.")
    return EmotionMix(first, float(row.intensity), second, strength, round(weight, 6))


def _number(value: float) -> str:
    return f"{round(value, 4):g}"


def _bad_plan(message: str) -> InstructionError:
    return InstructionError(
        "bad-plan", message,
        f"Rows name {', '.join(WHEEL_ORDER)}, {NEUTRAL} or {CURRENT}; intensity 0 to "
        f"{MAX_INTENSITY:g}; more than 0 and at most {MAX_SECONDS:g} seconds.",
    )
