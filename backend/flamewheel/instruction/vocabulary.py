# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the emotion that words name, and suggests one where none is known."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile

from ..wheel.lexicon import BASE_WORDS, LEXICON
from ..wheel.points import WheelMix
from ..wheel_names import NEUTRAL
from .language_words import TRANSLATED
from .lexicon import FILLERS, function_phrases, mixed_emotions
from .near_meanings import NEAR_MEANINGS
from .ordinary_words import ORDINARY_WORDS
from .plan import EmotionMix
from .suggestions import SpellingIndex, of_same_root, undoubled
from .tokens import Token

MOST_SUGGESTED = 3
_USUAL = ("happiness", "sadness", "anger")
_SHORTEST_MISSPELT = 5  # letters; shorter words have too many ordinary neighbours (sand, care)
_CHANGED, _TWICE = 8, 10
"""Letters from which a changed one, and two mistakes, are still surely the same word: short words
have ordinary neighbours that differ by a letter (cower and cover, shame and shape)."""
_LIKE = 0.75  # of an emotion that something is -ish: as `rather`; a design choice
_REMEMBERED = 4096  # words whose neighbours are kept: more than the longest text has
_LONGEST_WORD = 30  # letters; beyond them nothing is like any word


_ADDED = ("d", "ed", "n", "y", "ly", "ing", "ful", "ous")
_TAKEN = ("s", "es", "er", "ers", "r", "rs", "ment", "able", "ing", "ation")
"""Endings by which an ordinary word may differ from an emotion word: neither is misspelt."""


