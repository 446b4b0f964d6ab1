# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of the wheel: every emotion at its intensities, every dyad in both orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import NamedUnits
from ..parameters import ExpressionCode
from ..wheel.blend import METHODS, blend
from ..wheel.dbex import ExpressionDatabase
from ..wheel.geometry import opposite_of, steps_apart
from ..wheel.points import BASIC, CONTEMPT, INTENSE, MILD, WheelPoint, dyad_name
from ..wheel_names import DYADS, NEUTRAL, WHEEL_ORDER

RINGS = (MILD, BASIC, INTENSE)
RING_NAMES = {MILD: "mild", BASIC: "basic", INTENSE: "intense"}
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


def emotion_points(database: ExpressionDatabase) -> tuple[WheelPoint, ...]:
    """The emotions that the database knows, Contempt too, each at three intensities."""
    known = [name for name in (*WHEEL_ORDER, CONTEMPT) if name in database.emotions]
    return tuple(WheelPoint(name, ring) for name in known for ring in RINGS)


def emotion_faces(database: ExpressionDatabase, points: Sequence[WheelPoint]) -> FaceSet:
    """Single emotions, which no method mixes."""
    made = [blend(database, [point]) for point in points]
    return FaceSet(tuple(one.name for one in made), tuple(one.code for one in made))


def neutral_face(database: ExpressionDatabase) -> FaceSet:
    """The one face at rest."""
    return emotion_faces(database, [WheelPoint(NEUTRAL, 0.0)])


def pair_faces(
    database: ExpressionDatabase, units: NamedUnits | None, pairs: Sequence[Pair], method: str,
    weight: float | None, intensity: float = BASIC,
) -> FaceSet:
    """The pairs mixed; weight: the primary's share, None the method's own.

    Raises WheelError as `blend`.
    """
    more = {"units": units} if "units" in METHODS else {}
    made = [
        blend(database, [WheelPoint(name, intensity) for name in (pair.primary, pair.secondary)],
              weight=weight, method=method, **more)
        for pair in pairs]
    return FaceSet(tuple(pair.name for pair in pairs), tuple(one.code for one in made))
