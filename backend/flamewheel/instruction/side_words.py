# SPDX-License-Identifier: GPL-3.0-or-later
"""Sides of a face without a part: `on the left`, `a one-sided smile`, `then the right one`."""

from __future__ import annotations

from collections.abc import Sequence

from .part_words import (
    DETERMINERS,
    HALF_WORDS,
    ONLY_AFTER,
    ONLY_BEFORE,
    SIDE_OF,
    Part,
    of_what,
)
from .tokens import Token, word_at, word_list

_AFTER_ONE = frozenset(word_list("and then too also over in for as again slowly quickly as while "
                                "within after alone only"))
_LOPSIDED = frozenset(word_list(
    "crooked lopsided asymmetric asymmetrical uneven onesided wonky skewed"
))
_LEVELS = tuple((tuple(phrase.split()), half) for half, phrases in (
    ("upper face", "above,on top,up top,at the top,on the top"),
    ("lower face", "below,down below,on the bottom,at the bottom"),
) for phrase in phrases.split(","))
_NO_SIDE_AFTER = DETERMINERS | frozenset(word_list("on to at in of from and or then is no more"))
_CROOKEDLY = frozenset(word_list("crookedly lopsidedly asymmetrically unevenly onesidedly"))


def read_place(tokens: Sequence[Token], at: int) -> Part | None:
    """`on the left`, `to one side of the face`, `left only`: a side without a noun, or None."""
    look = at
    if word_at(tokens, at) in _CROOKEDLY:
        return Part(("side",), "one", at + 1, placed=True)
    if word_at(tokens, look) in ONLY_BEFORE:
        look += 1
    placed = word_at(tokens, look) in ("on", "at", "to", "toward", "towards", "in")
    only = look > at
    if placed:
        look += 1
        while word_at(tokens, look) in ONLY_BEFORE:
            look, only = look + 1, True
        while word_at(tokens, look) in DETERMINERS:
            look += 1
    side = SIDE_OF.get(word_at(tokens, look))
    if side not in ("left", "right"):
        return None
    look += 1 + (word_at(tokens, look + 1) == "hand")
    if word_at(tokens, look) in HALF_WORDS:
        look += 1
    of_face = of_what(tokens, look)
    if of_face is not None and of_face[0] == "face":
        look = of_face[1]
    if word_at(tokens, look) in ONLY_AFTER:
        look, only = look + 1, True
    if not (placed or only):
        return None
    return Part(("side",), side, look, only, placed=True)


def read_level(tokens: Sequence[Token], at: int) -> Part | None:
    """`(angry) above`, `on top`, `at the bottom`: half of the face without its name, or None."""
    for phrase, half in _LEVELS:
        end = at + len(phrase)
        if tuple(token.lower for token in tokens[at:end]) == phrase and _ends_clause(tokens, end):
            return Part((half,), None, end, placed=True)
    return None


def read_bare_side(tokens: Sequence[Token], at: int) -> Part | None:
    """`joy left, anger right`: the sides of both, which are said alike, or None."""
    word = word_at(tokens, at)
    other = {"left": "right", "right": "left"}.get(word)
    if other is None or not _behind_a_word(tokens, at):
        return None
    if not any(word_at(tokens, there) == other and _behind_a_word(tokens, there)
               for there in range(len(tokens))):
        return None
    return Part(("side",), SIDE_OF[word], at + 1, placed=True)


def _behind_a_word(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 1] if at > 0 else None
    return (before is not None and before.kind == "word" and before.lower not in _NO_SIDE_AFTER
            and _ends_clause(tokens, at + 1))


def _ends_clause(tokens: Sequence[Token], at: int) -> bool:
    return (at >= len(tokens) or tokens[at].kind == "mark"
            or tokens[at].lower in ("and", "but", "while", "then", "yet"))


def read_sided(tokens: Sequence[Token], at: int) -> Part | None:
    """`crooked`, `one-sided`, `left-sided`, before the emotion of which it is said, or None."""
    word = word_at(tokens, at)
    if word in _LOPSIDED:
        return Part(("side",), "one", at + 1)
    if word in ("one", "left", "right") and word_at(tokens, at + 1) == "sided":
        return Part(("side",), SIDE_OF[word], at + 2)
    return None


def read_the_other(tokens: Sequence[Token], at: int, mentioned: Part | None) -> Part | None:
    """`(raise the left brow, then) the right one`: the part spoken of last, another side."""
    if mentioned is None or word_at(tokens, at) not in ("the", "his", "her", "its", "their"):
        return None
    side = SIDE_OF.get(word_at(tokens, at + 1))
    if side is None or side == "one":
        return None
    end = at + 2 + (word_at(tokens, at + 2) in ("one", "side"))
    if end < len(tokens) and tokens[end].kind == "word" and word_at(tokens, end) not in _AFTER_ONE:
        return None
    return Part(mentioned.nouns, side, end)
