# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's action units, and how strongly faces show them."""

from __future__ import annotations

import numpy as np

from .. import pipeline
from ..errors import UsageError
from ..pipeline import Progress
from ..protocol_units import (
    JAW,
    MAX_FACES,
    MeasureReply,
    MeasureRequest,
    UnitsReply,
    UnitsRequest,
)
from ..wheel.units import unit_rows

POOR = 0.5
"""Share of a unit's motion below which a person is told; as `SolvedUnits.poorly_explained`."""


def solve_units(asked: UnitsRequest, progress: Progress) -> UnitsReply:
    """The units of the head asked for; raises HeadError `no-units`, `no-landmarks`."""
    solved = pipeline.head_units(asked.head, progress=progress)
    units = solved.units
    mending = units.pair_expression
    poor = solved.poorly_explained(POOR)
    notes = [f"This head shows little of {', '.join(poor)}."] if poor else []
    return UnitsReply(
        list(units.names), unit_rows(units).tolist(),
        [] if mending is None else np.asarray(units.pairs).tolist(),
        [] if mending is None else np.asarray(mending, np.float64).tolist(),
        np.asarray(solved.explained, np.float64).tolist(), solved.source, notes)


def measure_units(asked: MeasureRequest, progress: Progress) -> MeasureReply:
    """How strongly each face shows each unit of its head.

    Raises UsageError `no-faces`, `too-many-faces` or `bad-shape`, and what `pipeline.head_units`
    raises.
    """
    if not asked.rows:
        raise UsageError("no-faces", "There is no face to measure.", "Give at least one row.")
    if len(asked.rows) > MAX_FACES:
        raise UsageError("too-many-faces", f"{len(asked.rows)} faces were given.",
                         f"Give at most {MAX_FACES}.")
    lengths = {len(row) for row in asked.rows}
    if len(lengths) > 1 or min(lengths) <= JAW:
        raise UsageError("bad-shape", "The rows of the faces differ in length, or are too short.",
                         "Give expression and jaw (3 numbers) of one head in every row.")
    progress(0, len(asked.rows), "measuring")
    measured = pipeline.measure_units(asked.rows, head=asked.head)
    return MeasureReply(
        list(measured.names), measured.strengths.tolist(), measured.shares.tolist())
