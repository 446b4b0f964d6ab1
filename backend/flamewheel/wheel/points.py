# SPDX-License-Identifier: GPL-3.0-or-later
"""Places on the Emotion Wheel: one emotion with an intensity, or two."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import WheelError
from ..wheel_names import DYADS, MILD_BASIC_INTENSE, NEUTRAL, WHEEL_ORDER

MILD, BASIC, INTENSE = 0.5, 1.0, 1.5
"""The three rings: even steps, ring number over two, so that neutral is 0 and basic is 1.

Plutchik orders the rings and gives no numbers; even steps are a design choice.
"""

MOST = 3.0
"""Twice the intense ring: more is a slip of the keyboard.  Beyond INTENSE a face only grows as far
as its bounds (eq. 5)."""

CONTEMPT = "Contempt"
"""A dyad (Disgust + Anger) that also has a FACS prototype of its own: it can stand alone."""

EMOTIONS = (*WHEEL_ORDER, CONTEMPT, NEUTRAL)
"""What a `WheelPoint` can be, and the labels of an expression database."""


@dataclass(frozen=True)
class WheelPoint:
    """One emotion at one intensity."""

    emotion: str  # a name of EMOTIONS
    intensity: float = BASIC  # 0..MOST; 0 neutral, 0.5 mild, 1 basic, 1.5 intense

    def __post_init__(self) -> None:
        if self.emotion not in EMOTIONS:
            raise WheelError("unknown-emotion", f"'{self.emotion}' is not on the wheel.",
                             f"The wheel has {', '.join(EMOTIONS)}.")
        object.__setattr__(self, "intensity", checked_intensity(self.intensity, self.emotion))

    @property
    def title(self) -> str:
        """The ring's name where there is one: Rage for Anger at 1.5."""
        return ring_name(self.emotion, self.intensity)


@dataclass(frozen=True)
class Dyad:
    """A compound emotion of the wheel: two basic ones in equal parts."""

    name: str  # a key of DYADS
    first: WheelPoint
    second: WheelPoint


@dataclass(frozen=True)
class WheelMix:
    """What a word means: one point, or the two of a dyad."""

    first: WheelPoint
    second: WheelPoint | None = None

    @property
    def points(self) -> tuple[WheelPoint, ...]:
        """One or two points, the primary first."""
        return (self.first,) if self.second is None else (self.first, self.second)


def checked_intensity(value: float, emotion: str) -> float:
    """`value` as a float.

    Raises WheelError `bad-intensity` where it is not a number of 0..MOST.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= MOST:
        raise WheelError(
            "bad-intensity", f"{emotion} has the intensity {value!r}.",
            f"Intensity runs from 0 (neutral) over {MILD:g} (mild) and {BASIC:g} (basic) to "
            f"{INTENSE:g} (intense); at most {MOST:g}.",
        )
    return number


def ring_name(emotion: str, intensity: float) -> str:
    """Serenity, Joy or Ecstasy for Joy, whichever ring is nearest; Neutral at 0."""
    if emotion == NEUTRAL or intensity == 0:
        return NEUTRAL
    if emotion not in MILD_BASIC_INTENSE:
        return emotion
    mild, basic, intense = MILD_BASIC_INTENSE[emotion]
    if intensity < (MILD + BASIC) / 2:
        return mild
    return basic if intensity <= (BASIC + INTENSE) / 2 else intense


def dyad_name(one: str, other: str) -> str | None:
    """The compound that two basic emotions make, in either order; None for opposites and twins."""
    return _DYAD_OF.get(frozenset((one, other)))


_DYAD_OF = {frozenset(pair): name for name, pair in DYADS.items()}
