# SPDX-License-Identifier: GPL-3.0-or-later
"""What parts of a face do or how they are: `her jaw drops`, `eyes closed`, `open mouth`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .action_particles import ADVERBS, normal_after, read_particles, side_after
from .action_words import DEED_OF, PARTICLES, STATES
from .deeds import Action, kept_state, resolve, resolve_with
from .lexicon import DEGREES, verb_forms
from .part_words import PAIRED, Part, read_part
from .tokens import Token, word_at, word_list

_AUXILIARIES = frozenset(word_list(
    "is are was were be been being 's has have had also both all will would should can must "
    "starts start begins begin beginning starting to that which who do does did slowly seems seem "
    "now suddenly just even gets get getting go goes went remain remains"
))
PRONOUNS = frozenset(("it", "them", "both", "this", "that", "they"))
FROWNS = frozenset(verb_forms("frown"))
_BASE_FORMS = frozenset(("open", "shut", "narrow", "round", "thin", "hollow", "lower"))
_BEFORE_ADJECTIVES = frozenset(word_list("with a an her his its their my your wide slightly half "
                                         "barely partly partially"))
_STATE_WORDS = frozenset((*STATES, "out", "together", "forward", "in", "tightly"))
_OF_ONE = frozenset(word_list("raised lifted arched cocked quirked closed shut puffed"))
_MOST_STATES = 3
_MOST_BETWEEN = 8


def read_part_first(
    tokens: Sequence[Token], at: int, mentioned: Part | None
) -> Action | None:
    """`the left eyebrow goes up`, `her eyes are closed`, `brows back to normal`, `mouth open`."""
    part = read_part(tokens, at) or read_pronoun(tokens, at, mentioned)
    if part is None or not part.nouns:
        return None
    inner: list[Token] = []
    look = _predicate(tokens, part.end, inner)
    word = word_at(tokens, look)
    if word == "back" and (normal := normal_after(tokens, look + 1)):
        return resolve_with("move", ["normal"], part, normal, inner)
    if word in FROWNS and part.parts == ("brows",):
        return resolve("furrow", part, look + 1, inner)
    moves = word in DEED_OF and word not in _BASE_FORMS
    if word in STATES and not (moves and word_at(tokens, look + 1) in PARTICLES):
        stated = _read_stated(tokens, look, part, inner)
        if stated is not None:
            return stated
    particles: list[str] = []
    if word in ("out", "together", "forward", "sideways", "apart") or (
        word in ("left", "right", "to") and part.parts == ("jaw",)
    ):
        end = read_particles(tokens, look, particles, inner, part.nouns[0])
        done = resolve_with("move", particles, part, end, inner)
        if done is None:
            return None
        keep = "" if part.side or inner else kept_state(part.nouns[0], done.deed)
        return replace(done, state=True, keep=keep)
    deed = DEED_OF.get(word)
    if deed is None:
        return None
    end = read_particles(tokens, look + 1, particles, inner, part.nouns[0])
    done = resolve_with(deed, particles, part, end, inner, again=word_at(tokens, at) in PRONOUNS)
    if done is None or look > part.end or not _participle(word):
        return done
    return replace(done, state=True)  # `lips pressed together`


def _participle(word: str) -> bool:
    return word.endswith("ed") or word in ("drawn", "thrust", "knit", "hung", "stuck")


def _predicate(tokens: Sequence[Token], at: int, inner: list[Token]) -> int:
    """The token where it is said what a part does; takes `slowly`, passes `are`, `begin to`."""
    end = at + _MOST_BETWEEN
    while at < end:
        if word_at(tokens, at) in ADVERBS:
            inner.append(tokens[at])
        elif word_at(tokens, at) not in _AUXILIARIES or _particle_follows(tokens, at):
            break
        at += 1
    return at


def _read_stated(
    tokens: Sequence[Token], at: int, part: Part, inner: Sequence[Token]
) -> Action | None:
    """`(her eyes are) wide open`, `(the cheeks) puffed out`."""
    look = at
    words: list[str] = []
    while word_at(tokens, look) in _STATE_WORDS and len(words) < _MOST_STATES:
        words.append(word_at(tokens, look))
        look += 1
    stated = _stated(words, part, look, inner)
    if stated is None:
        return None
    again = word_at(tokens, look) == "again"
    is_so = any(word_at(tokens, i) in ("is", "are", "was", "were") for i in range(part.end, look))
    timed = any(token.lower not in DEGREES for token in inner)
    verb = words[0] in ("open", "shut") and not is_so and at > part.end and (timed or not inner)
    return replace(stated, end=look + again, again=again, state=not verb and not again)


def _particle_follows(tokens: Sequence[Token], at: int) -> bool:
    """`goes up`, `get wide`: here `go` and `get` are what is done."""
    if word_at(tokens, at) not in ("go", "goes", "went", "get", "gets", "getting", "to"):
        return False
    after = at + 1
    while word_at(tokens, after) in ADVERBS:
        after += 1
    follows = word_at(tokens, after)
    return (follows in PARTICLES and follows not in STATES) or (
        word_at(tokens, at) == "to" and side_after(tokens, at + 1) is not None
    ) or follows in ("up", "down", "wide", "back")


def read_state_first(tokens: Sequence[Token], at: int) -> Action | None:
    """`raised brows`, `wide open eyes`, `half closed eyes`, `an open mouth`."""
    look = at
    inner: list[Token] = []
    while word_at(tokens, look) in ADVERBS:
        inner.append(tokens[look])
        look += 1
    words: list[str] = []
    while word_at(tokens, look) in _STATE_WORDS and len(words) < _MOST_STATES:
        words.append(word_at(tokens, look))
        look += 1
    if not words or words[0] not in STATES:
        return None
    part = read_part(tokens, look)
    if part is None or not part.bare or not part.nouns:
        return None
    if word_at(tokens, at - 1) in ("a", "an") and words[0] in _OF_ONE and part.side is None and (
        word_at(tokens, part.end - 1) in PAIRED
    ):
        part = replace(part, side="one")  # `with a raised eyebrow`
    return _stated(words, part, part.end, inner)


def _stated(
    words: Sequence[str], part: Part, end: int, inner: Sequence[Token]
) -> Action | None:
    """A part that is `wide open`, `puffed out`, `raised`."""
    states = [STATES[word] for word in words if word in STATES]
    deeds = [state if state != "drop" else "lower" for state in states]
    if "widen" in deeds and "open" in deeds:
        deeds = ["wide"]
    if part.nouns[0] in ("mouth", "jaw") and deeds == ["widen"]:
        deeds = ["wide"]
    if "relax" in deeds:
        return resolve_with("relax", [], part, end, inner)
    done = resolve_with(deeds[0], [], part, end, inner)
    if done is None:
        return None
    keep = "" if inner or part.side is not None else kept_state(part.nouns[0], deeds[0])
    return replace(done, state=True, keep=keep)


def describes(tokens: Sequence[Token], at: int) -> bool:
    """`closed eyes`, `with open mouth`; but `open mouth`, `narrow eyes` tell to."""
    if word_at(tokens, at + 1).endswith("ed") and word_at(tokens, at + 1) not in STATES:
        return True  # open-mouthed
    return word_at(tokens, at) not in _BASE_FORMS or word_at(tokens, at - 1) in _BEFORE_ADJECTIVES


def read_pronoun(tokens: Sequence[Token], at: int, mentioned: Part | None) -> Part | None:
    """The part spoken of last, where `it`, `them` or `both` stands."""
    if mentioned is None or word_at(tokens, at) not in PRONOUNS:
        return None
    if mentioned.stale and word_at(tokens, at) not in ("them", "both", "they"):
        return None
    side = None if word_at(tokens, at) == "both" else mentioned.side
    return replace(mentioned, side=side, end=at + 1, only=False)
