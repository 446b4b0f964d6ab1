# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression on one side of the face: left and right are the face's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import WheelError
from ..head.data import NamedUnits
from ..head.unit_sides import LEFT, RIGHT, mirror_rows, unit_side
from ..parameters import ExpressionCode
from .dbex import JAW_SIZE
from .facs import Array
from .units import face_rows


@dataclass(frozen=True)
class Side:
    """Which side shows an expression, and how much more than the other."""

    name: str  # LEFT or RIGHT, the face's own
    asymmetry: float = 1.0  # 0 both alike .. 1 that side alone

    def __post_init__(self) -> None:
        if self.name not in (LEFT, RIGHT):
            raise WheelError("bad-side", f"'{self.name}' is no side of a face.",
                             "Sides are left and right, the face's own.")
        try:
            amount = float(self.asymmetry)
        except (TypeError, ValueError):
            amount = math.nan
        if not 0.0 <= amount <= 1.0:
            raise WheelError("bad-asymmetry", f"The asymmetry {self.asymmetry!r} is not between "
                             "0 and 1.", "0 is both sides alike, 1 one side alone.")
        object.__setattr__(self, "asymmetry", amount)


def on_one_side(
    code: ExpressionCode, units: NamedUnits, strengths: Array, side: Side
) -> tuple[ExpressionCode, Array]:
    """`code` of the `units` at `strengths` (U,) with the other side let down; the strengths left.

    What of it no unit shows stays as it is.
    """
    left = one_sided(units.names, strengths, side)
    change = face_rows(units, left) - face_rows(units, strengths)
    return replace(code, expression=code.expression + change[:-JAW_SIZE],
                   jaw=code.jaw + change[-JAW_SIZE:]), left


def one_sided(names: Sequence[str], strengths: Array, side: Side) -> Array:
    """(U,) `strengths` (U,) of a head's units `names` with the other side let down.

    That side takes the stronger of both, so that what shows on one side alone (contempt) comes to
    it; a unit without sides (jaw, chin) stays.  Nothing becomes stronger than it was on a side.
    """
    twin = mirror_rows(names)
    here = np.array([unit_side(name) == side.name for name in names])
    other = strengths[twin]
    sided = twin != np.arange(len(names))
    alone = np.where(here | ~sided, np.maximum(strengths, other), 0.0)
    return np.asarray(strengths + side.asymmetry * (alone - strengths))
