# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens become items: an emotion, a length of time, a small word, or something not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .actions import read_action
from .counts import read_times
from .deeds import Action
from .durations import read_count, read_duration
from .function_words import MORE_FILLERS, extra_phrases
from .keeps import Keep, read_keep, read_throughout
from .lexicon import FILLERS, Kind, Speed, function_phrases
from .part_words import Part, read_part
from .plan import MAX_SECONDS, EmotionMix, Span
from .scopes import read_scope
from .side_words import read_bare_side, read_level, read_place, read_sided, read_the_other
from .tokens import Token, refuse, word_list
from .vocabulary import Vocabulary

ItemKind = Kind | Literal["part", "action", "keep", "lopsided", "scope", "times"]
Mode = Literal["over", "for", "wait"]

MIN_SECONDS = 0.01
"""Shortest step; a design choice: a quarter of a frame at 24 frames a second."""

_MODES: dict[str, Mode] = {
    **dict.fromkeys(("over", "in", "within", "during", "across", "taking", "takes", "take",
                     "throughout", "through"), "over"),
    **dict.fromkeys(("for", "lasting", "lasts", "last"), "for"),
    "after": "wait",
}
_HEDGES = frozenset(
    word_list(
    "the about around roughly approximately just only exactly another next at least most course "
    "of space span period almost nearly by "
)
)
_OF_THE_CHANGE = frozenset(word_list("that which it transition change this animation whole should "
                                     "must will"))
_THAT = frozenset(word_list(", . ; and that this which then"))
_BOUNDS = ("least", "most")
_MARKS: dict[str, tuple[ItemKind, object]] = {
    "→": ("to", None), ",": ("comma", None), "–": ("comma", None), "—": ("comma", None),
    "-": ("comma", None), "/": ("comma", None), "+": ("hint", 0.5), "&": ("and", None),
    **dict.fromkeys((".", ";", ":", "!", "?", "…", "\n"), ("stop", None)),
}
_FUNCTION_PHRASES = {**function_phrases(), **extra_phrases()}
_FILLERS = FILLERS | MORE_FILLERS
_LONGEST = max(len(phrase) for phrase in _FUNCTION_PHRASES)


@dataclass(frozen=True)
class Timing:
    """A length of time and what it is for: to change, to stay, or to wait before."""

    seconds: float
    mode: Mode
    assumed: bool = False  # the unit was not said
    between: bool = False  # two lengths were said, this is the middle


@dataclass(frozen=True)
class Item:
    """A stretch of the text with one meaning."""

    kind: ItemKind
    lower: str
    span: Span
    mix: EmotionMix | None = None  # of an emotion
    timing: Timing | None = None  # of a duration
    speed: Speed | None = None  # of a speed or an easing
    number: float = 1.0  # of a degree, a percentage, a hint's share
    part: Part | None = None
    action: Action | None = None
    keep: Keep | None = None


def tag(text: str, tokens: Sequence[Token], vocabulary: Vocabulary, fps: float) -> list[Item]:
    """The items of `text`, longest phrases first.

    Raises InstructionError `bad-duration` at a length of time that cannot be.
    """
    items: list[Item] = []
    mentioned: Part | None = None
    last: Action | None = None
    at = 0
    while at < len(tokens):
        timed = _duration(text, tokens, at, fps)
        found = None if timed else _of_the_face(tokens, at, vocabulary, mentioned, last)
        if found is not None and found[1] > vocabulary.idiom_ends(tokens, at):
            item, at, mentioned, last = found
            items.append(item)
            if item.action is not None and item.action.inner:
                items += tag(text, item.action.inner, vocabulary, fps)
            continue
        item_or_none, at = (
            timed
            or _times(tokens, at)
            or _phrase(tokens, at, vocabulary)
            or _percent(tokens, at)
            or _single(tokens, at, vocabulary)
        )
        last = None
        if item_or_none is not None:
            items.append(item_or_none)
            if item_or_none.kind == "emotion" and mentioned is not None:
                mentioned = replace(mentioned, stale=True)
    return items


