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

from ..errors import InstructionError
from .absent import check_controls
from .clause_state import unknown_word
from .clauses import ClauseReader
from .drafts import build_steps
from .languages import foreign_language
from .notations import in_plain_words
from .plan import CURRENT, EmotionMix, NotUnderstood, PlanStep, Span, TransitionPlan
from .small_word_spelling import small_words_meant
from .step_lists import with_steps_apart
from .tagging import Item, tag
from .tokens import EXAMPLE, check_text, not_english, tokenise
from .vocabulary import Vocabulary, default_vocabulary

DEFAULT_FPS = 24.0
"""Frames a second where an instruction speaks of frames: Blender's own default."""


MOST_SUGGESTED_FOR = 20
"""Places that get suggestions: more of them is no instruction, and looking for each takes a
millisecond or so."""


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
    tokens = in_plain_words(tokenise(text))
    words = [(token.lower, token.span) for token in tokens if token.kind == "word"]
    foreign = foreign_language(text, words, vocabulary.is_english)
    if foreign is not None:
        raise not_english(text, *foreign)
    check_controls(text, tokens, vocabulary)
    items = with_steps_apart(tag(text, tokens, vocabulary, fps))
    reader = ClauseReader(text, items, vocabulary)
    reader.read()
    _check_target(text, reader, vocabulary)
    start = EmotionMix(CURRENT) if reader.start is None else reader.start
    steps = build_steps(text, start, reader.drafts, through_neutral)
    notes = tuple(dict.fromkeys((*reader.notes, *_standing_still(start, steps))))
    unknown = _not_understood(text, reader.unknown, vocabulary)
    return TransitionPlan(text, start, reader.start is not None, steps, notes, unknown)


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
    hints = (f"Did you mean {' or '.join(words)}?" for item in reader.unknown[:MOST_SUGGESTED_FOR]
             if (words := _meant(item.lower, vocabulary)))
    raise InstructionError("no-emotion", f"No emotion is named in '{said}'.", next(hints, EXAMPLE))


def _not_understood(
    text: str, unknown: list[Item], vocabulary: Vocabulary
) -> tuple[NotUnderstood, ...]:
    """What was not understood, with suggestions; neighbours together."""
    groups: list[tuple[Span, list[str]]] = []
    for item in sorted(unknown, key=lambda item: item.span):
        if groups and not text[groups[-1][0][1]:item.span[0]].strip():
            groups[-1] = ((groups[-1][0][0], item.span[1]), [*groups[-1][1], item.lower])
        else:
            groups.append((item.span, [item.lower]))
    return tuple(
        NotUnderstood(span, text[slice(*span)],
                      next(filter(None, (_meant(word, vocabulary) for word in words[:3])), ())
                      if number < MOST_SUGGESTED_FOR else ())
        for number, (span, words) in enumerate(groups)
    )


def _meant(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Emotions that `word` may stand for, else small words."""
    return vocabulary.suggest(word) or small_words_meant(word)


def _standing_still(start: EmotionMix, steps: tuple[PlanStep, ...]) -> list[str]:
    """Notes where a step changes nothing."""
    notes: list[str] = []
    before: tuple[EmotionMix, object, object] = (start, (), ())
    for number, step in enumerate(steps, 1):
        face = (step.target, step.layers, step.units)
        if step.kind == "go" and face == before and not step.target.is_plain:
            notes.append(
                f"step {number} changes nothing: the face shows {step.target.title()} already"
            )
        before = face
    return notes
