# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognisers in files: a `.npz` of plain arrays, read without pickles, every shape checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CheckpointError, HeadError
from ..files import written_aside
from ..head.npz import read_npz
from .features import face_geometry
from .learners import KINDS, KernelLearner, Learner, LinearLearner, TreesLearner
from .recogniser import Recogniser, Track
from .stacked import FaceSpace, StackedModel

Arrays = Mapping[str, npt.NDArray[Any]]

FORMAT = "flamewheel recogniser"
VERSION = 1  # raise it when features or learners change
LARGEST_BYTES = 32 << 20  # the shipped one has under 3 MB
LARGEST = 1e6  # of any number; the shipped one's stay below 3,000
LONGEST_TEXT = 4000
MOST_LEARNERS = 16
NUMBERS = {"parameters": 3, "landmarks": 5}  # of a point in a feature row, the lean besides
_MAKE_ANEW = "Give a file of `flamewheel train recogniser`."


def write_recogniser(path: Path, recogniser: Recogniser) -> None:
    """Into `path`, whole or not at all.  Raises OutputError as `files.written_aside`."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "format": np.array(FORMAT), "version": np.array(VERSION),
        "classes": np.array(recogniser.classes), "origin": np.array(recogniser.origin),
        "synthetic": np.array(recogniser.synthetic, dtype=np.str_),
    }
    for name, track in (("parameters", recogniser.by_parameters),
                        ("landmarks", recogniser.by_landmarks)):
        arrays |= {f"{name}_{key}": value for key, value in _of_track(track).items()}
    with written_aside(path) as part, open(part, "wb") as stream:
        np.savez_compressed(stream, **arrays)


def read_recogniser(path: Path) -> Recogniser:
    """The recogniser of a file.

    Raises CheckpointError `recogniser-not-found`, `recogniser-unreadable` (no `.npz`, damaged,
    too large, Python objects in it), `not-a-recogniser` (a `.npz` of something else).
    """
    try:
        if not path.is_file():
            raise CheckpointError("recogniser-not-found", f"There is no recogniser {path}.",
                                  _MAKE_ANEW)
        if path.stat().st_size > LARGEST_BYTES:
            raise CheckpointError("recogniser-unreadable", f"{path.name} is too large for a "
                                  "recogniser.", _MAKE_ANEW)
        arrays = read_npz(path, what="recogniser")
    except (OSError, ValueError, HeadError) as bad:
        raise CheckpointError("recogniser-unreadable", f"{path.name} cannot be read: {bad}.",
                              _MAKE_ANEW) from bad
    try:
        return _recogniser(arrays)
    except (KeyError, ValueError, IndexError, TypeError, OverflowError) as bad:
        raise CheckpointError("not-a-recogniser", f"{path.name} is no recogniser that this version "
                              f"reads ({bad}).", _MAKE_ANEW) from bad


def _of_track(track: Track) -> dict[str, npt.NDArray[Any]]:
    model = track.model
    arrays: dict[str, npt.NDArray[Any]] = {
        "mean": model.space.mean, "directions": model.space.directions,
        "last_weights": model.last.weights, "last_bias": model.last.bias,
        "temperature": np.array(model.temperature), "surest": np.array(track.surest),
        "learners": np.array([one.kind for one in model.learners]),
    }
    for number, one in enumerate(model.learners):
        arrays |= {f"{number}_{key}": value for key, value in one.arrays().items()}
    return arrays


def _recogniser(arrays: Arrays) -> Recogniser:
    if _text(arrays, "format") != FORMAT or int(_whole(arrays, "version", ())) != VERSION:
        raise ValueError("another kind or version of file")
    classes = tuple(str(name) for name in arrays["classes"].reshape(-1).tolist())
    synthetic = tuple(str(name) for name in arrays["synthetic"].reshape(-1).tolist())
    if not 2 <= len(set(classes)) == len(classes) <= 64 or not set(synthetic) <= set(classes):
        raise ValueError("classes")
    tracks = {name: _track(arrays, name, len(classes)) for name in NUMBERS}
    return Recogniser(classes, tracks["parameters"], tracks["landmarks"], _text(arrays, "origin"),
                      synthetic)


def _track(arrays: Arrays, name: str, count: int) -> Track:
    part = {key.removeprefix(f"{name}_"): value for key, value in arrays.items()
            if key.startswith(f"{name}_")}
    width = NUMBERS[name] * len(face_geometry().half) + 1
    mean = _numbers(part, "mean", (width,), np.float32)
    directions = _numbers(part, "directions", (width, None), np.float32)
    kinds = [str(kind) for kind in part["learners"].reshape(-1).tolist()]
    if not 1 <= len(kinds) <= MOST_LEARNERS:
        raise ValueError("learners")
    learners = tuple(_learner(part, number, kind, directions.shape[1], count)
                     for number, kind in enumerate(kinds))
    last = LinearLearner(_numbers(part, "last_weights", (len(kinds) * count, count)),
                         _numbers(part, "last_bias", (count,)))
    temperature, surest = (float(_numbers(part, key, ())) for key in ("temperature", "surest"))
    if not 1e-3 < temperature < 1e3 or not 0.0 <= surest <= 1.0:
        raise ValueError("temperature or threshold")
    return Track(StackedModel(FaceSpace(mean, directions), learners, last, temperature), surest)


def _learner(part: Arrays, number: int, kind: str, width: int, count: int) -> Learner:
    own = {key.removeprefix(f"{number}_"): value for key, value in part.items()
           if key.startswith(f"{number}_")}
    first = int(_whole(own, "first", ()))
    if kind == LinearLearner.kind:
        linear = LinearLearner(_numbers(own, "weights", (None, count)),
                               _numbers(own, "bias", (count,)), first)
        _check_columns(first, len(linear.weights), width)
        return linear
    if kind == KernelLearner.kind:
        directions = _numbers(own, "directions", (None, None), np.float32)
        _check_columns(first, len(directions), width)
        waves = directions.shape[1]
        return KernelLearner(directions, _numbers(own, "phases", (waves,), np.float32),
                             _numbers(own, "weights", (waves, count)),
                             _numbers(own, "bias", (count,)), first)
    if kind == TreesLearner.kind:
        columns = int(_whole(own, "columns", ()))
        _check_columns(first, columns, width)
        return _trees(own, columns, first, count)
    raise ValueError(f"a learner {kind[:40]!r}; known are {', '.join(KINDS)}")


def _trees(own: Arrays, columns: int, first: int, count: int) -> TreesLearner:
    """Trees whose nodes lead on: a child never lies before its parent, so that every walk ends."""
    shares = _numbers(own, "shares", (None, count))
    nodes = len(shares)
    feature, left, right = (_whole(own, key, (nodes,)) for key in ("feature", "left", "right"))
    roots = _whole(own, "roots", (None,))
    here = np.arange(nodes)
    leaf = (left == here) & (right == here)
    onward = (left > here) & (right > here) & (left < nodes) & (right < nodes)
    if (not (leaf | onward).all() or roots.size == 0 or roots.min() < 0 or roots.max() >= nodes
            or feature.min() < 0 or feature.max() >= columns or shares.min() < 0
            or shares.sum(axis=1).min() <= 0):
        raise ValueError("trees")
    return TreesLearner(roots, feature, _numbers(own, "threshold", (nodes,)), left, right, shares,
                        columns, first)


def _numbers(
    arrays: Arrays, name: str, shape: tuple[int | None, ...], kind: Any = np.float64
) -> npt.NDArray[Any]:
    with np.errstate(over="ignore"):  # what does not fit is infinite then, and refused
        array = np.asarray(arrays[name], dtype=kind)
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True))
    if not fits or not np.isfinite(array).all() or np.abs(array).max(initial=0) > LARGEST:
        raise ValueError(name)
    return array


def _whole(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> npt.NDArray[np.int32]:
    if np.asarray(arrays[name]).dtype.kind not in "iu":
        raise ValueError(name)
    return np.asarray(_numbers(arrays, name, shape), dtype=np.int32)


def _check_columns(first: int, count: int, width: int) -> None:
    if first < 0 or count < 1 or first + count > width:
        raise ValueError("a learner of other columns")


def _text(arrays: Arrays, name: str) -> str:
    array = arrays[name]
    text = str(array.item()) if array.dtype.kind == "U" and array.ndim == 0 else ""
    return text[:LONGEST_TEXT]
