# SPDX-License-Identifier: GPL-3.0-or-later
"""The words people use for emotions, and where on the wheel each lies.

Plutchik's 24 ring names and 24 dyads come from `wheel_names` (Plutchik 2001).  All others stand in
`emotion_words.csv` with their place and where it comes from: `Shaver 1987` are the words of the
tree of Shaver, Schwartz, Kirson and O'Connor (J. Pers. Soc. Psychol. 52), `Russell 1980` those of
the circumplex (J. Pers. Soc. Psychol. 39), `data sets` the labels of AffectNet, RAF-DB, FER and
CK+; which words these are was written from memory.  Every place is a design choice: the nearest
emotion or pair of the wheel, the nearest ring or half way between two, in the order of strength
that word lists such as NRC-VAD have (from memory, too: no number of theirs was taken).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..wheel_names import DYAD_SYNONYMS, DYADS, MILD_BASIC_INTENSE, NEUTRAL
from .points import BASIC, INTENSE, MILD, WheelMix, WheelPoint
from .word_forms import adverb, compared, in_every_person, phrase_forms, state, verb_forms

COMPARATIVE, SUPERLATIVE = 1.25, 1.5
"""Factors on a word's intensity: `happier` is what an instruction's `more happy` is, `happiest` as
much over that; design choices.  Nothing goes beyond INTENSE."""

Part = Literal[
    "adjective",  # with its adverb and its noun in -ness
    "adjective er",  # and with comparative and superlative
    "adjective only",  # with no other form
    "noun", "phrase",
    "verb",  # in all its forms
    "verb cause",  # says what frightens, not who is frightened: its -ing form is not of the face
    "verb phrase",  # its first word in all its forms
]


@dataclass(frozen=True)
class EmotionWord:
    """A row of the table."""

    word: str
    part: Part
    mix: WheelMix
    forms: tuple[str, ...]  # irregular ones, besides the regular
    source: str


def normalised(word: str) -> str:
    """Lower case, single spaces, no hyphens: the form of `LEXICON`'s keys."""
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


def dyad_mix(name: str, intensity: float = BASIC) -> WheelMix:
    """The two halves of a dyad of the wheel, each at `intensity`."""
    first, second = DYADS[name]
    return WheelMix(WheelPoint(first, intensity), WheelPoint(second, intensity))


def read_words() -> tuple[EmotionWord, ...]:
    """All rows of `emotion_words.csv`."""
    text = Path(__file__).with_name("emotion_words.csv").read_text(encoding="utf-8")
    places: dict[tuple[str, str], WheelMix] = {}
    found: list[EmotionWord] = []
    for word, part, emotion, intensity, forms, source in list(csv.reader(io.StringIO(text)))[1:]:
        place = emotion, intensity
        if place not in places:
            places[place] = _place(emotion, intensity)
        found.append(EmotionWord(word, part, places[place], tuple(forms.split()), source))  # type: ignore[arg-type]
    return tuple(found)


def _place(emotion: str, intensity: str) -> WheelMix:
    """`Joy`, `Love` or `Joy+Anger`, at one number or one for each."""
    names = DYADS.get(emotion) or tuple(emotion.split("+"))
    numbers = [float(number) for number in intensity.split()] * len(names)
    points = [WheelPoint(name, number) for name, number in zip(names, numbers, strict=False)]
    return WheelMix(*points)


def _forms(entry: EmotionWord) -> Iterable[tuple[str, float]]:
    """Everything the word may be written as, and the factor on its intensity."""
    word, part = entry.word, entry.part
    if part == "phrase":
        yield from ((phrase, 1.0) for phrase in in_every_person(word))
        return
    if part == "verb phrase":
        for phrase in phrase_forms(word):
            yield from ((one, 1.0) for one in in_every_person(phrase))
        return
    yield word, 1.0
    yield from ((form, 1.0) for form in entry.forms)
    if part.startswith("verb"):
        _, third, past, doing = verb_forms(word)
        others = (third,) if entry.forms else (third, past)
        says_doing = part == "verb cause" or any(form.endswith("ing") for form in entry.forms)
        of_doing = () if says_doing else (doing, f"{doing}ly")
        yield from ((form, 1.0) for form in (*others, *of_doing))
    elif part in ("adjective", "adjective er"):
        made = (adverb(word), state(word))
        yield from ((form, 1.0) for form in made if form is not None)
    if part == "adjective er":
        comparative, superlative = compared(word)
        yield from ((comparative, COMPARATIVE), (superlative, SUPERLATIVE))


def _stronger(mix: WheelMix, factor: float) -> WheelMix:
    if factor == 1.0:
        return mix
    return WheelMix(*(WheelPoint(point.emotion, min(point.intensity * factor, INTENSE))
                      for point in mix.points))


def _entries(words: Iterable[EmotionWord]) -> dict[str, WheelMix]:
    """The wheel's own names, then all words as the table has them, then the forms made of them."""
    entries: dict[str, WheelMix] = {}
    for emotion, rings in MILD_BASIC_INTENSE.items():
        for name, intensity in zip(rings, (MILD, BASIC, INTENSE), strict=True):
            entries[name.lower()] = WheelMix(WheelPoint(emotion, intensity))
    entries[NEUTRAL.lower()] = WheelMix(WheelPoint(NEUTRAL, 0.0))
    for name in DYADS:
        entries[name.lower()] = dyad_mix(name)
    for synonym, name in DYAD_SYNONYMS.items():
        entries[synonym.lower()] = dyad_mix(name)
    for entry in words:
        if "one" not in entry.word:
            entries.setdefault(entry.word, entry.mix)
    for entry in words:
        for form, factor in _forms(entry):
            if form not in entries:
                entries[form] = _stronger(entry.mix, factor)
    return entries


_WORDS = read_words()
LEXICON: Mapping[str, WheelMix] = _entries(_WORDS)
"""Word or phrase in lower case -> the one or two points of the wheel that it names."""

BASE_WORDS: tuple[str, ...] = tuple(dict.fromkeys((
    *(name.lower() for rings in MILD_BASIC_INTENSE.values() for name in rings),
    NEUTRAL.lower(), *(name.lower() for name in (*DYADS, *DYAD_SYNONYMS)),
    *(entry.word for entry in _WORDS if "phrase" not in entry.part),
)))
"""The single words of `LEXICON` without the forms made of them: what to suggest to people."""

SHOWN: frozenset[str] = frozenset(
    form for entry in _WORDS if entry.part == "verb" for form, _ in _forms(entry)
    if not form.endswith("ly")
) - {name.lower() for name in (*DYADS, *(ring for rings in MILD_BASIC_INTENSE.values()
                                         for ring in rings))}
"""Verbs of a face and of feeling, in all their forms, but for those that are names on the wheel."""
