# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt words of the face, of time and of manner: what may have been meant."""

from __future__ import annotations

import functools

from .suggestions import SpellingIndex
from .tokens import word_list

_WORDS = word_list(
    "slowly suddenly quickly gradually smoothly linearly instantly immediately abruptly gently "
    "slightly strongly extremely barely completely really very brow brows eyebrow eyebrows "
    "forehead eye eyes eyelid eyelids nose nostril nostrils cheek cheeks mouth lip lips jaw chin "
    "tongue corner corners upper lower inner outer left right side sides both only raise raised "
    "lower lowered close closed open opened widen squint narrow wrinkle pucker purse press tighten "
    "stretch blink wink second seconds minute minutes millisecond milliseconds frame frames half "
    "hold keep stay remain back return between through without while before after then finally "
    "afterwards expression expressions emotion emotions face turn change transform modify replace "
    "morph transition becomes become neutral"
)
_SHORTEST = 4  # letters; shorter words have too many neighbours


def small_words_meant(word: str) -> tuple[str, ...]:
    """At most two small words that `word` (in lower case) may stand for; none if nothing is near.

    For suggestions only: nothing is read as what it may have been meant for.
    """
    if len(word) < _SHORTEST or word in _WORDS:
        return ()
    return tuple(known for _, known in _index().near(word))[:2]


@functools.cache
def _index() -> SpellingIndex:
    return SpellingIndex(_WORDS)
