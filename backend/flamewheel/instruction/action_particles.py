# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a part is moved to: `up`, `to the left`, `slightly open`, `back to normal`."""

from __future__ import annotations

from collections.abc import Sequence

from .action_words import PARTICLES
from .lexicon import DEGREES, EASINGS_SAID, SPEEDS
from .tokens import Token, word_at, word_list

ADVERBS = frozenset(
    word for table in (DEGREES, SPEEDS, EASINGS_SAID) for phrase in table
    for word in phrase.split() if " " not in phrase
) - {"wide", "open", "small", "big", "full", "widely"} | {"half", "then", "halfway"}
_TO_NORMAL = frozenset(word_list("normal neutral rest resting place usual natural default position "
                                 "relaxed its their the a his her where how it they was were "
                                 "original starting state"))
_AFTER_IN = frozenset(word_list("and then again while as slowly quickly slightly but with or "
                                "deeply tightly hard"))


def read_particles(
    tokens: Sequence[Token], at: int, particles: list[str], inner: list[Token], noun: str
) -> int:
    """Takes `up`, `to the left`, `back to normal`, `slightly open`; the token after them."""
    while True:
        word = word_at(tokens, at)
        ahead = at
        while word_at(tokens, ahead) in ADVERBS:
            ahead += 1
        if word == "to" and (side := side_after(tokens, at + 1)):
            particles.append(side[0])
            at = side[1]
        elif word in ("back", "to") and (normal := normal_after(tokens, at + (word == "back"))):
            particles.append("normal")
            at = normal
        elif word == "again":
            particles.append("again")
            at += 1
        elif word in ("as", "so") and word_at(tokens, at + 1) == "wide":
            at += 1
        elif ahead > at and word_at(tokens, ahead) in PARTICLES:
            inner += tokens[at:ahead]
            at = ahead
        elif word in PARTICLES and _ends_here(tokens, at, noun):
            particles.append(word)
            at += 1
        else:
            return at


def _ends_here(tokens: Sequence[Token], at: int, noun: str) -> bool:
    """Not the `in` of `in surprise`, the `out` of `out of fear`, the `right` of `right now`."""
    word, after = word_at(tokens, at), word_at(tokens, at + 1)
    if word in ("left", "right"):
        return noun in ("jaw", "chin")
    if word == "in":
        return at + 1 >= len(tokens) or tokens[at + 1].kind == "mark" or after in _AFTER_IN
    return not (word == "out" and after == "of") and not (word == "open" and after == "the")


def side_after(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    while word_at(tokens, at) in ("the", "her", "his", "its", "their", "one"):
        at += 1
    word = word_at(tokens, at)
    if word == "side" and word_at(tokens, at - 1) == "one":
        return "sideways", at + 1
    if word not in ("left", "right"):
        return None
    return word, at + 1 + (word_at(tokens, at + 1) in ("side", "hand"))


def normal_after(tokens: Sequence[Token], at: int) -> int | None:
    """After `back`: `to normal`, `to where they were`."""
    if word_at(tokens, at) not in ("to", "in", "into"):
        return None
    look = at + 1
    while word_at(tokens, look) in _TO_NORMAL:
        look += 1
    return look if look > at + 1 else None
