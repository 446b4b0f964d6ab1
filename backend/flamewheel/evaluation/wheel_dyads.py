# SPDX-License-Identifier: GPL-3.0-or-later
"""The dyads of one method: what each is told from, by how much, and what it keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..wheel_names import NEUTRAL
from .wheel_faces import STEPS, Pair
from .wheel_space import TOLD, Floats, Ruler, angles


@dataclass(frozen=True)
class DyadRow:
    """One dyad in one order by one method; distances are d', angles degrees between motions."""

    dyad: str
    primary: str
    secondary: str
    kind: str  # primary, secondary, tertiary, opposites
    from_neutral: float
    from_primary: float
    from_secondary: float
    from_nearest: float  # of the other dyads by the same method, in either order
    nearest: str  # which that is
    from_linear: float  # from the linear blend of the same pair at linear's own weight
    angle_primary: float
    angle_secondary: float
    angle_nearest: float  # the least angle to another dyad
    angle_linear: float
    size: float  # root mean square over landmarks of how far they move, percent of eye distance
    kept_primary: float = math.nan  # 0..1 of the units that name the primary
    kept_secondary: float = math.nan
    stray: float = math.nan  # 0..1 of what it shows: units that neither of its emotions shows
    distinct_by_own: float = math.nan  # distinctness with those left out
    conflict: float = math.nan  # strengths of units shown together with their antagonists
    verdict: str = ""  # the recogniser's word; nothing where none is shipped
    likeliest: tuple[str, ...] = ()  # the two classes that it holds likeliest, sure or not

    @property
    def distinctness(self) -> float:
        """The least d' to anything that it could be taken for: neutral, either of its emotions,
        another dyad by the same method."""
        return min(self.from_neutral, self.from_primary, self.from_secondary, self.from_nearest)

    @property
    def angle(self) -> float:
        """The least angle to its emotions and to other dyads: distinctness with strength apart."""
        return min(self.angle_primary, self.angle_secondary, self.angle_nearest)

    @property
    def named(self) -> float:
        """How many of its emotions are among the two that the recogniser holds likeliest, 0..2."""
        return float(len({self.primary, self.secondary} & {*self.likeliest})
                     ) if self.likeliest else math.nan

    @property
    def told(self) -> bool:
        """Whether it is told from all of them."""
        return self.distinctness >= TOLD

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN."""
        whole = asdict(self) | {"distinctness": self.distinctness, "angle": self.angle,
                                "named": self.named, "told": self.told}
        return {key: None if isinstance(value, float) and math.isnan(value) else value
                for key, value in whole.items()}


def dyad_rows(
    pairs: Sequence[Pair], mixed: Floats, linear: Floats, alone: Mapping[str, Floats], ruler: Ruler
) -> list[DyadRow]:
    """A row for each of the pairs.

    mixed: (N,3L) motions of the pairs by one method; linear: (N,3L) by `linear`; alone: emotion ->
    (3L,) its basic face.
    """
    first = np.stack([alone[pair.primary] for pair in pairs])
    second = np.stack([alone[pair.secondary] for pair in pairs])
    mates = [pair.mates for pair in pairs]
    rest = np.zeros_like(mixed)
    with_rest = [names | {NEUTRAL} for names in mates]
    from_neutral = ruler.sensitivities(mixed, rest, with_rest)
    from_first, from_second, from_linear = (
        ruler.sensitivities(mixed, other, mates) for other in (first, second, linear))
    apart, nearest, turned = _nearest(pairs, mixed, ruler)
    size = 100 * np.sqrt((mixed**2).sum(1) * 3 / mixed.shape[1])
    to_first, to_second, to_linear = (
        angles(mixed, other) for other in (first, second, linear))
    return [
        DyadRow(
            pair.name, pair.primary, pair.secondary, STEPS[pair.steps], float(from_neutral[n]),
            float(from_first[n]), float(from_second[n]), float(apart[n]), pairs[nearest[n]].name,
            float(from_linear[n]), float(to_first[n]), float(to_second[n]), float(turned[n]),
            float(to_linear[n]), float(size[n]))
        for n, pair in enumerate(pairs)]


def sized_as(motions: Floats, others: Floats) -> Floats:
    """(N,3L) `motions` made as large as `others`: what a difference of strength alone would do."""
    own, wanted = (np.linalg.norm(rows, axis=1, keepdims=True) for rows in (motions, others))
    return np.asarray(motions * np.divide(wanted, own, out=np.zeros_like(own), where=own > 0))


def _nearest(
    pairs: Sequence[Pair], mixed: Floats, ruler: Ruler
) -> tuple[Floats, list[int], Floats]:
    """d' to the nearest other dyad, which that is, and the least angle to any."""
    one, other = np.array([(n, m) for n, pair in enumerate(pairs) for m, far in enumerate(pairs)
                           if pair.mates != far.mates]).T
    involved = [pairs[n].mates | pairs[m].mates for n, m in zip(one, other, strict=True)]
    apart = np.full((len(pairs), len(pairs)), np.inf)
    apart[one, other] = ruler.sensitivities(mixed[one], mixed[other], involved)
    turned = np.full_like(apart, np.inf)
    turned[one, other] = angles(mixed[one], mixed[other])
    nearest = apart.argmin(axis=1)
    return apart.min(axis=1), nearest.tolist(), turned.min(axis=1)
