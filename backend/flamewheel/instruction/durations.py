# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths of time in words and figures: `1.5 s`, `two and a half seconds`, `12 frames`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .tokens import Token, word_list

_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("beat", "beats"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
_FRAMES = ("f", "fr", "frame", "frames")

_UNITS_AND_TEENS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen "
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER_WORDS = {
    **{word: float(value) for value, word in enumerate(_UNITS_AND_TEENS)},
    **{word: 10.0 * value for value, word in enumerate(_TENS, 2)},
}

_TIMES = {"hundred": 100.0, "thousand": 1000.0}
_MINUTE = 60.0

_AMOUNTS = (
    ("a hundred", 100.0), ("a thousand", 1000.0),
    ("three quarters of a", 0.75), ("three quarters of the", 0.75), ("a quarter of a", 0.25),
    ("quarter of a", 0.25), ("a third of a", 1 / 3), ("a tenth of a", 0.1), ("half of a", 0.5),
    ("half a", 0.5), ("half an", 0.5), ("a half", 0.5), ("a quarter", 0.25), ("half", 0.5),
    ("quarter", 0.25), ("a couple of", 2.0), ("a couple", 2.0), ("couple of", 2.0),
    ("a few", 3.0), ("few", 3.0), ("several", 4.0), ("a full", 1.0), ("a whole", 1.0),
    ("a single", 1.0), ("a", 1.0), ("an", 1.0),
)
"""Vague ones (a couple, a few, several) are design choices; the plan's rows show the number."""

_WHOLE = (
    ("a fraction of a second", 0.2),
    ("the blink of an eye", 0.2), ("a split second", 0.2), ("split second", 0.2),
    ("an instant", 0.2), ("a flash", 0.2), ("a brief moment", 0.5), ("a moment", 1.0),
    ("a beat", 1.0), ("a while", 3.0), ("a long time", 5.0),
)
"""Set phrases, design choices; 0.2 s is about a blink (100 to 400 ms in the literature)."""


@dataclass(frozen=True)
class Duration:
    """A length of time and the token after it."""

    seconds: float
    end: int
    between: bool = False  # the middle of what was said: two to three seconds


def read_duration(tokens: Sequence[Token], at: int, fps: float) -> Duration | None:
    """The length of time that begins at token `at`, or None; `fps` frames make a second."""
    for phrase, seconds in _WHOLE:
        if _says(tokens, at, phrase):
            return Duration(seconds, at + len(phrase.split()))
    amount = _read_amount(tokens, at)
    if amount is None:
        return None
    value, end = amount
    between = None
    if _read_unit(tokens, end, fps) is None and read_count(tokens, at) == amount:
        between = _read_other_end(tokens, end)
    if between is not None:
        value, end = (value + between[0]) / 2, between[1]
    unit = _read_unit(tokens, end, fps)
    if unit is None:
        return None
    end += 1
    rest = _read_seconds(tokens, end) if unit == _MINUTE and between is None else None
    if rest is not None:
        return Duration(value * unit + rest[0], rest[1])
    if _says(tokens, end, "and a half"):
        value, end = value + 0.5, end + 3
    elif _says(tokens, end, "and a quarter"):
        value, end = value + 0.25, end + 3
    return Duration(value * unit, end, between is not None)


def _read_seconds(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """`(1 minute) and 5 seconds`: the seconds, and the token after them."""
    counted = read_count(tokens, at + _says(tokens, at, "and"))
    if counted is None or counted[1] >= len(tokens):
        return None
    return (counted[0], counted[1] + 1) if _SECONDS.get(tokens[counted[1]].lower) == 1.0 else None


def _read_other_end(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """`(two) to three`, `(1.5)-2`: the larger number, and the token after it."""
    joined = at < len(tokens) and tokens[at].lower in ("to", "or", "-", "–")
    return read_count(tokens, at + joined)


def read_count(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """A number in figures or words (not `a` or `half`), and the token after it."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        return (token.value, at + 1) if token.value is not None else None
    if token.lower not in _NUMBER_WORDS:
        return None
    value, end = _NUMBER_WORDS[token.lower], at + 1
    if end < len(tokens) and tokens[end].lower in _TIMES:
        return value * _TIMES[tokens[end].lower], end + 1
    if value >= 20 and end < len(tokens) and 0 < _NUMBER_WORDS.get(tokens[end].lower, 0) < 10:
        value, end = value + _NUMBER_WORDS[tokens[end].lower], end + 1
    if end + 1 < len(tokens) and tokens[end].lower == "point":
        digit = _NUMBER_WORDS.get(tokens[end + 1].lower, 10.0)
        if digit < 10:
            value, end = value + digit / 10, end + 2
    return value, end


def _read_amount(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    for phrase, value in _AMOUNTS:
        if _says(tokens, at, phrase):
            return value, at + len(phrase.split())
    counted = read_count(tokens, at)
    if counted is None:
        return None
    value, end = counted
    if _says(tokens, end, "and a half"):
        return value + 0.5, end + 3
    if _says(tokens, end, "and a quarter"):
        return value + 0.25, end + 3
    return value, end


def _read_unit(tokens: Sequence[Token], at: int, fps: float) -> float | None:
    if at >= len(tokens):
        return None
    word = tokens[at].lower
    return 1.0 / fps if word in _FRAMES else _SECONDS.get(word)


def _says(tokens: Sequence[Token], at: int, phrase: str) -> bool:
    words = phrase.split()
    return [token.lower for token in tokens[at:at + len(words)]] == words
