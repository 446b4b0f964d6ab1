# SPDX-License-Identifier: GPL-3.0-or-later
"""The action units of a head."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..wheel.units import SolvedUnits

NETWORKS_EXPRESSIONS = 50
"""Expression components that the published networks predict and the rig imports (DECA, EMOCA)."""
HEADS_KEPT = 4
"""Heads' units and databases held in memory; one is about 1 MB."""


def head_units(head: str = "open") -> SolvedUnits:
    """The FACS action units of `head`: its own, or carried over from the open head."""
    from ..head.registry import find_head

    return _units(head, find_head(head).checksum)


@lru_cache(maxsize=HEADS_KEPT)
def _units(head: str, checksum: str) -> SolvedUnits:
    """`checksum` is part of the key: a head file that changes is solved anew."""
    from ..encoders.correspondence import landmark_points
    from ..head.data import LandmarkEmbedding
    from ..head.facemesh_points import SOLVABLE_SETS
    from ..head.registry import find_head
    from ..wheel.units import solve_units

    data = find_head(head)
    if data.units is not None:
        return solve_units(data)
    data = replace(data, expression_basis=data.expression_basis[..., :NETWORKS_EXPRESSIONS])
    found = None
    if not any(name in data.landmarks for name in SOLVABLE_SETS):
        points = landmark_points(data)
        found = LandmarkEmbedding(
            points.triangles.astype("int32"), points.barycentrics, points.landmarks.astype("int32")
        )
    return solve_units(data, find_head("open"), found)
