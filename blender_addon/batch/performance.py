# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot's steps as one performance: each step goes on from where the last one ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..core.backend_calls import BackendCalls
from ..core.errors import FlamewheelError
from ..core.job_file import Shot
from ..core.job_steps import SentenceStep, WheelStep
from ..core.protocol import (
    BlendReply,
    BlendRequest,
    CodeBody,
    FaceReply,
    WheelSpot,
)
from ..core.protocol_plan import MotionBody, TrajectoryReply, TransitionRequest

BRIDGE_SECONDS = 0.4
"""s: the way to a sentence's own beginning, where that is not where the last step ended.

Chosen by eye: shorter looks like a twitch, longer like a step of its own.
"""


class Backend(Protocol):
    """What a job asks; `core.backend_calls.BackendCalls` answers it."""

    def encode(self, photo: Path, head: str = "open", face: int | None = None) -> FaceReply:
        """The face in a photo."""

    def blend(self, asked: BlendRequest) -> BlendReply:
        """Up to three emotions as an expression."""

    def transition(self, asked: TransitionRequest) -> TrajectoryReply:
        """A sentence as a performance."""


class LazyBackend:
    """The backend that is started by the first question: a finished job asks none."""

    def __init__(self, ask: Callable[[Callable[[BackendCalls], Any]], Any]) -> None:
        self._ask = ask

    def encode(self, photo: Path, head: str = "open", face: int | None = None) -> FaceReply:
        """The face in a photo."""
        reply: FaceReply = self._ask(lambda calls: calls.encode(photo, head, face))
        return reply

    def blend(self, asked: BlendRequest) -> BlendReply:
        """Up to three emotions as an expression."""
        reply: BlendReply = self._ask(lambda calls: calls.blend(asked))
        return reply

    def transition(self, asked: TransitionRequest) -> TrajectoryReply:
        """A sentence as a performance."""
        reply: TrajectoryReply = self._ask(lambda calls: calls.transition(asked))
        return reply


@dataclass
class Played:
    """A performance that grows step by step; what `core.keyframes` keys."""

    times: list[float]  # s
    codes: list[list[float]]  # expression, jaw, neck, left eye, right eye
    easings: list[str]
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self.times[-1]

    def go(self, code: list[float], seconds: float, easing: str) -> None:
        """One more anchor, `seconds` after the last."""
        if seconds > 0:
            self.times.append(self.times[-1] + seconds)
            self.codes.append(code)
            self.easings.append(easing)


def play(shot: Shot, start: CodeBody, expression_count: int, backend: Backend) -> Played:
    """All steps of `shot` one after the other, from `start` at 0 s.

    What the backend refuses is raised with the step and its line in front.
    """
    played = Played([0.0], [_row(start, expression_count)], [])
    for number, step in enumerate(shot.steps, 1):
        try:
            if isinstance(step, WheelStep):
                _wheel(played, shot, step, backend, expression_count)
            else:
                _sentence(played, shot, step, backend, expression_count)
        except FlamewheelError as refusal:
            where = f"line {step.line}, step {number}: "
            raise type(refusal)(refusal.code, where + refusal.message, refusal.hint) from refusal
    return played


def _wheel(played: Played, shot: Shot, step: WheelStep, backend: Backend, count: int) -> None:
    second = None if step.secondary is None else WheelSpot(step.secondary, step.secondary_intensity)
    third = None if step.tertiary is None else WheelSpot(step.tertiary, step.tertiary_intensity)
    reply = backend.blend(BlendRequest(
        shot.head, WheelSpot(step.wheel, step.intensity), second, step.weight, step.method,
        tertiary=third, weights=None if step.weights is None else list(step.weights),
        side=step.side, asymmetry=step.asymmetry))
    code = _row(reply.code, count)
    played.go(code, step.seconds, step.easing)
    played.go(code, step.hold, "hold")
    played.notes += reply.notes


def _sentence(played: Played, shot: Shot, step: SentenceStep, backend: Backend,
              count: int) -> None:
    # a farm renders the same twice: without a seed the first one is taken
    seed = next((seed for seed in (step.seed, shot.seed) if seed is not None), 0)
    start = _code(played.codes[-1], count)
    motion = MotionBody() if step.living else None
    reply = backend.transition(
        TransitionRequest(shot.head, step.sentence, start, seed, motion, shot.fps))
    codes = [_fitted(row, count) for row in reply.codes]
    played.notes += reply.notes
    if not _near(codes[0], played.codes[-1]):
        if played.seconds == 0:  # "from disgust": the shot begins with it
            played.codes[-1] = codes[0]
        else:
            played.go(codes[0], BRIDGE_SECONDS, "smooth")
    if reply.times[0] > 0:
        played.go(codes[0], reply.times[0], "hold")
    for before, after, code, easing in zip(
        reply.times, reply.times[1:], codes[1:], reply.easings, strict=False
    ):
        played.go(code, after - before, easing)


def _row(code: CodeBody, count: int) -> list[float]:
    """`code` as a row with `count` expression values: the rig's, however many the head has."""
    row = [*code.expression, *code.jaw, *code.neck, *code.eyes[0], *code.eyes[1]]
    return _fitted(row, count)


def _fitted(row: Sequence[float], count: int) -> list[float]:
    expression, pose = list(row[:-12]), list(row[-12:])
    return [*expression[:count], *([0.0] * (count - len(expression))), *pose]


def _code(row: Sequence[float], count: int) -> CodeBody:
    jaw, neck, left, right = (list(row[count + at:count + at + 3]) for at in (0, 3, 6, 9))
    return CodeBody(list(row[:count]), jaw, neck, [left, right])


def _near(first: Sequence[float], second: Sequence[float]) -> bool:
    return all(abs(a - b) < 1e-4 for a, b in zip(first, second, strict=True))
