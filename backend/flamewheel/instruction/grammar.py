# SPDX-License-Identifier: GPL-3.0-or-later
"""From a sentence to a `TransitionPlan`: the five templates of the paper and free wording.

The templates (paper 002, table I): turn, change or transform this face from N1 to N2; modify this
face, changing it from N1 to N2; replace this face from N1 to N2.  A sentence is a chain of clauses
(`then`, commas, full stops, `and` before a new step); a clause has changes and holds, and the
lengths, speeds and stops that belong to them.  Nothing is guessed silently: a word that stands
where an emotion must be is refused with its place; any other word that is not understood is named
in the plan's notes.
"""

from __future__ import annotations

from dataclasses import replace

from ..errors import InstructionError
from ..wheel_names import NEUTRAL
from .clause_state import unknown_word
from .clauses import ClauseReader
from .drafts import build_steps
from .lexicon import FOREIGN
from .plan import CURRENT, EmotionMix, PlanStep, TransitionPlan
from .tagging import Item, tag
from .tokens import EXAMPLE, check_text, not_english, tokenise
from .vocabulary import Vocabulary, default_vocabulary

DEFAULT_FPS = 24.0
"""Frames a second where an instruction speaks of frames: Blender's own default."""


def parse(
    text: str,
    vocabulary: Vocabulary | None = None,
    fps: float = DEFAULT_FPS,
    through_neutral: bool = False,
) -> TransitionPlan:
    """The plan that `text` asks for; `through_neutral` passes through neutral between emotions.

    Without a `vocabulary`: the wheel's words and the verbs that show emotions.

    Raises InstructionError: `empty`, `too-long`, `bad-character`, `not-english`, `no-emotion`,
    `no-target`, `unknown-word`, `negation`, `bad-duration`, `moment`, `bad-intensity`, `bad-mix`,
    `contradictory-duration`, `contradictory-start` or `too-many-emotions`; a message about a word
    quotes it and its place.
    """
    check_text(text)
    vocabulary = default_vocabulary() if vocabulary is None else vocabulary
    tokens = tokenise(text)
    foreign = [token for token in tokens if token.lower in FOREIGN]
    if len(foreign) > 1 and 2 * len(foreign) >= len([t for t in tokens if t.kind == "word"]) - 2:
        raise not_english(text, foreign[0].span)
    reader = ClauseReader(text, tag(text, tokens, vocabulary, fps), vocabulary)
    reader.read()
    _check_target(text, reader, vocabulary)
    start = EmotionMix(CURRENT) if reader.start is None else reader.start
    steps = build_steps(text, start, reader.drafts, through_neutral)
    notes = (*reader.notes, *_left_out(text, reader.unknown), *_standing_still(start, steps))
    return TransitionPlan(text, start, reader.start is not None, steps, notes)


def _check_target(text: str, reader: ClauseReader, vocabulary: Vocabulary) -> None:
    """Raises where nothing is left to do."""
    shown = [draft for draft in reader.drafts if draft.kind == "go"]
    if shown or (reader.drafts and reader.start is not None):
        return
    if reader.start is not None:
        raise InstructionError(
            "no-target", f"The instruction says where to start but not where to go: '{text}'.",
            EXAMPLE,
        )
    near = [item for item in reader.unknown if vocabulary.misspelt(item.lower)]
    if near:
        raise unknown_word(text, vocabulary, near[0])
    said = " ".join(text.split())
    said = said if len(said) <= 80 else said[:79] + "…"
    raise InstructionError("no-emotion", f"No emotion is named in '{said}'.", EXAMPLE)


def _left_out(text: str, unknown: list[Item]) -> list[str]:
    """Notes that name what was not understood; neighbours together."""
    groups: list[Item] = []
    for item in unknown:
        if groups and not text[groups[-1].span[1]:item.span[0]].strip():
            joined = (groups[-1].span[0], item.span[1])
            groups[-1] = replace(groups[-1], span=joined)
        else:
            groups.append(item)
    return [
        f"not understood and left out: '{text[item.span[0]:item.span[1]]}' "
        f"at character {item.span[0] + 1}"
        for item in groups
    ]


def _standing_still(start: EmotionMix, steps: tuple[PlanStep, ...]) -> list[str]:
    """Notes where a step changes nothing."""
    notes: list[str] = []
    face = start
    for number, step in enumerate(steps, 1):
        if step.kind == "go" and step.target == face and face.primary not in (CURRENT, NEUTRAL):
            notes.append(f"step {number} changes nothing: the face shows {face.title()} already")
        face = step.target
    return notes
