# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces in action units: what the sliders of a rig say of an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .units import head_units

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..head.unit_strengths import MeasuredUnits


def measure_units(rows: npt.ArrayLike, *, head: str = "open") -> MeasuredUnits:
    """How strongly faces of `head` show each of its units.

    rows: (N,E'+3) ψ, then the jaw's turn (axis-angle, rad).  Raises what `head_units` raises, and
    UsageError `bad-parameters` for numbers that no face has.
    """
    from ..head.registry import find_head
    from ..head.unit_strengths import measure_units as measure
    from ..parameters import checked_array

    faces = checked_array("the faces' rows", rows, (None, None))
    return measure(find_head(head), head_units(head).units, faces)
