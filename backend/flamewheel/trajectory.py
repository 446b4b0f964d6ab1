# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance in seconds: anchors (whole-face codes) and how one passes into the next.

Frames do not exist here: they are made once, in Blender (`core/keyframes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .errors import UsageError
from .parameters import POSE_SIZE, Array, ExpressionCode, checked_array

Easing = Literal["smooth", "linear", "ease_in", "ease_out", "hold"]
EASINGS: tuple[Easing, ...] = get_args(Easing)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Anchor poses of a face over time.

    `easings[i]` says how anchor i passes into anchor i + 1: `smooth` (slow in and out),
    `linear`, `ease_in` (slow start), `ease_out` (slow end), `hold` (stays, then steps).
    """

    head: str  # name of the head the codes belong to
    times: Array  # (T,) seconds, rising, first is 0 or later
    codes: Array  # (T, E + 12): expression, jaw 3, neck 3, left eye 3, right eye 3
    easings: tuple[Easing, ...]  # (T - 1,)
    labels: tuple[str, ...] = ()  # (T,) a word for each anchor, or none
    seed: int | None = None  # what makes this performance come out again

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", checked_array("times", self.times, (None,)))
        object.__setattr__(self, "codes", checked_array("codes", self.codes, (None, None)))
        count = self.times.size
        if count == 0 or self.codes.shape[0] != count or self.codes.shape[1] < POSE_SIZE:
            raise UsageError("bad-trajectory", "A trajectory needs one code for each of its times.",
                             "Check where the trajectory comes from.")
        if self.times[0] < 0 or (np.diff(self.times) <= 0).any():
            raise UsageError("bad-trajectory", "The times of a trajectory must rise from 0 s.",
                             "Check where the trajectory comes from.")
        wrong = [easing for easing in self.easings if easing not in EASINGS]
        if len(self.easings) != count - 1 or wrong:
            raise UsageError(
                "bad-trajectory", "A trajectory needs one easing between each two anchors.",
                f"Easings are {', '.join(EASINGS)}.",
            )
        if self.labels and len(self.labels) != count:
            raise UsageError("bad-trajectory", "A trajectory has one label for each anchor, or none.",
                             "Check where the trajectory comes from.")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return float(self.times[-1])

    def code(self, index: int) -> ExpressionCode:
        """Anchor `index` as an expression code."""
        return ExpressionCode.from_vector(self.codes[index])
