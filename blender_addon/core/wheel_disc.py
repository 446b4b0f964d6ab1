# SPDX-License-Identifier: GPL-3.0-or-later
"""The Emotion Wheel as a disc under the mouse: which emotions lie where, and what a point means.

The disc has radius 1.  Joy stands at the top, the others follow clockwise in Plutchik's order.
A petal's axis is one emotion alone; between two axes lie their mixes.  Distance from the centre
is strength: neutral at 0, the basic emotion at `BASIC_RADIUS`, the intense one at the rim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .wheel_names import DYADS, MILD_BASIC_INTENSE, NEUTRAL, WHEEL_ORDER

PETAL = 2 * math.pi / len(WHEEL_ORDER)
INTENSE = 1.5
"""Strength at the rim; 1 is the basic emotion (the backend's scale for Ecstasy, Rage, …)."""
BASIC_RADIUS = 2 / 3
"""Where strength is 1: the middle of three equal rings ends there."""
DEAD_CENTRE = 0.06
"""Nearer to the centre than this is neutral."""
PURE_SHARE = 0.9
"""A mix whose stronger part holds more than this is that emotion alone."""
FASTER_FROM = 0.8
"""From this share on the weight grows faster, to reach one where the emotion stands alone: the face
must not jump there under the mouse."""

COLOURS = {
    # after the usual print of Plutchik's wheel, in sRGB
    "Joy": (0.98, 0.84, 0.25), "Trust": (0.60, 0.80, 0.30), "Fear": (0.18, 0.62, 0.36),
    "Surprise": (0.25, 0.66, 0.78), "Sadness": (0.27, 0.44, 0.80), "Disgust": (0.56, 0.38, 0.72),
    "Anger": (0.88, 0.29, 0.27), "Anticipation": (0.96, 0.57, 0.23),
}


@dataclass(frozen=True)
class Part:
    """One emotion of a mix."""

    emotion: str
    weight: float  # its share, 0..1
    intensity: float  # 0..INTENSE, 1 = basic


@dataclass(frozen=True)
class WheelMix:
    """What a point on the wheel means."""

    primary: str  # a basic emotion, or Neutral
    secondary: str | None  # its neighbour, or none
    weight: float  # the primary's share, 0.5..1
    intensity: float  # 0..INTENSE, 1 = basic

    @property
    def parts(self) -> tuple[Part, ...]:
        """One or two emotions, the primary first; their weights are one together."""
        first = Part(self.primary, self.weight, self.intensity)
        if self.secondary is None:
            return (first,)
        return (first, Part(self.secondary, 1.0 - self.weight, self.intensity))

    @property
    def title(self) -> str:
        """A person's word for it: the ring's name, the dyad's name, or both parts."""
        return title_of(self.parts)


def with_held(mix: WheelMix, held: Part | None) -> tuple[Part, ...]:
    """The emotions under the mouse and one that is held beside them: up to three, any petals.

    The further out one of the two points lies, the larger its share.  The largest comes first; the
    weights are one together, and a petal that is both held and pointed at is one part.
    """
    if held is None:
        return mix.parts
    total = held.intensity + mix.intensity
    share = held.intensity / total if total > 0.0 else 0.0
    parts: dict[str, Part] = {}
    beside = Part(held.emotion, share, held.intensity)
    for part in (*(Part(p.emotion, p.weight * (1.0 - share), p.intensity) for p in mix.parts),
                 beside):
        other = parts.get(part.emotion)
        parts[part.emotion] = part if other is None else _joined(other, part)
    largest_first = sorted(parts.values(), key=lambda part: -part.weight)
    return tuple(part for part in largest_first if part.weight > 0.0) or mix.parts


def _joined(one: Part, other: Part) -> Part:
    weight = one.weight + other.weight
    if weight == 0.0:
        return one
    strength = (one.weight * one.intensity + other.weight * other.intensity) / weight
    return Part(one.emotion, weight, strength)


def title_of(parts: Sequence[Part]) -> str:
    """A person's word for a mix: a ring's or a dyad's name, or all parts."""
    if len(parts) == 1:
        return ring_name(parts[0].emotion, parts[0].intensity)
    names = [part.emotion for part in parts]
    for dyad, pair in DYADS.items():
        if set(pair) == set(names):
            return dyad
    return " + ".join(names)


def ring_name(emotion: str, intensity: float) -> str:
    """The name of an emotion's ring: Serenity, Joy or Ecstasy for Joy."""
    if emotion == NEUTRAL:
        return NEUTRAL
    mild, basic, intense = MILD_BASIC_INTENSE[emotion]
    if intensity < 0.75:  # half-way between mild 0.5 and basic 1
        return mild
    return basic if intensity <= 1.25 else intense


def mix_at(x: float, y: float) -> WheelMix:
    """The mix at a point of the unit disc (y up); beyond the rim counts as the rim."""
    radius = math.hypot(x, y)
    if radius < DEAD_CENTRE:
        return WheelMix(NEUTRAL, None, 1.0, 0.0)
    turn = math.atan2(x, y) % (2 * math.pi) / PETAL  # clockwise from the top, in petals
    first = int(turn) % len(WHEEL_ORDER)
    share = turn - int(turn)
    here, there = WHEEL_ORDER[first], WHEEL_ORDER[(first + 1) % len(WHEEL_ORDER)]
    if share > 0.5:
        here, there, share = there, here, 1 - share
    intensity = min(radius, 1.0) / BASIC_RADIUS
    if 1 - share > PURE_SHARE:
        return WheelMix(here, None, 1.0, intensity)
    return WheelMix(here, there, _weight(1 - share), intensity)


def _weight(share: float) -> float:
    """The stronger part's weight where it holds `share` (0.5..1) of the way between two petals."""
    if share <= FASTER_FROM:
        return share
    return min(FASTER_FROM + (share - FASTER_FROM) * (1 - FASTER_FROM) / (PURE_SHARE - FASTER_FROM),
               1.0)


def point_of(emotion: str, intensity: float = 1.0) -> tuple[float, float]:
    """Where an emotion stands on the disc: the inverse of `mix_at` for one emotion alone."""
    if emotion == NEUTRAL:
        return (0.0, 0.0)
    angle = WHEEL_ORDER.index(emotion) * PETAL
    radius = min(intensity * BASIC_RADIUS, 1.0)
    return (radius * math.sin(angle), radius * math.cos(angle))
