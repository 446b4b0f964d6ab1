# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence as words, numbers and marks with their places, and what cannot be a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import InstructionError
from .plan import Span

MAX_CHARACTERS = 2000
"""Longest text that is read; a design choice: some 200 steps."""

EXAMPLE = "Try: 'from disgust to happiness over two seconds, then hold, then surprise'."

_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}

_PATTERN = re.compile(
    r"""
    (?P<arrow> -+>|=>|[→⇒➔➜>])
    | (?P<number> (?:(?<![\w.,])[-−])? (?:\d+/\d+ | \d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?
        | \.\d+ | [½¼¾]) (?P<percent>\s?%)? )
    | (?P<word> [^\W\d_]+(?:['’][^\W\d_]+)* )
    | (?P<mark> \n | [^\w\s] | _ )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A word, a number (its value too) or a mark, and where it stands."""

    kind: Literal["word", "number", "percent", "mark"]
    lower: str
    span: Span
    value: float | None = None  # of a number (of a percentage: 1 = 100 %); None: unreadable


def word_list(words: str) -> tuple[str, ...]:
    """Words between blanks, as tables of words are written here."""
    return tuple(words.split())


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The token at `at` in lower case; empty where there is none."""
    return tokens[at].lower if 0 <= at < len(tokens) else ""


def refuse(code: str, text: str, span: Span, what: str, hint: str = EXAMPLE) -> InstructionError:
    """An InstructionError that says where: `what` has `{word}` and `{at}` filled in.

    The message quotes the text about the place, the place itself in square brackets.
    """
    start, end = span
    before, after = text[max(0, start - 40):start], text[end:end + 40]
    excerpt = " ".join(f"{before}[{text[start:end]}]{after}".split())
    dots = ("…" if start > 40 else "", "…" if end + 40 < len(text) else "")
    said = what.format(word=" ".join(text[start:end].split()), at=f"character {start + 1}")
    return InstructionError(code, f'{said} In: "{dots[0]}{excerpt}{dots[1]}"', hint, span)


def check_text(text: str) -> None:
    """Raises InstructionError `empty`, `too-long`, `bad-character` or `not-english`."""
    if not text.strip():
        raise InstructionError("empty", "The instruction is empty.", EXAMPLE)
    if len(text) > MAX_CHARACTERS:
        raise InstructionError(
            "too-long",
            f"The instruction has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.",
            "Split it into several instructions.",
        )
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        if (category == "Cc" and character not in "\t\n\r") or category in ("Cs", "Co", "Cn"):
            raise InstructionError(
                "bad-character",
                f"Character {at + 1} (U+{ord(character):04X}) is no text.",
                "Type the instruction again, or paste it as plain text.",
                (at, at + 1),
            )


def not_english(text: str, language: str | None, span: Span) -> InstructionError:
    """The refusal of another language, by its name where that is known."""
    is_what = "is not" if language is None else f"is {language}"
    return refuse(
        "not-english", text, span,
        f"Only English is understood; '{{word}}' at {{at}} {is_what}.", EXAMPLE,
    )


def tokenise(text: str) -> list[Token]:
    """Words in lower case, numbers with values, marks; hyphens within words are left out."""
    tokens: list[Token] = []
    for found in _PATTERN.finditer(text):
        span = found.span()
        if found["arrow"]:
            tokens.append(Token("mark", "→", span))
        elif found["number"]:
            tokens.append(_number(found, span))
        elif found["word"]:
            tokens.append(Token("word", found["word"].lower().replace("’", "'"), span))
        elif not _joins_words(text, span):
            tokens.append(Token("mark", found["mark"], span))
    return tokens


def _joins_words(text: str, span: Span) -> bool:
    """A hyphen with letters or digits hard on both sides, as in `half-second`."""
    start, end = span
    return (
        text[start] in "-‐‑" and start > 0 and end < len(text)
        and text[start - 1].isalnum() and text[end].isalnum()
    )


def _number(found: re.Match[str], span: Span) -> Token:
    percent = found["percent"] is not None
    written = found["number"].replace("−", "-")
    value = _value(written.rstrip("% \t\n"))
    if percent and value is not None:
        value /= 100
    return Token("percent" if percent else "number", written, span, value)


def _value(written: str) -> float | None:
    """The number; `1,000` is a thousand, `1,5` one and a half, `1.2.3` nothing."""
    sign = -1.0 if written.startswith("-") else 1.0
    digits = written.lstrip("-")
    if digits in _FRACTIONS:
        return sign * _FRACTIONS[digits]
    if "/" in digits:
        top, bottom = digits.split("/")
        return sign * int(top) / int(bottom) if int(bottom) else None
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    try:
        return sign * float(digits.replace(",", "."))
    except ValueError:
        return None
