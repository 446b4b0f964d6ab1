# SPDX-License-Identifier: GPL-3.0-or-later
"""The single emotions at three intensities: told from neutral and from one another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..wheel.facs import agrees
from ..wheel.points import WheelPoint
from ..wheel_names import NEUTRAL
from .wheel_faces import RING_NAMES
from .wheel_space import TOLD, Floats, Ruler, angles


@dataclass(frozen=True)
class EmotionRow:
    """One emotion at one intensity; distances are d', angles degrees between motions."""

    name: str  # the ring's: Rage
    emotion: str
    ring: str  # mild, basic, intense
    from_neutral: float
    from_nearest: float  # of the other emotions, at any intensity
    nearest: str
    angle_nearest: float
    size: float  # root mean square over landmarks of how far they move, percent of eye distance
    agrees: bool  # whether its measured units name it (`facs.agrees`)
    verdict: str = ""  # the recogniser's word; nothing where none is shipped
    likeliest: str = ""  # the class that it holds likeliest, sure or not

    @property
    def told(self) -> bool:
        """From neutral and from every other emotion."""
        return min(self.from_neutral, self.from_nearest) >= TOLD

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"told": self.told}


def emotion_rows(
    points: Sequence[WheelPoint], motions: Floats, ruler: Ruler, units: Sequence[str],
    strengths: Floats,
) -> list[EmotionRow]:
    """A row for each face.  motions: (N,3L); strengths: (N,U) of the head's `units`."""
    from_neutral = ruler.sensitivities(motions, np.zeros_like(motions),
                                       [{point.emotion, NEUTRAL} for point in points])
    one, other = np.array([(n, m) for n, point in enumerate(points) for m, far in enumerate(points)
                           if point.emotion != far.emotion]).T
    apart = np.full((len(points), len(points)), np.inf)
    apart[one, other] = ruler.sensitivities(
        motions[one], motions[other],
        [{points[n].emotion, points[m].emotion} for n, m in zip(one, other, strict=True)])
    turned = np.full_like(apart, np.inf)
    turned[one, other] = angles(motions[one], motions[other])
    size = 100 * np.sqrt((motions**2).sum(1) * 3 / motions.shape[1])
    return [
        EmotionRow(
            point.title, point.emotion, RING_NAMES[point.intensity], float(from_neutral[n]),
            float(apart[n].min()), points[int(apart[n].argmin())].title, float(turned[n].min()),
            float(size[n]), bool(agrees(point.emotion, units, strengths[n])[0]))
        for n, point in enumerate(points)]
