# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in, face out: a box-constrained Levenberg–Marquardt fit with priors.

Minimised over identity β, expression ψ, jaw, gaze, head turn, scale and translation is

    -log p(u + r − y) + ½ (x − m)ᵀ P (x − m)

with u the projected landmarks, r what FaceMesh is known to make of such a face (`response`), y what
it saw, p the distribution of its errors (`noise`) and the second term what is likely of any face
(`priors`).  FaceMesh's z is not used: it is a guess of the network, not a measurement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .noise import Frame, LandmarkNoise, Weighed, frame_of, weigh
from .priors import Priors, Word
from .problem import EXTRA, TURNING, State, project, project_with_slopes
from .response import Response
from .rows import LandmarkRows
from .uncertainty import posterior_deviation

Floats = npt.NDArray[np.float64]

MAX_ROUNDS = 12
ENOUGH = 1e-2
"""Relative gain of a round below which the fit has arrived.  1e-3 takes one round more and errs as
much on renders with known truth."""


@dataclass(frozen=True, eq=False)
class Sight:
    """How FaceMesh sees one head: where its landmarks lie, and how it errs."""

    rows: LandmarkRows
    noise: LandmarkNoise
    response: Response | None = None  # None: it is taken to see them where they are

    def expected(self, state: State, frame: Frame) -> Floats:
        """(L,2) px where FaceMesh should see the landmarks of the face `state`."""
        pixels = project(self.rows, state)
        if self.response is None:
            return pixels
        return pixels + frame.to_picture(self.response.shift(frame, state))


@dataclass(frozen=True, eq=False)
class FitResult:
    """Where the fit arrived."""

    state: State
    cost: float
    residuals: Floats  # (L,) pixels: landmarks from where they were expected of this face
    unexplained: Floats  # (L,) pixels: what FaceMesh's commonest errors leave of them
    eye_distance: float  # pixels
    rounds: int
    information: Floats  # (n,n) Gauss–Newton matrix without the prior, unknowns as in State
    deviation: Floats  # (n,) posterior standard deviation of each unknown

    @property
    def error(self) -> float:
        """Root mean square of `unexplained` over the distance of the eyes."""
        return float(np.sqrt((self.unexplained**2).mean())) / self.eye_distance

    @property
    def head_error(self) -> float:
        """Root mean square of `residuals` over the distance of the eyes."""
        return float(np.sqrt((self.residuals**2).mean())) / self.eye_distance


def fit_landmarks(
    sight: Sight, landmarks: Floats, priors: Priors, start: State | None = None,
    word: Word | None = None,
) -> FitResult:
    """The most likely face behind FaceMesh's `landmarks` (478,2) in pixels, y down.

    start: where to begin, such as the frame before; None: the mean face, placed by least squares.
    word: what else is known of this face; `FitResult.information` has it, too.
    With `sight` and `priors` of a known identity (`LandmarkRows.with_identity`,
    `Response.with_identity`, `Priors.given_identity`) the states have no identity coefficients.
    """
    told = priors if word is None else priors.heeding(word)
    seen = _Seen(sight, landmarks[sight.rows.landmarks], frame_of(landmarks), told)
    with _blas().limit(limits=1, user_api="blas"):  # more threads than idle cores: 5 x the time
        if start is None:
            start = first_guess(sight.rows, seen.target)
        state, cost, rounds = _descend(seen, start.limited(priors.low, priors.high))
        information = seen.normal(state, seen.weighed(state)[0])[0]
        if word is not None:
            information[:priors.mean.size, :priors.mean.size] += word.precision
        deviation = posterior_deviation(information, priors)
        off = seen.errors(state)
        common = weigh(sight.noise.common, off)
    size = np.linalg.norm(off, axis=1) * seen.frame.distance
    left = np.linalg.norm((common.own * sight.noise.floor).reshape(-1, 2), axis=1)
    return FitResult(state, cost, size, left * seen.frame.distance, seen.frame.distance, rounds,
                     information, deviation)


