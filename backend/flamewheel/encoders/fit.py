# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in, face out: a box-constrained Levenberg–Marquardt fit with priors.

Minimised over identity β, expression ψ, jaw, gaze, head turn, scale and translation is

    -log p(u − y) + ½ (x − m)ᵀ P (x − m)

with u the projected landmarks, y FaceMesh's, p the errors' distribution (`noise`) and the second
term what is likely of any face (`priors`).  FaceMesh's z is not used: it is a guess of the network,
not a measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .noise import Frame, LandmarkNoise, Weighed, frame_of, weigh
from .priors import Priors
from .problem import EXTRA, TURNING, State, project, project_with_slopes
from .rows import LandmarkRows
from .uncertainty import posterior_deviation

Floats = npt.NDArray[np.float64]

MAX_ROUNDS = 12
ENOUGH = 1e-3  # relative gain of a round below which the fit has arrived


@dataclass(frozen=True, eq=False)
class FitResult:
    """Where the fit arrived."""

    state: State
    cost: float
    residuals: Floats  # (L,) pixels
    eye_distance: float  # pixels
    rounds: int
    information: Floats  # (n,n) Gauss–Newton matrix of the landmarks alone, unknowns as in State
    deviation: Floats  # (n,) posterior standard deviation of each unknown

    @property
    def error(self) -> float:
        """Root mean square residual over the distance of the eyes."""
        return float(np.sqrt((self.residuals**2).mean())) / self.eye_distance


def fit_landmarks(
    rows: LandmarkRows, noise: LandmarkNoise, landmarks: Floats, priors: Priors,
    start: State | None = None,
) -> FitResult:
    """The most likely face behind FaceMesh's `landmarks` (478,2) in pixels, y down.

    start: where to begin, such as the frame before; None: the mean face, placed by least squares.
    With `rows` and `priors` of a known identity (`LandmarkRows.with_identity`,
    `Priors.given_identity`) the states have no identity coefficients.
    """
    seen = _Seen(rows, noise, landmarks[rows.landmarks], frame_of(landmarks), priors)
    with _blas().limit(limits=1, user_api="blas"):  # more threads than idle cores: 5 x the time
        if start is None:
            start = first_guess(rows, seen.target)
        state, cost, rounds = _descend(seen, start.limited(priors.low, priors.high))
        information = seen.normal(state)[0]
        deviation = posterior_deviation(information, priors)
    residuals = np.linalg.norm(project(rows, state) - seen.target, axis=1)
    return FitResult(state, cost, residuals, seen.frame.distance, rounds, information, deviation)


@lru_cache(maxsize=1)
def _blas() -> Any:
    """Holds numpy's linear algebra to a number of threads (a dependency of scikit-learn)."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class _Seen:
    """One face's landmarks and all that is known beforehand."""

    rows: LandmarkRows
    noise: LandmarkNoise
    target: Floats  # (L,2) pixels
    frame: Frame
    priors: Priors

    def weighed(self, pixels: Floats) -> Weighed:
        return weigh(self.noise, self.frame.upright(pixels - self.target))

    def cost(self, state: State) -> float:
        """What the fit minimises (the module docstring's formula)."""
        return self.weighed(project(self.rows, state)).cost + self.priors.cost(state.boxed())

    def normal(self, state: State) -> tuple[Floats, Floats]:
        """The Gauss–Newton matrix and the slope of the landmarks' cost, without the prior's."""
        pixels, slopes = project_with_slopes(self.rows, state)
        flat = self.frame.upright(slopes).reshape(-1, slopes.shape[2])
        return self.weighed(pixels).normal(self.noise, flat)


def _descend(seen: _Seen, state: State) -> tuple[State, float, int]:
    """Levenberg–Marquardt from `state`: where it arrives, the cost there, rounds taken."""
    priors, cost = seen.priors, seen.cost(state)
    count = priors.mean.size
    damping, rounds, gained = 1e-3, 0, np.inf
    while rounds < MAX_ROUNDS and gained > ENOUGH * cost:
        rounds += 1
        system, slope = seen.normal(state)
        system[:count, :count] += priors.precision
        slope[:count] += priors.precision @ (state.boxed() - priors.mean)
        free = _free(state, slope, priors)
        gained = 0.0
        for _ in range(6):
            step = _step(system, slope, free, damping)
            trial = state.moved(step).limited(priors.low, priors.high)
            new_cost = seen.cost(trial)
            if new_cost < cost:
                gained, state, cost = cost - new_cost, trial, new_cost
                damping = max(damping / 10, 1e-9)
                break
            damping *= 10
    return state, cost, rounds


def fit_cost(
    rows: LandmarkRows, noise: LandmarkNoise, landmarks: Floats, priors: Priors, state: State
) -> float:
    """What `fit_landmarks` minimises, at `state`."""
    seen = _Seen(rows, noise, landmarks[rows.landmarks], frame_of(landmarks), priors)
    return seen.cost(state)


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


def _free(state: State, slope: Floats, priors: Priors) -> npt.NDArray[np.bool_]:
    """Unknowns that are not pressed against a side of their box."""
    boxed = state.boxed()
    pressed = ((boxed <= priors.low) & (slope[:boxed.size] > 0)) | (
        (boxed >= priors.high) & (slope[:boxed.size] < 0))
    return np.concatenate([~pressed, np.ones(EXTRA - TURNING, dtype=bool)])


def _step(system: Floats, slope: Floats, free: npt.NDArray[np.bool_], damping: float) -> Floats:
    inner = system[np.ix_(free, free)]
    inner[np.diag_indices_from(inner)] *= 1.0 + damping
    step = np.zeros(slope.size)
    step[free] = -np.linalg.solve(inner, slope[free])
    return step
