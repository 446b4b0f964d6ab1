# SPDX-License-Identifier: GPL-3.0-or-later
"""Direct actions in the words of a sentence: `raise the left brow`, `her jaw drops`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .action_descriptions import (
    FROWNS,
    PRONOUNS,
    describes,
    read_part_first,
    read_pronoun,
    read_state_first,
)
from .action_particles import ADVERBS, read_particles
from .action_words import (
    ACTIONS,
    DEED_OF,
    MOMENTARY,
    PARTICLES,
)
from .deeds import Action, resolve, resolve_with
from .durations import read_count
from .lexicon import verb_forms
from .part_words import Part, Side, read_part
from .side_words import read_the_other
from .tokens import Token, word_at

_BLINKS = frozenset(verb_forms("blink"))
_WINKS = frozenset(verb_forms("wink"))
_ALONE = {
    **dict.fromkeys((*verb_forms("squint"), *verb_forms("squinch")), ("narrow", "eye")),
    **dict.fromkeys(verb_forms("pucker"), ("pucker", "lip")),
}
_LOWER_ONES = frozenset(("lip", "lips", "lid", "lids", "eyelid", "eyelids", "face"))
_TIMES = {"once": 1, "twice": 2, "thrice": 3}




def read_action(
    tokens: Sequence[Token], at: int, mentioned: Part | None, after: Action | None
) -> Action | None:
    """The direct action that begins at token `at`, or None.

    `mentioned`: the part spoken of last, for `it` and `them`; `after`: the action that ends here.
    """
    found = (
        _read_alone(tokens, at)
        or (read_state_first(tokens, at) if describes(tokens, at) else None)
        or _read_verb_first(tokens, at, mentioned)
        or read_state_first(tokens, at)
        or read_part_first(tokens, at, mentioned)
        or _read_another(tokens, at, after)
    )
    if found is None:
        return None
    return replace(found, span=(tokens[at].span[0], tokens[found.end - 1].span[1]))


def _read_alone(tokens: Sequence[Token], at: int) -> Action | None:
    """`blink twice`, `wink with the left eye`, `squint`, `frown with the brows`."""
    word = word_at(tokens, at)
    if word in _BLINKS or word in _WINKS:
        return _read_blink(tokens, at, "blink" if word in _BLINKS else "wink")
    look = at + 1
    if word in FROWNS and word_at(tokens, look) in ("with", "in", "only"):
        while word_at(tokens, look) in ("with", "in", "only", "just"):
            look += 1
        part = read_part(tokens, look)
        if part is not None and part.parts == ("brows",):
            return resolve("furrow", part, part.end)
    if word == "open" and word_at(tokens, look) == "wide" and read_part(tokens, look + 1) is None:
        return resolve("wide", Part(("mouth",), None, look + 1), look + 1)
    if word == "dimples":
        return resolve("dimple", Part(("corner",), None, look), look)
    if word in _ALONE:
        deed, noun = _ALONE[word]
        if word_at(tokens, look) == "up":
            look += 1
        named = look
        while word_at(tokens, named) in ("with", "the", "her", "his"):
            named += 1
        part = read_part(tokens, look + (word_at(tokens, look) == "with"))
        if part is not None and (deed, part.nouns[0]) in ACTIONS:
            return None if named == look else resolve(deed, part, part.end)
        return resolve(deed, Part((noun,), None, look), look)
    return None




def _read_blink(tokens: Sequence[Token], at: int, what: str) -> Action:
    side: Side | None = None if what == "blink" else "one"
    end, times = at + 1, 1
    if word_at(tokens, at - 1) in ("left", "right"):
        side = "left" if word_at(tokens, at - 1) == "left" else "right"
    look = end
    while word_at(tokens, look) in ("with", "of", "using", "on", "only", "to", "at", "just"):
        look += 1
    part = read_part(tokens, look)
    if part is not None and part.nouns[0] in ("eye", "lid", "side"):
        side, end = part.side, part.end
    elif word_at(tokens, look) in ("left", "right"):
        side, end = ("left" if word_at(tokens, look) == "left" else "right"), look + 1
    if word_at(tokens, end) in _TIMES:
        times, end = _TIMES[word_at(tokens, end)], end + 1
    elif (counted := read_count(tokens, end)) and word_at(tokens, counted[1]) in ("times", "time"):
        times, end = int(min(max(counted[0], 1), 10**6)), counted[1] + 1
    elif word_at(tokens, end) == "a" and word_at(tokens, end + 1) == "few":
        times, end = 3, end + 2 + (word_at(tokens, end + 2) == "times")
    return Action(("eye",), what, side, end, (0, 0), ((MOMENTARY[what], 1.0),), momentary=times)


def _read_verb_first(
    tokens: Sequence[Token], at: int, mentioned: Part | None
) -> Action | None:
    """`raise the left brow`, `puff the cheeks out`, `open wide the mouth`, `lower them again`."""
    deed = DEED_OF.get(word_at(tokens, at))
    if deed is None:
        return None
    if word_at(tokens, at) == "lower" and word_at(tokens, at + 1) in _LOWER_ONES:
        return None  # the lower lip
    second = at + 2 if word_at(tokens, at + 1) in ("and", "then", "or") else at
    if second > at and word_at(tokens, second) == "then":
        second += 1
    if second > at and word_at(tokens, second) in DEED_OF:
        shared = _read_verb_first(tokens, second, mentioned)  # `open and close the mouth`
        part = None if shared is None else Part(shared.nouns, shared.side, at + 1)
        return None if part is None else resolve(deed, part, at + 1)
    inner, particles, look = _between(tokens, at + 1)
    part = (
        read_part(tokens, look) or read_pronoun(tokens, look, mentioned)
        or read_the_other(tokens, look, mentioned)
    )
    if part is None and particles and particles[-1] in ("upper", "lower"):
        part = read_part(tokens, look - 1)
    if part is None or not part.nouns:
        return None
    end = read_particles(tokens, part.end, particles, inner, part.nouns[0])
    pronoun = part is not None and word_at(tokens, look) in PRONOUNS and part.end == look + 1
    done = resolve_with(deed, particles, part, end, inner, again=pronoun)
    if done is None or not word_at(tokens, at).endswith("ing"):
        return done
    return replace(done, state=True)  # `smile, raising the brows`


def _between(tokens: Sequence[Token], look: int) -> tuple[list[Token], list[str], int]:
    """Adverbs and particles between a verb and its part (`raise slowly up the brow`), and what
    comes after them."""
    inner: list[Token] = []
    particles: list[str] = []
    while True:
        word = word_at(tokens, look)
        if word in PARTICLES and word not in ("left", "right", "lower"):
            particles.append(word)
        elif word in ADVERBS and tokens[look].kind == "word":
            inner.append(tokens[look])
        else:
            return inner, particles, look
        look += 1




















def _read_another(tokens: Sequence[Token], at: int, after: Action | None) -> Action | None:
    """`raise the left brow and the right cheek`: the same deed with another part."""
    if after is None or after.momentary or word_at(tokens, at) not in ("and", "&", "plus"):
        return None
    part = read_part(tokens, at + 1)
    if part is None or not part.nouns or read_part_first(tokens, at + 1, None) is not None:
        return None
    return resolve_with(after.deed, [], part, part.end, [])
