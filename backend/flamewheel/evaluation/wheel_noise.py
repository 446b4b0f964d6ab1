# SPDX-License-Identifier: GPL-3.0-or-later
"""How uncertain a photo leaves an expression, and where FaceMesh's landmarks lie on a head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData, LandmarkEmbedding
from ..head.facemesh_points import SOLVABLE_SETS
from ..wheel.units import eye_distance

PICTURE = 512  # px a side
EYES_APART = 100.0  # px: a face that fills a good part of the picture


def landmark_embedding(head: HeadData) -> LandmarkEmbedding | None:
    """FaceMesh's landmarks of a head whose file brings none, found on its pictures; else None.

    Raises HeadError `head-not-recognised`.
    """
    if any(name in head.landmarks for name in SOLVABLE_SETS):
        return None
    from ..encoders.correspondence import landmark_points

    points = landmark_points(head)
    return LandmarkEmbedding(points.triangles.astype(np.int32), points.barycentrics,
                             points.landmarks.astype(np.int32))


def encoder_deviation(head: HeadData) -> npt.NDArray[np.float64] | None:
    """(E+3,) one standard deviation of ψ and the jaw (rad) as the landmark encoder says it of the
    head's own calm face; None for a head that it has not been calibrated for, which takes minutes.
    """
    from ..encoders.calibration import head_key
    from ..encoders.calibration_file import cached_calibration, shipped_calibration
    from ..encoders.landmark import encode_landmarks, prepare_head

    key = head_key(head)
    if shipped_calibration(key) is None and cached_calibration(key) is None:
        return None
    points = prepare_head(head).points
    corners = np.asarray(head.template, np.float64)[np.asarray(head.triangles)[points.triangles]]
    places = (corners * points.barycentrics[:, :, None]).sum(1) + points.offsets
    seen = np.zeros((478, 2))
    flat = places[:, :2] * (1.0, -1.0) * EYES_APART / eye_distance(head)
    seen[points.landmarks] = flat - flat.mean(0) + PICTURE / 2
    found = encode_landmarks(seen, (PICTURE, PICTURE), head).deviation
    if found is None:
        return None
    return np.concatenate([found.expression, found.jaw])
