# SPDX-License-Identifier: GPL-3.0-or-later
"""A head file as the rig needs it: numpy only, nothing pickled, every array checked.

The format is DESIGN's "Head file": FLAME's arrays by FLAME's names in a `.npz`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import HeadError
from .head_surface import HeadSurface, read_surface

MAX_EXPANDED_BYTES = 1 << 30
"""All arrays together; a full FLAME head in float64 has 52 MB."""
IDENTITY_COUNT = 300
"""FLAME's `shapedirs` holds identity in the first 300 components and expression in the rest."""
POSE_COUNT = 36
SUM_TOLERANCE = 1e-3
"""Rows of weights and regressor sum to one, up to float32 and published rounding."""
HINT = "Give a head file that `flamewheel head convert` or `head build-open` wrote."


@dataclass(frozen=True, eq=False)
class HeadArrays:
    """A FLAME-format head; lengths in metres, FLAME's axes (Y up, Z out of the face)."""

    name: str
    v_template: Any  # (V,3) float32
    f: Any  # (F,3) int64
    shapedirs: Any  # (V,3,S) float32, m per standard deviation
    expressiondirs: Any  # (V,3,E) float32, m per standard deviation
    posedirs: Any  # (V,3,36) float32, m per entry of R(θ) - I
    J_regressor: Any  # (5,V) float32, rows sum to 1
    weights: Any  # (V,5) float32, rows sum to 1
    parents: Any  # (5,) int32, -1 for the root
    vt: Any = None  # (T,2) float32
    ft: Any = None  # (F,3) int64
    masks: Mapping[str, Any] = field(default_factory=dict)  # part -> (n,) vertex indices
    colours: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)  # linear RGB
    surface: HeadSurface = field(default_factory=HeadSurface)
    checksum: str = ""  # sha256 of the file


EMBEDDED = {"open": "open_head.npz", "open-light": "open_head_light.npz"}
"""Names of the heads that come with Flamewheel, and their files; numbers mean the same on both."""
RENDER_SUBDIVISION = {"open": 1}
"""By a head's name: how often renders subdivide it.  Heads that are not ours, and the light one,
are rendered as they are."""


def open_head_path(name: str = "open") -> Path:
    """An embedded head of EMBEDDED: in the extension's zip, or in the repository.

    Raises HeadError `open-head-missing`.
    """
    addon = Path(__file__).resolve().parent.parent
    for folder in (addon / "assets", addon.parent / "flame_assets"):
        if (folder / EMBEDDED[name]).is_file():
            return folder / EMBEDDED[name]
    raise HeadError("open-head-missing", "The embedded open head is not in this installation.",
                    "Install the extension's zip again.")


def read_head(path: Path) -> HeadArrays:
    """Read and check a head file; raises HeadError that names the file and the array."""
    if path.suffix.lower() in {".pkl", ".pickle"}:
        raise HeadError("head-is-pickle", f"{path.name} is a pickle: reading it could run code.",
                        f"Convert it: flamewheel head convert {path.name} -o {path.stem}.npz")
    read, checksum = _read(path)
    for name in ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights",
                 "kintree_table"):
        if name not in read:
            raise _wrong(path, name, "is missing")
    identity, expression = _split(read)
    meta = _meta(read, path)
    head = HeadArrays(
        name=str(meta.get("name") or path.stem),
        v_template=_floats(read, "v_template"),
        f=_indices(read, "f", path),
        shapedirs=identity,
        expressiondirs=expression,
        posedirs=_floats(read, "posedirs"),
        J_regressor=_floats(read, "J_regressor"),
        weights=_floats(read, "weights"),
        parents=_parents(_indices(read, "kintree_table", path)),
        vt=_floats(read, "vt") if "vt" in read and "ft" in read else None,
        ft=_indices(read, "ft", path) if "vt" in read and "ft" in read else None,
        masks={name.removeprefix("masks_"): _indices(read, name, path)
               for name in read if name.startswith("masks_")},
        colours=_colours(meta),
        checksum=checksum,
    )
    _check(head, path)
    surface = read_surface(read, path, head.v_template.shape[0], head.expressiondirs.shape[2])
    return replace(head, surface=surface)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    try:
        with zipfile.ZipFile(path) as archive:
            expanded = sum(member.file_size for member in archive.infolist())
        if expanded > MAX_EXPANDED_BYTES:
            raise HeadError("head-too-large", f"{path.name} would unpack to {expanded >> 20} MB.",
                            "Check that it is the file you meant.")
        with np.load(path, allow_pickle=False) as archive:
            read = {name: archive[name] for name in archive.files}
        strange = [name for name, array in read.items() if not isinstance(array, np.ndarray)]
        if strange:
            raise HeadError("head-unreadable", f"{path.name} holds {strange[0]}, which is no "
                            "array.", HINT)
        return read, hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as missing:
        raise HeadError("file-not-found", f"There is no head file {path}.", HINT) from missing
    except HeadError:
        raise
    # numpy and zipfile raise many kinds over damaged files; every one means the same to a person
    except Exception as bad:
        raise HeadError("head-unreadable", f"{path.name} cannot be read as a head file: {bad}.",
                        HINT) from bad


