# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in, face out: a box-constrained Levenberg–Marquardt fit with priors.

Minimised over identity β, expression ψ, jaw, gaze, head turn, scale and translation is

    κ Σ_l huber(|u_l − y_l| / (σ_l d)) + ½ Σ_i ((x_i − μ_i) / s_i)² + ½ (a·x / b)² + ½ |T x / t|²

with u the projected landmarks, y FaceMesh's, d the distance of the eyes in pixels and σ_l how
steadily FaceMesh sees landmark l on this head.  FaceMesh's errors are shared by whole regions of
the face, so 478 landmarks count as far fewer: κ.  Expression components drawn from data open the
mouth as well as the jaw does; a·x is the opening they fake, and the third term leaves it to the
jaw.  T x is how far the tongue's tip goes along, which no landmark sees; the last term keeps it in
the mouth.  FaceMesh's z is not used: it is a guess of the network, not a measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .facemesh import IRISES
from .problem import EXTRA, State, project, project_with_slopes
from .rows import LandmarkRows

Floats = npt.NDArray[np.float64]

SHARED_NOISE = 0.2
"""κ.  Over 238 labelled photos of the open head 0.1, 0.2, 0.4 and 1.0 leave residuals of 2.0, 1.8,
1.65 and 1.5 % of the distance of the eyes; smiles are told as well by all (AUC 0.92), raised brows
worse by the larger ones (0.77 to 0.70), and identity grows (median largest |β| 1.1 to 2.2)."""
HUBER = 2.0  # standard deviations beyond which a landmark pulls linearly only
MAX_ROUNDS = 12
ENOUGH = 1e-3  # relative gain of a round below which the fit has arrived
JAW_DEVIATION = (0.2, 0.03, 0.02)  # rad: opening, sideways, roll; the prior's s
JAW_LOW, JAW_HIGH = (-0.02, -0.12, -0.08), (0.60, 0.12, 0.08)  # rad
BORROWED_OPENING = 0.03  # rad
"""b: how much of an open mouth identity and expression may explain together, instead of the jaw.
Without it the jaw told surprise from neutral photos with an AUC of 0.65, with it of 0.78 (on an
earlier head)."""
GAZE_DEVIATION = (0.15, 0.25)  # rad: up-down, sideways
GAZE_LIMIT = (0.45, 0.65)  # rad
COEFFICIENT_LIMIT = 3.0  # standard deviations
TONGUE_TIP = 0.010  # m: the part of the tongue that would show between the lips
TONGUE_DEVIATION = 0.001  # m that it strays: a tongue out is for the animator to say
UNIT_LOW, UNIT_HIGH, UNIT_DEVIATION = -0.1, 1.3, 0.4  # of a component that is one action unit


@dataclass(frozen=True, eq=False)
class Priors:
    """What is likely before the photo is seen, over (S+E+5) unknowns."""

    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats
    jaw_likeness: Floats  # (S+E+5,) rad of jaw opening that a unit of each looks like; jaw: 0
    unseen: Floats  # (K,S+E+5) how far a unit of each moves what no landmark sees, in deviations


@dataclass(frozen=True, eq=False)
class FitResult:
    """Where the fit arrived."""

    state: State
    cost: float
    residuals: Floats  # (L,) pixels
    eye_distance: float  # pixels
    rounds: int


def priors_of(data: HeadData, rows: LandmarkRows) -> Priors:
    """Unit Gaussians on coefficients (they are standard deviations), small joint angles.

    An expression component that is exactly one action unit runs from rest to full strength, not
    both ways: muscles pull, they do not push.
    """
    identity, expression = rows.identity_count, rows.expression_count
    deviation = np.ones(identity + expression)
    high = np.full(identity + expression, COEFFICIENT_LIMIT)
    low = -high
    units = identity + unit_components(data, expression)
    deviation[units], low[units], high[units] = UNIT_DEVIATION, UNIT_LOW, UNIT_HIGH
    gaze = np.array(GAZE_LIMIT)
    likeness = jaw_likeness(rows)
    return Priors(
        np.zeros(deviation.size + 5),
        np.concatenate([deviation, JAW_DEVIATION, GAZE_DEVIATION]),
        np.concatenate([low, JAW_LOW, -gaze]),
        np.concatenate([high, JAW_HIGH, gaze]),
        np.concatenate([likeness, np.zeros(5)]),
        np.concatenate([np.zeros((3, identity)), tongue_motion(data, expression) / TONGUE_DEVIATION,
                        np.zeros((3, 5))], axis=1),
    )


