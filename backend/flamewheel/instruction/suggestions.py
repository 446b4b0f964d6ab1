# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that may have been meant: by their spelling, by their root, and by what they mean.

A spelling is compared by the number of letters put in, left out, changed or exchanged with their
neighbour (optimal string alignment: L. Damerau, Commun. ACM 7, 1964), and only with words that
share pairs of letters with it, so that the longest text of unknown words stays quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_COMPARED = 12
"""Words whose spelling is compared letter by letter: those with the most pairs in common;
a design choice."""


def most_mistakes(letters: int) -> int:
    """Beyond these a suggestion looks like nonsense; a design choice: about one letter in four."""
    return 1 if letters < 6 else 2 if letters < 13 else 3


class SpellingIndex:
    """Finds the words of a list that are written nearly as another one."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words` in lower case; earlier ones come first among equals."""
        self._words = tuple(dict.fromkeys(words))
        self._holding: dict[str, list[int]] = {}  # first letter and pair -> words
        for number, word in enumerate(self._words):
            for pair in set(_pairs(word)):
                self._holding.setdefault(word[0] + pair, []).append(number)

    def near(self, word: str) -> list[tuple[int, str]]:
        """(mistakes, word) for words that `word` may stand for, the fewest mistakes first.

        Only words that begin as it does or with its second letter: `_framed_alike` wants no others.
        """
        most = most_mistakes(len(word))
        shared: dict[int, int] = {}
        for pair in set(_pairs(word)):
            for first in set(word[:2]):
                for number in self._holding.get(first + pair, ()):
                    shared[number] = shared.get(number, 0) + 1
        likely = sorted(
            (number for number in shared if abs(len(self._words[number]) - len(word)) <= most),
            key=lambda number: (len(self._words[number]) - 2 * shared[number], number),
        )[:_COMPARED]
        found = [(mistakes(word, self._words[number]), number) for number in likely]
        ranked = sorted((count, number) for count, number in found
                        if count <= most and _framed_alike(word, self._words[number], count))
        return [(count, self._words[number]) for count, number in ranked]


def _framed_alike(word: str, known: str, count: int) -> bool:
    """Mistyped as people mistype: the first letter seldom, the last not among several mistakes,
    and two mistakes in a word that is not long are of its vowels (scaird, hapyness)."""
    if count == 1:
        swapped = word[:2] == known[1::-1]
        return swapped or (word[0] == known[0] and (
            len(word) > _SHORT or len(word) != len(known) or _heard(word) == _heard(known)))
    framed = word[0] == known[0] and word[-1] == known[-1]
    return framed and (len(word) >= _LONG or _heard(word) == _heard(known))


def _heard(word: str) -> str:
    """The consonants, sounds alike written alike."""
    return undoubled(word.translate(_SOUNDS))


_SHORT, _LONG = 5, 9  # letters; design choices, tried on ordinary words
_SOUNDS = str.maketrans("zc", "sk", "aeiouyh")


def mistakes(written: str, meant: str) -> int:
    """Letters put in, left out, changed, or exchanged with their neighbour."""
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(meant) + 1)
    for at, letter in enumerate(written):
        previous, current = row, [at + 1]
        for place, other in enumerate(meant):
            cost = min(previous[place] + (letter != other), previous[place + 1] + 1,
                       current[place] + 1)
            if (at and place and letter == meant[place - 1] and written[at - 1] == other
                    and letter != other):
                cost = min(cost, before[place - 1] + 1)
            current.append(cost)
        before, row = previous, current
    return row[-1]


def undoubled(word: str) -> str:
    """Every run of a letter as one: happy -> hapy, as `hapy` and `happpy` have it."""
    return "".join(letter for at, letter in enumerate(word) if word[at - 1:at] != letter)


def of_same_root(word: str, known: Iterable[str]) -> list[str]:
    """Known words that `word` shares its beginning with: boring -> bored, happyish -> happy."""
    stems = {word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)}
    stems = {stem for stem in stems if len(stem) >= 3}
    made = [stem + ending for stem in sorted(stems, key=len, reverse=True)
            for ending in ("ed", "d", "", "e", "y")]
    known = set(known)
    return [one for one in made if one in known]


def _pairs(word: str) -> list[str]:
    framed = f"^{word}$"
    return [framed[at:at + 2] for at in range(len(framed) - 1)]


_ENDINGS = ("ing", "ingly", "ish", "ment", "able", "ive", "ative", "ation", "ations", "like", "er",
            "ers", "ism", "ist", "ful", "fully", "some", "y", "ness", "s", "ed", "ly", "ity")
