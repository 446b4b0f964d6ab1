# SPDX-License-Identifier: GPL-3.0-or-later
"""Published landmark embeddings, brought to the head file's names.

- `landmark_embedding.npy` (DECA, EMOCA, MICA): a pickled dictionary of 51 static landmarks, the
  dynamic contour and all 68.
- `flame_static_embedding.pkl`, `flame_dynamic_embedding.npy` (FLAME_PyTorch, smplx): the 51, and
  the contour.
- `mediapipe_landmark_embedding.npz` (FLAME's site): 105 of FaceMesh's landmarks and which they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .checks import CONTOUR_SHAPE
from .file_kinds import checked_bytes, looks_like
from .npz import read_npz
from .pickle_stand_ins import as_array
from .restricted_pickle import load_object_npy, load_pickle

Array = npt.NDArray[Any]

_DECA = (("static_lmk", "landmarks_static51"), ("full_lmk", "landmarks_full68"),
         ("dynamic_lmk", "landmarks_contour"))
_BY_COUNT = {51: "landmarks_static51", 68: "landmarks_full68", 105: "landmarks_mediapipe105",
             CONTOUR_SHAPE[0]: "landmarks_contour"}


def read_embedding(path: Path) -> dict[str, Array]:
    """Arrays `landmarks_SET_triangles`, `…_barycentrics`, `…_indices` of whatever sets it holds.

    Raises HeadError (`landmarks-unknown`) where it is none of the published layouts.
    """
    start = checked_bytes(path, what="landmark embedding")
    content: Any
    if start.startswith(b"PK\x03\x04"):
        content = read_npz(path, what="landmark embedding")
    elif start.startswith(b"\x93NUMPY"):
        content = load_object_npy(path)
    else:
        content = load_pickle(path, what="landmark embedding")
    if not isinstance(content, Mapping):
        raise _unknown(path, f"it looks like {looks_like(path, start)} without named entries")
    try:
        found = _known_layout(content)
    except (ValueError, IndexError, TypeError, AttributeError, MemoryError) as bad:
        raise HeadError("head-unreadable", f"{path.name} cannot be read: {bad}.",
                        "Download the file again.") from bad
    if not found:
        names = ", ".join(sorted(str(name) for name in content)[:6])
        raise _unknown(path, f"it has the entries {names}")
    return found


def _unknown(path: Path, why: str) -> HeadError:
    return HeadError(
        "landmarks-unknown", f"{path.name} is no landmark embedding that is known: {why}.",
        "Give landmark_embedding.npy, flame_static_embedding.pkl, flame_dynamic_embedding.npy or "
        "mediapipe_landmark_embedding.npz.")


def _known_layout(content: Mapping[Any, Any]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for published, ours in _DECA:
        if f"{published}_faces_idx" in content:
            found.update(_embedding(
                ours, content[f"{published}_faces_idx"], content[f"{published}_bary_coords"]))
    if "lmk_face_idx" in content:
        triangles = _whole_numbers(content["lmk_face_idx"])
        if len(triangles) in _BY_COUNT:
            ours = _BY_COUNT[len(triangles)]
            found.update(_embedding(ours, triangles, content["lmk_b_coords"]))
            if "landmark_indices" in content:
                found[f"{ours}_indices"] = _whole_numbers(content["landmark_indices"]).ravel()
    return found


def _embedding(name: str, triangles: Any, weights: Any) -> dict[str, Array]:
    """One set; DECA's `full` arrays have a leading axis of one."""
    faces, barycentrics = _whole_numbers(triangles), as_array(weights)
    if faces.ndim == 2 and len(faces) == 1:
        faces, barycentrics = faces[0], barycentrics.reshape(-1, 3)
    return {f"{name}_triangles": faces,
            f"{name}_barycentrics": barycentrics}


def _whole_numbers(value: Any) -> Array:
    """Indices as integers: some copies keep them as floats."""
    array = as_array(value)
    if array.dtype.kind == "f" and np.array_equal(array, np.round(array)):
        return array.astype(np.int64)
    return array
