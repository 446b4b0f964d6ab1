# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of the wheel: every emotion at its intensities, every dyad in both orders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.registry import find_head
from ..head.unit_strengths import measure_strengths
from ..parameters import ExpressionCode
from ..pipeline import expression_database, head_units
from ..wheel.blend import DEFAULT_METHOD, blend
from ..wheel.geometry import opposite_of, steps_apart
from ..wheel.points import BASIC, CONTEMPT, INTENSE, MILD, WheelPoint, dyad_name
from ..wheel_names import DYADS, NEUTRAL, WHEEL_ORDER

Database = str | os.PathLike[str] | None
"""facs (None), photos, or a file of `dbex build`."""

RINGS = (MILD, BASIC, INTENSE)
RING_NAMES = {MILD: "mild", BASIC: "basic", INTENSE: "intense"}
FROM_FACS = "FACS prototypes"  # how the provenance of a database without photos begins
STEPS = {1: "primary", 2: "secondary", 3: "tertiary", 4: "opposites"}


@dataclass(frozen=True)
class Pair:
    """Two emotions to be mixed, in this order."""

    primary: str
    secondary: str

    @property
    def name(self) -> str:
        """The dyad's; both names where it has none."""
        return dyad_name(self.primary, self.secondary) or f"{self.primary} + {self.secondary}"

    @property
    def steps(self) -> int:
        """1 primary, 2 secondary, 3 tertiary dyad, 4 opposites."""
        return steps_apart(self.primary, self.secondary)

    @property
    def mates(self) -> frozenset[str]:
        """The two emotions, whatever their order."""
        return frozenset((self.primary, self.secondary))


@dataclass(frozen=True, eq=False)
class FaceSet:
    """N faces of one kind."""

    titles: tuple[str, ...]
    codes: tuple[ExpressionCode, ...]

    @property
    def rows(self) -> npt.NDArray[np.float64]:
        """(N,E+3) ψ, then the jaw's turn in rad."""
        return np.stack([np.concatenate([code.expression, code.jaw]) for code in self.codes])


def all_pairs() -> tuple[Pair, ...]:
    """The 24 dyads in both orders, then the four pairs of opposites in both."""
    pairs = [Pair(*mates) for mates in DYADS.values()]
    pairs += [Pair(name, opposite_of(name)) for name in WHEEL_ORDER[:4]]
    return tuple(turned for pair in pairs
                 for turned in (pair, Pair(pair.secondary, pair.primary)))


class Mixer:
    """Makes the faces that `flamewheel blend` makes, of one head and database."""

    def __init__(self, head: str, database: Database = None) -> None:
        """database: as `pipeline.expression_database` takes it.

        Raises HeadError, WheelError `other-head`, InputFileError.
        """
        self.head = find_head(head)
        self.database = expression_database(head, database)
        self.units = head_units(head).units
        # an emotion's units are those of FACS, unless the database is of photos (docs/blending.md)
        self._measured = None if self.database.provenance.startswith(FROM_FACS) else dict(zip(
            self.database.emotions,
            measure_strengths(self.head, self.units, self.database.b2), strict=True))

    def emotion_points(self) -> tuple[WheelPoint, ...]:
        """The emotions that the database knows, Contempt too, each at three intensities."""
        known = [name for name in (*WHEEL_ORDER, CONTEMPT) if name in self.database.emotions]
        return tuple(WheelPoint(name, ring) for name in known for ring in RINGS)

    def emotions(self, points: Sequence[WheelPoint], method: str = DEFAULT_METHOD) -> FaceSet:
        """Single emotions."""
        return self._made([point.title for point in points], [[point] for point in points],
                          method, None)

    def neutral(self) -> ExpressionCode:
        """The face at rest."""
        return self.emotions([WheelPoint(NEUTRAL, 0.0)]).codes[0]

    def pairs(
        self, pairs: Sequence[Pair], method: str, weight: float | None = None
    ) -> FaceSet:
        """The pairs mixed; weight: the primary's share, None the method's own."""
        points = [[WheelPoint(name, BASIC) for name in (pair.primary, pair.secondary)]
                  for pair in pairs]
        return self._made([pair.name for pair in pairs], points, method, weight)

    def _made(
        self, titles: Sequence[str], spots: Sequence[Sequence[WheelPoint]], method: str,
        weight: float | None,
    ) -> FaceSet:
        codes = [blend(self.database, points, weight=weight, method=method, units=self.units,
                       measured=self._measured).code for points in spots]
        return FaceSet(tuple(titles), tuple(codes))
