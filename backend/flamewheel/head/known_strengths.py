# SPDX-License-Identifier: GPL-3.0-or-later
"""A meter of action units that remembers faces whose strengths are known already.

Measuring one face takes some seven milliseconds; faces that were made of units need none.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from .data import HeadData, NamedUnits
from .unit_strengths import MeasuredUnits, UnitMeter

Array = npt.NDArray[np.float64]

FACES_KEPT = 512
"""Faces remembered, the latest; a design choice: a long plan has some dozens."""


class KnowingMeter(UnitMeter):
    """Measures as `UnitMeter` does, each face once."""

    def __init__(self, head: HeadData, units: NamedUnits) -> None:
        super().__init__(head, units)
        self._known: OrderedDict[bytes, tuple[Array, float]] = OrderedDict()

    def remember(self, row: Array, strengths: Array, share: float = 1.0) -> None:
        """That the face `row` (E+3,), ψ and jaw, shows its units with `strengths` (U,).

        share: 0..1 of its squared motion that these are.
        """
        self._known[_key(row)] = (strengths.copy(), share)
        while len(self._known) > FACES_KEPT:
            self._known.popitem(last=False)

    def measure(self, rows: npt.ArrayLike) -> MeasuredUnits:
        """Rows (N,E+3), ψ and jaw, as strengths; all that are not known in one go."""
        given = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        found = [self._known.get(_key(row)) for row in given]
        unknown = [at for at, known in enumerate(found) if known is None]
        if unknown:
            measured = super().measure(given[unknown])
            for at, strengths, share in zip(
                    unknown, measured.strengths, measured.shares.tolist(), strict=True):
                found[at] = (strengths, share)
                self.remember(given[at], strengths, share)
        known = [face for face in found if face is not None]
        strengths = np.array([row for row, _ in known]).reshape(len(given), len(self.names))
        return MeasuredUnits(self.names, strengths, np.array([share for _, share in known]))


def _key(row: Array) -> bytes:
    return np.ascontiguousarray(row, np.float64).tobytes()
