# SPDX-License-Identifier: GPL-3.0-or-later
"""How photos of people differ, to FaceMesh, from renders of a head: statistics over photos.

Renders are no photos and a head's faces are not all faces: on photos FaceMesh sees brows 1.7 mm
lower than on renders of the open head at rest, and landmarks scatter in ways in which those of
renders do not.  A regressor that has not met such differences takes them for identity and
expression (a calm face for one that frowns by 3 mm); one trained on renders disturbed by them
believes half of it, and reads renders as well as before.

Measured on the photos of `../shared/faces` of people not held out (1,500; 553 neutral) by
`tools/measure_photo_errors.py`; no photo can be had back from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..files import written_aside
from .regressor import Placed, Regressor, network_inputs
from .response import turn_terms

Floats = npt.NDArray[np.float64]

FILE = Path(__file__).with_name("photo_errors.npz")
FACTORS = 30  # they hold nine tenths of what photos scatter more than renders
SHIFT_SHARE = (-0.2, 1.2)
"""Of the shift, in training: from a little less than none, as on renders, to a little more than
all, as on photos; so it tells nothing of the face."""
RIDGE = 30.0  # in samples, of the landmarks' dependence on parameters


@dataclass(frozen=True, eq=False)
class PhotoErrors:
    """Of FaceMesh's landmarks, as `Placed.off` has them: mm, roll undone, y up."""

    shift: Floats  # (478,2) of neutral photos from renders at rest
    factor: Floats  # (478,2,K) of what photos scatter more than renders: covariance F Fᵀ

    def drawn(
        self, landmarks: npt.NDArray[np.int64], count: int, rng: np.random.Generator
    ) -> Floats:
        """(N,2L) mm: random differences for renders that are to pass for photos or renders."""
        factor = self.factor[landmarks].reshape(2 * len(landmarks), -1)
        share = rng.uniform(*SHIFT_SHARE, (count, 1))
        scatter = rng.normal(size=(count, factor.shape[1])) @ factor.T
        return np.asarray(share * self.shift[landmarks].ravel() + scatter)


def no_photo_errors() -> PhotoErrors:
    """As if photos were renders."""
    return PhotoErrors(np.zeros((478, 2)), np.zeros((478, 2, 0)))


def write_photo_errors(path: Path, errors: PhotoErrors) -> None:
    """Raises OutputError as `files.written_aside`."""
    with written_aside(path) as part, open(part, "wb") as stream:
        np.savez_compressed(stream, shift=errors.shift.astype(np.float16),
                            factor=errors.factor.astype(np.float16))


@lru_cache(maxsize=1)
def photo_errors() -> PhotoErrors:
    """Those that come with Flamewheel."""
    with np.load(FILE, allow_pickle=False) as stored:
        return PhotoErrors(*(stored[name].astype(np.float64) for name in ("shift", "factor")))


def measure_photo_errors(
    regressor: Regressor, renders: Placed, parameters: Floats, expression_size: Floats,
    photos: Placed, at_rest: npt.NDArray[np.bool_],
) -> PhotoErrors:
    """From renders with their `parameters` (N,P), trained on by `regressor`, and photos.

    expression_size: (N,) norms of the renders' expressions.  at_rest: (M,) neutral photos.
    """
    calm = expression_size < np.quantile(expression_size, 0.2)
    by_turn = _slopes(_turns(renders)[calm], renders.off[calm])
    shift = np.median(photos.off[at_rest] - _turns(photos)[at_rest] @ by_turn, axis=0)
    by_face = _slopes(np.concatenate([_turns(renders), parameters], axis=1), renders.off)

    def left(placed: Placed) -> Floats:
        found = regressor.network(network_inputs(placed, regressor.components))
        return placed.off - np.concatenate([_turns(placed), found], axis=1) @ by_face

    values, vectors = np.linalg.eigh(np.cov(left(photos).T) - np.cov(left(renders).T))
    most = np.argsort(values)[::-1][:FACTORS]
    factor = vectors[:, most] * np.sqrt(np.maximum(values[most], 0.0))
    numbers = regressor.mean_head.landmarks
    errors = PhotoErrors(np.zeros((478, 2)), np.zeros((478, 2, FACTORS)))
    errors.shift[numbers] = shift.reshape(-1, 2)
    errors.factor[numbers] = factor.reshape(-1, 2, FACTORS)
    return errors


def _turns(placed: Placed) -> Floats:
    """(N,6) 1 and the terms of where the faces look."""
    return np.concatenate([np.ones((len(placed.look), 1)), turn_terms(placed.look)], axis=1)


def _slopes(terms: Floats, wanted: Floats) -> Floats:
    """(T,D) ridge regression of `wanted` (N,D) on `terms` (N,T)."""
    system = terms.T @ terms + RIDGE * np.eye(terms.shape[1])
    return np.asarray(np.linalg.solve(system, terms.T @ wanted))
