# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units in a head's own expression space.

FLAME's expression components are unnamed (a PCA).  A head whose file names its units has them;
for any other, each unit of the open head is shown to the head as a motion of FaceMesh landmarks,
and the expression (and, for units that open the jaw, the jaw's turn) that moves the head's own
landmarks alike is found: ridge regression with the head's prior, unit variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from ..head.data import JOINT_NAMES, HeadData, LandmarkEmbedding, NamedUnits
from ..head.evaluate import evaluate
from ..head.facemesh_points import FacemeshPoints, facemesh_points, no_landmarks

Array = npt.NDArray[np.float64]

LANDMARK_SCATTER = 0.01
"""How far, in eye distances, a landmark may miss its motion as lightly as ψ may move by one
standard deviation: FaceMesh's own scatter on photos is about 0.015, correspondence 0.01."""

JAW_SPREAD = 0.2  # rad: prior standard deviation of the jaw's turn, a jaw drop of the open head
ROUNDS = 4  # Gauss-Newton steps where the jaw turns; the fourth changes its angle by less than 1e-4
STEP = 1e-3  # rad, of the finite differences by the jaw's turn

_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True, eq=False)
class SolvedUnits:
    """A head's units, and how well they follow those they were carried over from."""

    units: NamedUnits
    explained: Array  # (U,) share of each unit's landmark motion that the head can show, 0..1
    source: str  # "the head's own", or which head and landmarks they were carried over from

    def poorly_explained(self, least: float = 0.5) -> tuple[str, ...]:
        """Units of whose motion less than `least` is shown, the worst first."""
        order = np.argsort(self.explained, kind="stable")
        return tuple(self.units.names[at] for at in order if self.explained[at] < least)


def solve_units(
    head: HeadData, reference: HeadData | None = None, embedding: LandmarkEmbedding | None = None
) -> SolvedUnits:
    """The units of `head`: its own, or those of `reference` (the open head) carried over.

    `embedding` are FaceMesh landmarks on `head`, for heads whose file brings none.
    Raises HeadError: `no-units` where neither head has units, `no-landmarks` where there are no
    landmarks to carry them over by.
    """
    if head.units is not None:
        own = np.ones(len(head.units.names))
        return SolvedUnits(head.units, own, "the head's own")
    if reference is None or reference.units is None:
        raise HeadError("no-units", f"The head {head.name} names no action units and there is no "
                        "head to take them from.", "Give the open head as reference.")
    there = facemesh_points(reference, None)
    here = facemesh_points(head, embedding)
    shared, at_there, at_here = np.intersect1d(there.numbers, here.numbers, return_indices=True)
    if shared.size < len(reference.units.names):
        raise no_landmarks(head)
    units = reference.units
    wanted = _motions(reference, units.expression, units.pose, there.take(at_there))
    solver = _Solver(head, here.take(at_here))
    solved = [solver.solve(motion, np.abs(pose[_JAW]).max() > 0)
              for motion, pose in zip(wanted, units.pose, strict=True)]
    pose = np.array(units.pose, dtype=np.float64)
    pose[:, _JAW] = [jaw for _, jaw, _ in solved]
    carried = NamedUnits(units.names, np.stack([code for code, _, _ in solved]), pose,
                         *_carried_pairs(reference, there.take(at_there), solver))
    source = f"carried over from the head {reference.name} by {shared.size} {here.name} landmarks"
    return SolvedUnits(carried, np.array([share for _, _, share in solved]), source)


def unit_rows(units: NamedUnits) -> Array:
    """(U, E + 3) each unit at full strength as a database row: ψ, then the jaw's turn in rad."""
    rows: Array = np.concatenate([units.expression, units.pose[:, _JAW]], axis=1).astype(np.float64)
    return rows


def face_rows(units: NamedUnits, strengths: npt.ArrayLike) -> Array:
    """(N, E + 3) database rows of unit strengths (N,U), the pairs' correctives included."""
    rows: Array = np.concatenate(
        [units.codes(strengths), units.poses(strengths)[..., _JAW, :]], axis=-1)
    return rows


def eye_distance(head: HeadData) -> float:
    """Metres between the centres of the eyeballs: the unit in which motions are compared."""
    joints = np.asarray(head.joint_regressor, np.float64) @ np.asarray(head.template, np.float64)
    left, right = JOINT_NAMES.index("left_eye"), JOINT_NAMES.index("right_eye")
    return float(np.linalg.norm(joints[left] - joints[right]))