class Vocabulary:
    """Which phrases name which emotions: the wheel's words, then emotions that it cannot mix."""

    def __init__(
        self, wheel_words: Mapping[str, EmotionMix], base_words: Iterable[str] = ()
    ) -> None:
        """`wheel_words`: phrases in lower case -> emotion.  `base_words`: suggested first."""
        merged = {**mixed_emotions(), **wheel_words}
        self._mixes = {
            tuple(phrase.lower().replace("-", " ").split()): mix for phrase, mix in merged.items()
        }
        self.longest = max(map(len, self._mixes))  # words in a phrase
        self._single = tuple(dict.fromkeys((
            *(word for word in base_words if word in merged),
            *(word for word in merged if " " not in word and not word.endswith(("edly", "ness"))),
        )))

    def find(self, words: Sequence[str]) -> tuple[EmotionMix, int] | None:
        """The emotion that the first words name, and how many words name it."""
        for count in range(min(self.longest, len(words)), 0, -1):
            mix = self._mixes.get(tuple(words[:count]))
            if mix is not None:
                return mix, count
        return None

    def idiom_ends(self, tokens: Sequence[Token], at: int) -> int:
        """The token after an emotion phrase of several words that begins at `at`, else `at`: what
        it is made of (`heart in one's mouth`) is then neither a part of the face nor a body's."""
        near = takewhile(lambda token: token.kind == "word", tokens[at:at + self.longest])
        found = self.find([token.lower for token in near])
        return at + found[1] if found is not None and found[1] > 1 else at

    def find_form(self, word: str) -> EmotionMix | None:
        """The emotion of a form that is not listed, `joy's` or `saddish`; or None.

        All other forms are listed (`wheel.lexicon`): guessing at endings would make ordinary words
        into emotions (careless, interesting).
        """
        owner = word.removesuffix("'s")
        if owner != word:
            return self._mixes.get((owner,))
        stem = word.removesuffix("ish")
        if stem == word or len(stem) < 3:
            return None
        for known in (stem, f"{stem}y", stem[:-1], f"{stem}e"):
            mix = self._mixes.get((known,))
            if mix is not None and not mix.is_plain:
                return mix.scaled(_LIKE)
        return None

    def is_english(self, word: str) -> bool:
        """Whether `word` (in lower case) is known here: an emotion, a small or an ordinary word."""
        return word in self._known or word in ORDINARY_WORDS or _is_small(word)

    def suggest(self, word: str) -> tuple[str, ...]:
        """At most three emotion words that may have been meant, the likeliest first, each for
        another emotion; none where nothing is near."""
        chosen: dict[EmotionMix, str] = {}
        for near in self._near(word.lower()):
            mix = self._mixes.get(tuple(near.split()))
            if mix is not None:
                chosen.setdefault(mix, near)
        return tuple(chosen.values())[:MOST_SUGGESTED]

    def hint(self, word: str) -> str:
        """What to write instead of `word`, as a sentence; never empty."""
        words = self.suggest(word)
        if not words:
            return f"Name an emotion, for instance {', '.join(_USUAL[:-1])} or {_USUAL[-1]}."
        return f"Did you mean {'one of: ' if len(words) > 1 else ''}{', '.join(words)}?"

    def _near(self, word: str) -> list[str]:
        if word in NEAR_MEANINGS:
            return list(NEAR_MEANINGS[word])
        if not 3 <= len(word) <= _LONGEST_WORD or _is_small(word) or word in ORDINARY_WORDS:
            return []
        if word in TRANSLATED:
            return [TRANSLATED[word]]
        rooted = of_same_root(word, self._known)
        near = self._spelled(word)
        surely = [known for count, known in near if count == 1 or undoubled(known) == word]
        return [*surely, *rooted, *(known for _, known in near)]

    def misspelt(self, word: str) -> bool:
        """So near an emotion word (in lower case) that it was surely meant for one.

        A letter put in, left out or exchanged with its neighbour; in longer words a changed one,
        in the longest two mistakes; never in the first letter.  Ordinary English words that are as
        near (`exited`, `hopping`) are known and excepted.
        """
        if word in NEAR_MEANINGS or word in TRANSLATED or self.is_english(word):
            return False
        if self._related(word):
            return False
        if undoubled(word) in self._undoubled:
            return True
        if not _SHORTEST_MISSPELT <= len(word) <= _LONGEST_WORD:
            return False
        return any(
            known[0] == word[0] and len(known) >= _SHORTEST_MISSPELT
            and (len(word) >= _TWICE or count == 1)
            and (len(word) >= _CHANGED or not _one_changed(word, known))
            for count, known in self._spelled(word) if count <= 2
        )

    def _related(self, word: str) -> bool:
        """Of the family of an emotion word, though no emotion itself: engage, contents, sleep."""
        return any(word + ending in self._known for ending in _ADDED) or any(
            word.removesuffix(ending) in self._known for ending in _TAKEN if word.endswith(ending))

    @functools.cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._single)

    @functools.cached_property
    def _undoubled(self) -> frozenset[str]:
        """Emotion words with their doubled letters written once, as they are often misspelt."""
        return frozenset(
            undoubled(word) for word in self._single if len(word) >= _SHORTEST_MISSPELT
        )

    @functools.cached_property
    def _spelled(self) -> Callable[[str], list[tuple[int, str]]]:
        """Made when a word is first not understood: most texts never need it."""
        return functools.lru_cache(_REMEMBERED)(SpellingIndex(self._single).near)


@functools.cache
def default_vocabulary() -> Vocabulary:
    """The wheel's words, and emotions at once that are no pair of the wheel."""
    return Vocabulary(
        {phrase: mix_from_wheel(mix) for phrase, mix in LEXICON.items()}, BASE_WORDS
    )


@functools.cache
def _small_words() -> frozenset[str]:
    return FILLERS | {word for phrase in function_phrases() for word in phrase}


def _one_changed(word: str, known: str) -> bool:
    """A letter stands for another one: neither put in, nor left out, nor exchanged."""
    return len(word) == len(known) and sorted(word) != sorted(known)


def _is_small(word: str) -> bool:
    return word in _small_words()


@functools.cache
def mix_from_wheel(mix: WheelMix) -> EmotionMix:
    """A word's place on the wheel as a step's target; neutral has no strength to speak of."""
    first, second = mix.first, mix.second
    if first.emotion == NEUTRAL:
        return EmotionMix(NEUTRAL)
    if second is None:
        return EmotionMix(first.emotion, first.intensity)
    return EmotionMix(first.emotion, first.intensity, second.emotion, second.intensity)
