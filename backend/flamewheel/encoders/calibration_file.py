# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibrations in files: the one that is shipped, and those kept in the user's cache.

A `.npz` without pickles.  What is damaged, of an older version or of another head is not used: the
calibration is made anew.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OutputError
from ..files import make_folder, written_aside
from ..head.registry import open_head_path
from .cache import cache_file
from .calibration import Calibration, FaceStatistics
from .noise import LandmarkNoise
from .regressor import JAW_AND_GAZE, TURN, MeanHead, Network, Regressor
from .response import GAZE_TERMS, TURN_TERMS, Response
from .rows import SurfacePoints

Floats = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[Any]]

VERSION = 2  # raise it when samples or what is learned from them change
CACHE_KIND = "calibration"
SHIPPED = "open_head_encoder.npz"
LARGE = 10_000  # numbers from which an array is kept in half precision: 3 MB instead of 12


def shipped_path() -> Path:
    """The embedded head's calibration, beside the embedded head."""
    return open_head_path().with_name(SHIPPED)


def shipped_calibration(key: str) -> Calibration | None:
    """The one that came with Flamewheel, if it is of the head `key`."""
    return read_calibration(shipped_path(), key)


def cached_calibration(key: str) -> Calibration | None:
    """The one kept in the user's cache."""
    return read_calibration(cache_file(CACHE_KIND, VERSION, key), key)


def keep_calibration(calibration: Calibration) -> None:
    """Keeps it in the cache; where that cannot be written to, it is learned again next time."""
    path = cache_file(CACHE_KIND, VERSION, calibration.key)
    with contextlib.suppress(OutputError):
        make_folder(path.parent)
        write_calibrations(path, [calibration])


def write_calibrations(path: Path, calibrations: Sequence[Calibration]) -> None:
    """Into one file: the first, and heads that differ from it in their mesh only.

    Raises OutputError as `files.written_aside`.
    """
    arrays = _arrays(calibrations[0])
    arrays["keys"] = np.array([calibration.key for calibration in calibrations])
    for number, calibration in enumerate(calibrations):
        arrays[f"triangles_{number}"] = calibration.points.triangles
        arrays[f"barycentrics_{number}"] = calibration.points.barycentrics.astype(np.float32)
    with written_aside(path) as part, open(part, "wb") as stream:
        np.savez_compressed(stream, **arrays)


def read_calibration(path: Path, key: str) -> Calibration | None:
    """The calibration of the head `key` in a file; None where there is none or it is damaged."""
    try:
        arrays = _read(path, path.stat().st_mtime_ns)
        keys = arrays["keys"].tolist()
        if key not in keys:
            return None
        calibration = _calibration(arrays, key, keys.index(key))
        return calibration if _sound(calibration) else None
    except (OSError, ValueError, KeyError, EOFError, IndexError, TypeError, zipfile.BadZipFile):
        return None


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if int(arrays["version"]) != VERSION:
        raise ValueError("another version")
    if any(not np.isfinite(a).all() for a in arrays.values() if a.dtype.kind == "f"):
        raise ValueError("damaged")
    return arrays


def _arrays(calibration: Calibration) -> dict[str, npt.NDArray[Any]]:
    """All but the mesh."""
    points, response = calibration.points, calibration.response
    regressor, statistics = calibration.regressor, calibration.statistics
    network = regressor.network
    parts: dict[str, npt.NDArray[Any]] = {
        "offsets": points.offsets, "deviation": points.deviation,
        "noise_factor": calibration.noise.factor, "noise_floor": calibration.noise.floor,
        "face_mean": statistics.mean, "face_factor": statistics.factor,
        "face_floor": statistics.floor, "mean_head": regressor.mean_head.points,
        "components": regressor.components, "linear": network.linear, "output": network.output,
        "error_factor": regressor.error_factor, "error_floor": regressor.error_floor,
        **{f"response_{name}": getattr(response, name) for name in RESPONSE_PARTS},
        **{f"hidden_{number}": layer for number, layer in enumerate(network.hidden)},
    }
    stored = {name: array.astype(np.float16 if array.size >= LARGE else np.float32)
              for name, array in parts.items()}
    return {**stored, "landmarks": points.landmarks, "version": np.array(VERSION),
            "identity_count": np.array(regressor.identity_count)}


RESPONSE_PARTS = ("constant", "turn", "shape", "expression", "jaw", "gaze")


def _calibration(arrays: Arrays, key: str, number: int) -> Calibration:
    def wide(name: str) -> Floats:
        return np.asarray(arrays[name], dtype=np.float64)

    def single(name: str) -> npt.NDArray[np.float32]:
        return np.asarray(arrays[name], dtype=np.float32)

    landmarks = np.asarray(arrays["landmarks"], dtype=np.int64)
    hidden = (single(f"hidden_{layer}") for layer in range(len(arrays))
              if f"hidden_{layer}" in arrays)
    network = Network(single("linear"), tuple(hidden), single("output"))
    return Calibration(
        key,
        SurfacePoints(landmarks, np.asarray(arrays[f"triangles_{number}"], dtype=np.int64),
                      wide(f"barycentrics_{number}"), wide("offsets"), wide("deviation")),
        Response(*(wide(f"response_{name}") for name in RESPONSE_PARTS)),
        LandmarkNoise(wide("noise_factor"), wide("noise_floor")),
        FaceStatistics(wide("face_mean"), wide("face_factor"), wide("face_floor")),
        Regressor(MeanHead(landmarks, wide("mean_head")), single("components"), network,
                  single("error_factor"), single("error_floor"), int(arrays["identity_count"])))


def _sound(calibration: Calibration) -> bool:
    """Whether the parts fit one another; the network is tried."""
    points, response, regressor = (
        calibration.points, calibration.response, calibration.regressor)
    rows, identity = 2 * len(points.landmarks), regressor.identity_count
    inner = calibration.statistics.mean.size
    parameters = identity + inner + TURN
    shapes = {
        (rows,): (response.constant, calibration.noise.floor),
        (rows, TURN_TERMS): (response.turn,), (rows, identity): (response.shape,),
        (rows, inner - JAW_AND_GAZE): (response.expression,), (rows, 3): (response.jaw,),
        (rows, GAZE_TERMS): (response.gaze,), (rows // 2, 3): (
            points.offsets, points.barycentrics, regressor.mean_head.points),
        (rows // 2,): (points.deviation, points.triangles),
        (inner,): (calibration.statistics.floor,), (parameters,): (regressor.error_floor,),
    }
    fits = all(array.shape == shape for shape, arrays in shapes.items() for array in arrays)
    factors = ((calibration.noise.factor, rows), (calibration.statistics.factor, inner),
               (regressor.error_factor, parameters))
    fits = fits and all(factor.ndim == 2 and len(factor) == count for factor, count in factors)
    tried = regressor.network(np.zeros((1, regressor.components.shape[1] + 2), np.float32))
    return fits and tried.shape == (1, parameters) and len(regressor.components) == rows