def _of_the_face(
    tokens: Sequence[Token], at: int, vocabulary: Vocabulary, mentioned: Part | None,
    last: Action | None,
) -> tuple[Item, int, Part | None, Action | None] | None:
    """Something to keep, a direct action or a part: its item, what follows, what `it` then is."""
    if tokens[at].kind != "word" and tokens[at].lower != "&":
        return None
    keep = read_keep(tokens, at, lambda word: vocabulary.find([word]) is not None)
    if keep is not None:
        return _face_item(tokens, at, keep.end, "keep", keep=keep), keep.end, mentioned, None
    action = read_action(tokens, at, mentioned, last)
    if action is not None:
        always = read_throughout(tokens, action.end) if action.keep else None
        if always is not None:
            kept = Keep((action.keep,), always, everywhere=True)
            return _face_item(tokens, at, always, "keep", keep=kept), always, mentioned, None
        spoken = Part(action.nouns, action.side, 0)
        item = _face_item(tokens, at, action.end, "action", action=action)
        return item, action.end, spoken, action
    scope = read_scope(tokens, at)
    if scope is not None:
        return _face_item(tokens, at, scope.end, "scope", part=scope), scope.end, scope, None
    part = (
        read_part(tokens, at) or read_place(tokens, at) or read_the_other(tokens, at, mentioned)
        or read_level(tokens, at) or read_bare_side(tokens, at)
    )
    if part is not None:
        return _face_item(tokens, at, part.end, "part", part=part), part.end, part, None
    sided = read_sided(tokens, at)
    if sided is not None:
        return _face_item(tokens, at, sided.end, "lopsided", part=sided), sided.end, mentioned, None
    return None


def _face_item(
    tokens: Sequence[Token], at: int, end: int, kind: ItemKind, *, part: Part | None = None,
    action: Action | None = None, keep: Keep | None = None,
) -> Item:
    span = (tokens[at].span[0], tokens[end - 1].span[1])
    words = " ".join(token.lower for token in tokens[at:end])
    return Item(kind, words, span, part=part, action=action, keep=keep)


def _duration(
    text: str, tokens: Sequence[Token], at: int, fps: float
) -> tuple[Item, int] | None:
    mode: Mode | None = None
    look = at + 1 if tokens[at].lower == "at" else at
    found = read_duration(tokens, look, fps)
    while found is None and look < len(tokens) and look - at < 8:
        word = tokens[look].lower
        if word not in _MODES and word not in _HEDGES:
            break
        mode = _MODES.get(word, mode) if mode != "for" else mode
        if word in ("lasts", "last") and at > 0 and tokens[at - 1].lower in _OF_THE_CHANGE:
            mode = "over"
        look += 1
        found = read_duration(tokens, look, fps)
    if found is not None and tokens[at].lower == "at" and tokens[at + 1].lower not in _BOUNDS:
        span = (tokens[at].span[0], tokens[found.end - 1].span[1])
        raise refuse("moment", text, span,
                     "'{word}' ({at}) is a moment; only lengths of time are understood.",
                     "Say how long the face waits, for instance 'after 2 seconds, smile'.")
    if found is None:
        bare = _bare_number(tokens, look) if mode in ("over", "for") else None
        if bare is None:
            return None
        seconds, end = bare
        return _timed(text, tokens, (at, end), Timing(seconds, mode or "over", assumed=True)), end
    end = found.end
    following = tokens[end].lower if end < len(tokens) else ""
    if following == "after" and end + 1 < len(tokens) and tokens[end + 1].lower not in _THAT:
        mode = "wait"  # `two seconds after smiling`
    elif following in ("later", "afterwards", "after"):
        mode, end = "wait", end + 1
    elif following == "long":
        mode, end = mode or "for", end + 1
    elif following == "of" and mode in (None, "wait"):
        mode, end = "for", end + 1  # `three seconds of fear`
    timing = Timing(found.seconds, mode or "over", between=found.between)
    return _timed(text, tokens, (at, end), timing), end


