# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the emotion that words name, and suggests one where none is known."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping, Sequence

from ..wheel.lexicon import LEXICON
from ..wheel.points import WheelMix
from ..wheel_names import NEUTRAL
from .lexicon import shown_emotions
from .plan import EmotionMix


class Vocabulary:
    """Which phrases name which emotions: the wheel's words, then the verbs that show them."""

    longest = 4  # words in a phrase

    def __init__(self, wheel_words: Mapping[str, EmotionMix]) -> None:
        """`wheel_words`: phrases in lower case -> emotion; they win over the verbs."""
        merged = {**shown_emotions(), **wheel_words}
        self._mixes = {
            tuple(phrase.lower().replace("-", " ").split()): mix for phrase, mix in merged.items()
        }
        self._words = sorted(merged)

    def find(self, words: Sequence[str]) -> tuple[EmotionMix, int] | None:
        """The emotion that the first words name, and how many words name it."""
        for count in range(min(self.longest, len(words)), 0, -1):
            mix = self._mixes.get(tuple(words[:count]))
            if mix is not None:
                return mix, count
        return None

    def find_form(self, word: str) -> EmotionMix | None:
        """The emotion that `word` names in another form (happily, worries), or None."""
        for stem in _stems(word):
            mix = self._mixes.get((stem,))
            if mix is not None:
                return mix
        return None

    def suggest(self, word: str) -> tuple[str, ...]:
        """Three emotion words, the most alike first, each for another emotion."""
        chosen: dict[EmotionMix, str] = {}
        usual = ("happiness", "sadness", "anger")
        for near in [*difflib.get_close_matches(word.lower(), self._words, 12, 0.55), *usual]:
            mix = self._mixes.get((near,))
            if mix is not None:
                chosen.setdefault(mix, near)
        return tuple(chosen.values())[:3]

    def misspelt(self, word: str) -> bool:
        """So near an emotion word (in lower case) that it was surely meant for one.

        First letters are seldom mistyped, and looking only at words that begin alike keeps the
        longest text quick.
        """
        if len(word) < 5:
            return False
        alike = [
            known for known in self._words
            if known[0] == word[0] and abs(len(known) - len(word)) <= 2
        ]
        return bool(difflib.get_close_matches(word, alike, 1, 0.86))


@functools.cache
def default_vocabulary() -> Vocabulary:
    """The wheel's words and the verbs that show emotions."""
    return Vocabulary({phrase: mix_from_wheel(mix) for phrase, mix in LEXICON.items()})


def mix_from_wheel(mix: WheelMix) -> EmotionMix:
    """A word's place on the wheel as a step's target; neutral has no strength to speak of."""
    first, second = mix.first, mix.second
    if first.emotion == NEUTRAL:
        return EmotionMix(NEUTRAL)
    if second is None:
        return EmotionMix(first.emotion, first.intensity)
    return EmotionMix(first.emotion, first.intensity, second.emotion, second.intensity)


def _stems(word: str) -> tuple[str, ...]:
    """What `word` may be a form of: happily -> happy, worries -> worry, grieving -> grieve."""
    if len(word) < 5:
        return ()
    stems: list[str] = []
    for ending, others in _ENDINGS:
        if word.endswith(ending):
            stems += [word[: -len(ending)] + other for other in others]
    return tuple(stem for stem in stems if len(stem) >= 3)


_ENDINGS = (
    ("ily", ("y",)), ("ly", ("", "le")), ("'s", ("",)), ("iness", ("y",)), ("ness", ("",)),
    ("ies", ("y",)), ("ied", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ed", ("", "e")),
    ("ing", ("", "e")), ("ier", ("y",)), ("iest", ("y",)), ("er", ("", "e")), ("est", ("", "e")),
)
