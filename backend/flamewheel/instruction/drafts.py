# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps while they are read: their lengths and stops come later in the sentence than they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..trajectory import Easing
from ..wheel_names import NEUTRAL
from .faces import Deed, Face
from .lexicon import Speed
from .plan import CURRENT, MAX_SECONDS, EmotionMix, Layer, PlanStep, Span
from .tagging import Item, Timing
from .tokens import refuse

DEFAULT_GO_SECONDS = 1.0
"""Length of a change where nothing is said.  A design choice: slow enough to be followed by eye,
and a change between two emotions undoes one expression before it makes another."""

DEFAULT_HOLD_SECONDS = 1.0
"""Length of `hold` where nothing is said; a design choice."""


@dataclass(eq=False)  # two alike are still two
class Draft:
    """A step whose length may still be unknown."""

    kind: Literal["go", "hold"]
    mix: EmotionMix
    span: Span
    bare: bool = False  # named without `to` or a verb: may turn out to be where the face was
    seconds: float | None = None
    soft_seconds: float | None = None  # from `slowly`, `quickly`
    easing: Easing | None = None
    timed_ahead: bool = False  # its length was said before it: `over 2 s raise … and open …`
    usual_seconds: float = DEFAULT_GO_SECONDS  # where nothing is said; `slowly` is about it
    via: list[tuple[EmotionMix, Span]] = field(default_factory=list)
    direct: bool = False
    over: bool = False  # the emotion stays as it was; only what follows here changes
    layers: list[Layer] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    keeps: list[str] = field(default_factory=list)  # of KEEPS
    state: bool = False  # only `raised brows`, `sad eyes`: may be how another emotion is shown
    subordinate: bool = False  # `as she smiles, …`: the next clause is about the same step
    relaxed: bool = False  # `relax into a smile`: direct actions of before end
    back_from: Draft | None = None  # shows again what was shown before that step


@dataclass
class Pending:
    """What was said before the step that it belongs to."""

    timings: list[Item] = field(default_factory=list)
    speeds: list[Item] = field(default_factory=list)
    via: list[tuple[EmotionMix, Span]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.timings or self.speeds or self.via)


def set_speed(text: str, drafts: Sequence[Draft], item: Item) -> None:
    """`slowly`, `linearly`: for all changes of a clause.

    Raises InstructionError `contradictory-duration` where another speed was said.
    """
    assert item.speed is not None
    speed: Speed = item.speed
    for draft in drafts:
        if draft.kind == "hold":
            continue
        if speed.seconds is not None and draft.soft_seconds not in (None, speed.seconds):
            raise _contradiction(text, item.span, "gives the step a second speed")
        draft.soft_seconds = speed.seconds if draft.soft_seconds is None else draft.soft_seconds
        draft.easing = speed.easing or draft.easing


def set_duration(text: str, drafts: list[Draft], within: Sequence[Draft], item: Item) -> None:
    """`over two seconds`: shared by the clause's changes; `for two seconds`: stay at the last.

    Raises InstructionError `contradictory-duration` where a length was said already.
    """
    assert item.timing is not None
    timing: Timing = item.timing
    last = within[-1]
    if last.kind == "hold" and (last.seconds is None or timing.mode == "for"):
        if last.seconds is not None:
            raise _contradiction(text, item.span, "gives the hold a second length")
        last.seconds = timing.seconds
        return
    if timing.mode == "for":
        place = drafts.index(last) + 1
        drafts.insert(place, Draft("hold", last.mix, item.span, seconds=timing.seconds))
        return
    open_steps = [draft for draft in within if draft.kind == "go" and draft.seconds is None]
    if not open_steps:
        raise _contradiction(text, item.span, "gives the step a second length")
    for draft in open_steps:
        draft.seconds = timing.seconds / len(open_steps)


def build_steps(
    text: str, start: EmotionMix, drafts: Sequence[Draft], through_neutral: bool
) -> tuple[PlanStep, ...]:
    """The finished steps, with neutral stops where they are asked for."""
    steps: list[PlanStep] = []
    face = Face(start)
    before: dict[int, Face] = {}
    keeps: tuple[str, ...] = ()
    for draft in drafts:
        if draft.kind == "hold":
            seconds = DEFAULT_HOLD_SECONDS if draft.seconds is None else draft.seconds
            keeps = tuple(dict.fromkeys((*keeps, *draft.keeps)))
            steps.append(_step(text, draft, face, seconds, draft.span, keeps))
            continue
        before[id(draft)] = face
        shown = _shown(face, draft, before)
        keeps = tuple(dict.fromkeys(draft.keeps))
        stops = list(draft.via)
        passes = through_neutral and not draft.direct and not draft.over
        if passes and not stops and _needs_neutral(face.mix, shown.mix):
            stops = [(EmotionMix(NEUTRAL), draft.span)]
        reached = _reached(_relaxed(shown, draft, stops), draft)
        leg = draft.usual_seconds
        if draft.soft_seconds is not None:
            leg *= draft.soft_seconds / DEFAULT_GO_SECONDS
        if draft.seconds is not None:
            leg = draft.seconds / (1 + len(stops))
        for mix, span in stops:
            face = face.showing(mix)
            steps.append(_step(text, draft, face, leg, span, keeps,
                               inserted=mix.primary == NEUTRAL))
        steps.append(_step(text, draft, reached, leg, draft.span, keeps))
        face = reached
    return tuple(steps)


def _shown(face: Face, draft: Draft, before: dict[int, Face]) -> Face:
    """What the face shows at the draft's end, before what the draft does to parts of it."""
    if draft.back_from is not None:
        return before.get(id(draft.back_from), face)
    return face if draft.over else face.showing(draft.mix)


def _relaxed(face: Face, draft: Draft, stops: Sequence[tuple[EmotionMix, Span]]) -> Face:
    """Without the units of before where the face relaxed on the way."""
    relaxes = draft.relaxed or any(mix.is_plain for mix, _ in stops)
    return replace(face, units=()) if relaxes and draft.back_from is None else face


def _reached(face: Face, draft: Draft) -> Face:
    """`face` with the draft's layers and direct actions."""
    face = face.layered(draft.layers)
    for deed in draft.deeds:
        face = face.doing(deed)
    return face


def _step(
    text: str, draft: Draft, face: Face, seconds: float, span: Span, keeps: tuple[str, ...],
    inserted: bool = False,
) -> PlanStep:
    words = " ".join(text[span[0]:span[1]].split())
    easing: Easing = "hold" if draft.kind == "hold" else draft.easing or "smooth"
    seconds = min(round(seconds, 6), MAX_SECONDS)
    return PlanStep(draft.kind, face.mix, seconds, easing, span, words, inserted, face.layers,
                    face.units, keeps)


def _needs_neutral(face: EmotionMix, target: EmotionMix) -> bool:
    """From one emotion to another; the unknown first expression may be one too."""
    return face != target and NEUTRAL not in (face.primary, target.primary) and (
        CURRENT not in (face.primary, target.primary) or face.primary != target.primary
    )


def _contradiction(text: str, span: Span, what: str) -> Exception:
    return refuse(
        "contradictory-duration", text, span, f"'{{word}}' ({{at}}) {what}.",
        "Give each step one length, for instance 'from joy to sadness over 2 seconds'.",
    )
