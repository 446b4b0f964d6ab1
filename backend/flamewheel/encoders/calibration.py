# SPDX-License-Identifier: GPL-3.0-or-later
"""How FaceMesh sees one head, learned from renders of it with known parameters.

Learned once per head: the embedded head's calibration comes with Flamewheel, others are kept in
the user's cache.  A calibration belongs to the very head it was learned on: its key tells.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.files import checksum
from .correspondence import Progress
from .noise import LandmarkNoise
from .regressor import Regressor
from .response import Response
from .rows import SurfacePoints

Floats = npt.NDArray[np.float64]

HEADS_KEPT = 4

_lock = Lock()
_known: OrderedDict[int, tuple[HeadData, Calibration]] = OrderedDict()


@dataclass(frozen=True, eq=False)
class FaceStatistics:
    """Mean and covariance F Fᵀ + diag(floor²) of what faces do: E expression coefficients, jaw 3,
    gaze 4 (left eye down and left, right eye down and left), as `State.boxed` has them."""

    mean: Floats  # (E+7,)
    factor: Floats  # (E+7,K)
    floor: Floats  # (E+7,) > 0

    def covariance(self) -> Floats:
        """(E+7,E+7)."""
        return np.asarray(self.factor @ self.factor.T + np.diag(self.floor**2))


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is known of one head before a photo is seen; identities are unit Gaussians."""

    key: str  # of the head, `head_key`
    points: SurfacePoints  # landmarks on the head, with offsets as the samples have them
    response: Response  # what is left of the landmarks' shifts, linear in the face
    noise: LandmarkNoise  # what is left after `points.offsets` and `response`
    statistics: FaceStatistics
    regressor: Regressor


def head_key(head: HeadData) -> str:
    """Of all that a calibration depends on: geometry, landmarks, units."""
    digest = hashlib.sha256(checksum(head).encode())
    embedding = head.landmarks.get("facemesh478")
    arrays = [] if embedding is None else [embedding.triangles, embedding.barycentrics]
    for units in (head.units, head.visemes):
        if units is not None:
            digest.update(" ".join(units.names).encode())
            arrays += [units.expression, units.pose]
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
    return digest.hexdigest()[:32]


def calibration_of(head: HeadData, progress: Progress | None = None) -> Calibration:
    """The calibration of `head`: shipped, from the cache, or learned now.

    Learning takes one to two minutes on two cores; progress(done, total, text) is called along the
    way.  Raises HeadError `head-not-recognised` where FaceMesh sees no face in the head's pictures,
    BackendError `missing-dependency`.
    """
    from .calibration_file import cached_calibration, keep_calibration, shipped_calibration

    with _lock:
        found = _known.get(id(head))
        if found is not None:
            _known.move_to_end(id(head))
            return found[1]
    key = head_key(head)
    calibration = shipped_calibration(key) or cached_calibration(key)
    if calibration is None:
        from .calibration_learning import learn_calibration

        calibration = learn_calibration(head, progress=progress)
        keep_calibration(calibration)
    with _lock:
        _known[id(head)] = (head, calibration)  # the head is kept so that its id stays its own
        while len(_known) > HEADS_KEPT:
            _known.popitem(last=False)
    return calibration


