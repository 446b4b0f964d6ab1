# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sentence means, step by step, before any key is touched.

A `TransitionPlan` is what the grammar understood: where the face starts, where it goes, how long
each step takes and which words said so.  `plan_text` shows it, `plan_wire` sends it as rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ..trajectory import Easing
from ..wheel.points import INTENSE
from ..wheel_names import DYADS, NEUTRAL

CURRENT = "Current"
"""Stands for the expression the face has when the plan begins."""

MAX_INTENSITY = INTENSE
"""Outermost ring of the wheel."""

MAX_SECONDS = 600.0
"""Longest step that is believed; a design choice: ten minutes is a slip of the keyboard."""

Span = tuple[int, int]


@dataclass(frozen=True)
class EmotionMix:
    """One to three emotions at once, or `NEUTRAL`, or `CURRENT`."""

    primary: str  # a name of WHEEL_ORDER, NEUTRAL or CURRENT
    intensity: float = 1.0  # 0..MAX_INTENSITY, 1 = basic
    secondary: str | None = None  # a name of WHEEL_ORDER
    secondary_intensity: float = 1.0  # 0..MAX_INTENSITY
    weight: float = 0.5  # the primary's share of two, 0..1; three have a third each
    tertiary: str | None = None  # a name of WHEEL_ORDER, where there is a secondary
    tertiary_intensity: float = 1.0  # 0..MAX_INTENSITY

    def scaled(self, factor: float) -> EmotionMix:
        """The same emotions, `factor` times as strong (not clipped)."""
        return self._each(lambda intensity: round(intensity * factor, 4))

    def clipped(self) -> EmotionMix:
        """With every intensity brought into 0..MAX_INTENSITY."""
        return self._each(lambda intensity: min(max(intensity, 0.0), MAX_INTENSITY))

    def _each(self, change: Callable[[float], float]) -> EmotionMix:
        second = 1.0 if self.secondary is None else change(self.secondary_intensity)
        third = 1.0 if self.tertiary is None else change(self.tertiary_intensity)
        return replace(self, intensity=change(self.intensity), secondary_intensity=second,
                       tertiary_intensity=third)

    @property
    def is_plain(self) -> bool:
        """Neither an emotion nor a mix: neutral, or whatever the face shows at the start."""
        return self.primary in (NEUTRAL, CURRENT)

    def title(self) -> str:
        """For people: `awe`, `joy 70 %`, `anger with joy`."""
        if self.primary == CURRENT:
            return "the face as it is"
        if self.secondary is None:
            return _titled(self.primary, self.intensity)
        if self.tertiary is not None:
            return (f"{_titled(self.primary, self.intensity)}, "
                    f"{_titled(self.secondary, self.secondary_intensity)} and "
                    f"{_titled(self.tertiary, self.tertiary_intensity)}")
        even = abs(self.weight - 0.5) < 1e-9 and self.intensity == self.secondary_intensity
        dyad = _DYAD_OF.get((self.primary, self.secondary)) if even else None
        if dyad is not None:
            return _titled(f"{dyad} ({self.primary} and {self.secondary})", self.intensity)
        shares = "" if abs(self.weight - 0.5) < 1e-9 else f", {self.weight * 100:.3g} % the first"
        first = _titled(self.primary, self.intensity)
        return f"{first} with {_titled(self.secondary, self.secondary_intensity)}{shares}"


PARTS = ("brows", "eyes", "nose", "cheeks", "mouth", "jaw")
"""Parts of a face that a sentence may speak of: `eyes` are lids, `mouth` takes the jaw along."""

SIDES = ("left", "right")
"""The face's own sides."""

KEEPS = ("mouth shut", "mouth open", "eyes shut", "eyes open",
         *(f"{part} still" for part in PARTS))
"""What a face may be told to keep: a state, or a part as it was before the step."""


@dataclass(frozen=True)
class Layer:
    """An emotion that shows in some parts of the face, over the step's target."""

    mix: EmotionMix
    parts: tuple[str, ...] = ()  # of PARTS; none: the whole face (of one side)
    side: str | None = None  # of SIDES; None: both


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
    layers: tuple[Layer, ...] = ()  # over the target; each step names all that then show
    units: tuple[tuple[str, float], ...] = ()  # action units over both, 0..1.5, by name (`AU2L`)
    keeps: tuple[str, ...] = ()  # of KEEPS, over all of it


@dataclass(frozen=True)
class NotUnderstood:
    """Words of the text that nothing was made of."""

    span: Span  # [start, end) in the text
    words: str  # the text there
    suggestions: tuple[str, ...] = ()  # words that would be understood in their place


@dataclass(frozen=True)
class TransitionPlan:
    """A sentence, understood."""

    text: str
    start: EmotionMix  # where the face is before the first step
    start_said: bool  # False: the text says nothing; the caller's expression, else neutral
    steps: tuple[PlanStep, ...]  # at least one
    notes: tuple[str, ...] = ()  # what was left out, assumed or clipped
    unknown: tuple[NotUnderstood, ...] = ()  # in the order of the text

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(step.seconds for step in self.steps)

    @property
    def through_neutral(self) -> bool:
        """Does any step stand in only because the face passes through neutral?"""
        return any(step.inserted for step in self.steps)


_DYAD_OF = {pair: name for name, pair in DYADS.items()}


def _titled(name: str, intensity: float) -> str:
    return name if intensity == 1.0 or name == NEUTRAL else f"{name} {intensity * 100:.3g} %"
