# SPDX-License-Identifier: GPL-3.0-or-later
"""From a performance's anchors to a living motion between them, in a few keys a channel.

Anchors are reached exactly, at their times.  Between them every action unit has its own course
(`unit_courses`), so that the face is one that the units make at every moment, their correctives
included; what units do not show of it goes the mean way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import NamedUnits
from ..head.unit_strengths import UnitMeter
from ..trajectory import Easing, Trajectory
from .blinks import KEY_TIMES, MIDDLE, BlinkPlaces, blink_starts
from .drawn_keys import drawn_keys
from .face_courses import FaceCourses
from .performance_keys import Blink, Bounds, performance_keys
from .profiles import BLINK_EARLIEST, BLINK_SECONDS
from .style import ALIVE, MotionStyle
from .unit_courses import StepCourses

if TYPE_CHECKING:
    from ..head.held_openings import HeldLids  # it loads scipy

Floats = npt.NDArray[np.float64]

RATE = 30.0  # codes a second; a design choice: keys draw what is between them
MOST_CODES = 1800  # of one step, a minute's; a design choice
NEAR = 1e-3  # s between codes at least
USUAL_SEED = 0  # of performances that name none


@dataclass(frozen=True, eq=False)
class LivingMotion:
    """A performance that moves as a face does, and what a person should know of it."""

    trajectory: Trajectory
    notes: tuple[str, ...]
    blinks: tuple[float, ...]  # s at which each begins


def enliven(
    anchors: Trajectory, units: NamedUnits | None, meter: UnitMeter | None,
    style: MotionStyle = ALIVE, *, seed: int | None = None,
    lowest: npt.ArrayLike, highest: npt.ArrayLike, lids: HeldLids | None = None,
) -> Trajectory:
    """The trajectory of `living_motion`."""
    return living_motion(anchors, units, meter, style, seed=seed, lowest=lowest,
                         highest=highest, lids=lids).trajectory


def living_motion(
    anchors: Trajectory, units: NamedUnits | None, meter: UnitMeter | None,
    style: MotionStyle = ALIVE, *, seed: int | None = None,
    lowest: npt.ArrayLike, highest: npt.ArrayLike, lids: HeldLids | None = None,
) -> LivingMotion:
    """How the face moves between `anchors`: codes at about `RATE` a second, and their keys.

    units, meter: the head's; without them all of the face goes one way.  seed: gives the same
    small chances again; None is one seed like others.  lowest, highest: (E,) or (E + 3,) bounds of
    the head's database, beyond which no number goes further than its anchors do; but for blinks,
    as no database holds shut eyes.  lids: the head's, by which a blink shuts its eyes; without them
    its closing unit goes to full strength.  With a style that `is_still` the anchors come back.
    """
    if style.is_still or len(anchors.times) == 1:
        return LivingMotion(anchors, (), ())
    face = FaceCourses.of(anchors, units, meter, lids, style.drift)
    own_seed = USUAL_SEED if seed is None else seed
    steps = face.steps(style, own_seed)
    blinks = _blinks(face, steps, style, np.random.default_rng((own_seed, len(steps) + 1)))
    bounds = Bounds.of(anchors, lowest, highest)
    keys = performance_keys(face, steps, blinks, bounds)
    starts = tuple(float(anchors.times[blink.step] + blink.start) for blink in blinks)
    times = _dense_times(anchors, np.array(starts), style.drift > 0)
    codes = drawn_keys(keys, anchors.codes.shape[1], times)
    easings, labels = _between(anchors, times)
    living = Trajectory(anchors.head, times, codes, easings, labels, anchors.seed, None, keys)
    return LivingMotion(living, _notes(anchors, steps, units), starts)


def _blinks(
    face: FaceCourses, steps: list[StepCourses | None], style: MotionStyle,
    chance: np.random.Generator,
) -> list[Blink]:
    if not face.can_blink:
        return []
    anchors = face.anchors
    cuts = np.abs(np.diff(anchors.codes, axis=0)).max(axis=1) > 0
    cuts &= np.array([step is None for step in steps])
    places = BlinkPlaces(anchors.times, face.changes, face.alarms, ~(face.shut() | cuts),
                         BLINK_EARLIEST if face.begins_at_rest else 0.0)
    found = []
    for start in blink_starts(places, style.blinks, chance).tolist():
        number = int(np.searchsorted(anchors.times, start, side="right")) - 1
        within, step = start - float(anchors.times[number]), steps[number]
        courses = None if step is None else step.courses
        found.append(Blink(number, within, face.blink(number, courses, within + MIDDLE)))
    return found


def _dense_times(anchors: Trajectory, blinks: Floats, drifts: bool) -> Floats:
    """About RATE a second, with all anchors and the keys of blinks among them; fewer while a face
    is held, and in steps of minutes."""
    spans = [pair for pair, easing in zip(pairwise(anchors.times), anchors.easings, strict=True)
             if drifts or easing != "hold"]
    spans += [(start, start + BLINK_SECONDS) for start in blinks]
    parts = [np.linspace(start, end, min(max(1, round((end - start) * RATE)), MOST_CODES),
                         endpoint=False) for start, end in spans]
    fixed = np.sort(np.concatenate([anchors.times, (blinks[:, None] + KEY_TIMES).ravel()]))
    others = np.unique(np.concatenate([*parts, fixed[:0]]))
    after = np.searchsorted(fixed, others).clip(1, len(fixed) - 1)
    free = np.minimum(others - fixed[after - 1], fixed[after] - others) > NEAR
    others = others[free]
    apart = np.diff(others, prepend=-np.inf) > NEAR
    return np.sort(np.concatenate([fixed, others[apart]]))


def _between(anchors: Trajectory, times: Floats) -> tuple[tuple[Easing, ...], tuple[str, ...]]:
    """Easings and labels of codes at `times`: even but before a cut; words where anchors are."""
    step = np.searchsorted(anchors.times, times, side="right") - 1
    cut = np.append(np.abs(np.diff(anchors.codes, axis=0)).max(axis=1) > 0, False)
    cut &= np.array([easing == "hold" for easing in anchors.easings] + [False])
    easings: list[Easing] = ["hold" if cut[number] else "linear" for number in step[:-1]]
    if not anchors.labels:
        return tuple(easings), ()
    words = [anchors.labels[number] if anchors.times[number] == time else ""
             for number, time in zip(step, times, strict=True)]
    return tuple(easings), tuple(words)


def _notes(
    anchors: Trajectory, steps: list[StepCourses | None], units: NamedUnits | None
) -> tuple[str, ...]:
    notes = []
    if units is None:
        notes.append("this head has no action units: all of its face moves at once")
    for number, step in enumerate(steps):
        if step is not None and step.too_quick:
            word = f" ({anchors.labels[number + 1]})" if anchors.labels else ""
            notes.append(
                f"step {number + 1}{word} is quicker than a face moves: "
                f"{step.courses.seconds:.2g} s for the {', '.join(step.too_quick)}, "
                f"which would take {step.needed:.2g} s")
    return tuple(notes)
