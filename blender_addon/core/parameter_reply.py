# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameter file's JSON as the add-on uses it: coefficients, rotations, what was noted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputFileError
from .protocol import CodeBody, FaceReply

MAX_FILE_BYTES = 8 * 1024 * 1024
"""A parameter file holds a few hundred numbers; a thousand times that is something else."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face's parameters, in FLAME's units and axes."""

    head: str  # name of the head the coefficients belong to
    shape: Any  # (S,) float64, standard deviations
    code: CodeBody
    global_rotation: Any  # (3,) axis-angle rad
    error: float | None  # residual, fraction of the inter-ocular distance


def face_of(reply: FaceReply) -> Face:
    """The face in an answer of `encode` or `retarget`."""
    return face_from_json(reply.parameters, "the backend's answer")


def read_face(path: Path) -> Face:
    """A parameter file (JSON); raises InputFileError that names the file and the key."""
    return face_from_json(read_parameters(path), path.name)


def read_parameters(path: Path) -> dict[str, Any]:
    """A parameter file's JSON object as it stands; raises InputFileError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _refused(path.name, "is too large")
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise _refused(path.name, "cannot be read") from missing
    except (ValueError, RecursionError) as bad:
        raise _refused(path.name, "is not JSON") from bad
    if not isinstance(read, dict):
        raise _refused(path.name, "is not a parameter file")
    return read


def face_from_json(read: Any, where: str) -> Face:
    """A face from the parameter file's JSON object."""
    if not isinstance(read, dict):
        raise _refused(where, "is not a parameter file")
    pose = read.get("pose") or {}
    if not isinstance(pose, dict):
        raise _refused(where, "has a wrong 'pose'")
    code = CodeBody(
        expression=_numbers(read.get("expression"), "expression", where).tolist(),
        jaw=_numbers(pose.get("jaw", [0] * 3), "pose.jaw", where, 3).tolist(),
        neck=_numbers(pose.get("neck", [0] * 3), "pose.neck", where, 3).tolist(),
        eyes=_numbers(pose.get("eyes", [0] * 6), "pose.eyes", where, 6).reshape(2, 3).tolist(),
    )
    error = read.get("error")
    return Face(
        head=str(read.get("head", "")),
        shape=_numbers(read.get("shape", []), "shape", where),
        code=code,
        global_rotation=_numbers(pose.get("global", [0] * 3), "pose.global", where, 3),
        error=float(error) if isinstance(error, (int, float)) else None,
    )


def _numbers(value: Any, key: str, where: str, count: int | None = None) -> Any:
    try:
        array = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError) as bad:
        raise _refused(where, f"has a wrong {key!r}") from bad
    if not np.isfinite(array).all() or (count is not None and array.size != count):
        raise _refused(where, f"has a wrong {key!r}")
    return array


def _refused(where: str, what: str) -> InputFileError:
    return InputFileError("bad-parameter-file", f"{where} {what}.",
                          "Give a parameter file that `flamewheel encode` or `blend` wrote.")
