# SPDX-License-Identifier: GPL-3.0-or-later
"""How often: `twice`, `three times`, `repeat that twice`."""

from __future__ import annotations

from collections.abc import Sequence

from .durations import read_count
from .tokens import Token, word_at, word_list

_OFTEN = {"twice": 2, "thrice": 3}
_VAGUE = (("a couple of times", 2), ("a few times", 3), ("few times", 3), ("several times", 4),
          ("over and over again", 3), ("over and over", 3), ("again and again", 3))
"""Design choices, as the vague lengths of time."""
_AGAIN = frozenset(word_list("repeat repeats repeated repeating loop loops looped"))
_ALL = frozenset(word_list("this that it them the whole thing everything all sequence cycle "
                           "animation steps"))
_COMPARING = frozenset(("as", "more", "stronger", "the", "faster", "slower"))


def read_times(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """How often from token `at` on, and the token after it, or None."""
    look = at
    if word_at(tokens, at) in _AGAIN or (
        word_at(tokens, at) in ("do", "does") and word_at(tokens, at + 1) in ("this", "that", "it")
    ):
        look += 1
        while word_at(tokens, look) in _ALL:
            look += 1
    counted = _count(tokens, look)
    if counted is not None:
        return None if word_at(tokens, counted[1]) in _COMPARING else counted
    ends = look >= len(tokens) or tokens[look].kind == "mark"
    return (2, look) if word_at(tokens, at) in _AGAIN and ends else None


def _count(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    for phrase, times in _VAGUE:
        end = at + len(phrase.split())
        if " ".join(token.lower for token in tokens[at:end]) == phrase:
            return times, end
    if word_at(tokens, at) in _OFTEN:
        return _OFTEN[word_at(tokens, at)], at + 1
    counted = read_count(tokens, at)
    if counted is None or word_at(tokens, counted[1]) not in ("times", "x", "×"):
        return None
    value = counted[0]
    whole = 1 <= value <= 10**6 and value == int(value)
    return (int(value), counted[1] + 1) if whole else None
