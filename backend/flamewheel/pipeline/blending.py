# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions of the wheel to an expression of a head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .database import expression_database

if TYPE_CHECKING:
    from ..wheel.blend import BlendResult


def blend(
    primary: str,
    secondary: str | None = None,
    *,
    primary_intensity: float | None = None,
    secondary_intensity: float | None = None,
    weight: float | None = None,
    method: str = "correlation",
    head: str = "open",
    database: Path | None = None,
) -> BlendResult:
    """One emotion, or two mixed, as an expression of `head` (Emotion-Wheel blending, eq. 3–5).

    Emotions are named in any common form; `weight` (0..1) is the primary's share, None the
    method's own (eq. 3 at 0.5 is the plain average, so `correlation` takes 0.75).  An intensity
    of 1 is the basic emotion; None takes the word's own ("furious" is more than "angry").
    `database` is a file of `dbex build`; None builds the head's own.
    Raises WheelError for unknown words and impossible mixes, HeadError for the head.
    """
    from ..wheel.blend import blend as blend_points
    from ..wheel.words import spots_of

    entries = expression_database(head, database)
    spots = spots_of(primary, primary_intensity)
    if secondary is not None:
        spots = (*spots, *spots_of(secondary, secondary_intensity))
    return blend_points(entries, spots, weight=weight, method=method)
