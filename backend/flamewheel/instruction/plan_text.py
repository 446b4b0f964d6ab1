# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in words, for a person to check before any key is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..head.unit_meanings import unit_meaning
from .plan import CURRENT, Layer, NotUnderstood, PlanStep, Span, TransitionPlan

LINE = 96
"""Characters of a sentence in one line where its places are underlined: what a terminal shows."""


def describe(plan: TransitionPlan) -> str:
    """The plan as lines for a person: start, one line a step with its times, notes, the rest."""
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
            f"{number}. {clock:.4g} to {until:.4g} s: {verb} {step_title(step)}{extra}{read}"
        )
        clock = until
    lines += [f"note: {note}" for note in plan.notes]
    lines += [f"not understood: {_guessed(unknown)}" for unknown in plan.unknown]
    return "\n".join(lines)


def step_title(step: PlanStep) -> str:
    """All that shows at the end of a step: `Joy, eyes: Sadness, lid tightener left 50 %`."""
    parts = [step.target.title(), *map(_layer_title, step.layers), *_unit_titles(step.units)]
    return ", ".join((*parts, *step.keeps))


def underlined(text: str, spans: Sequence[Span]) -> str:
    """`text` with its places [start, end) underlined by ^^^^; lines without a place are left out.

    A place of no length (the end, where something is missing) is one ^.
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    marks = [" "] * (len(shown) + 1)
    for start, end in spans:
        for at in range(max(start, 0), min(max(end, start + 1), len(marks))):
            marks[at] = "^"
    lines = []
    for at in range(0, len(marks), LINE):
        below = "".join(marks[at:at + LINE]).rstrip()
        if below:
            lines += [shown[at:at + LINE].rstrip(), below]
    return "\n".join(lines)


def not_understood(plan: TransitionPlan) -> str:
    """The sentence with what nothing was made of underlined, and guesses; "" where all was."""
    if not plan.unknown:
        return ""
    places = underlined(plan.text, [unknown.span for unknown in plan.unknown])
    return "\n".join((places, *(f"not understood: {_guessed(it)}" for it in plan.unknown)))


def _guessed(unknown: NotUnderstood) -> str:
    guesses = f" (did you mean {_any_of(unknown.suggestions)}?)" if unknown.suggestions else ""
    return f"'{unknown.words}'{guesses}"


def _any_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _layer_title(layer: Layer) -> str:
    side = "" if layer.side is None else f"{layer.side} "
    where = " and ".join(layer.parts) or ("side" if side else "face")
    return f"{side}{where}: {layer.mix.title()}"


def _unit_titles(units: Iterable[tuple[str, float]]) -> Iterator[str]:
    """Both sides of a unit at one strength are said once."""
    def both(unit: tuple[str, float]) -> tuple[str, float]:
        return unit[0].rstrip("LR"), unit[1]

    for (name, strength), group in groupby(sorted(units, key=both), both):
        named = [unit for unit, _ in group]
        shown = named[0] if len(named) == 1 else name
        meaning = unit_meaning(shown).replace(",", "") or shown
        yield meaning if strength == 1.0 else f"{meaning} {strength * 100:.3g} %"
