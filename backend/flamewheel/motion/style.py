# SPDX-License-Identifier: GPL-3.0-or-later
"""How lively a performance moves: each part adjustable, all off with one switch."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..errors import UsageError

MOST = 3.0
"""Most of any part; a design choice: at 3 a face is a cartoon's."""


@dataclass(frozen=True)
class MotionStyle:
    """Parts of a living motion: 0 is off, 1 as measured on people, 2 exaggerated."""

    timing: float = 1.0  # regions begin and arrive each at its own time, instead of all at once
    overshoot: float = 1.0  # a quick rise goes a little beyond its end, and settles
    blinks: float = 1.0  # at large changes and in long holds; 2 is twice as many
    asymmetry: float = 1.0  # left and right differ by some milliseconds and hundredths on the way
    drift: float = 0.0  # a held expression slackens slightly and comes back
    speed_limits: bool = True  # regions take the time that a face needs, where the step has it

    def __post_init__(self) -> None:
        for part in fields(self):
            value = getattr(self, part.name)
            if not isinstance(value, bool) and not 0.0 <= value <= MOST:
                raise UsageError(
                    "bad-motion", f"{part.name} of a motion cannot be {value:g}.",
                    f"Give 0 (off) to {MOST:g}; 1 is natural.")

    @property
    def is_still(self) -> bool:
        """Whether anchors are joined as in eq. 16 of paper 002, and nothing else."""
        return not (self.timing or self.overshoot or self.blinks or self.asymmetry or self.drift)


ALIVE = MotionStyle()
"""As people move."""
STILL = MotionStyle(timing=0.0, overshoot=0.0, blinks=0.0, asymmetry=0.0, drift=0.0,
                    speed_limits=False)
"""Anchors joined by their easings alone (paper 002, eq. 16)."""
