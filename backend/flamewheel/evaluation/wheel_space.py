# SPDX-License-Identifier: GPL-3.0-or-later
"""Where expressions lie, seen from a face's landmarks, and how far apart two are in steps of d'.

Distances are over FaceMesh's landmarks as the head's embedding places them, without those of the
irises, in eye distances, on the mean person with the head held still: what the face alone shows.

d' of two faces a and b is √((a - b)ᵀ Σ⁻¹ (a - b)), with Σ the covariance of faces of the emotions
they are made of: the database's samples of each emotion about their mean (the emotions' covariances
averaged), the encoder's own uncertainty where it is known, and FaceMesh's scatter on photos.  It is
what the best linear observer reaches who knows both faces and how faces of these emotions vary
(Fisher 1936; Green and Swets 1966): at d' = 1 it tells which of the two it sees in 76 of 100 pairs,
at 2 in 92, at 3 in 98.  People do worse.  Faces that differ only in ways in which faces of one
emotion differ anyway stay near 0 however far apart they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData, LandmarkEmbedding
from ..head.evaluate import evaluate
from ..head.facemesh_points import facemesh_points
from ..head.part import cut_down
from ..wheel.dbex import JAW_SIZE, ExpressionDatabase
from ..wheel.units import eye_distance

Floats = npt.NDArray[np.float64]

SKIN_LANDMARKS = 468  # FaceMesh's further ten are the irises': gaze, not expression
TOLD = 2.0
"""d' from which two faces count as told apart: right in 92 of 100 pairs.  A design choice."""
SCATTER = 0.015
"""Eye distances by which FaceMesh's landmarks scatter on photos (`encoders.correspondence`); with
twice as much the methods' means fall by 6 to 11 % and none overtakes another."""
_FLAT = 1e-10  # of the largest variance: directions in which faces do not vary
_AT_ONCE = 256  # faces evaluated together: about 30 MB
_JAW = JOINT_NAMES.index("jaw")


class LandmarkSpace:
    """Motions of one head's landmarks."""

    def __init__(self, head: HeadData, embedding: LandmarkEmbedding | None = None) -> None:
        """embedding: FaceMesh's landmarks, for heads whose file brings none.

        Raises HeadError `no-landmarks`.
        """
        points = facemesh_points(head, embedding)
        kept = points.take(np.flatnonzero(points.numbers < SKIN_LANDMARKS))
        self._part, places = cut_down(head, kept.corners.ravel())
        self._corners, self._weights = places.reshape(kept.corners.shape), kept.weights
        self._unit = eye_distance(head)
        self.landmark_count = len(kept.numbers)
        self._rest = self._placed(np.zeros((1, head.expression_count + JAW_SIZE)))

    def motions(self, rows: npt.ArrayLike) -> Floats:
        """(N,3L) eye distances that landmarks move from the face at rest.

        rows: (N,E+3) ψ, then the jaw's turn in rad.
        """
        rows = np.asarray(rows, dtype=np.float64)
        made = [self._placed(rows[start:start + _AT_ONCE]) - self._rest
                for start in range(0, len(rows), _AT_ONCE)]
        return np.concatenate([*made, np.zeros((0, self._rest.shape[1]))])

    def _placed(self, rows: Floats) -> Floats:
        pose = np.zeros((len(rows), len(JOINT_NAMES), 3))
        pose[:, _JAW] = rows[:, -JAW_SIZE:]
        corners = evaluate(self._part, None, rows[:, :-JAW_SIZE], pose)[:, self._corners]
        return np.asarray((corners * self._weights[:, :, None]).sum(2).reshape(len(rows), -1)
                          / self._unit)


class Ruler:
    """Within-class spread of faces, as d' needs it."""

    def __init__(self, factors: Mapping[str, Floats], noise: Floats) -> None:
        """factors: emotion -> (n,3L), its covariance is FᵀF; noise: (m,3L) likewise of the encoder.

        All is kept in the few dimensions in which faces vary at all.
        """
        every = np.concatenate([*factors.values(), noise])
        variances, axes = np.linalg.eigh(every.T @ every)
        self._axes = axes.T[variances > _FLAT * variances[-1]]
        self._own = {name: self._covariance(factor) for name, factor in factors.items()}
        self._always = self._covariance(noise) + SCATTER**2 * np.eye(len(self._axes))

    def sensitivities(
        self, one: Floats, other: Floats, involved: Sequence[Collection[str]]
    ) -> Floats:
        """(N,) d' of faces (N,3L) with `other` (N,3L).

        involved: (N,) the emotions whose spread counts; those of which there are no samples do not.
        """
        apart = one - other
        inside = apart @ self._axes.T
        outside = np.maximum((apart**2).sum(1) - (inside**2).sum(1), 0.0)
        kinds, kind = np.unique([" ".join(sorted(names)) for names in involved],
                                return_inverse=True)
        squares = np.empty(len(apart))
        for number, names in enumerate(kinds):
            rows = inside[kind == number]
            solved = np.linalg.solve(self._within(names.split()), rows.T).T
            squares[kind == number] = (rows * solved).sum(1)
        return np.asarray(np.sqrt(squares + outside / SCATTER**2))

    def _within(self, names: Sequence[str]) -> Floats:
        known = [self._own[name] for name in names if name in self._own]
        return np.asarray(self._always + sum(known) / max(len(known), 1))

    def _covariance(self, factor: Floats) -> Floats:
        inside = factor @ self._axes.T
        return np.asarray(inside.T @ inside)


def make_ruler(
    space: LandmarkSpace, database: ExpressionDatabase, deviation: npt.ArrayLike | None = None
) -> Ruler:
    """The spread of a database's samples, emotion by emotion.

    deviation: (E+3,) one standard deviation of the encoder's error in ψ and the jaw (rad).
    """
    labels, factors = np.array(database.labels), {}
    for emotion in database.emotions:
        motions = space.motions(database.vectors[labels == emotion])
        factors[emotion] = (motions - motions.mean(axis=0)) / np.sqrt(max(len(motions) - 1, 1))
    noise = np.zeros((0, 3 * space.landmark_count))
    if deviation is not None:
        noise = space.motions(np.diag(np.asarray(deviation, dtype=np.float64)))
    return Ruler(factors, noise)


def angles(one: Floats, other: Floats) -> Floats:
    """(N,) degrees between motions (N,3L): what differs beside strength; 90 for a face at rest."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosines = np.divide((one * other).sum(1), lengths, out=np.zeros(len(one)), where=lengths > 0)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))
