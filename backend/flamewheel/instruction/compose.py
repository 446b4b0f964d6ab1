# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan and the expressions it names become a `Trajectory`: anchors in seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..errors import UsageError
from ..parameters import ExpressionCode
from ..trajectory import Easing, Trajectory
from ..wheel.points import WheelMix, WheelPoint
from ..wheel.words import own_prototype
from ..wheel_names import NEUTRAL
from .plan import CURRENT, EmotionMix, TransitionPlan

CodesFor = Callable[[EmotionMix], ExpressionCode]
"""The expression of a mix; it is also asked for `EmotionMix(NEUTRAL)`, never for CURRENT."""

VARIATION = 0.1
"""Largest share by which a seed weakens an anchor as a whole, and again each of its components.

A design choice: variation only ever weakens (to no less than 81 %), so that an anchor within the
database's bounds stays within them.
"""


def plan_to_trajectory(
    plan: TransitionPlan,
    codes_for: CodesFor,
    head_name: str,
    start: ExpressionCode | None = None,
    seed: int | None = None,
) -> Trajectory:
    """The performance of `plan` on the head that `codes_for` speaks of; never empty.

    `start` is what the face shows now.  It is where a plan begins that does not say otherwise
    (without it: neutral), and its neck and eyes are carried through the whole performance: a
    sentence changes the expression, not where the head looks.  A hold is two equal anchors.
    The same `seed` gives the same small variation (`VARIATION`); without one the anchors are exact.
    Raises UsageError `bad-seed` for one below 0.
    """
    if seed is not None and seed < 0:
        raise UsageError("bad-seed", f"The seed {seed} is below 0.", "Give 0, 1, 2 or more.")
    neutral = codes_for(EmotionMix(NEUTRAL))
    now = neutral if start is None else start
    chance = None if seed is None else np.random.default_rng(seed)

    def anchor(mix: EmotionMix) -> ExpressionCode:
        if mix.primary == CURRENT:
            return now
        code = neutral if mix.primary == NEUTRAL else codes_for(mix)
        if chance is not None:
            code = _varied(code, chance)
        return replace(code, neck=code.neck + now.neck, eyes=code.eyes + now.eyes)

    times, codes, labels = [0.0], [anchor(plan.start).vector()], [plan.start.title()]
    easings: list[Easing] = []
    for step in plan.steps:
        held = step.kind == "hold"
        times.append(times[-1] + step.seconds)
        codes.append(codes[-1] if held else anchor(step.target).vector())
        labels.append(step.target.title())
        easings.append("hold" if held else step.easing)
    return Trajectory(
        head_name, np.array(times), np.array(codes), tuple(easings), tuple(labels), seed
    )


def wheel_points(mix: EmotionMix) -> tuple[WheelPoint, ...]:
    """One or two places on the wheel, the primary first, for a `CodesFor` that blends by them."""
    if mix.is_plain:
        return (WheelPoint(NEUTRAL, 0.0),)
    first = WheelPoint(mix.primary, mix.intensity)
    if mix.secondary is None:
        return (first,)
    pair = WheelMix(first, WheelPoint(mix.secondary, mix.secondary_intensity))
    even = abs(mix.weight - 0.5) < 1e-9
    return (own_prototype(pair) if even else pair).points


def start_notes(plan: TransitionPlan, start: ExpressionCode | None) -> tuple[str, ...]:
    """What a person should know where a plan speaks of the current expression and there is none."""
    named = (plan.start, *(step.target for step in plan.steps))
    spoken_of = plan.start_said and any(mix.primary == CURRENT for mix in named)
    if start is not None or not spoken_of:
        return ()
    return ("no current expression was given: neutral stands for it",)


def _varied(code: ExpressionCode, chance: np.random.Generator) -> ExpressionCode:
    whole = chance.uniform(1.0 - VARIATION, 1.0)
    each = chance.uniform(1.0 - VARIATION, 1.0, code.expression.size)
    jaw = chance.uniform(1.0 - VARIATION, 1.0)
    return replace(
        code, expression=code.expression * whole * each, jaw=code.jaw * (whole * jaw)
    )
