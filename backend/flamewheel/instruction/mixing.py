# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions put together and taken apart."""

from __future__ import annotations

from dataclasses import replace

from .plan import EmotionMix, Span
from .tokens import refuse

_UP_TO_THREE = "Mix three of the wheel's emotions at most, for instance 'joy, fear and anger'."


def merge(
    text: str, first: EmotionMix, second: EmotionMix, share: float, span: Span
) -> EmotionMix:
    """Both at once, the first with `share`; raises InstructionError, see `read_phrase`."""
    strengths = {**_strengths(first), **_strengths(second)}
    names = set(strengths)
    if len(names) > 1 and (first.is_plain or second.is_plain):
        raise refuse("bad-mix", text, span, "'{word}' ({at}) mixes neutral with an emotion.",
                     "Say how strong instead, for instance 'slightly happy'.")
    if len(names) > 3:
        raise refuse("too-many-emotions", text, span,
                     f"'{{word}}' ({{at}}) mixes {', '.join(sorted(names))}: more than three.",
                     _UP_TO_THREE)
    if first.secondary is None and second.secondary is None and len(names) == 2:
        return EmotionMix(first.primary, first.intensity, second.primary, second.intensity,
                          round(share, 4))
    if len(names) == 3 and len(_strengths(first)) < 3 and len(_strengths(second)) < 3:
        (one, strong), (two, stronger), (three, strongest) = strengths.items()
        return EmotionMix(one, strong, two, stronger, 0.5, three, strongest)
    most = max(first.intensity, second.intensity)
    kept = first if len(_strengths(first)) >= len(_strengths(second)) else second
    return replace(kept, intensity=most) if len(names) == 1 else kept


def without(mix: EmotionMix, denied: set[str]) -> EmotionMix | None:
    """The mix without the emotions of these names; None where nothing is left."""
    left = [(name, value) for name, value in _strengths(mix).items() if name not in denied]
    if not left:
        return None
    if len(left) == 3:
        return mix
    (first, strength), *others = left
    if not others:
        return EmotionMix(first, strength)
    return EmotionMix(first, strength, *others[0], mix.weight if mix.tertiary is None else 0.5)


def emotion_names(mix: EmotionMix) -> set[str]:
    """Which emotions are in it."""
    return set(_strengths(mix))


def _strengths(mix: EmotionMix) -> dict[str, float]:
    """Emotion -> its intensity, in order."""
    pairs = ((mix.primary, mix.intensity), (mix.secondary, mix.secondary_intensity),
             (mix.tertiary, mix.tertiary_intensity))
    return {name: value for name, value in pairs if name is not None}
