# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks of a head on the numpy side: which points, and where they are on given vertices."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .checks import LANDMARK_SETS
from .data import HeadData, LandmarkEmbedding
from .evaluate import rodrigues

Array = npt.NDArray[np.float64]

CONTOUR = "contour"
"""Name of the 17 landmarks of the jaw line, which slide with the head's yaw."""

_MAX_YAW = 39  # degrees: the contour's table ends there


def embedding(data: HeadData, set_name: str) -> LandmarkEmbedding:
    """The fixed landmarks of a set.

    Raises HeadError (`no-landmarks`) where the head has no such set.
    """
    if set_name in data.landmarks:
        return data.landmarks[set_name]
    has = ", ".join(sorted(data.landmarks)) or "no landmarks"
    near = difflib.get_close_matches(set_name, LANDMARK_SETS, n=1)
    meant = f" Did you mean {near[0]}?" if near and near[0] != set_name else ""
    raise HeadError("no-landmarks", f"The head {data.name} has no landmarks {set_name!r}; it "
                    f"has {has}.{meant}", "Add one with `flamewheel head convert --landmarks`.")


def landmark_indices(data: HeadData, set_name: str) -> npt.NDArray[np.int32]:
    """(L,) which landmark of its set each row is; MediaPipe's are numbered as FaceMesh's 478."""
    points = embedding(data, set_name)
    if points.indices is not None:
        return points.indices
    return np.arange(len(points.triangles), dtype=np.int32)


def corners_and_weights(data: HeadData, points: LandmarkEmbedding) -> tuple[Any, Array]:
    """(L,3) vertices and (L,3) weights: a landmark is its weighted sum of vertices."""
    return data.triangles[points.triangles], np.asarray(points.barycentrics, dtype=np.float64)


def points_on(data: HeadData, set_name: str, vertices: npt.ArrayLike) -> Array:
    """(…,L,3) landmarks of a set on `vertices` (…,V,3)."""
    corners, weights = corners_and_weights(data, embedding(data, set_name))
    placed: Array = np.einsum(
        "...lci,lc->...li", np.asarray(vertices, dtype=np.float64)[..., corners, :], weights)
    return placed


def contour_row(pose: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Which row of the contour's table a pose (…,5,3) takes, from the yaw of root and neck.

    Rows 0 to 39 are yaws of 0° to 39° to the face's left, 40 to 78 of 1° to 39° to its right, as
    in FLAME_PyTorch (`_find_dynamic_lmk_idx_and_bcoords`).
    """
    angles = np.asarray(pose, dtype=np.float64)
    turned = rodrigues(angles[..., 0, :]) @ rodrigues(angles[..., 1, :])
    level = np.hypot(turned[..., 0, 0], turned[..., 1, 0])
    yaw = np.rint(np.degrees(np.arctan2(-turned[..., 2, 0], level))).astype(np.int64)
    yaw = np.clip(yaw, -_MAX_YAW, _MAX_YAW)
    return np.where(yaw < 0, _MAX_YAW - yaw, yaw)


def contour_on(data: HeadData, vertices: npt.ArrayLike, pose: npt.ArrayLike) -> Array:
    """(B,17,3) jaw-line landmarks on `vertices` (B,V,3) posed by `pose` (B,5,3)."""
    contour = contour_of(data)
    rows = contour_row(pose)
    corners = data.triangles[contour.triangles[rows]]
    places = np.asarray(vertices, dtype=np.float64)
    taken = places[np.arange(len(places))[:, None, None], corners]
    placed: Array = np.einsum("blci,blc->bli", taken, contour.barycentrics[rows])
    return placed


def contour_of(data: HeadData) -> Any:
    """The contour's table.

    Raises HeadError (`no-landmarks`) where the head has none.
    """
    if data.contour is None:
        raise HeadError("no-landmarks", f"The head {data.name} has no dynamic contour.",
                        "Add landmark_embedding.npy or flame_dynamic_embedding.npy with "
                        "`flamewheel head convert --landmarks`.")
    return data.contour
