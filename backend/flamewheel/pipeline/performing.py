# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences and other faces to expressions of a head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..parameters import ExpressionCode, FaceParameters
from ..trajectory import Trajectory
from .database import expression_database
from .units import head_units

if TYPE_CHECKING:
    from ..instruction.plan import TransitionPlan


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


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
    database, units = expression_database(head), head_units(head).units

    def codes_for(mix: EmotionMix) -> ExpressionCode:
        # an even share is what a sentence means that says none ("angry but amused", "awe")
        weight = None if mix.weight == EVEN else mix.weight
        return blend_points(database, wheel_points(mix), weight=weight, units=units).code

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


def _fitted(code: ExpressionCode, count: int) -> ExpressionCode:
    """`code` with `count` expression numbers: a rig may have fewer keys, or more."""
    import numpy as np

    expression = np.zeros(count)
    given = code.expression[:count]
    expression[: given.size] = given
    return replace(code, expression=expression)