def tongue_motion(data: HeadData, expression_count: int) -> Floats:
    """(3,E) m that a unit of each component moves the tongue's tip; zero without a tongue.

    A photo tells nothing of the tongue, but in the statistics of faces it moves with the lips.
    """
    if "tongue" not in data.masks:
        return np.zeros((3, expression_count))
    tongue = np.asarray(data.masks["tongue"])
    depth = np.asarray(data.template, dtype=np.float64)[tongue, 2]
    tip = tongue[depth >= depth.max() - TONGUE_TIP]
    moved = np.asarray(data.expression_basis, dtype=np.float64)[tip, :, :expression_count]
    return np.asarray(moved.mean(axis=0))


def jaw_likeness(rows: LandmarkRows) -> Floats:
    """(S+E,) rad of jaw opening in which a unit of each component's landmark motion projects."""
    state = State(np.zeros(rows.identity_count + rows.expression_count), np.zeros(3), np.zeros(2),
                  np.eye(3), 1.0, np.zeros(2))
    slopes = project_with_slopes(rows, state)[1].reshape(2 * len(rows.landmarks), -1)
    count = state.coefficients.size
    opening = slopes[:, count]
    square = float(opening @ opening)
    return np.asarray(slopes[:, :count].T @ opening / square) if square > 0 else np.zeros(count)


def unit_components(data: HeadData, expression_count: int) -> npt.NDArray[np.int64]:
    """Expression components that are nothing but one action unit at full strength."""
    if data.units is None:
        return np.zeros(0, dtype=np.int64)
    table = np.asarray(data.units.expression)[:, :expression_count]
    single = (np.abs(table) > 1e-6).sum(axis=1) == 1
    rows, columns = np.nonzero(np.abs(table) > 1e-6)
    ones = single[rows] & np.isclose(table[rows, columns], 1.0, atol=1e-3)
    return np.asarray(np.unique(columns[ones]), dtype=np.int64)


def fit_landmarks(
    rows: LandmarkRows, deviation: npt.ArrayLike, landmarks: Floats, priors: Priors
) -> FitResult:
    """The most likely face behind FaceMesh's `landmarks` (478,2) in pixels, y down.

    deviation: (L,) σ of each row as a fraction of the distance of the eyes.
    """
    target = landmarks[rows.landmarks]
    distance = float(np.linalg.norm(landmarks[IRISES[0]] - landmarks[IRISES[1]]))
    distance = max(distance, _size(landmarks) / 4)  # a face in profile has its eyes together
    weight = 1.0 / (np.asarray(deviation, dtype=np.float64) * distance)
    with _blas().limit(limits=1, user_api="blas"):  # more threads than idle cores: 5 x the time
        state = first_guess(rows, target, weight).limited(priors.low, priors.high)
        state, cost, rounds = _descend(rows, state, target, weight, priors)
    residuals = np.linalg.norm(project(rows, state) - target, axis=1)
    return FitResult(state, cost, residuals, distance, rounds)