def _landmark_head(head: HeadData, points: FacemeshPoints) -> tuple[HeadData, FacemeshPoints]:
    """The head cut down to its landmarks' vertices, which move as they did: far fewer to move.

    The five joints become vertices of their own, so that they too follow every component.
    """
    used, corners = np.unique(points.corners, return_inverse=True)
    regressor = np.asarray(head.joint_regressor, dtype=np.float64)

    def cut(rows: npt.ArrayLike) -> Array:
        whole = np.asarray(rows, dtype=np.float64)
        return np.concatenate([whole[used], np.tensordot(regressor, whole, axes=1)])

    small = replace(
        head, template=cut(head.template), identity_basis=cut(head.identity_basis[:, :, :1]),
        expression_basis=cut(head.expression_basis), weights=cut(head.weights),
        pose_basis=cut(head.pose_basis), triangles=np.zeros((0, 3), np.int32),
        joint_regressor=np.eye(len(regressor), used.size + len(regressor), used.size))
    return small, replace(points, corners=corners.reshape(points.corners.shape))


def _motions(
    head: HeadData, expression: npt.ArrayLike, pose: npt.ArrayLike, points: FacemeshPoints
) -> Array:
    """(N,3L) what expressions (N,E) with turns (N,5,3) do on `head`, in eye distances."""
    small, points = _landmark_head(head, points)
    codes = np.concatenate([np.zeros((1, head.expression_count)), expression])
    turns = np.concatenate([np.zeros((1, 5, 3)), pose])
    placed = points.on(evaluate(small, np.zeros(1), codes, turns)) / eye_distance(head)
    return np.asarray((placed[1:] - placed[0]).reshape(len(codes) - 1, -1))


def _carried_pairs(
    reference: HeadData, points: FacemeshPoints, solver: _Solver
) -> tuple[npt.NDArray[np.int32], Array | None]:
    """The pairs of the reference's units, and their correctives in the solver's head."""
    assert reference.units is not None
    pairs, mending = reference.units.pairs, reference.units.pair_expression
    if mending is None or not len(pairs):
        return pairs, None
    wanted = _motions(reference, mending, np.zeros((len(pairs), 5, 3)), points)
    return pairs, np.stack([solver.solve(motion, False)[0] for motion in wanted])


class _Solver:
    """Which expression, and which turn of the jaw, moves a head's landmarks in a given way."""

    def __init__(self, head: HeadData, points: FacemeshPoints) -> None:
        self._head, self._points = _landmark_head(head, points)
        self._count = head.expression_count
        self._size = eye_distance(head)
        self._rest = self._place(np.zeros((1, self._count)), np.zeros((1, 3)))[0]
        self._closed_slopes = self._expression_slopes(np.zeros(3))

    def _place(self, code: Array, jaw: Array) -> Array:
        """(B,3L) landmarks in eye distances."""
        pose = np.zeros((len(jaw), 5, 3))
        pose[:, _JAW] = jaw
        placed = self._points.on(evaluate(self._head, np.zeros(1), code, pose))
        return np.asarray(placed.reshape(len(placed), -1) / self._size)

    def solve(self, motion: Array, with_jaw: bool) -> tuple[Array, Array, float]:
        """(E,) ψ, (3,) jaw and the share of `motion` (3L,) that they show.

        Minimises |moved - motion|²/scatter² + |ψ|² + |jaw|²/spread² by Gauss-Newton; one step is
        exact while the jaw stays closed.
        """
        count = self._count
        code, jaw = np.zeros(count), np.zeros(3)
        prior = np.concatenate([np.ones(count), np.full(3, JAW_SPREAD**-2)])
        for _ in range(ROUNDS if with_jaw else 1):
            missed = motion - (self._place(code[None], jaw[None])[0] - self._rest)
            slopes = self._slopes(code, jaw, with_jaw)
            known = np.concatenate([code, jaw])
            left = slopes.T @ slopes / LANDMARK_SCATTER**2 + np.diag(prior)
            right = slopes.T @ missed / LANDMARK_SCATTER**2 - prior * known
            step = np.asarray(np.linalg.solve(left, right), dtype=np.float64)
            code, jaw = code + step[:count], jaw + step[count:]
        missed = motion - (self._place(code[None], jaw[None])[0] - self._rest)
        total = float(motion @ motion)
        share = 1.0 - float(missed @ missed) / total if total > 0 else 1.0
        return code, jaw, max(share, 0.0)

    def _slopes(self, code: Array, jaw: Array, with_jaw: bool) -> Array:
        """(3L,E+3) by ψ and by the jaw; the jaw's are zero where it must stay, so that it does."""
        if not with_jaw:
            return np.concatenate([self._closed_slopes, np.zeros((self._rest.size, 3))], axis=1)
        steps = jaw + STEP * np.concatenate([np.zeros((1, 3)), np.eye(3)])
        turned = self._place(np.repeat(code[None], 4, axis=0), steps)
        by_jaw = (turned[1:] - turned[0]).T / STEP
        return np.concatenate([self._expression_slopes(jaw), by_jaw], axis=1)

    def _expression_slopes(self, jaw: Array) -> Array:
        """(3L,E): landmarks are linear in ψ while the jaw is held."""
        codes = np.concatenate([np.zeros((1, self._count)), np.eye(self._count)])
        placed = self._place(codes, np.repeat(jaw[None], len(codes), axis=0))
        return np.asarray((placed[1:] - placed[0]).T)
