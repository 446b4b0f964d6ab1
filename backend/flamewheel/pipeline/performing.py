# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions, sentences and other faces to expressions of a head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..parameters import ExpressionCode, FaceParameters
from ..trajectory import Trajectory

if TYPE_CHECKING:
    from ..instruction.plan import TransitionPlan
    from ..wheel.blend import BlendResult
    from ..wheel.dbex import ExpressionDatabase
    from ..wheel.units import SolvedUnits

NETWORKS_EXPRESSIONS = 50
"""Expression components that the published networks predict and the rig imports (DECA, EMOCA)."""
HEADS_KEPT = 4
"""Databases held in memory; one is about 1 MB."""


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


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


def transition(
    text: str,
    *,
    head: str = "open",
    start: ExpressionCode | None = None,
    seed: int | None = None,
) -> TransitionResult:
    """A sentence as a performance of `head`, with the plan that was understood.

    `start` is what the face shows now; it counts where the sentence names no beginning.
    Raises InstructionError with the place in the text where it cannot be understood.
    """
    from ..instruction.compose import plan_to_trajectory, start_notes, wheel_points
    from ..instruction.grammar import parse
    from ..instruction.plan import EmotionMix
    from ..wheel.blend import EVEN
    from ..wheel.blend import blend as blend_points

    plan = parse(text)  # before the head is read: a wrong word is told at once
    database = expression_database(head)

    def codes_for(mix: EmotionMix) -> ExpressionCode:
        # an even share is what a sentence means that says none ("angry but amused", "awe")
        weight = None if mix.weight == EVEN else mix.weight
        return blend_points(database, wheel_points(mix), weight=weight).code

    if start is not None:
        start = _fitted(start, database.expression_count)
    trajectory = plan_to_trajectory(plan, codes_for, database.head, start, seed)
    return TransitionResult(trajectory, plan, (*plan.notes, *start_notes(plan, start)))


def retarget(
    source: FaceParameters, target: FaceParameters | None = None, *, head: str = "open"
) -> FaceParameters:
    """`source` gives expression and pose, `target` identity (VN3DFace); the result is of `head`.

    Both may be of other heads: an expression crosses by action units, an identity does not.
    """
    from ..head.registry import find_head
    from ..retarget import retarget as retarget_face

    to = find_head(head)
    if source.head == to.name:
        return retarget_face(source, target, to, to, None, None)
    if any(sign in source.head for sign in "/\\"):  # a file may come from anywhere
        raise UsageError("bad-head-name", f"The parameter file names a path as its head: "
                         f"{source.head}.", "It must be a head's name; see `flamewheel head list`.")
    start = find_head(source.head)
    return retarget_face(source, target, start, to, head_units(source.head).units,
                         head_units(head).units)


def expression_database(head: str = "open", file: Path | None = None) -> ExpressionDatabase:
    """The expression database of `head`: from `file`, or from FACS prototypes in its own units.

    Raises WheelError `other-head` where the file was built for another head.
    """
    from ..head.registry import find_head
    from ..wheel.dbex import check_head
    from ..wheel.dbex_file import load_database

    data = find_head(head)
    if file is None:
        return _database(head, data.checksum)
    database = load_database(file)
    check_head(database, data.name, data.checksum)
    return database


def head_units(head: str = "open") -> SolvedUnits:
    """The FACS action units of `head`: its own, or carried over from the open head."""
    from ..head.registry import find_head

    return _units(head, find_head(head).checksum)


@lru_cache(maxsize=HEADS_KEPT)
def _database(head: str, checksum: str) -> ExpressionDatabase:
    from ..head.registry import find_head
    from ..wheel.prototypes import build_prototype_database

    return build_prototype_database(find_head(head), _units(head, checksum).units)


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


def describe_database(head: str = "open", file: Path | None = None) -> list[dict[str, Any]]:
    """Each emotion of a head's database: entries, agreement with FACS, sources, I_E."""
    database = expression_database(head, file)
    rows = []
    for emotion in database.emotions:
        entries, agree = database.counts(emotion)
        named = zip(database.labels, database.sources, strict=True)
        sources = dict.fromkeys(source for label, source in named if label == emotion)
        rows.append({
            "emotion": emotion,
            "entries": entries,
            "agree": agree,
            "source": next(iter(sources)),
            "components": [int(index) for index in database.strongest(emotion)],
        })
    return rows


def _fitted(code: ExpressionCode, count: int) -> ExpressionCode:
    """`code` with `count` expression numbers: a rig may have fewer keys, or more."""
    import numpy as np

    expression = np.zeros(count)
    given = code.expression[:count]
    expression[: given.size] = given
    return replace(code, expression=expression)
