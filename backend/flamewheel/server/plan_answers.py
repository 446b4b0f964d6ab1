# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers to a sentence: what it means, and its performance."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .. import pipeline
from ..protocol_plan import (
    MotionBody,
    NotUnderstood,
    PerformRequest,
    TrajectoryReply,
    TransitionRequest,
    UnderstandReply,
    UnderstandRequest,
)
from .bodies import code_of, keys_body

if TYPE_CHECKING:
    from ..instruction import plan as plans
    from ..motion.style import MotionStyle


def understand_sentence(asked: UnderstandRequest) -> UnderstandReply:
    """The sentence as steps; needs neither a head nor torch."""
    from ..instruction.plan_wire import to_wire

    plan = pipeline.understand(asked.text, fps=asked.fps, through_neutral=asked.through_neutral)
    return UnderstandReply(to_wire(plan), _unknown(plan.unknown), list(plan.notes))


def perform_steps(asked: PerformRequest) -> TrajectoryReply:
    """Steps, as they were understood or edited, as a performance."""
    from ..instruction.plan_wire import from_wire

    plan = from_wire(asked.plan, asked.text)
    now = None if asked.start is None else code_of(asked.start)
    return _performance(pipeline.perform(plan, head=asked.head, start=now, seed=asked.seed,
                                         motion=_style(asked.motion)))


def act_sentence(asked: TransitionRequest) -> TrajectoryReply:
    """A sentence as a performance."""
    # understood before the face is looked at: a wrong word is told at once
    plan = pipeline.understand(asked.text, fps=asked.fps)
    now = None if asked.start is None else code_of(asked.start)
    return _performance(pipeline.perform(plan, head=asked.head, start=now, seed=asked.seed,
                                         motion=_style(asked.motion)))


def _style(body: MotionBody | None) -> MotionStyle | None:
    """Raises UsageError where a part is more than a face can do."""
    if body is None:
        return None
    from ..motion.style import MotionStyle

    return MotionStyle(**asdict(body))


def _performance(result: pipeline.TransitionResult) -> TrajectoryReply:
    from ..instruction.plan_wire import to_wire

    path = result.trajectory
    return TrajectoryReply(
        head=path.head,
        times=path.times.tolist(),
        codes=path.codes.tolist(),
        easings=list(path.easings),
        labels=list(path.labels),
        plan=to_wire(result.plan),
        seed=path.seed,
        notes=list(result.notes),
        keys=None if path.keys is None else keys_body(path.keys),
        unknown=_unknown(result.plan.unknown),
    )


def _unknown(found: tuple[plans.NotUnderstood, ...]) -> list[NotUnderstood]:
    return [NotUnderstood(*words.span, words.words, list(words.suggestions)) for words in found]