@lru_cache(maxsize=1)
def _blas() -> Any:
    """Holds numpy's linear algebra to a number of threads (a dependency of scikit-learn)."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def _descend(
    rows: LandmarkRows, state: State, target: Floats, weight: Floats, priors: Priors
) -> tuple[State, float, int]:
    """Levenberg–Marquardt from `state`: where it arrives, the cost there, rounds taken."""
    cost = fit_cost(rows, state, target, weight, priors)
    damping, rounds, gained = 1e-3, 0, np.inf
    while rounds < MAX_ROUNDS and gained > ENOUGH * cost:
        rounds += 1
        system, slope = _normal_equations(rows, state, target, weight, priors)
        free = _free(state, slope, priors)
        gained = 0.0
        for _ in range(6):
            step = _step(system, slope, free, damping)
            trial = state.moved(step).limited(priors.low, priors.high)
            new_cost = fit_cost(rows, trial, target, weight, priors)
            if new_cost < cost:
                gained, state, cost = cost - new_cost, trial, new_cost
                damping = max(damping / 10, 1e-9)
                break
            damping *= 10
    return state, cost, rounds


def _size(landmarks: Floats) -> float:
    return float(np.linalg.norm(landmarks.max(0) - landmarks.min(0)))


def first_guess(rows: LandmarkRows, target: Floats, weight: Floats) -> State:
    """Head turn, scale and place of the mean face at rest: weak perspective by least squares."""
    head = rows.still[:, :, 0].copy()
    for part in rows.moving:
        head[part.rows] += part.mixed[:, :, 0]
    root = rows.joints[0][:, 0]
    arms = head - root
    design = np.concatenate([arms, np.ones((len(arms), 1))], axis=1) * weight[:, None]
    solution = np.linalg.lstsq(design, target * weight[:, None], rcond=None)[0]
    right, up = solution[:3, 0], -solution[:3, 1]
    scale = float(np.linalg.norm(right) + np.linalg.norm(up)) / 2
    left, _, other = np.linalg.svd(np.stack([right, up]), full_matrices=False)
    first_two = left @ other
    turn = np.concatenate([first_two, np.cross(first_two[0], first_two[1])[None]])
    flip = np.array([1.0, -1.0])
    translation = solution[3] - scale * root[:2] * flip
    return State(np.zeros(rows.identity_count + rows.expression_count), np.zeros(3), np.zeros(2),
                 turn, scale, translation)


def _robust_weights(distance: Floats) -> Floats:
    """Of iteratively reweighted least squares, for Huber's loss."""
    return np.asarray(HUBER / np.maximum(distance, HUBER))


def fit_cost(
    rows: LandmarkRows, state: State, target: Floats, weight: Floats, priors: Priors
) -> float:
    """What `fit_landmarks` minimises (the module docstring's formula), at `state`."""
    off = np.linalg.norm(project(rows, state) - target, axis=1) * weight
    data = np.where(off <= HUBER, 0.5 * off**2, HUBER * (off - 0.5 * HUBER))
    surprise = (state.boxed() - priors.mean) / priors.deviation
    borrowed = priors.jaw_likeness @ state.boxed() / BORROWED_OPENING
    strayed = priors.unseen @ state.boxed()
    prior = (surprise**2).sum() + borrowed**2 + (strayed**2).sum()
    return float(SHARED_NOISE * data.sum() + 0.5 * prior)


def _normal_equations(
    rows: LandmarkRows, state: State, target: Floats, weight: Floats, priors: Priors
) -> tuple[Floats, Floats]:
    """The Gauss–Newton matrix and the cost's slope at `state`."""
    pixels, slopes = project_with_slopes(rows, state)
    miss = (pixels - target) * weight[:, None]
    robust = np.sqrt(SHARED_NOISE * _robust_weights(np.linalg.norm(miss, axis=1)))
    slopes *= (weight * robust)[:, None, None]
    flat = slopes.reshape(-1, slopes.shape[2])
    system = flat.T @ flat
    slope = flat.T @ (miss * robust[:, None]).ravel()
    count = priors.mean.size
    system[np.arange(count), np.arange(count)] += priors.deviation**-2
    slope[:count] += (state.boxed() - priors.mean) / priors.deviation**2
    borrowed = priors.jaw_likeness / BORROWED_OPENING
    system[:count, :count] += np.outer(borrowed, borrowed)
    slope[:count] += borrowed * (borrowed @ state.boxed())
    system[:count, :count] += priors.unseen.T @ priors.unseen
    slope[:count] += priors.unseen.T @ (priors.unseen @ state.boxed())
    return system, slope


def _free(state: State, slope: Floats, priors: Priors) -> npt.NDArray[np.bool_]:
    """Unknowns that are not pressed against a side of their box."""
    boxed = state.boxed()
    pressed = ((boxed <= priors.low) & (slope[:boxed.size] > 0)) | (
        (boxed >= priors.high) & (slope[:boxed.size] < 0))
    return np.concatenate([~pressed, np.ones(EXTRA - 5, dtype=bool)])


def _step(system: Floats, slope: Floats, free: npt.NDArray[np.bool_], damping: float) -> Floats:
    inner = system[np.ix_(free, free)]
    inner[np.diag_indices_from(inner)] *= 1.0 + damping
    step = np.zeros(slope.size)
    step[free] = -np.linalg.solve(inner, slope[free])
    return step
