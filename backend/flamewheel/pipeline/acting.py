# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences to performances of a head: understood first, then acted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CheckpointError, HeadError, InstructionError, UsageError, WheelError
from ..parameters import ExpressionCode
from ..trajectory import Trajectory
from .database import expression_database
from .units import HEADS_KEPT, head_units, with_landmarks

if TYPE_CHECKING:
    from ..head.data import NamedUnits
    from ..head.known_strengths import KnowingMeter
    from ..instruction.compose import Faces
    from ..instruction.part_faces import PartFaces
    from ..instruction.plan import EmotionMix, TransitionPlan
    from ..motion.style import MotionStyle
    from ..wheel.dbex import ExpressionDatabase


KEEPS_LIDS = ("eyes open", "eyes still")
"""What a sentence keeps of the eyes that a blink would break."""

CALMER = (1.0, 0.5, 0.0)
"""Shares of timing and overshoot that are tried in turn where a mouth must stay shut."""
MOST_SECONDS = 1800.0
"""s of a performance, a design choice: half an hour of living motion takes about 1 GB (measured),
and a sentence can name hundreds of steps of ten minutes."""
UNSEEN = 4e-4
"""m between lips that still look shut: half a pixel of a head that is 500 px high."""


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Stage:
    """What performances of one head share."""

    database: ExpressionDatabase
    units: NamedUnits
    meter: KnowingMeter
    parts: PartFaces

    def faces(self, mixes: tuple[EmotionMix, ...]) -> tuple[ExpressionCode, ...]:
        """The exact faces of emotions; an `instruction.compose.Faces`."""
        return tuple(map(self._face, mixes))

    def _face(self, mix: EmotionMix) -> ExpressionCode:
        import numpy as np

        from ..instruction.compose import wheel_points, wheel_shares
        from ..wheel.blend import blend

        made = blend(self.database, wheel_points(mix), weights=wheel_shares(mix), units=self.units)
        if made.strengths is not None:
            row = np.concatenate([made.code.expression, made.code.jaw])
            self.meter.remember(row, made.strengths)
        return made.code


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
    motion: MotionStyle | None = None,
    generator: Path | None = None,
) -> TransitionResult:
    """A plan, as it was understood or edited, as a performance of `head`.

    `start` is what the face shows now; it counts where the plan names no beginning.  motion: how
    the face moves between the plan's expressions; None joins them as paper 002 does (eq. 16).
    seed: gives one of many performances of the plan, the same one again; None the exact faces.
    generator: the file of a trained I2FET that draws a seed's faces; None is the one that comes
    with the embedded head.  A head that has none varies its exact faces a little
    (`instruction.compose.VARIATION`).
    Raises InstructionError `no-such-unit` where the head lacks an action unit that is asked for,
    `too-long` beyond `MOST_SECONDS`,
    UsageError `bad-seed`, `unheard-option` (a generator without a seed), CheckpointError or
    WheelError for a generator that cannot be read or is another head's.
    """
    from ..instruction.compose import plan_to_trajectory, start_notes

    _check_length(plan)
    stage = stage_of(head)
    if start is not None:
        start = _fitted(start, stage.database.expression_count)
    faces = _drawn_faces(stage, seed, generator)
    anchors = plan_to_trajectory(
        plan, faces or stage.faces, stage.database.head, start, seed, parts=stage.parts,
        varied=faces is None)
    notes = (*plan.notes, *start_notes(plan, start))
    if motion is None:
        return TransitionResult(anchors, plan, notes)
    living, told = _enlivened(stage, plan, anchors, motion)
    return TransitionResult(living, plan, (*notes, *told))


def _drawn_faces(stage: Stage, seed: int | None, path: Path | None) -> Faces | None:
    """The faces of a seed as the head's generator draws them; None where it has none."""
    if seed is None:
        if path is not None:
            raise UsageError("unheard-option", "A generator draws nothing without a seed.",
                             "Give a seed; without one the faces are exact.")
        return None
    from ..instruction.generator import load_generator

    if path is None:
        with suppress(CheckpointError, WheelError):  # none comes with it, or for another head
            shipped = load_generator()
            if shipped.about.head_checksum == stage.database.head_checksum:
                return lambda mixes: shipped.faces(mixes, seed)
        return None
    drawing = load_generator(path, database=stage.database)
    return lambda mixes: drawing.faces(mixes, seed)