def _bare_number(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """`over 2` at the end of a clause: a number that lacks its unit."""
    counted = read_count(tokens, at)
    if counted is None or (counted[1] < len(tokens) and tokens[counted[1]].kind != "mark"):
        return None
    return counted


def _timed(text: str, tokens: Sequence[Token], where: tuple[int, int], timing: Timing) -> Item:
    span = (tokens[where[0]].span[0], tokens[where[1] - 1].span[1])
    if not MIN_SECONDS <= timing.seconds <= MAX_SECONDS:
        raise refuse(
            "bad-duration", text, span,
            f"A step lasts {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds, not '{{word}}' ({{at}}).",
            "Say for instance 'over 1.5 seconds' or 'in 12 frames'.",
        )
    return Item("duration", text[span[0]:span[1]].lower(), span, timing=timing)


def _phrase(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Item, int] | None:
    """The longest phrase that is known here, of the small words or of the emotions."""
    words: list[str] = []
    for token in tokens[at:at + max(_LONGEST, vocabulary.longest)]:
        if token.kind != "word":
            break
        words.append(token.lower)
    emotion = vocabulary.find(words)
    least = emotion[1] if emotion else 1
    for count in range(min(_LONGEST, len(words)), least - 1, -1):
        found = _FUNCTION_PHRASES.get(tuple(words[:count]))
        if found is not None:
            kind, value = found
            return _item(tokens, at, count, kind, value), at + count
    if emotion is not None:
        return _item(tokens, at, emotion[1], "emotion", emotion[0]), at + emotion[1]
    return None


def _times(tokens: Sequence[Token], at: int) -> tuple[Item, int] | None:
    counted = read_times(tokens, at)
    if counted is None:
        return None
    times, end = counted
    return _item(tokens, at, end - at, "times", times), end


def _percent(tokens: Sequence[Token], at: int) -> tuple[Item, int] | None:
    token = tokens[at]
    if token.kind == "percent" and token.value is not None:
        return _item(tokens, at, 1, "percent", abs(token.value)), at + 1
    if token.lower == "half":
        return _item(tokens, at, 1, "percent", 0.5), at + 1
    counted = read_count(tokens, at)
    if counted is None:
        return None
    value, end = counted
    following = [later.lower for later in tokens[end:end + 2]]
    words = 1 if following[:1] == ["percent"] else 2 if following == ["per", "cent"] else 0
    if words == 0:
        return None
    return _item(tokens, at, end + words - at, "percent", abs(value) / 100), end + words


def _single(
    tokens: Sequence[Token], at: int, vocabulary: Vocabulary
) -> tuple[Item | None, int]:
    token = tokens[at]
    if token.kind == "number" and at + 1 < len(tokens) and tokens[at + 1].lower in (".", ")") and (
        at + 2 < len(tokens) and tokens[at + 2].kind == "word"
    ):
        return None, at + 2  # `1. joy  2. fear`
    if token.kind == "mark":
        kind, value = _MARKS.get(token.lower, ("filler", None))
        skipped = token.lower not in _MARKS
        return (None if skipped else _item(tokens, at, 1, kind, value)), at + 1
    if token.lower in _FILLERS:
        return _item(tokens, at, 1, "filler", None), at + 1
    mix = vocabulary.find_form(token.lower) if token.kind == "word" else None
    return _item(tokens, at, 1, "emotion" if mix else "unknown", mix), at + 1


def _item(tokens: Sequence[Token], at: int, count: int, kind: ItemKind, value: object) -> Item:
    words = tokens[at:at + count]
    return Item(
        kind,
        " ".join(word.lower for word in words),
        (words[0].span[0], words[-1].span[1]),
        mix=value if isinstance(value, EmotionMix) else None,
        speed=value if isinstance(value, Speed) else _easing(value),
        number=float(value) if isinstance(value, (int, float)) else 1.0,
    )


def _easing(value: object) -> Speed | None:
    known = ("smooth", "linear", "ease_in", "ease_out")
    return Speed(None, value) if value in known else None  # type: ignore[arg-type]
