# SPDX-License-Identifier: GPL-3.0-or-later
"""How FaceMesh errs on a head: errors shared by whole regions of the face, and each landmark's own.

The errors r of all landmarks, in the upright frame of the eyes and in units of their distance, are
r = F z + e with z ~ N(0, 1) and e each landmark's own, robust against outliers by Huber's loss; so
Σ = F Fᵀ + diag(floor²).  z is solved for along with the face, which for steady landmarks is the
same as weighing r by Σ⁻¹ (Woodbury), at the price of a system as large as F is wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .facemesh import IRISES

Floats = npt.NDArray[np.float64]

HUBER = 2.0  # deviations of a landmark's own error beyond which it pulls linearly only
ROBUST_ROUNDS = 3  # of reweighting while the shared errors are solved for


@dataclass(frozen=True, eq=False)
class LandmarkNoise:
    """Σ = F Fᵀ + diag(floor²) of the errors of L landmarks."""

    factor: Floats  # (2L,K) F, x and y of landmark 0, of landmark 1, …
    floor: Floats  # (2L,) > 0

    def covariance(self) -> Floats:
        """(2L,2L)."""
        return np.asarray(self.factor @ self.factor.T + np.diag(self.floor**2))


@dataclass(frozen=True, eq=False)
class Frame:
    """The upright frame of a face's eyes, in which its landmarks' errors are compared."""

    turn: Floats  # (2,2) from the picture's axes to the face's
    distance: float  # pixels between the eyes

    def upright(self, pixels: Floats) -> Floats:
        """(L,2) or (L,2,n) differences in pixels as fractions of the distance, upright."""
        if pixels.ndim == 2:
            return np.asarray(pixels @ self.turn.T / self.distance)
        return np.asarray(np.matmul(self.turn / self.distance, pixels))


def frame_of(landmarks: Floats) -> Frame:
    """The frame of FaceMesh's `landmarks` (478,2) in pixels."""
    across = landmarks[IRISES[1]] - landmarks[IRISES[0]]
    size = float(np.linalg.norm(np.ptp(landmarks, axis=0)))
    distance = max(float(np.linalg.norm(across)), size / 4)  # in profile the eyes come together
    x, y = across / max(float(np.linalg.norm(across)), 1e-9)
    return Frame(np.array([[x, y], [-y, x]]), distance)


def own_noise(deviation: npt.ArrayLike) -> LandmarkNoise:
    """Errors that no two landmarks share.  deviation: (L,) fractions of the eyes' distance."""
    floor = np.repeat(np.asarray(deviation, dtype=np.float64), 2)
    return LandmarkNoise(np.zeros((floor.size, 0)), floor)


@dataclass(frozen=True, eq=False)
class Weighed:
    """Errors seen through their noise."""

    cost: float  # ½ |z|² + Σ huber(|e_l| / floor)
    own: Floats  # (2L,) (r - F z) / floor
    shared: Floats  # (K,) z
    robust: Floats  # (2L,) weight of each row, 1 unless an outlier

    def normal(self, noise: LandmarkNoise, slopes: Floats) -> tuple[Floats, Floats]:
        """Slopes (2L,n) of r -> the Gauss–Newton matrix (n,n) with z eliminated, the slope (n,)."""
        root = np.sqrt(self.robust) / noise.floor
        flat: Floats = np.asarray(slopes * root[:, None], dtype=np.float64)
        system = np.asarray(flat.T @ flat, dtype=np.float64)
        if self.shared.size:
            factor = noise.factor * root[:, None]
            across = factor.T @ flat
            inner = np.eye(self.shared.size) + factor.T @ factor
            system -= np.asarray(across.T @ np.linalg.solve(inner, across), dtype=np.float64)
        return system, np.asarray(flat.T @ (self.own * np.sqrt(self.robust)))


def weigh(noise: LandmarkNoise, errors: Floats) -> Weighed:
    """`errors` (L,2) upright fractions of the eyes' distance -> what they cost."""
    scaled = errors.ravel() / noise.floor
    factor = noise.factor / noise.floor[:, None]
    own, shared = scaled, np.zeros(factor.shape[1])
    robust = np.ones(scaled.size)
    for _ in range(ROBUST_ROUNDS if shared.size else 0):
        inner = np.eye(shared.size) + factor.T @ (factor * robust[:, None])
        shared = np.linalg.solve(inner, factor.T @ (robust * scaled))
        own = scaled - factor @ shared
        robust = _robust(own)
    size = np.linalg.norm(own.reshape(-1, 2), axis=1)
    each = np.where(size <= HUBER, 0.5 * size**2, HUBER * (size - 0.5 * HUBER))
    return Weighed(float(each.sum() + 0.5 * shared @ shared), own, shared, _robust(own))


def _robust(own: Floats) -> Floats:
    """Of iteratively reweighted least squares, for Huber's loss on each landmark's distance."""
    size = np.linalg.norm(own.reshape(-1, 2), axis=1)
    return np.repeat(HUBER / np.maximum(size, HUBER), 2)
