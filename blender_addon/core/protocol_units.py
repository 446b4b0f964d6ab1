# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend for a head's action units.

Both are jobs, as a video is (`protocol_video`): units that a head does not name are solved, which
may take half a minute.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PATH_UNITS = "/v1/units"
PATH_MEASURE = "/v1/units/measure"
JAW = 3
"""Numbers of the jaw's turn (axis-angle, rad) at the end of a row."""
MAX_FACES = 20_000
"""In one measurement; a design choice: eleven minutes at 30 frames a second."""


@dataclass(frozen=True)
class UnitsRequest:
    """What are the action units of this head?"""

    head: str


@dataclass(frozen=True)
class UnitsReply:
    """FACS units as rows of a head's own expression space; see `head.data.NamedUnits`."""

    names: list[str]  # U of them, such as AU12L
    rows: list[list[float]]  # (U, E + 3) each at full strength: expression, jaw (axis-angle, rad)
    pairs: list[list[int]] = field(default_factory=list)  # (P,2) rows of names
    pair_rows: list[list[float]] = field(default_factory=list)  # (P,E) by product of strengths
    explained: list[float] = field(default_factory=list)  # (U,) share of the motion shown, 0..1
    source: str = ""  # where the units come from
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MeasureRequest:
    """How strongly do these faces show the units of their head?"""

    head: str
    rows: list[list[float]]  # (N, E + 3) expression, jaw (axis-angle, rad)


@dataclass(frozen=True)
class MeasureReply:
    """Strengths of the faces asked for."""

    names: list[str]  # U of them
    strengths: list[list[float]]  # (N,U) 0 and up, 1 = the unit in full
    explained: list[float]  # (N,) share of each face's motion that the units show, 0..1
    notes: list[str] = field(default_factory=list)
