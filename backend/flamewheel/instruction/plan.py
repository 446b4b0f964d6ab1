# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sentence means, step by step, before any key is touched.

A `TransitionPlan` is what the grammar understood: where the face starts, where it goes, how long
each step takes and which words said so.  It is shown, edited and sent as rows (`to_wire`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .. import protocol
from ..errors import InstructionError
from ..trajectory import EASINGS, Easing
from ..wheel.points import INTENSE
from ..wheel_names import DYADS, NEUTRAL, WHEEL_ORDER

CURRENT = "Current"
"""Stands for the expression the face has when the plan begins."""

MAX_INTENSITY = INTENSE
"""Outermost ring of the wheel."""

MAX_SECONDS = 600.0
"""Longest step that is believed; a design choice: ten minutes is a slip of the keyboard."""

Span = tuple[int, int]


@dataclass(frozen=True)
class EmotionMix:
    """One or two emotions at once, or `NEUTRAL`, or `CURRENT`."""

    primary: str  # a name of WHEEL_ORDER, NEUTRAL or CURRENT
    intensity: float = 1.0  # 0..MAX_INTENSITY, 1 = basic
    secondary: str | None = None  # a name of WHEEL_ORDER
    secondary_intensity: float = 1.0  # 0..MAX_INTENSITY
    weight: float = 0.5  # the primary's share, 0..1; without meaning where there is no secondary

    def scaled(self, factor: float) -> EmotionMix:
        """The same emotions, `factor` times as strong (not clipped)."""
        return self._with(
            round(self.intensity * factor, 4), round(self.secondary_intensity * factor, 4)
        )

    def clipped(self) -> EmotionMix:
        """With both intensities brought into 0..MAX_INTENSITY."""
        return self._with(
            min(max(self.intensity, 0.0), MAX_INTENSITY),
            min(max(self.secondary_intensity, 0.0), MAX_INTENSITY),
        )

    def _with(self, intensity: float, secondary_intensity: float) -> EmotionMix:
        second = 1.0 if self.secondary is None else secondary_intensity
        return replace(self, intensity=intensity, secondary_intensity=second)

    @property
    def is_plain(self) -> bool:
        """Neither an emotion nor a mix: neutral, or whatever the face shows at the start."""
        return self.primary in (NEUTRAL, CURRENT)

    def title(self) -> str:
        """For people: `awe`, `joy 70 %`, `anger with joy`."""
        if self.primary == CURRENT:
            return "the first expression"
        if self.secondary is None:
            return _titled(self.primary, self.intensity)
        even = abs(self.weight - 0.5) < 1e-9 and self.intensity == self.secondary_intensity
        dyad = _DYAD_OF.get((self.primary, self.secondary)) if even else None
        if dyad is not None:
            return _titled(f"{dyad} ({self.primary} and {self.secondary})", self.intensity)
        shares = "" if abs(self.weight - 0.5) < 1e-9 else f", {self.weight * 100:.3g} % the first"
        first = _titled(self.primary, self.intensity)
        return f"{first} with {_titled(self.secondary, self.secondary_intensity)}{shares}"


@dataclass(frozen=True)
class PlanStep:
    """Go to `target` within `seconds`, or hold it for them."""

    kind: Literal["go", "hold"]
    target: EmotionMix
    seconds: float  # s, above 0 and at most MAX_SECONDS
    easing: Easing = "smooth"  # of a go; a hold has none and says "hold"
    span: Span = (0, 0)  # [start, end) in the text
    words: str = ""  # the text there
    inserted: bool = False  # a neutral stop on the way, from "through neutral"


@dataclass(frozen=True)
class TransitionPlan:
    """A sentence, understood."""

    text: str
    start: EmotionMix  # where the face is before the first step
    start_said: bool  # False: the text says nothing; the caller's expression, else neutral
    steps: tuple[PlanStep, ...]  # at least one
    notes: tuple[str, ...] = ()  # what was left out, assumed or clipped

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(step.seconds for step in self.steps)

    @property
    def through_neutral(self) -> bool:
        """Does any step stand in only because the face passes through neutral?"""
        return any(step.inserted for step in self.steps)


def describe(plan: TransitionPlan) -> str:
    """The plan as lines for a person: start, one line a step with its times, notes."""
    said = "" if plan.start_said else " (not said: the face as it is, else neutral)"
    first = "the current expression" if plan.start.primary == CURRENT else plan.start.title()
    lines = [f"start: {first}{said}"]
    clock = 0.0
    for number, step in enumerate(plan.steps, 1):
        until = clock + step.seconds
        verb = "hold" if step.kind == "hold" else "go to"
        extra = "" if step.kind == "hold" or step.easing == "smooth" else f", {step.easing}"
        extra += ", on the way" if step.inserted else ""
        read = f"   from '{step.words}'" if step.words else ""
        lines.append(
            f"{number}. {clock:.4g} to {until:.4g} s: {verb} {step.target.title()}{extra}{read}"
        )
        clock = until
    lines += [f"note: {note}" for note in plan.notes]
    return "\n".join(lines)


def to_wire(plan: TransitionPlan) -> list[protocol.PlanStep]:
    """Rows for Blender and JSON; the first row, of 0 seconds, is the start.

    A start that the text does not name has no words.  A hold has the easing `hold`.
    """
    start = "start" if plan.start_said else ""
    rows = [protocol.PlanStep(wire_name(plan.start), plan.start.intensity, 0.0, "hold", start)]
    for step in plan.steps:
        easing = "hold" if step.kind == "hold" else step.easing
        rows.append(protocol.PlanStep(
            wire_name(step.target), step.target.intensity, step.seconds, easing, step.words
        ))
    return rows


def from_wire(rows: Sequence[protocol.PlanStep], text: str = "") -> TransitionPlan:
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


_DYAD_OF = {pair: name for name, pair in DYADS.items()}
_WIRE_MIX = re.compile(
    r"(?P<share>[\d.]+)% (?P<first>\w+) \+ [\d.]+% (?P<second>\w+) \((?P<strength>[\d.]+)\)"
)


def _mix(row: protocol.PlanStep) -> EmotionMix:
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


def _titled(name: str, intensity: float) -> str:
    return name if intensity == 1.0 or name == NEUTRAL else f"{name} {intensity * 100:.3g} %"


def _number(value: float) -> str:
    return f"{round(value, 4):g}"


def _bad_plan(message: str) -> InstructionError:
    return InstructionError(
        "bad-plan", message,
        f"Rows name {', '.join(WHEEL_ORDER)}, {NEUTRAL} or {CURRENT}; intensity 0 to "
        f"{MAX_INTENSITY:g}; more than 0 and at most {MAX_SECONDS:g} seconds.",
    )
