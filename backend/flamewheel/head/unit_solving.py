# SPDX-License-Identifier: GPL-3.0-or-later
"""Which expression, and which turn of the jaw, of a head shows a wanted motion of its face.

Regularised least squares with the head's prior: ψ has unit variance, the jaw opens at its joint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from .data import JOINT_NAMES, HeadData, NamedUnits
from .evaluate import evaluate
from .openings import PointPairs

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCATTER = 0.015
"""How far, in distances of the eyes' outer corners (1.3 mm), a point may miss its motion as lightly
as ψ may move by one standard deviation, if there were `EVIDENCE` points.  Tried from 0.007 to 0.03:
more finds ICT-FaceKit's hidden shapes better, less the open head's (docs/units.md)."""
EVIDENCE = 478.0  # points that the weights stand for together, however many are compared
JAW_SPREAD = 0.2  # rad: prior standard deviation of the jaw's turn, a jaw drop of the open head
STILL = 1e-6  # rad, likewise, about axes that the reference does not turn it about
ROUNDS = 4  # Gauss-Newton steps where the jaw turns; the fourth changes its angle by less than 1e-4
LID_SCATTER = 0.0036  # as SCATTER (0.3 mm), for how far each pair of lid points opens
LID_EDGE_SCATTER = 0.0071  # likewise (0.6 mm), for where each of the two goes
LIP_SCATTER = 0.0071  # likewise for the lips, whose edges are known less well
STEP = 1e-3  # rad, of the finite differences by the jaw's turn

_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True, eq=False)
class SolvedUnits:
    """A head's units, and how well they follow those they were carried over from."""

    units: NamedUnits
    explained: Array  # (U,) share of each unit's squared motion, openings too, that is shown, 0..1
    source: str  # "the head's own", or which head they were carried over from, and how
    error: Array | None = None  # (U,) mm on this head, root mean square over the face's area
    cosine: Array | None = None  # (U,) between the wanted and the shown motion, -1..1

    def poorly_explained(self, least: float = 0.5) -> tuple[str, ...]:
        """Units of whose motion less than `least` is shown, the worst first."""
        order = np.argsort(self.explained, kind="stable")
        return tuple(self.units.names[at] for at in order if self.explained[at] < least)


@dataclass(frozen=True, eq=False)
class FacePoints:
    """Points of a head's surface, and how much each counts."""

    corners: Ints  # (n,3) vertices
    barycentrics: Array  # (n,3)
    weights: Array  # (n,) in the fit; sum 1
    areas: Array  # (n,) in the reported errors; sum 1


@dataclass(frozen=True, eq=False)
class Shown:
    """Expressions found for wanted motions."""

    expression: Array  # (N,E)
    jaw: Array  # (N,3) rad
    explained: Array  # (N,) 0..1
    error: Array  # (N,) mm
    cosine: Array  # (N,)


def merged(parts: Sequence[tuple[npt.NDArray[np.bool_], Shown]]) -> Shown:
    """One from several that are each for the rows (N,) where theirs is true."""
    def whole(name: str) -> Array:
        first: Array = getattr(parts[0][1], name)
        rows = np.zeros((len(parts[0][0]), *first.shape[1:]))
        for where, shown in parts:
            rows[where] = getattr(shown, name)
        return rows

    return Shown(*(whole(part.name) for part in fields(Shown)))


def motions(head: HeadData, points: FacePoints, expression: Array, pose: Array) -> Array:
    """(N,n,3) m that expressions (N,E) with turns (N,5,3) move points of `head`."""
    small, points = cut_down(head, points)
    codes = np.concatenate([np.zeros((1, small.expression_count)), expression])
    turns = np.concatenate([np.zeros((1, 5, 3)), pose])
    placed = _on(points, evaluate(small, np.zeros(1), codes, turns))
    return np.asarray(placed[1:] - placed[0])


def cut_down(head: HeadData, points: FacePoints) -> tuple[HeadData, FacePoints]:
    """The head with the points' vertices only, which move as they did: far fewer to move.

    The five joints become vertices of their own, so that they too follow every component.
    """
    used, corners = np.unique(points.corners, return_inverse=True)
    regressor = np.asarray(head.joint_regressor, dtype=np.float64)

    def cut(rows: npt.ArrayLike) -> Array:
        whole = np.asarray(rows)
        return np.concatenate([np.asarray(whole[used], np.float64),
                               np.tensordot(regressor, whole, axes=1)])

    small = replace(
        head, template=cut(head.template), identity_basis=cut(head.identity_basis[:, :, :1]),
        expression_basis=cut(head.expression_basis), weights=cut(head.weights),
        pose_basis=cut(head.pose_basis), triangles=np.zeros((0, 3), np.int32),
        joint_regressor=np.eye(len(regressor), used.size + len(regressor), used.size))
    return small, replace(points, corners=corners.reshape(points.corners.shape))


def _on(points: FacePoints, vertices: Array) -> Array:
    return np.asarray(np.einsum("bnci,nc->bni", vertices[:, points.corners], points.barycentrics))


