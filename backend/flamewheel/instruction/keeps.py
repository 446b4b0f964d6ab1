# SPDX-License-Identifier: GPL-3.0-or-later
"""What a face is told to keep: `with the mouth kept shut`, `without moving the brows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .action_words import DEED_OF, STATES
from .actions import read_action
from .deeds import Action, kept_state
from .part_words import Part, read_part
from .tokens import Token, word_at, word_list

_KEEP_VERBS = frozenset(word_list("keep keeps keeping kept hold holds holding held leave leaves "
                                  "leaving"))
_STAY_VERBS = frozenset(word_list("stay stays staying stayed remain remains remaining remained "
                                  "kept held keep keeps is are be being should must has have to"))
_STILL_VERBS = frozenset(word_list("freeze freezes freezing froze lock locks locking"))
_IMPERATIVES = frozenset(("keep", "hold", "leave", "freeze", "lock"))
_STILL = frozenset(word_list("still unmoved motionless frozen unchanged fixed steady put immobile "
                             "neutral same alone untouched unaffected unmoving constant static"))
_STILL_PHRASES = (("as", "it", "is"), ("as", "they", "are"), ("as", "is"), ("in", "place"),
                  ("the", "same"), ("at", "rest"), ("where", "it", "is"), ("where", "they", "are"),
                  ("out", "of", "it"), ("how", "it", "is"), ("how", "they", "are"),
                  ("as", "it", "was"), ("as", "they", "were"))
_NOT = frozenset(word_list("not no never without don't doesn't didn't isn't aren't do does "
                           "dont cannot can't won't avoid avoids avoiding nor"))
_NEGATIVE = _NOT - {"do", "does"}
_MOVING = frozenset(word_list("move moves moving moved use using involve involving touch touching "
                              "change changing changes affect affecting engage engaging budge "
                              "budging reach reaches reaching reached stir stirring "
                              "spread spreading let letting any the movement twitch twitching"))
_BETWEEN = frozenset(word_list("with in on not even at around really it show "
                               "showing ever quite to"))
_MOST_BETWEEN = 7
_EXCEPT = ("except for", "except", "apart from", "aside from", "excluding", "everything but",
           "everywhere but", "all but", "other than", "leaving out", "excepting", "bar",
           "everything except", "everything except for", "everything apart from",
           "everywhere except", "everywhere except for", "everywhere except in", "not counting",
           "all except", "all of it but", "the whole face but", "the whole face except",
           "the entire face except", "every part but", "every part except", "minus",
           "everything besides", "everywhere but in", "everywhere but on", "but for",
           "the face except", "all of the face except", "everything other than",
           "all of the face but")
_EXCEPT_WORDS = tuple(sorted((tuple(phrase.split()) for phrase in _EXCEPT), key=len, reverse=True))
_THROUGHOUT = tuple(tuple(phrase.split()) for phrase in (
    "throughout", "the whole time", "all the while", "all the time", "the entire time",
    "all along", "from start to finish", "at all times", "during all of it", "the whole way",
    "the whole way through", "all the way through", "always", "for the whole time",
    "through it all", "through all of it", "during the whole thing", "for all of it",
    "the whole while", "during the whole transition", "throughout the transition",
    "throughout the whole thing", "from beginning to end", "in every step", "at every step",
))


@dataclass(frozen=True)
class Keep:
    """States or parts to keep, and for how long."""

    keeps: tuple[str, ...]  # of KEEPS
    end: int  # the token after it
    everywhere: bool = False  # in all steps of the plan
    sided: bool = False  # a side was said, which cannot be kept alone


def read_keep(
    tokens: Sequence[Token], at: int, is_emotion: Callable[[str], bool]
) -> Keep | None:
    """What is to be kept from token `at` on, or None; `is_emotion` tells emotion words."""
    found = (
        _read_kept(tokens, at, is_emotion)
        or _read_not_moved(tokens, at)
        or _read_except(tokens, at)
        or _read_part_stays(tokens, at, is_emotion)
    )
    if found is None:
        return None
    after = read_throughout(tokens, found.end)
    if after is not None:
        return Keep(found.keeps, after, True, found.sided)
    return found


def read_throughout(tokens: Sequence[Token], at: int) -> int | None:
    """The token after `throughout` or `the whole time`, or None."""
    if word_at(tokens, at) == ",":
        at += 1
    for phrase in _THROUGHOUT:
        if tuple(token.lower for token in tokens[at:at + len(phrase)]) == phrase:
            return at + len(phrase)
    return None


def _read_kept(
    tokens: Sequence[Token], at: int, is_emotion: Callable[[str], bool]
) -> Keep | None:
    """`keep the mouth shut`, `keeping her brows still`, `leave the eyes alone`."""
    verb = word_at(tokens, at)
    if verb not in _KEEP_VERBS and verb not in _STILL_VERBS:
        return None
    everywhere = verb in _IMPERATIVES
    part = read_part(tokens, at + 1)
    if part is None and verb in ("keep", "keeping", "hold", "holding") and (
        word_at(tokens, at + 1) in ("still", "closed", "shut")
    ):
        part = read_part(tokens, at + 2)
        return None if part is None else _kept(part, tokens, at + 1, everywhere, part.end)
    if part is None or not part.parts:
        return None
    if verb in _STILL_VERBS or (part.only and word_at(tokens, part.end - 1) == "alone"):
        return Keep(_still(part), part.end, everywhere, part.side is not None)
    look = part.end
    while word_at(tokens, look) in ("completely", "absolutely", "perfectly", "firmly", "tightly",
                                  "totally", "exactly"):
        look += 1
    return _kept(part, tokens, look, everywhere)


def _read_part_stays(
    tokens: Sequence[Token], at: int, is_emotion: Callable[[str], bool]
) -> Keep | None:
    """`the jaw stays still`, `the mouth kept open`, `brows still`, `the brows don't move`."""
    part = read_part(tokens, at)
    if part is None or not part.parts:
        return None
    look = part.end
    stays = False
    while word_at(tokens, look) in _STAY_VERBS or word_at(tokens, look) in (
        "completely", "absolutely", "perfectly", "firmly", "tightly", "all", "both"
    ):
        stays = stays or word_at(tokens, look) in ("stay", "stays", "staying", "stayed", "remain",
                                                 "remains", "remaining", "kept", "held", "keep",
                                                 "keeps", "remained")
        look += 1
    denied = look
    while word_at(tokens, denied) in _NOT:
        denied += 1
    if denied > look and any(word_at(tokens, i) in _NEGATIVE for i in range(look, denied)) and (
        word_at(tokens, denied) in _MOVING or word_at(tokens, denied) in ("involved", "join")
    ):
        return Keep(_still(part), denied + 1, sided=part.side is not None)
    if denied > look and (denied >= len(tokens) or tokens[denied].kind == "mark"):
        return Keep(_still(part), denied, sided=part.side is not None)  # `…, the eyes don't`
    if stays:
        return _kept(part, tokens, look, False)
    word = word_at(tokens, look)
    if word in _STILL - {"put", "same", "alone", "neutral"} and not is_emotion(
        word_at(tokens, look + 1)
    ):
        return Keep(_still(part), look + 1, sided=part.side is not None)
    return None


def _kept(
    part: Part, tokens: Sequence[Token], look: int, everywhere: bool, end: int | None = None
) -> Keep | None:
    """The state that stands at `look`."""
    word = word_at(tokens, look)
    if word in ("wide", "slightly", "half"):
        return None
    sided = part.side is not None
    for phrase in _STILL_PHRASES:
        if tuple(token.lower for token in tokens[look:look + len(phrase)]) == phrase:
            return Keep(_still(part), look + len(phrase), everywhere, sided)
    if word in _STILL:
        return Keep(_still(part), end or look + 1, everywhere, sided)
    if sided:
        return None
    state = {"together": "together", "apart": "part"}.get(word) or STATES.get(word, "")
    keeps = tuple(dict.fromkeys(filter(None, (kept_state(noun, state) for noun in part.nouns))))
    if not keeps or len(keeps) < len({noun for noun in part.nouns if noun != "jaw"}):
        return None
    return Keep(keeps, end or look + 1, everywhere)


def _read_not_moved(tokens: Sequence[Token], at: int) -> Keep | None:
    """`without moving the brows`, `not with the eyes`, `don't open the mouth`."""
    first = word_at(tokens, at)
    second = word_at(tokens, at + 1)
    if first not in _NEGATIVE and not (first in ("do", "does") and second == "not"):
        return None
    look = at + 1
    while look - at < _MOST_BETWEEN and word_at(tokens, look) in _MOVING | _BETWEEN:
        if word_at(tokens, look) == "the" and read_part(tokens, look) is not None:
            break
        look += 1
    moved = any(word_at(tokens, i) in _MOVING - {"the"} for i in range(at, look))
    if not moved:
        action = read_action(tokens, look, None, None)
        if action is not None and (action.units or action.undoes):
            return Keep(_prevented(action), action.end, sided=action.side is not None)
    part = read_part(tokens, look)
    if part is None or not part.parts:
        return None
    word = word_at(tokens, part.end)
    if not moved and (word in DEED_OF or word in STATES):
        return None
    end = part.end + (word in ("movement", "movements", "motion", "involved",
                               "involvement", "moving", "change"))
    return Keep(_still(part), end, sided=part.side is not None)


def _prevented(action: Action) -> tuple[str, ...]:
    """`without closing the eyes` keeps them open; `without raising the brows` keeps them still."""
    noun = action.nouns[0]
    if action.momentary:
        return ("eyes open",)
    if action.deed in ("close", "open", "part", "wide", "drop", "lower"):
        opposite = {"close": "open"}.get(action.deed, "close")
        if noun in ("mouth", "lip", "jaw") and (action.deed, noun) != ("lower", "lip"):
            return ("mouth shut",) if opposite == "close" else ("mouth open",)
        if noun in ("eye", "lid") and action.deed in ("close", "open"):
            return ("eyes shut",) if opposite == "close" else ("eyes open",)
    return _still(Part(action.nouns, None, 0))


def _read_except(tokens: Sequence[Token], at: int) -> Keep | None:
    """`everything but the mouth`, `except for the eyes`, `but not the brows`."""
    for phrase in _EXCEPT_WORDS:
        if tuple(token.lower for token in tokens[at:at + len(phrase)]) == phrase:
            look = at + len(phrase)
            while word_at(tokens, look) in ("in", "on", "for", "with", "around"):
                look += 1
            part = read_part(tokens, look)
            if part is not None and part.parts:
                return Keep(_still(part), part.end, sided=part.side is not None)
    return None


def _still(part: Part) -> tuple[str, ...]:
    return tuple(f"{name} still" for name in part.parts)
