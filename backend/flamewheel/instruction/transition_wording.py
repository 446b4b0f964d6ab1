# SPDX-License-Identifier: GPL-3.0-or-later
"""How transitions are asked for in what is learned from (paper 002, table I), and in what is
measured with: words and a sentence that nobody learned."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from ..wheel.lexicon import BASE_WORDS, LEXICON
from ..wheel.words import own_prototype
from ..wheel_names import NEUTRAL

TEMPLATES = (
    "Turn this face from {} to {}.",
    "Change this face from {} to {}.",
    "Transform this face from {} to {}.",
    "Modify this face, changing it from {} to {}.",
    "Replace this face from {} to {}.",
)
"""Paper 002, table I."""
UNSEEN_TEMPLATE = "Make this face go from {} to {}."
"""A sixth one, which nothing is taught with."""

LABELS = {
    "Joy": "happiness", "Disgust": "disgust", "Anger": "anger", "Fear": "fear",
    "Surprise": "surprise", "Contempt": "contempt", "Sadness": "sadness", NEUTRAL: "neutral",
}
"""Emotion on the wheel -> the word of paper 002, table I: the eight that are learned."""

BASIC_RANGE = (0.75, 1.25)  # intensities that a word for an emotion's basic face may have
RESERVED_SHARE = 3  # one synonym in so many is kept for measuring: a design choice
STEM = 4  # letters that words of one family share: disdain, disdainful


def sentence(template: str, start: str, end: str) -> str:
    """A template with its two words."""
    return template.format(start, end)


def seen_words(emotion: str) -> tuple[str, ...]:
    """The label of `emotion` and the synonyms that may be taught."""
    return (LABELS[emotion], *(word for word in _synonyms(emotion) if not is_reserved(word)))


def unseen_words(emotion: str) -> tuple[str, ...]:
    """Synonyms that are kept for measuring; the label where an emotion has none."""
    return tuple(filter(is_reserved, _synonyms(emotion))) or (LABELS[emotion],)


def is_reserved(word: str) -> bool:
    """One word in RESERVED_SHARE with all that begin alike, by SHA-256: the same however the
    lexicon grows.  No label."""
    if word in LABELS.values():
        return False
    return int(hashlib.sha256(word[:STEM].encode()).hexdigest(), 16) % RESERVED_SHARE == 0


def unseen_sentence(start: str, end: str, chance: np.random.Generator) -> str:
    """From one emotion to another in words and a sentence that were not taught."""
    return sentence(UNSEEN_TEMPLATE, str(chance.choice(unseen_words(start))),
                    str(chance.choice(unseen_words(end))))


@lru_cache(maxsize=len(LABELS))
def _synonyms(emotion: str) -> tuple[str, ...]:
    """Single words of the lexicon for the basic face of `emotion`, as dictionaries have them."""
    found = []
    for word in BASE_WORDS:
        point = own_prototype(LEXICON[word])
        if (point.second is not None or point.first.emotion != emotion or " " in word
                or word.endswith("ly") or word in LABELS.values()):
            continue
        low, high = (0.0, 0.0) if emotion == NEUTRAL else BASIC_RANGE
        if low <= point.first.intensity <= high:
            found.append(word)
    return tuple(sorted(found))