class UnitSolver:
    """Finds expressions of one head by how points of its face, and its openings, are to move."""

    def __init__(self, head: HeadData, points: FacePoints, lids: PointPairs, lips: PointPairs,
                 unit: float) -> None:
        """unit: m between the outer corners of the head's eyes."""
        self._head, self._points = cut_down(head, points)
        self._count = head.expression_count
        self._size = unit
        self._rest = self._placed(np.zeros((1, self._count)), np.zeros((1, 3)))[0]
        self._lids, self._lips = lids, lips
        self._root = np.concatenate([
            np.repeat(np.sqrt(points.weights * EVIDENCE), 3) / SCATTER,
            np.full(len(lids.upper), 1 / LID_SCATTER),
            np.full(2 * len(lids.upper), 1 / LID_EDGE_SCATTER),
            np.full(len(lips.upper), 1 / LIP_SCATTER)])
        self._closed = self._expression_slopes(np.zeros(3))
        weighted = self._with_openings(self._closed.T).T * self._root[:, None]
        self._inverse = np.linalg.inv(weighted.T @ weighted + np.eye(self._count)) @ weighted.T

    def by_expression(self, wanted: Array, widened: Array) -> Shown:
        """Motions (N,n,3) m, and openings (N,m) m, shown by ψ alone.

        Openings: how far the lids part, how far each upper and each lower lid goes, and how far
        the lips part.

        One exact step.
        """
        rows = self._rows(wanted, widened)
        codes = (rows * self._root) @ self._inverse.T
        return self._judged(codes, np.zeros((len(codes), 3)), rows, codes @ self._closed.T)

    def with_jaw(self, wanted: Array, widened: Array, axes: npt.NDArray[np.bool_]) -> Shown:
        """As `by_expression`, by ψ and the jaw: Gauss-Newton, one motion after another.

        axes: (N,3) about which each may turn the jaw.
        """
        rows = self._rows(wanted, widened)
        found = [self._turned(row, free) for row, free in zip(rows, axes, strict=True)]
        codes = np.stack([code for code, _ in found])
        jaws = np.stack([jaw for _, jaw in found])
        return self._judged(codes, jaws, rows, self._placed(codes, jaws) - self._rest)

    def _rows(self, wanted: Array, widened: Array) -> Array:
        """(N,3n+m) motions and openings in distances of the eyes' corners."""
        flat = wanted.reshape(len(wanted), -1)
        return np.asarray(np.concatenate([flat, widened], axis=1) / self._size)

    def _with_openings(self, motions: Array) -> Array:
        """(N,3n+m) motions (N,3n) and what they do to lids and lips."""
        moved, rest = motions.reshape(len(motions), -1, 3), self._rest.reshape(-1, 3)
        return np.concatenate([
            motions, self._lids.widened(rest, moved), self._lids.each_moved(rest, moved),
            self._lips.widened(rest, moved)], axis=1)

    def _judged(self, codes: Array, jaws: Array, rows: Array, shown: Array) -> Shown:
        """How well `shown` (N,3n) is what the rows (N,3n+m) want; no motion is explained whole."""
        missed = (rows - self._with_openings(shown)) * self._root
        total = ((rows * self._root) ** 2).sum(1)
        share = 1 - (missed**2).sum(1) / np.where(total > 0, total, 1.0)
        wanted, area = rows[:, :shown.shape[1]], np.repeat(self._points.areas, 3)
        both, alone = (wanted * shown) @ area, ((wanted**2) @ area) * ((shown**2) @ area)
        error = 1e3 * self._size * np.sqrt(((wanted - shown) ** 2) @ area)
        moves = total > 0
        return Shown(codes, jaws, np.where(moves, np.clip(share, 0.0, 1.0), 1.0), error,
                     np.where(moves, both / np.sqrt(np.maximum(alone, 1e-30)), 1.0))

    def _placed(self, codes: Array, jaws: Array) -> Array:
        """(B,3n) points in distances of the eyes' corners."""
        pose = np.zeros((len(jaws), 5, 3))
        pose[:, _JAW] = jaws
        placed = _on(self._points, evaluate(self._head, np.zeros(1), codes, pose))
        return np.asarray(placed.reshape(len(placed), -1) / self._size)

    def _turned(
        self, motion: Array, axes: npt.NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """(E,) ψ and (3,) jaw that minimise the weighted miss, |ψ|² and |jaw|²/spread²."""
        count, known = self._count, np.zeros(self._count + 3)
        prior = np.concatenate([np.ones(count), np.where(axes, JAW_SPREAD, STILL)**-2.0])
        for _ in range(ROUNDS):
            code, jaw = known[:count], known[count:]
            moved = self._placed(code[None], jaw[None]) - self._rest
            missed = motion - self._with_openings(moved)[0]
            slopes = self._with_openings(self._slopes(code, jaw).T).T * self._root[:, None]
            left = slopes.T @ slopes + np.diag(prior)
            known = known + np.linalg.solve(left, slopes.T @ (missed * self._root) - prior * known)
        return known[:count], known[count:]

    def _slopes(self, code: Array, jaw: Array) -> Array:
        """(3n,E+3) by ψ and by the jaw."""
        steps = jaw + STEP * np.concatenate([np.zeros((1, 3)), np.eye(3)])
        turned = self._placed(np.repeat(code[None], 4, axis=0), steps)
        by_jaw = (turned[1:] - turned[0]).T / STEP
        return np.concatenate([self._expression_slopes(jaw), by_jaw], axis=1)

    def _expression_slopes(self, jaw: Array) -> Array:
        """(3n,E): points are linear in ψ while the jaw is held."""
        codes = np.concatenate([np.zeros((1, self._count)), np.eye(self._count)])
        placed = self._placed(codes, np.repeat(jaw[None], len(codes), axis=0))
        return np.asarray((placed[1:] - placed[0]).T)
