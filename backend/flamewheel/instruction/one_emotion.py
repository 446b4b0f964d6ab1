# SPDX-License-Identifier: GPL-3.0-or-later
"""One emotion with its degrees: `very angry`, `fear at 50%`, `smile a little`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .layers import emotion_follows
from .lexicon import is_adverb
from .plan import EmotionMix, Span
from .tagging import Item


@dataclass(frozen=True)
class Strength:
    """An emotion as strong as is said, and where it stands."""

    mix: EmotionMix
    end: int
    span: Span
    percent: float | None
    adverb: bool


def read_strength(items: Sequence[Item], at: int) -> Strength | None:
    """Degrees, then an emotion; `fear at 50%` too."""
    factor, percent, first = 1.0, None, at
    while at < len(items) and items[at].kind in ("degree", "percent", "filler"):
        if items[at].kind == "degree":
            factor *= items[at].number
        elif items[at].kind == "percent":
            percent = items[at].number
        elif first == at:
            first = at + 1
        at += 1
    if at >= len(items) or items[at].mix is None:
        return None
    emotion = items[at]
    assert emotion.mix is not None
    span, end = (items[first].span[0], emotion.span[1]), at + 1
    after = end + 1 if end < len(items) and items[end].kind in ("at", "to") else end
    if after < len(items) and percent is None:
        behind = items[after]
        alone = not emotion_follows(items, after + 1)
        if behind.kind == "percent" and alone:
            percent, span, end = behind.number, (span[0], behind.span[1]), after + 1
        elif behind.kind == "degree" and alone and (after > end or _ends_there(items, after + 1)):
            factor, span, end = factor * behind.number, (span[0], behind.span[1]), after + 1
            if end < len(items) and items[end].kind == "degree":  # `very deeply`
                factor, span = factor * items[end].number, (span[0], items[end].span[1])
                end += 1
    return Strength(emotion.mix.scaled(factor), end, span, percent, is_adverb(emotion.lower))


def _ends_there(items: Sequence[Item], at: int) -> bool:
    """`smile slightly`; not `smile pretty quickly`, `smile a little crookedly`."""
    if at < len(items) and items[at].kind == "degree":
        at += 1
    if at >= len(items):
        return True
    part = items[at].part
    goes_on = ("speed", "easing", "action", "lopsided", "degree", "percent")
    return items[at].kind not in goes_on and items[at].mix is None and (
        part is None or not part.bare or part.placed
    )
