# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of writing that are put into plain words before they are read: `1) joy 2) fear`, `joy=0.5`,
`half of the face`, `take the anger away`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .part_words import DETERMINERS
from .tokens import Token, word_at, word_list

_EQUALS = frozenset(("=", "*", "×", "x", ":"))
_MOST_AS_FACTOR = 2.0
"""`joy=0.5` is a factor, `joy=50` a percentage: nobody asks for twice the wheel's reach."""
_NUMBERED_BY = frozenset((".", ")", ":"))
_LENGTH_AHEAD = frozenset(word_list("over in within for during after about around of than"))
_FACES = frozenset(("face", "visage"))
_WHICH_HALF = frozenset(word_list("left right one other upper lower top bottom first second"))
_NO_NOUN = frozenset(word_list("and then but while for in over with at to as or yet"))
_TAKES = frozenset(word_list("take takes taking took put puts putting push pushes pushing wash "
                             "washes throw throws"))
_FARTHEST_AWAY = 5


def in_plain_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens as they are read; each keeps its place in the text."""
    return _opened(_mouthed(_taken_away(_halves(_factors(_numbered(list(tokens)))))))


def _opened(tokens: list[Token]) -> list[Token]:
    """`keep the lips closed, then open into a grin`: it is the mouth that opens."""
    plain: list[Token] = []
    lips = False
    for at, token in enumerate(tokens):
        plain.append(token)
        lips = lips or token.lower in ("lip", "lips", "mouth")
        if (lips and token.lower in ("open", "opens") and word_at(tokens, at + 1) == "into"
                and word_at(tokens, at - 1) in ("then", "and", ",")):
            plain += [Token("word", word, token.span) for word in ("the", "mouth")]
    return plain


def _mouthed(tokens: list[Token]) -> list[Token]:
    """`open-mouthed surprise`: surprise with an open mouth; alone it is an emotion word."""
    plain: list[Token] = []
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if (token.lower == "mouthed" and word_at(tokens, at - 1) == "open"
                and following is not None and following.kind == "word"
                and following.lower not in _NO_NOUN):
            plain.insert(len(plain) - 1, Token("word", "an", plain[-1].span))
            plain.append(replace(token, lower="mouth"))
        else:
            plain.append(token)
    return plain


def _numbered(tokens: list[Token]) -> list[Token]:
    """`1. joy 2. fear`, `(1) joy (2) fear`: each number begins a sentence."""
    places = [
        at for at, token in enumerate(tokens[:-2])
        if token.kind == "number" and word_at(tokens, at + 1) in _NUMBERED_BY
        and tokens[at + 2].kind == "word" and word_at(tokens, at - 1) not in _LENGTH_AHEAD
    ]
    values = [tokens[at].value for at in places]
    if len(places) < 2 or values != [float(value) for value in range(1, len(places) + 1)]:
        return tokens
    numbers = set(places)
    return [
        Token("mark", ".", token.span) if at in numbers else token
        for at, token in enumerate(tokens) if at - 1 not in numbers
    ]


def _factors(tokens: list[Token]) -> list[Token]:
    """`joy=0.5`, `joy x 0.5`, `joy: 0.5`: how strong."""
    plain: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        sign = token.lower in _EQUALS and at > 0 and tokens[at - 1].kind == "word"
        number = tokens[at + 1] if sign and at + 1 < len(tokens) else None
        after = tokens[at + 2] if at + 2 < len(tokens) else None
        counts = after is not None and after.kind == "word" and token.lower == ":"
        value = None if number is None else number.value
        if number is not None and number.kind != "mark" and value is not None and not counts:
            whole = number.kind == "number" and value > _MOST_AS_FACTOR
            share = value / 100 if whole else value
            named = plain.pop()
            place = named.span[0]
            plain += [Token("percent", number.lower, (place, place), share),
                      replace(named, span=(place, number.span[1]))]
            at += 2
        else:
            plain.append(token)
            at += 1
    return plain


def _halves(tokens: list[Token]) -> list[Token]:
    """`half of the face`: one half, of which no side is said."""
    plain: list[Token] = []
    told = False
    for at, token in enumerate(tokens):
        if token.lower == "half" and word_at(tokens, at - 1) not in _WHICH_HALF:
            if told and word_at(tokens, at - 1) in (",", "and", ";", "&"):
                plain += [Token("word", word, token.span) for word in ("the", "other")]
            look = at + 1 + (word_at(tokens, at + 1) == "of")
            look += word_at(tokens, look) in DETERMINERS
            if word_at(tokens, look) in _FACES and look > at + 1:
                plain.append(Token("word", "one", token.span))
                told = True
        plain.append(token)
    return plain


def _taken_away(tokens: list[Token]) -> list[Token]:
    """`take the anger away`: take away the anger."""
    plain = list(tokens)
    for at, token in enumerate(tokens):
        if token.lower not in _TAKES:
            continue
        for look in range(at + 2, min(at + _FARTHEST_AWAY, len(tokens))):
            if tokens[look].kind != "word":
                break
            if tokens[look].lower in ("away", "off"):
                between = tokens[at + 1:look]
                plain[at] = replace(token, lower="take")
                away = replace(tokens[look], lower="away", span=token.span)
                plain[at + 1:look + 1] = [away, *between]
                break
    return plain
