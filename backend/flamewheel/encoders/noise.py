# SPDX-License-Identifier: GPL-3.0-or-later
"""How FaceMesh errs on a head: errors shared by whole regions of the face, and each landmark's own.

The errors r of all landmarks, in the upright frame of the eyes and in units of their distance, are
r = F z + e with z ~ N(0, 1) and e each landmark's own, robust against outliers by Huber's loss; so
Σ = F Fᵀ + diag(floor²).  z is solved for along with the face, which for steady landmarks is the
same as weighing r by Σ⁻¹ (Woodbury), at the price of a system as large as F is wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .facemesh import IRISES

Floats = npt.NDArray[np.float64]

HUBER = 2.0  # deviations of a landmark's own error beyond which it pulls linearly only
COMMON_ERRORS = 20
"""How many of FaceMesh's shared errors are taken out of `FitResult.unexplained`: whole regions that
it sees a little higher or wider, on renders as on photos.  Over photos of the faces set with 0, 8,
12, 20 and 40 of them about 2.4, 1.6, 1.4, 1.0 and 0.5 % of the eyes' distance are left (median)."""
ROBUST_ROUNDS = 3  # of reweighting while the shared errors are solved for


@dataclass(frozen=True, eq=False)
class LandmarkNoise:
    """Σ = F Fᵀ + diag(floor²) of the errors of L landmarks."""

    factor: Floats  # (2L,K) F, x and y of landmark 0, of landmark 1, …
    floor: Floats  # (2L,) > 0

    @cached_property
    def common(self) -> LandmarkNoise:
        """With the largest shared errors only; the others are left out, not added."""
        order = np.argsort(-np.square(self.factor).sum(0))[:COMMON_ERRORS]
        return LandmarkNoise(self.factor[:, order], self.floor)

    @cached_property
    def scaled(self) -> Floats:
        """(2L,K) F in units of each row's own deviation."""
        return np.asarray(self.factor / self.floor[:, None])

    @cached_property
    def halved(self) -> Floats:
        """(K,2L) H with I - Hᵀ H = (I + F̃ F̃ᵀ)⁻¹, F̃ = `scaled`: steady landmarks are weighed so."""
        inner = np.eye(self.scaled.shape[1]) + self.scaled.T @ self.scaled
        return np.asarray(np.linalg.solve(np.linalg.cholesky(inner), self.scaled.T))

    @cached_property
    def gain(self) -> Floats:
        """(K,2L) from errors in units of their own deviations to the shared ones, z."""
        inner = np.eye(self.scaled.shape[1]) + self.scaled.T @ self.scaled
        return np.asarray(np.linalg.solve(inner, self.scaled.T))

    def with_floor(self, least: float) -> LandmarkNoise:
        """With errors of its own of `least` or more for every landmark."""
        return LandmarkNoise(self.factor, np.maximum(self.floor, least))

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

    def to_picture(self, fractions: Floats) -> Floats:
        """The inverse of `upright`, of (L,2)."""
        return np.asarray(fractions @ self.turn * self.distance)


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
        flat = np.asarray(slopes / noise.floor[:, None], dtype=np.float64)
        pull = np.asarray(flat.T @ (self.own * self.robust))
        if (self.robust == 1.0).all():
            across = noise.halved @ flat
        else:
            root = np.sqrt(self.robust)[:, None]
            flat, factor = flat * root, noise.scaled * root
            inner = np.eye(self.shared.size) + factor.T @ factor
            across = np.linalg.solve(np.linalg.cholesky(inner), factor.T @ flat)
        return np.asarray(flat.T @ flat - across.T @ across), pull


def weigh(noise: LandmarkNoise, errors: Floats) -> Weighed:
    """`errors` (L,2) upright fractions of the eyes' distance -> what they cost."""
    raw = errors.ravel() / noise.floor
    shared = noise.gain @ raw
    own = raw - noise.scaled @ shared
    robust = _robust(own)
    for _ in range(ROBUST_ROUNDS if shared.size and (robust < 1.0).any() else 0):
        weighed = noise.scaled * robust[:, None]
        shared = np.linalg.solve(np.eye(shared.size) + noise.scaled.T @ weighed, weighed.T @ raw)
        own = raw - noise.scaled @ shared
        robust = _robust(own)
    size = np.linalg.norm(own.reshape(-1, 2), axis=1)
    each = np.where(size <= HUBER, 0.5 * size**2, HUBER * (size - 0.5 * HUBER))
    return Weighed(float(each.sum() + 0.5 * shared @ shared), own, shared, robust)


def _robust(own: Floats) -> Floats:
    """Of iteratively reweighted least squares, for Huber's loss on each landmark's distance."""
    size = np.linalg.norm(own.reshape(-1, 2), axis=1)
    return np.repeat(HUBER / np.maximum(size, HUBER), 2)