@lru_cache(maxsize=1)
def _blas() -> Any:
    """Holds numpy's linear algebra to a number of threads (a dependency of scikit-learn)."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class _Seen:
    """One face's landmarks and all that is known beforehand."""

    sight: Sight
    target: Floats  # (L,2) pixels
    frame: Frame
    priors: Priors

    def errors(self, state: State) -> Floats:
        """(L,2) of FaceMesh, were `state` true; upright, of the eyes' distance."""
        return self.frame.upright(self.sight.expected(state, self.frame) - self.target)

    def weighed(self, state: State) -> tuple[Weighed, float]:
        """The errors, and what the fit minimises (the module docstring's formula)."""
        weighed = weigh(self.sight.noise, self.errors(state))
        return weighed, weighed.cost + self.priors.cost(state.boxed())

    def normal(self, state: State, weighed: Weighed) -> tuple[Floats, Floats]:
        """The Gauss–Newton matrix and the slope of the landmarks' cost, without the prior's."""
        slopes = project_with_slopes(self.sight.rows, state)[1]
        flat = self.frame.upright(slopes).reshape(-1, slopes.shape[2])
        if self.sight.response is not None:
            flat += self.sight.response.slopes(self.frame, state)
        return weighed.normal(self.sight.noise, flat)


def _descend(seen: _Seen, state: State) -> tuple[State, float, int]:
    """Levenberg–Marquardt from `state`: where it arrives, the cost there, rounds taken."""
    priors, (weighed, cost) = seen.priors, seen.weighed(state)
    count = priors.mean.size
    damping, rounds, gained = 1e-3, 0, np.inf
    while rounds < MAX_ROUNDS and gained > ENOUGH * cost:
        rounds += 1
        system, slope = seen.normal(state, weighed)
        system[:count, :count] += priors.precision
        slope[:count] += priors.precision @ (state.boxed() - priors.mean)
        free = _free(state, slope, priors)
        gained = 0.0
        for _ in range(6):
            step = _step(system, slope, free, damping)
            trial = state.moved(step).limited(priors.low, priors.high)
            seen_there, new_cost = seen.weighed(trial)
            if new_cost < cost:
                gained, state, cost, weighed = cost - new_cost, trial, new_cost, seen_there
                damping = max(damping / 10, 1e-9)
                break
            damping *= 10
    return state, cost, rounds


def fit_cost(sight: Sight, landmarks: Floats, priors: Priors, state: State) -> float:
    """What `fit_landmarks` minimises, at `state`."""
    seen = _Seen(sight, landmarks[sight.rows.landmarks], frame_of(landmarks), priors)
    return seen.weighed(state)[1]


def first_guess(rows: LandmarkRows, target: Floats) -> State:
    """Head turn, scale and place of the mean face at rest: weak perspective by least squares."""
    head = rows.still[:, :, 0].copy()
    for part in rows.moving:
        head[part.rows] += part.mixed[:, :, 0]
    root = rows.joints[0][:, 0]
    design = np.concatenate([head - root, np.ones((len(head), 1))], axis=1)
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    right, up = solution[:3, 0], -solution[:3, 1]
    scale = float(np.linalg.norm(right) + np.linalg.norm(up)) / 2
    left, _, other = np.linalg.svd(np.stack([right, up]), full_matrices=False)
    first_two = left @ other
    turn = np.concatenate([first_two, np.cross(first_two[0], first_two[1])[None]])
    flip = np.array([1.0, -1.0])
    translation = solution[3] - scale * root[:2] * flip
    return State(np.zeros(rows.identity_count + rows.expression_count), np.zeros(3),
                 np.zeros((2, 2)), turn, scale, translation)


def camera_on(sight: Sight, state: State, landmarks: Floats) -> State:
    """`state` with the scale and the place that bring it closest to `landmarks` (478,2) px."""
    target = landmarks[sight.rows.landmarks]
    if sight.response is not None:
        frame = frame_of(landmarks)
        target = target - frame.to_picture(sight.response.shift(frame, state))
    points = project(sight.rows, replace(state, scale=1.0, translation=np.zeros(2)))
    middle, aim = points.mean(0), target.mean(0)
    scale = float(((points - middle) * (target - aim)).sum() / ((points - middle)**2).sum())
    return replace(state, scale=scale, translation=aim - scale * middle)


def _free(state: State, slope: Floats, priors: Priors) -> npt.NDArray[np.bool_]:
    """Unknowns that are not pressed against a side of their box."""
    boxed = state.boxed()
    pressed = ((boxed <= priors.low) & (slope[:boxed.size] > 0)) | (
        (boxed >= priors.high) & (slope[:boxed.size] < 0))
    return np.concatenate([~pressed, np.ones(EXTRA - TURNING, dtype=bool)])


def _step(system: Floats, slope: Floats, free: npt.NDArray[np.bool_], damping: float) -> Floats:
    inner = system.copy() if free.all() else system[np.ix_(free, free)]
    inner[np.diag_indices_from(inner)] *= 1.0 + damping
    step = np.zeros(slope.size)
    step[free] = -np.linalg.solve(inner, slope[free])
    return step
