# SPDX-License-Identifier: GPL-3.0-or-later
"""What alone may move: `only move the mouth: …`, `…, moving only the brows`, `mouth only: …`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .part_words import ONLY_AFTER, ONLY_BEFORE, Part, read_part
from .tokens import Token, word_at, word_list

_MOVES = frozenset(word_list("move moves moving animate animates animating use uses using change "
                             "changes changing engage engages engaging involve involves involving "
                             "affect affects affecting work works working moved"))
_USES = frozenset(("use", "uses", "using"))
_AUXILIARIES = frozenset(word_list("should may must can will is are be being do does to shall"))
_AFTER = frozenset(word_list("as while when whilst during over in within for and then but from "
                             "throughout slowly quickly gradually suddenly here now"))
"""What may follow; after `to` and `up` it is said how the part moves, not that it alone does."""


def read_scope(tokens: Sequence[Token], at: int) -> Part | None:
    """The parts that alone may move, as said from token `at` on, or None."""
    look, only = _past_only(tokens, at)
    moves = word_at(tokens, look) in _MOVES
    if moves:
        look, only_too = _past_only(tokens, look + 1)
        only = only or only_too
    part = read_part(tokens, look)
    if part is None:
        return None
    end = part.end
    if not moves:
        while word_at(tokens, end) in _AUXILIARIES:
            end += 1
        moves = word_at(tokens, end) in _MOVES
        end = end + 1 if moves else part.end
    if word_at(tokens, end) in ONLY_AFTER:
        only, end = True, end + 1
    last = word_at(tokens, end)
    titled = last == ":"
    used = last == "to" and any(token.lower in _USES for token in tokens[at:look])
    ends = end >= len(tokens) or tokens[end].kind == "mark" or last in _AFTER or used
    if not (only or part.only) or not (moves or titled) or not ends:
        return None
    return replace(part, end=end, only=True)


def _past_only(tokens: Sequence[Token], at: int) -> tuple[int, bool]:
    """The token after `only` or `nothing but`, and whether there was one."""
    look = at
    while word_at(tokens, look) in ONLY_BEFORE or (
        word_at(tokens, look) == "nothing" and word_at(tokens, look + 1) in ("but", "except")
    ):
        look += 2 if word_at(tokens, look) == "nothing" else 1
    return look, look > at
