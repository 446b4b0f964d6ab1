# SPDX-License-Identifier: GPL-3.0-or-later
"""The `.npz` form: DECA's key names, and what DECA has no name for beside them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from ..errors import UsageError
from ..parameters import Array, Camera, FaceParameters
from .checks import numbers, parsed, table_of, wrong
from .json_form import from_dict, to_dict

MAX_FILE_BYTES = 64 * 1024 * 1024
"""DECA's `.npz` may carry a 256 x 256 x 3 texture in float64 (1.6 MB) and more; this is ample."""

DECA_CROP = 224
"""Pixels of DECA's and EMOCA's face crop, to which their `cam` belongs (DECA, `image_size`)."""

DECA_HEAD = "flame"
"""The head that a file without a head's name belongs to."""

_META = ("head", "emotion", "error", "notes", "deviation")
"""What DECA has no arrays for stands in `meta`, as JSON."""

_DECA_NAMES = {
    "shape": ("shape", "shapecode"),
    "exp": ("exp", "expcode"),
    "pose": ("pose", "posecode"),
    "cam": ("cam",),
    "tex": ("tex", "texcode"),
    "light": ("light", "lightcode"),
    "detail": ("detail", "detailcode"),
}
_APPEARANCE = {"texture": "tex", "light": "light", "detail": "detail"}
"""Our names and DECA's of what `Appearance` holds."""


def to_npz(face: FaceParameters) -> bytes:
    """The `.npz` form, float32 as DECA's own."""
    table = to_dict(face)
    arrays: dict[str, Any] = {
        "shape": face.identity.shape,
        "exp": face.code.expression,
        "pose": np.concatenate([face.global_rotation, face.code.jaw]),
        "neck": face.code.neck,
        "eyes": face.code.eyes,
    }
    floats = {name: array.astype(np.float32) for name, array in arrays.items()}
    if face.camera is not None:
        floats["cam"] = _cam_of(face.camera).astype(np.float32)
        floats["image_size"] = np.array(face.camera.image_size, dtype=np.int32)
    if face.appearance is not None:
        parts = {name: getattr(face.appearance, ours) for ours, name in _APPEARANCE.items()}
        floats |= {name: part.astype(np.float32) for name, part in parts.items()
                   if part is not None}
    meta = {name: table[name] for name in _META if name in table}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, meta=np.array(json.dumps(meta)), **floats)
    return buffer.getvalue()


def from_npz(body: bytes) -> FaceParameters:
    arrays = _npz_arrays(body)
    pose = _deca_row("pose", arrays, (6,))
    meta = parsed(str(arrays["meta"]).encode()) if "meta" in arrays else {
        "head": DECA_HEAD, "notes": [f'The file names no head; read as one of "{DECA_HEAD}".'],
    }
    table = dict(table_of("meta", meta, _META, needed=("head",)))
    table["shape"] = _deca_row("shape", arrays, (None,)).tolist()
    table["expression"] = _deca_row("exp", arrays, (None,)).tolist()
    table["pose"] = {"global": pose[:3].tolist(), "jaw": pose[3:].tolist()}
    for name in ("neck", "eyes"):
        if name in arrays:
            table["pose"][name] = arrays[name].tolist()
    if any(name in arrays for name in _DECA_NAMES["cam"]):
        size = arrays.get("image_size", np.array([DECA_CROP, DECA_CROP]))
        table["camera"] = _camera_of(_deca_row("cam", arrays, (3,)), size)
    appearance = _appearance_of(arrays)
    if appearance:
        table["appearance"] = appearance
    return from_dict(table)


def _appearance_of(arrays: dict[str, Any]) -> dict[str, Any]:
    """Texture, light and wrinkles as the JSON form's `appearance`.

    Only rows of numbers are: under `tex` or `detail` others keep whole pictures, left unread.
    """
    parts: dict[str, Any] = {}
    for ours, name in _APPEARANCE.items():
        shape = (9, 3) if ours == "light" else (None,)
        key = next((key for key in _DECA_NAMES[name] if key in arrays), None)
        if key is None:
            continue
        array = arrays[key]
        if array.ndim == len(shape) + 1 and len(array) == 1:  # DECA's batch axis
            array = array[0]
        if array.ndim == len(shape):
            parts[ours] = numbers(key, array, shape).tolist()
    return parts


def _npz_arrays(body: bytes) -> dict[str, Any]:
    """The arrays this file knows, the rest (pictures, meshes) unread."""
    known = {name for names in _DECA_NAMES.values() for name in names}
    known |= {"neck", "eyes", "image_size", "meta"}
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_FILE_BYTES:
                raise wrong("The .npz unpacks to more than a parameter file can hold.")
        with np.load(io.BytesIO(body), allow_pickle=False) as read:
            arrays = {name: _plain(read, name) for name in read.files if name in known}
            return {name: array for name, array in arrays.items() if array is not None}
    except UsageError:
        raise
    except Exception as bad:  # zipfile, zlib and numpy's header parser have many kinds of errors
        raise wrong(f"This is not a .npz of plain numbers ({bad}).") from bad


def _plain(read: Any, name: str) -> Any:
    """Array `name`; None for Python objects under a name that a face can do without."""
    try:
        return read[name]
    except ValueError:
        if any(name in _DECA_NAMES[spare] for spare in _APPEARANCE.values()):
            return None
        raise


def _deca_row(name: str, arrays: dict[str, Any], shape: tuple[int | None, ...]) -> Array:
    """Array `name` under any of its names, without DECA's batch axis of one."""
    key = next((key for key in _DECA_NAMES[name] if key in arrays), None)
    if key is None:
        raise wrong(f'The key "{name}" is missing.')
    array = arrays[key]
    if array.ndim == 2 and len(array) != 1:
        raise wrong(f'"{key}" holds {array.shape[0]} faces; one file is one face.')
    return numbers(key, array[0] if array.ndim == 2 else array, shape)


def _cam_of(camera: Camera) -> Array:
    """(3,) DECA's s, tx, ty: x = s (X + tx), -y = s (Y + ty), -1..1 over the longer side.

    DECA's `batch_orth_proj`, then its turn of y.
    """
    width, height = camera.image_size
    half = max(width, height) / 2
    scale = camera.scale / half
    x, y = (camera.translation - (width / 2, height / 2)) / (half * scale)
    return np.array([scale, x, -y])


def _camera_of(cam: Array, size: Any) -> dict[str, Any]:
    """The inverse of `_cam_of`, as the JSON form's `camera`."""
    width, height = (int(side) for side in numbers("image_size", size, (2,)))
    half = max(width, height) / 2
    scale = float(cam[0]) * half
    where = [width / 2 + scale * float(cam[1]), height / 2 - scale * float(cam[2])]
    return {"scale": scale, "translation": where, "image_size": [width, height]}