def _check_length(plan: TransitionPlan) -> None:
    """Before anything is made: hours would fill the memory.  Raises InstructionError `too-long`."""
    if plan.seconds > MOST_SECONDS:
        raise InstructionError(
            "too-long", f"The steps take {plan.seconds:,.0f} s together; a performance has at most "
            f"{MOST_SECONDS:,.0f} s.", "Shorten them, or act them in several performances.")


def _enlivened(
    stage: Stage, plan: TransitionPlan, anchors: Trajectory, motion: MotionStyle
) -> tuple[Trajectory, tuple[str, ...]]:
    """`anchors` as a living motion, and what a person should know of it."""
    keeps = {keep for step in plan.steps for keep in step.keeps}
    if keeps.intersection(KEEPS_LIDS):
        motion = replace(motion, blinks=0.0)
    if "mouth shut" in keeps and stage.parts.lips_touch(anchors.codes):
        return _with_shut_mouth(stage, anchors, motion)
    return _moved(stage, anchors, stage.units, motion)


def _with_shut_mouth(
    stage: Stage, anchors: Trajectory, motion: MotionStyle
) -> tuple[Trajectory, tuple[str, ...]]:
    """A motion whose lips stay together: calmer where the database's bounds would part them."""
    for calm in CALMER:
        style = replace(
            motion, timing=calm * motion.timing, overshoot=calm * motion.overshoot)
        made, notes = _moved(stage, anchors, stage.parts.sealed_units, style)
        if stage.parts.lips_touch(made.codes, within=UNSEEN):
            break
    return made, notes


def _moved(
    stage: Stage, anchors: Trajectory, units: NamedUnits, motion: MotionStyle
) -> tuple[Trajectory, tuple[str, ...]]:
    from ..motion.enliven import living_motion

    made = living_motion(
        anchors, units, stage.meter, motion, seed=anchors.seed,
        lowest=stage.database.low, highest=stage.database.high, lids=stage.parts.lids)
    return made.trajectory, made.notes


def transition(
    text: str,
    *,
    head: str = "open",
    start: ExpressionCode | None = None,
    seed: int | None = None,
    motion: MotionStyle | None = None,
    generator: Path | None = None,
) -> TransitionResult:
    """A sentence as a performance of `head`, with the plan that was understood.

    `start` is what the face shows now; it counts where the sentence names no beginning.
    For `seed`, `motion` and `generator` see `perform`.
    Raises InstructionError with the place in the text where it cannot be understood.
    """
    # understood before the head is read: a wrong word is told at once
    return perform(
        understand(text), head=head, start=start, seed=seed, motion=motion, generator=generator)


def stage_of(head: str = "open") -> Stage:
    """What performances of `head` need, made once for each state of the head's file."""
    return _stage(head, expression_database(head).head_checksum)


@lru_cache(maxsize=HEADS_KEPT)
def _stage(head: str, checksum: str) -> Stage:
    from ..head.known_strengths import KnowingMeter
    from ..head.registry import find_head
    from ..instruction.part_faces import PartFaces
    from ..wheel.dbex import JAW_SIZE

    database, units, data = expression_database(head), head_units(head).units, find_head(head)
    with suppress(HeadError):  # lips and lids then go by units alone
        data = with_landmarks(data)
    meter = KnowingMeter(data, units)
    low, high = database.low[:-JAW_SIZE], database.high[:-JAW_SIZE]
    return Stage(database, units, meter, PartFaces(data, units, meter, low, high))


def _fitted(code: ExpressionCode, count: int) -> ExpressionCode:
    """`code` with `count` expression numbers: a rig may have fewer keys, or more."""
    import numpy as np

    expression = np.zeros(count)
    given = code.expression[:count]
    expression[: given.size] = given
    return replace(code, expression=expression)
