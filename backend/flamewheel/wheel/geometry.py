# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel as a disc of radius 1: which mix lies at a point, opposites, distances.

Joy is at the top and the others follow clockwise.  Rings are even: mild ends at a third of the
radius, basic at two thirds, intense at the rim; so strength grows evenly with the radius and is 1
at two thirds.  Blender's overlay draws the same disc (`blender_addon/core/wheel_disc.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import WheelError
from ..wheel_names import NEUTRAL, WHEEL_ORDER
from .points import BASIC, INTENSE, WheelPoint, dyad_name

PETALS = len(WHEEL_ORDER)
PETAL = 2 * math.pi / PETALS  # rad
BASIC_RADIUS = BASIC / INTENSE
DEAD_CENTRE = 0.06
"""Nearer to the centre than this is neutral: a design choice, about a mouse pointer's width."""
PURE_SHARE = 0.9
"""A mix whose stronger part holds more than this is that emotion alone: a design choice, so that
one emotion can be hit without aiming at a line."""
FASTER_FROM = 0.8
"""From this share on the weight grows faster, to reach one where the emotion stands alone: the face
must not jump there under the mouse."""


@dataclass(frozen=True)
class DiscMix:
    """What a point of the disc means."""

    primary: WheelPoint
    secondary: WheelPoint | None
    weight: float  # the primary's share, 0.5..1

    @property
    def title(self) -> str:
        """The ring's name, or the dyad's."""
        if self.secondary is None:
            return self.primary.title
        named = dyad_name(self.primary.emotion, self.secondary.emotion)
        return named or f"{self.primary.emotion} + {self.secondary.emotion}"


def angle_of(emotion: str) -> float:
    """Clockwise from the top, rad.

    Raises WheelError `not-on-rim` for what has no place of its own on the rim.
    """
    if emotion not in WHEEL_ORDER:
        raise WheelError("not-on-rim", f"{emotion} has no direction on the wheel.",
                         f"These have: {', '.join(WHEEL_ORDER)}.")
    return WHEEL_ORDER.index(emotion) * PETAL


def point_of(place: WheelPoint) -> tuple[float, float]:
    """(x, y) in the unit disc, y up."""
    if place.emotion == NEUTRAL:
        return (0.0, 0.0)
    radius = place.intensity * BASIC_RADIUS
    angle = angle_of(place.emotion)
    return (radius * math.sin(angle), radius * math.cos(angle))


def mix_at(x: float, y: float) -> DiscMix:
    """The mix at a point of the disc; beyond the rim counts as the rim.

    Raises WheelError `bad-point` where a number is not finite.
    """
    if not (math.isfinite(x) and math.isfinite(y)):
        raise WheelError("bad-point", f"({x}, {y}) is no point of the wheel.",
                         "Give two numbers from -1 to 1.")
    radius = min(math.hypot(x, y), 1.0)
    if radius < DEAD_CENTRE:
        return DiscMix(WheelPoint(NEUTRAL, 0.0), None, 1.0)
    turn = math.atan2(x, y) % (2 * math.pi) / PETAL
    first, share = int(turn) % PETALS, turn - int(turn)
    here, there = WHEEL_ORDER[first], WHEEL_ORDER[(first + 1) % PETALS]
    if share > 0.5:
        here, there, share = there, here, 1 - share
    intensity = min(radius / BASIC_RADIUS, INTENSE)
    if 1 - share > PURE_SHARE:
        return DiscMix(WheelPoint(here, intensity), None, 1.0)
    return DiscMix(WheelPoint(here, intensity), WheelPoint(there, intensity),
                   _weight(1 - share))


def _weight(share: float) -> float:
    """The stronger part's weight where it holds `share` (0.5..1) of the way between two petals."""
    if share <= FASTER_FROM:
        return share
    return min(FASTER_FROM + (share - FASTER_FROM) * (1 - FASTER_FROM) / (PURE_SHARE - FASTER_FROM),
               1.0)


def opposite_of(emotion: str) -> str:
    """Across the wheel: Joy and Sadness, Trust and Disgust."""
    angle_of(emotion)
    return WHEEL_ORDER[(WHEEL_ORDER.index(emotion) + PETALS // 2) % PETALS]


def steps_apart(one: str, other: str) -> int:
    """Petals between two emotions, 0..4: 1 primary dyad, 2 secondary, 3 tertiary, 4 opposites."""
    angle_of(one), angle_of(other)
    steps = abs(WHEEL_ORDER.index(one) - WHEEL_ORDER.index(other))
    return min(steps, PETALS - steps)


def neighbours_of(emotion: str) -> tuple[str, str]:
    """The emotions next to `emotion` on the wheel, counter-clockwise first."""
    angle_of(emotion)
    at = WHEEL_ORDER.index(emotion)
    return WHEEL_ORDER[at - 1], WHEEL_ORDER[(at + 1) % PETALS]
