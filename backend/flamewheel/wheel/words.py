# SPDX-License-Identifier: GPL-3.0-or-later
"""From a word in any common form to its place on the wheel."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ..errors import WheelError
from .lexicon import BASE_WORDS, LEXICON, normalised
from .points import CONTEMPT, Dyad, WheelMix, WheelPoint, checked_intensity, dyad_name
from .weights import DEFAULT_METHOD, shares_of

_ENDINGS = (
    ("iest", "y"), ("ier", "y"), ("iness", "y"), ("ness", ""), ("ily", "y"), ("ly", ""),
    ("est", ""), ("er", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
)
_SHORTEST_STEM = 3
_LONGEST_WORD = 60  # characters shown back in a message


def parse_emotion(word: str) -> WheelPoint | Dyad:
    """The place of `word` on the wheel: happiness, happy, happily, Rage, "in love", contempt.

    A ring name or an adjective brings its own intensity: annoyed 0.5, angry 1, furious 1.5.
    Raises WheelError `unknown-emotion` with the three nearest words.
    """
    mix = mix_of(word)
    if mix.second is None:
        return mix.first
    name = dyad_name(mix.first.emotion, mix.second.emotion)
    assert name is not None, "every pair of the lexicon is a dyad of the wheel"
    return Dyad(name, mix.first, mix.second)


def mix_of(word: str) -> WheelMix:
    """As `parse_emotion`, as one or two points."""
    text = normalised(word)
    for candidate in (text, text.removeprefix("in "), *_stems(text)):
        if candidate in LEXICON:
            return LEXICON[candidate]
    shown = text if len(text) <= _LONGEST_WORD else f"{text[:_LONGEST_WORD]}…"
    raise WheelError(
        "unknown-emotion", f"'{shown}' is no emotion that the wheel knows.",
        f"Did you mean one of: {', '.join(nearest_words(text))}?",
    )


def spots_of(word: str, intensity: float | None = None) -> tuple[WheelPoint, ...]:
    """The one or two points that `word` names, at `intensity` or, where None, at the word's own.

    Contempt is a dyad of the wheel and also has a FACS prototype: the word gives that prototype,
    while mixing Disgust with Anger by their names gives the mix.
    Raises WheelError `unknown-emotion`, `bad-intensity`.
    """
    points = own_prototype(mix_of(word)).points
    if intensity is None:
        return points
    return tuple(
        WheelPoint(point.emotion, checked_intensity(intensity, point.emotion)) for point in points
    )


def spread_weights(
    groups: Sequence[Sequence[WheelPoint]],
    weight: float | None = None,
    weights: Sequence[float] | None = None,
) -> tuple[float | None, Sequence[float] | None]:
    """Weights of the points that words stand for (a group a word), from weights of the words.

    A compound word's share is divided evenly among its emotions; a compound word alone takes the
    weights for its emotions.
    """
    count = sum(map(len, groups))
    if count == len(groups) or len(groups) < 2:
        return weight, weights
    if weights is None and weight is None:
        return None, None
    if weights is None or len(weights) != count:
        weights = shares_of(len(groups), DEFAULT_METHOD, weight, weights)
        return None, tuple(share / len(group) for share, group in zip(weights, groups, strict=True)
                           for _ in group)
    return weight, weights


def own_prototype(mix: WheelMix) -> WheelMix:
    """`mix`, or the emotion of its own that it amounts to: evenly Disgust and Anger is Contempt."""
    first, second = mix.first, mix.second
    if second is None or first.intensity != second.intensity:
        return mix
    if dyad_name(first.emotion, second.emotion) != CONTEMPT:
        return mix
    return WheelMix(WheelPoint(CONTEMPT, first.intensity))


def nearest_words(word: str, count: int = 3) -> tuple[str, ...]:
    """The known words most like `word`, each for another place on the wheel; never fewer."""
    chosen: dict[WheelMix, str] = {}
    short = word[:_LONGEST_WORD]
    swapped = [known for known in _swapped(short) if known in LEXICON]
    near = difflib.get_close_matches(short, BASE_WORDS, 4 * count, 0.5)
    for known in (*swapped, *near, "joy", "sadness", "anger"):
        chosen.setdefault(LEXICON[known], known)
    return tuple(chosen.values())[:count]


def _swapped(word: str) -> list[str]:
    """`word` with two letters side by side exchanged: jyo -> joy, which difflib finds unlike."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2:] for at in range(len(word) - 1)]


def _stems(word: str) -> tuple[str, ...]:
    """What `word` may be a form of: gloomier -> gloomy, startles -> startle."""
    stems = (word[: -len(end)] + other for end, other in _ENDINGS if word.endswith(end))
    return tuple(stem for stem in stems if len(stem) >= _SHORTEST_STEM)
