# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion phrases: `very angry`, `70% joy and 30% fear`, `angry but amused`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .lexicon import is_adverb
from .plan import MAX_INTENSITY, EmotionMix, Span
from .tagging import Item
from .tokens import refuse

_ONE_OR_TWO = "Mix two of the wheel's emotions at most, for instance 'angry but amused'."


_SUBJECTS = ("she", "he", "it", "they", "we", "you")
"""`she smiles and he frowns`: a new subject begins a new step."""


@dataclass(frozen=True)
class Phrase:
    """An emotion phrase in the items: what it means, where it ends."""

    mix: EmotionMix
    end: int  # the item after it
    span: Span
    notes: tuple[str, ...] = ()
    doing: bool = False  # one word that ends in -ing: smiling, crying


@dataclass(frozen=True)
class _Part:
    mix: EmotionMix
    end: int
    span: Span
    percent: float | None
    adverb: bool


def read_phrase(
    text: str, items: Sequence[Item], at: int, listing: bool, joins: bool
) -> Phrase | None:
    """The emotion phrase that begins at item `at`, or None.

    `listing`: after `a mix of`, a comma joins.  `joins`: `with` joins (not after `replace`).
    Raises InstructionError `too-many-emotions`, `bad-mix` or `bad-intensity`.
    """
    part = _read_part(items, at)
    if part is None:
        return None
    parts, share = [part], 0.5
    while (joined := _read_joined(items, part, listing, joins)) is not None:
        part, share, goes_first = joined
        parts = [part, *parts] if goes_first else [*parts, part]
    span = (min(part.span[0] for part in parts), max(part.span[1] for part in parts))
    end = max(part.end for part in parts)
    mix = _combine(text, parts, share, span)
    clipped = mix.clipped()
    notes = () if clipped == mix else (
        f"'{text[span[0]:span[1]]}' is stronger than the wheel goes and was taken as "
        f"{MAX_INTENSITY * 100:g} %.",
    )
    doing = len(parts) == 1 and text[span[0]:span[1]].lower().endswith("ing")
    return Phrase(clipped, end, span, notes, doing)


def _read_part(items: Sequence[Item], at: int) -> _Part | None:
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
        alone = after + 1 >= len(items) or items[after + 1].mix is None
        if behind.kind == "percent" and alone:
            percent, span, end = behind.number, (span[0], behind.span[1]), after + 1
        elif behind.kind == "degree" and after > end and alone:
            factor, span, end = factor * behind.number, (span[0], behind.span[1]), after + 1
    return _Part(emotion.mix.scaled(factor), end, span, percent, is_adverb(emotion.lower))


def _read_joined(
    items: Sequence[Item], last: _Part, listing: bool, joins: bool
) -> tuple[_Part, float, bool] | None:
    """The next part of a mix, the first's share, and whether the new part comes first."""
    at = last.end
    if at >= len(items):
        return None
    item = items[at]
    if item.mix is not None:
        part = _read_part(items, at)
        assert part is not None
        return part, 0.5, not part.adverb
    joint = item.kind in ("hint", "and") or (item.kind == "with" and joins)
    joint = joint or (item.kind == "comma" and listing) or item.lower in ("of", "in")
    both_counted = item.kind == "percent" and last.percent is not None
    if not joint and not both_counted:
        return _read_other_share(items, last)
    start = at if both_counted else at + 1
    if start < len(items) and items[start].kind == "and" and listing:
        start += 1
    if start < len(items) and items[start].lower in _SUBJECTS:
        return None
    part = _read_part(items, start)
    if part is None:
        return None
    return part, item.number if item.kind == "hint" else 0.5, False


def _read_other_share(
    items: Sequence[Item], last: _Part
) -> tuple[_Part, float, bool] | None:
    """`half joy, half fear`: behind a comma, what is missing to the whole."""
    if last.percent is None or items[last.end].kind != "comma":
        return None
    part = _read_part(items, last.end + 1)
    if part is None or part.percent is None or abs(part.percent + last.percent - 1) > 0.011:
        return None
    return part, 0.5, False


def _combine(text: str, parts: Sequence[_Part], share: float, span: Span) -> EmotionMix:
    """One mix of all parts; percentages that make a whole are shares, others intensities."""
    percents = [part.percent for part in parts if part.percent is not None]
    whole = len(parts) == 2 and len(percents) == 2 and abs(sum(percents) - 1) < 0.011
    mixes = [
        part.mix if whole or part.percent is None else part.mix.scaled(part.percent)
        for part in parts
    ]
    if any(mix.intensity == 0 for mix in mixes):
        raise refuse("bad-intensity", text, span, "'{word}' ({at}) has no strength.",
                     "Say 'neutral' for a face without expression.")
    merged = mixes[0]
    for mix in mixes[1:]:
        merged = merge(text, merged, mix, percents[0] if whole else share, span)
    return merged


def merge(
    text: str, first: EmotionMix, second: EmotionMix, share: float, span: Span
) -> EmotionMix:
    """Both at once, the first with `share`; raises InstructionError, see `read_phrase`."""
    names = {name for mix in (first, second) for name in (mix.primary, mix.secondary) if name}
    if len(names) > 1 and (first.is_plain or second.is_plain):
        raise refuse("bad-mix", text, span, "'{word}' ({at}) mixes neutral with an emotion.",
                     "Say how strong instead, for instance 'slightly happy'.")
    if len(names) > 2:
        raise refuse("too-many-emotions", text, span,
                     f"'{{word}}' ({{at}}) mixes {', '.join(sorted(names))}: more than two.",
                     _ONE_OR_TWO)
    if first.secondary is None and second.secondary is None and len(names) == 2:
        return EmotionMix(first.primary, first.intensity, second.primary, second.intensity,
                          round(share, 4))
    stronger = max(first.intensity, second.intensity)
    kept = first if first.secondary is not None or second.secondary is None else second
    return replace(kept, intensity=stronger) if len(names) == 1 else kept