def _split(read: dict[str, Any]) -> tuple[Any, Any]:
    shapes = np.atleast_1d(_floats(read, "shapedirs"))  # its shape is checked later
    if "expressiondirs" in read:
        return shapes, _floats(read, "expressiondirs")
    return shapes[..., :IDENTITY_COUNT], shapes[..., IDENTITY_COUNT:]


def _floats(read: dict[str, Any], name: str) -> Any:
    array = read[name]
    return array.astype(np.float32) if array.dtype.kind in "fiu" else np.empty(0, np.float32)


def _indices(read: dict[str, Any], name: str, path: Path) -> Any:
    if read[name].dtype.kind not in "iu":
        raise _wrong(path, name, "must hold whole numbers")
    return read[name].astype(np.int64)


def _parents(table: Any) -> Any:
    row = np.atleast_2d(table)[0]
    return np.where((row < 0) | (row > len(row)), -1, row).astype(np.int32)


def _meta(read: dict[str, Any], path: Path) -> dict[str, Any]:
    if "meta" not in read:
        return {}
    try:
        meta = json.loads(str(read["meta"]))
    except (ValueError, RecursionError) as bad:
        raise _wrong(path, "meta", "is not JSON") from bad
    return meta if isinstance(meta, dict) else {}


def _colours(meta: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    read = meta.get("colours")
    if not isinstance(read, dict):
        return {}
    return {
        str(part): (float(rgb[0]), float(rgb[1]), float(rgb[2]))
        for part, rgb in read.items()
        if isinstance(rgb, list) and len(rgb) == 3
        and all(isinstance(c, int | float) and 0 <= c <= 1 for c in rgb)
    }


def _check(head: HeadArrays, path: Path) -> None:
    """Shapes, ranges and sums; what is wrong is named."""
    count = head.v_template.shape[0] if head.v_template.ndim == 2 else 0
    faces = head.f.shape[0] if head.f.ndim == 2 else 0
    wanted = {
        "v_template": (head.v_template, (count, 3)),
        "f": (head.f, (faces, 3)),
        "shapedirs": (head.shapedirs, (count, 3, None)),
        "expressiondirs": (head.expressiondirs, (count, 3, None)),
        "posedirs": (head.posedirs, (count, 3, POSE_COUNT)),
        "J_regressor": (head.J_regressor, (5, count)),
        "weights": (head.weights, (count, 5)),
    }
    if head.vt is not None:
        wanted |= {"vt": (head.vt, (None, 2)), "ft": (head.ft, (faces, 3))}
    wanted |= {f"masks_{part}": (rows, (None,)) for part, rows in head.masks.items()}
    for name, (array, shape) in wanted.items():
        fits = array.ndim == len(shape) and all(
            want in (None, got) for want, got in zip(shape, array.shape, strict=True))
        if not fits or count == 0:
            text = " x ".join("n" if want is None else str(want) for want in shape)
            raise _wrong(path, name, f"must be {text}, it is {array.shape}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise _wrong(path, name, "holds a number that is not finite")
    _check_indices(head, path, count)
    for name, array in (("J_regressor", head.J_regressor), ("weights", head.weights)):
        if np.abs(array.sum(axis=1) - 1).max() > SUM_TOLERANCE:
            raise _wrong(path, name, "has rows that do not sum to 1")


def _check_indices(head: HeadArrays, path: Path, count: int) -> None:
    bounds = {"f": (head.f, count)}
    if head.vt is not None:
        bounds["ft"] = (head.ft, head.vt.shape[0])
    bounds |= {f"masks_{part}": (rows, count) for part, rows in head.masks.items()}
    for name, (array, limit) in bounds.items():
        if array.size and (array.min() < 0 or array.max() >= limit):
            raise _wrong(path, name, f"points beyond the {limit} that are there")
    if head.parents.shape != (5,) or head.parents[0] != -1 or (
            head.parents[1:] >= np.arange(1, 5)).any() or (head.parents[1:] < 0).any():
        raise _wrong(path, "kintree_table", "is not FLAME's: five joints, parents first")


def _wrong(path: Path, name: str, what: str) -> HeadError:
    return HeadError("bad-head", f"{path.name}: `{name}` {what}.", HINT)
