# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a plan: in words for a list, and from the JSON of a script."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from .errors import InstructionError
from .protocol import from_dict
from .protocol_plan import CURRENT, HOLD, PlanEmotion, PlanStep
from .wheel_names import DYADS, NEUTRAL

START = "start"
"""Words of a plan's first row where a person chose where it begins."""
MAX_JSON = 1_000_000
"""Characters of JSON that are read; a design choice: a hundred thousand steps have no use."""
_DYAD_OF = {pair: name for name, pair in DYADS.items()}
_PRESENT = "the present face"
_EVEN = 1e-6
_OFFER = re.compile(r"Did you mean (?:one of: )?(?P<words>[^?]+)\?")


def start_row(emotion: str = CURRENT, intensity: float = 1.0) -> PlanStep:
    """A plan's first row, of 0 seconds: where it begins."""
    return PlanStep(emotion, intensity, 0.0, HOLD, "" if emotion == CURRENT else START)


def dyad_of(emotion: str, also: Sequence[PlanEmotion], intensity: float, share: float) -> str:
    """The dyad that two emotions of one strength and share are; "" where they are none."""
    if len(also) != 1 or also[0].intensity != intensity or abs(share - 0.5) > _EVEN:
        return ""
    return _DYAD_OF.get((emotion, also[0].emotion), "")


def without_dyad(step: PlanStep) -> PlanStep:
    """The step with a compound emotion as the two that it is of."""
    if step.emotion not in DYADS:
        return step
    first, second = DYADS[step.emotion]
    return replace(step, emotion=first, also=[PlanEmotion(second, step.intensity)], share=0.5)


def mix_title(
    emotion: str, intensity: float, also: Sequence[PlanEmotion] = (), share: float = 0.5
) -> str:
    """`Joy`, `Awe 50 %`, `Joy 70 % + Fear`, `Joy : Fear 70 : 30`."""
    if emotion == CURRENT:
        return _PRESENT
    dyad = dyad_of(emotion, also, intensity, share)
    if dyad:
        return _titled(dyad, intensity)
    each = [_titled(emotion, intensity), *(_titled(one.emotion, one.intensity) for one in also)]
    uneven = len(also) == 1 and abs(share - 0.5) > _EVEN
    return " + ".join(each) + (f"  {100 * share:.0f} : {100 - 100 * share:.0f}" if uneven else "")


def step_title(step: PlanStep) -> str:
    """The step in a line, without its length."""
    if step.easing == HOLD:
        return "hold"
    layers = [
        " ".join(filter(None, (layer.side, *layer.parts))) + ": "
        + mix_title(layer.emotion, layer.intensity, layer.also, layer.share)
        for layer in step.layers
    ]
    units = [" ".join(sorted(step.units))] if step.units else []
    base = mix_title(step.emotion, step.intensity, step.also, step.share)
    shown = [] if step.emotion == CURRENT and (layers or units) else [base]
    return " · ".join([*shown, *layers, *units, *step.keeps])


def begins(steps: Sequence[PlanStep]) -> list[float]:
    """When each step begins, in seconds."""
    clock, found = 0.0, []
    for step in steps:
        found.append(clock)
        clock += step.seconds
    return found


def rows_from_json(text: str) -> list[PlanStep]:
    """A plan's rows from JSON: a list of steps, or an object with one as its "plan".

    A step may leave out intensity (1), seconds (1) and easing (smooth), and may name a dyad; a
    first row of 0 seconds is where the plan begins, without one it is the present face.
    Raises InstructionError `bad-plan`.
    """
    try:
        read = json.loads(text) if len(text) <= MAX_JSON else None
    except (ValueError, RecursionError) as bad:
        raise _bad_plan(f"The steps are not JSON ({bad}).") from bad
    rows = read.get("plan") if isinstance(read, dict) else read
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _bad_plan("The steps are no list of objects.")
    usual = {"emotion": NEUTRAL, "intensity": 1.0, "seconds": 1.0, "easing": "smooth"}
    steps = [without_dyad(from_dict(PlanStep, {**usual, **row})) for row in rows]
    return steps if steps[0].seconds == 0 else [start_row(), *steps]


def replaced(text: str, start: int, end: int, words: str, better: str) -> str:
    """`text` with `better` in the place of `words`.

    Raises InstructionError `sentence-changed` where they no longer stand at [start, end).
    """
    if start > end or text[start:end] != words:
        raise InstructionError("sentence-changed", f"'{words}' is no longer in the sentence there.",
                               "Read the sentence again.")
    return text[:start] + better + text[end:]


def suggested(hint: str) -> list[str]:
    """The words that a refusal's hint offers: "Did you mean one of: wary, wry?"."""
    found = _OFFER.search(hint)
    return [word.strip() for word in found["words"].split(",")] if found else []


def marked_lines(
    text: str, places: Sequence[tuple[int, int]], width: int
) -> list[list[tuple[str, bool]]]:
    """`text` broken into lines of at most `width` characters, each in pieces (words, marked?).

    A word that is partly within one of `places` [start, end) is marked.
    """
    lines: list[list[tuple[str, bool]]] = [[]]
    used, at = 0, 0
    for word in text.split():
        at = text.index(word, at)
        marked = any(start < at + len(word) and at < end for start, end in places)
        at += len(word)
        if used and used + 1 + len(word) > width:
            lines.append([])
            used = 0
        line = lines[-1]
        used += len(word) + (1 if used else 0)
        if line and line[-1][1] == marked:
            line[-1] = (f"{line[-1][0]} {word}", marked)
        else:
            line.append((word, marked))
    return lines


def _titled(name: str, intensity: float) -> str:
    return name if intensity == 1 or name == NEUTRAL else f"{name} {100 * intensity:.3g} %"


def _bad_plan(message: str) -> InstructionError:
    return InstructionError(
        "bad-plan", message, 'Give steps such as [{"emotion": "Joy", "seconds": 2}].')
