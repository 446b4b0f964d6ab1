# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences to performances of a head: understood first, then acted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..parameters import ExpressionCode
from ..trajectory import Trajectory
from .database import expression_database
from .units import head_units

if TYPE_CHECKING:
    from ..instruction.plan import EmotionMix, TransitionPlan


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


def understand(
    text: str, *, fps: float | None = None, through_neutral: bool = False
) -> TransitionPlan:
    """What a sentence means, step by step; no head is needed and nothing is changed.

    `fps`: frames a second where the text speaks of frames (24 without it).
    Raises InstructionError with the place in the text where it cannot be understood.
    """
    from ..instruction.grammar import DEFAULT_FPS, parse

    return parse(text, fps=fps or DEFAULT_FPS, through_neutral=through_neutral)


def perform(
    plan: TransitionPlan,
    *,
    head: str = "open",
    start: ExpressionCode | None = None,
    seed: int | None = None,
) -> TransitionResult:
    """A plan, as it was understood or edited, as a performance of `head`.

    `start` is what the face shows now; it counts where the plan names no beginning.
    """
    from ..instruction.compose import plan_to_trajectory, start_notes, wheel_points
    from ..wheel.blend import EVEN
    from ..wheel.blend import blend as blend_points

    database, units = expression_database(head), head_units(head).units

    def codes_for(mix: EmotionMix) -> ExpressionCode:
        # an even share is what a sentence means that says none ("angry but amused", "awe")
        weight = None if mix.weight == EVEN else mix.weight
        return blend_points(database, wheel_points(mix), weight=weight, units=units).code

    if start is not None:
        start = _fitted(start, database.expression_count)
    trajectory = plan_to_trajectory(plan, codes_for, database.head, start, seed)
    return TransitionResult(trajectory, plan, (*plan.notes, *start_notes(plan, start)))


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
    # understood before the head is read: a wrong word is told at once
    return perform(understand(text), head=head, start=start, seed=seed)


def _fitted(code: ExpressionCode, count: int) -> ExpressionCode:
    """`code` with `count` expression numbers: a rig may have fewer keys, or more."""
    import numpy as np

    expression = np.zeros(count)
    given = code.expression[:count]
    expression[: given.size] = given
    return replace(code, expression=expression)
