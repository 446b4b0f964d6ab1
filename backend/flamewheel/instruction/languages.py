# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells that a text is in another language, and which one where that is sure."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Sequence

from .language_words import LANGUAGES, LOANS, TRANSLATED, Language
from .plan import Span

Word = tuple[str, Span]
"""A word in lower case and its place."""

_ONLY_THERE = (
    ("Ukrainian", "іїєґ"), ("Serbian", "јљњђћџ"), ("Belarusian", "ў"), ("Russian", "ыэёъ"),
    ("Urdu", "ٹڈںے"), ("Persian", "پچژگیک"),
)
"""Letters that tell the language among those of one script, the surest first."""
_SCRIPTS = {
    "CYRILLIC": "in Cyrillic letters", "CJK": "Chinese", "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean", "GREEK": "Greek", "ARABIC": "Arabic", "HEBREW": "Hebrew", "THAI": "Thai",
    "DEVANAGARI": "Hindi", "BENGALI": "Bengali", "TAMIL": "Tamil", "TELUGU": "Telugu",
    "GEORGIAN": "Georgian", "ARMENIAN": "Armenian", "GUJARATI": "Gujarati", "LAO": "Lao",
    "KHMER": "Khmer", "MYANMAR": "Burmese", "SINHALA": "Sinhala", "ETHIOPIC": "Amharic",
    "KANNADA": "Kannada", "MALAYALAM": "Malayalam", "GURMUKHI": "Punjabi", "TIBETAN": "Tibetan",
}
"""First word of a letter's Unicode name -> the language it most often stands for."""
_SIGNS = ("LATIN", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "KELVIN", "ANGSTROM", "OHM")
"""Letters in the Unicode sense that English texts may have: 3ʳᵈ, 1ª, µ."""
_LOANS_BY_FIRST = {
    first: tuple(loan for loan in LOANS if loan[0] == first) for first, *_ in LOANS
}


def foreign_language(
    text: str, words: Sequence[Word], is_english: Callable[[str], bool]
) -> tuple[str | None, Span] | None:
    """The language of `text` (None: not sure which) and the place that shows it; None for English.

    A letter of another script is enough.  In Latin letters at least two words must be of another
    language and of no English, and more than there are English ones; of a text without any
    English word an emotion is enough.  English with a borrowed word or a name stays English.
    """
    return _other_script(text) or _other_words(_without_loans(words), is_english)


def _other_script(text: str) -> tuple[str | None, Span] | None:
    if text.isascii():
        return None
    first: int | None = None
    scripts: set[str] = set()
    for at, character in enumerate(text):
        if character.isascii() or not unicodedata.category(character).startswith("L"):
            continue
        name = unicodedata.name(character, "").split(" ")[0].split("-")[0]
        if name not in _SIGNS and "LATIN" not in unicodedata.name(character, ""):
            first = at if first is None else first
            scripts.add(name)
    if first is None:
        return None
    end = first + 1
    while end < len(text) and unicodedata.category(text[end])[0] in "LM":
        end += 1
    return _of_script(text, scripts), (first, end)


def _of_script(text: str, scripts: set[str]) -> str | None:
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return "Japanese"
    lower = set(text.lower())
    told = next((name for name, letters in _ONLY_THERE if lower & set(letters)), None)
    if told is not None:
        return told
    named = {_SCRIPTS.get(script) for script in scripts}
    return named.pop() if len(named) == 1 else None


def _without_loans(words: Sequence[Word]) -> list[Word]:
    kept: list[Word] = []
    at = 0
    while at < len(words):
        loan = next((phrase for phrase in _LOANS_BY_FIRST.get(words[at][0], ())
                     if tuple(word for word, _ in words[at:at + len(phrase)]) == phrase), None)
        if loan is None:
            kept.append(words[at])
        at += len(loan) if loan else 1
    return kept


def _other_words(
    words: Sequence[Word], is_english: Callable[[str], bool]
) -> tuple[str | None, Span] | None:
    english = {word for word, _ in words if is_english(word)}
    if all(word in english for word, _ in words):
        return None
    scores: list[tuple[int, int, Language]] = []
    for language in LANGUAGES:
        of_it = [word for word, _ in words if _belongs(word, language)]
        scores.append((sum(word not in english for word in of_it), len(of_it), language))
    strong, hits, language = max(scores, key=lambda score: score[:2])
    others = sum(word in english and not _belongs(word, language) for word, _ in words)
    alone = not english and any(word in TRANSLATED for word, _ in words)
    if strong == 0 or not (alone or (strong >= 2 and hits > others)):
        return None
    sure = sum(score[:2] == (strong, hits) for score in scores) == 1
    place = next(span for word, span in words if word not in english and _belongs(word, language))
    return language.name if sure else None, place


@functools.lru_cache(maxsize=8192)
def _belongs(word: str, language: Language) -> bool:
    if word in language.words or not language.letters.isdisjoint(word):
        return True
    return word.startswith(language.stems) if language.stems else False
