# SPDX-License-Identifier: GPL-3.0-or-later
"""What is compared: each turns FaceMesh's landmarks of one face into parameters of a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..encoders.facemesh import IRISES
from ..encoders.fit import first_guess
from ..encoders.landmark import (
    EXPRESSION_COUNT,
    IDENTITY_COUNT,
    PreparedHead,
    face_parameters,
    fit_face,
    prepare_head,
)
from ..encoders.problem import State, project, project_with_slopes
from ..encoders.rows import LandmarkRows, mix_rows, vector_of
from ..head.data import HeadData

Floats = npt.NDArray[np.float64]

PLAIN_DEVIATION = 0.01  # of the eyes' distance: FaceMesh's own scatter on photos, two looks apart
PLAIN_ROUNDS = 15


@dataclass(frozen=True, eq=False)
class Answer:
    """What a contestant says of one face."""

    shape: Floats  # (S,)
    expression: Floats  # (E,)
    jaw: Floats  # (3,) rad
    global_rotation: Floats  # (3,) rad
    residual: float  # root mean square over landmarks, fraction of the eyes' distance
    unexplained: float = float("nan")  # the same without FaceMesh's commonest errors, where known


Contestant = Callable[[Floats, tuple[int, int]], Answer]
"""Landmarks (478,2) px and the picture's width and height -> Answer."""


def contestants(head: HeadData) -> dict[str, Contestant]:
    """The shipped encoder first, then what it has to beat."""
    plain, prepared = PlainFit(head), prepare_head(head)
    return {
        "landmark encoder": lambda seen, size: _encoder(head, prepared, seen, size),
        "its regressor": lambda seen, size: _regressor(prepared, seen),
        "mean face": plain.mean_face,
        "plain Gauss-Newton": plain.fit,
    }


def _encoder(
    head: HeadData, prepared: PreparedHead, seen: Floats, size: tuple[int, int]
) -> Answer:
    result = fit_face(prepared, seen)
    face = face_parameters(head, prepared, result, size)
    return Answer(face.identity.shape, face.code.expression, face.code.jaw, face.global_rotation,
                  result.head_error, result.error)


def _regressor(prepared: PreparedHead, seen: Floats) -> Answer:
    """The start of the fit; it places no landmark, so it has no residual."""
    assert prepared.hunch is not None
    found = prepared.hunch.regressor(seen[None])
    return Answer(found.shape[0], found.expression[0], found.jaw[0], found.global_rotation[0],
                  float("nan"))


class PlainFit:
    """What a first course in fitting gives: equal weights, unit Gaussians, no calibration."""

    def __init__(self, head: HeadData) -> None:
        points = prepare_head(head).points
        self._head = head
        self._rows = mix_rows(head, replace(points, offsets=np.zeros_like(points.offsets)),
                              IDENTITY_COUNT, EXPRESSION_COUNT)

    def mean_face(self, seen: Floats, size: tuple[int, int]) -> Answer:
        """No identity, no expression: head turn, scale and place alone."""
        target = seen[self._rows.landmarks]
        state = first_guess(self._rows, target)
        return self._answer(state, seen)

    def fit(self, seen: Floats, size: tuple[int, int]) -> Answer:
        """Gauss–Newton over everything, from the mean face."""
        target = seen[self._rows.landmarks]
        state = first_guess(self._rows, target)
        weight = 1.0 / (PLAIN_DEVIATION * _eyes(seen))
        for _ in range(PLAIN_ROUNDS):
            state = state.moved(_gauss_newton_step(self._rows, state, target, weight))
        return self._answer(state, seen)

    def _answer(self, state: State, seen: Floats) -> Answer:
        rows, head = self._rows, self._head
        shape, expression = np.zeros(head.identity_count), np.zeros(head.expression_count)
        shape[:rows.identity_count] = state.coefficients[:rows.identity_count]
        expression[:rows.expression_count] = state.coefficients[rows.identity_count:]
        missed = np.linalg.norm(project(rows, state) - seen[rows.landmarks], axis=1)
        residual = float(np.sqrt((missed**2).mean())) / _eyes(seen)
        return Answer(shape, expression, state.jaw, vector_of(state.turn), residual)


def _gauss_newton_step(
    rows: LandmarkRows, state: State, target: Floats, weight: float
) -> Floats:
    """Of Σ (w |u − y|)² + |x|² over coefficients, jaw and gaze x; pose and camera are free."""
    pixels, slopes = project_with_slopes(rows, state)
    flat = weight * slopes.reshape(-1, slopes.shape[2])
    system, slope = flat.T @ flat, flat.T @ (weight * (pixels - target)).ravel()
    own = state.boxed()
    diagonal = np.arange(own.size)
    system[diagonal, diagonal] += 1.0
    slope[:own.size] += own
    return np.asarray(-np.linalg.solve(system, slope))


def _eyes(seen: Floats) -> float:
    return float(np.linalg.norm(seen[IRISES[0]] - seen[IRISES[1]]))
