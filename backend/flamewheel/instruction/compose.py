# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan and the expressions it names become a `Trajectory`: anchors in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from ..errors import InstructionError, UsageError
from ..parameters import ExpressionCode
from ..trajectory import Easing, Trajectory
from ..wheel.points import WheelMix, WheelPoint
from ..wheel.words import own_prototype
from ..wheel_names import NEUTRAL
from .plan import CURRENT, EmotionMix, PlanStep, TransitionPlan
from .plan_text import step_title

Faces = Callable[[tuple[EmotionMix, ...]], tuple[ExpressionCode, ...]]
"""The expressions of several mixes, all that a plan names at once: whoever samples them does so in
one pass.  `EmotionMix(NEUTRAL)` is their first, CURRENT never among them, none comes twice."""

VARIATION = 0.1
"""Largest share by which a seed weakens an emotion as a whole, and again each of its components.

A design choice: variation only ever weakens (to no less than 81 %), so that an emotion within the
database's bounds stays within them.
"""


class Parts(Protocol):
    """Makes faces that are more than a whole-face emotion: `part_faces.PartFaces`."""

    def face(
        self, step: PlanStep, base: ExpressionCode, layers: Sequence[ExpressionCode],
        before: ExpressionCode,
    ) -> ExpressionCode:
        """The whole face at the end of `step`."""


def plan_to_trajectory(
    plan: TransitionPlan,
    faces: Faces,
    head_name: str,
    start: ExpressionCode | None = None,
    seed: int | None = None,
    *,
    parts: Parts | None = None,
    varied: bool = True,
) -> Trajectory:
    """The performance of `plan` on the head that `faces` speaks of; never empty.

    `start` is what the face shows now.  It is where a plan begins that does not say otherwise
    (without it: neutral), and its neck and eyes are carried through the whole performance: a
    sentence changes the expression, not where the head looks.  A hold is two equal anchors.
    The same `seed` gives the same small variation of each emotion (`VARIATION`); without one they
    are exact.  varied: False where `faces` has varied them itself.
    Raises UsageError `bad-seed` for one below 0, InstructionError `no-units` where the plan speaks
    of parts of the face and there are no `parts`.
    """
    if seed is not None and seed < 0:
        raise UsageError("bad-seed", f"The seed {seed} is below 0.", "Give 0, 1, 2 or more.")
    named = _named(plan)
    codes = _asked(faces, named, seed if varied else None)
    now = codes[0] if start is None else start
    shown = {mix: replace(code, neck=code.neck + now.neck, eyes=code.eyes + now.eyes)
             for mix, code in zip(named, codes, strict=True)}
    return _timed(plan, _anchors(plan, now, shown, parts), head_name, seed)


def _anchors(
    plan: TransitionPlan, now: ExpressionCode, shown: Mapping[EmotionMix, ExpressionCode],
    parts: Parts | None,
) -> list[ExpressionCode]:
    """The start and the whole face at the end of every step; `now` stands for CURRENT."""
    def of(mix: EmotionMix) -> ExpressionCode:
        return now if mix.primary == CURRENT else shown[mix]

    anchors = [of(plan.start)]
    for step in plan.steps:
        base = of(step.target)
        if step.kind == "hold":
            base = anchors[-1]
        elif step.layers or step.units or step.keeps:
            layers = [of(layer.mix) for layer in step.layers]
            base = _checked_parts(parts).face(step, base, layers, anchors[-1])
        anchors.append(base)
    return anchors


def _asked(
    faces: Faces, named: tuple[EmotionMix, ...], seed: int | None
) -> tuple[ExpressionCode, ...]:
    """The faces of the mixes, varied where there is a seed."""
    if seed is None:
        return faces(named)
    chance = np.random.default_rng(seed)
    return tuple(_varied(code, chance) for code in faces(named))


def _named(plan: TransitionPlan) -> tuple[EmotionMix, ...]:
    """Every mix of the plan once, neutral first."""
    said: Iterable[EmotionMix] = (
        plan.start, *(mix for step in plan.steps
                      for mix in (step.target, *(layer.mix for layer in step.layers))))
    emotions = dict.fromkeys(mix for mix in said if mix.primary != CURRENT)
    return tuple(dict.fromkeys((EmotionMix(NEUTRAL), *emotions)))


def _timed(
    plan: TransitionPlan, anchors: Sequence[ExpressionCode], head_name: str, seed: int | None
) -> Trajectory:
    times = np.cumsum([0.0, *(step.seconds for step in plan.steps)])
    easings: tuple[Easing, ...] = tuple(
        "hold" if step.kind == "hold" else step.easing for step in plan.steps)
    labels = (plan.start.title(), *(step_title(step) for step in plan.steps))
    codes = np.array([code.vector() for code in anchors])
    return Trajectory(head_name, times, codes, easings, labels, seed)


def _checked_parts(parts: Parts | None) -> Parts:
    if parts is None:
        raise InstructionError(
            "no-units", "This head's action units are not known, so that parts of its face cannot "
            "be moved.", "Name emotions of the whole face, or take a head with landmarks.")
    return parts


def wheel_points(mix: EmotionMix) -> tuple[WheelPoint, ...]:
    """One to three places on the wheel, the primary first, for `Faces` that blend by them."""
    if mix.is_plain:
        return (WheelPoint(NEUTRAL, 0.0),)
    first = WheelPoint(mix.primary, mix.intensity)
    if mix.secondary is None:
        return (first,)
    second = WheelPoint(mix.secondary, mix.secondary_intensity)
    if mix.tertiary is not None:
        return (first, second, WheelPoint(mix.tertiary, mix.tertiary_intensity))
    pair = WheelMix(first, second)
    even = abs(mix.weight - 0.5) < 1e-9
    return (own_prototype(pair) if even else pair).points


def wheel_shares(mix: EmotionMix) -> tuple[float, ...] | None:
    """The shares of `wheel_points(mix)`; None where the blend's own hold.

    An even share is what a sentence means that says none ("angry but amused", "awe"); of three each
    has a third.
    """
    count = len(wheel_points(mix))
    if count == 3:
        return (1 / 3,) * 3
    if count == 1 or abs(mix.weight - 0.5) < 1e-9:
        return None
    return (mix.weight, 1.0 - mix.weight)


def start_notes(plan: TransitionPlan, start: ExpressionCode | None) -> tuple[str, ...]:
    """What a person should know where a plan speaks of the current expression and there is none."""
    layers = (layer.mix for step in plan.steps for layer in step.layers)
    named = (plan.start, *(step.target for step in plan.steps), *layers)
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
