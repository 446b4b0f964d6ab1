# SPDX-License-Identifier: GPL-3.0-or-later
"""The head file: a `.npz` with FLAME's names and no pickles, read with care and written whole.

Keys: `v_template, f, shapedirs, expressiondirs, posedirs, J_regressor, weights, kintree_table`,
optional `vt, ft, landmarks_*, masks_*, units_*, visemes_*, axes_*, mirror` and `meta` (JSON: name,
licence, source, format); what only who makes materials reads (`map_*`, `wrinkle_*`) is passed by.
A file under FLAME's own names, both bases in one `shapedirs`, is read too.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from ..files import written_aside
from . import checks
from .data import HeadData, NamedAxes, NamedUnits
from .npz import read_npz

FORMAT = 1
"""Version of the head file; a reader refuses a larger one."""

_MAX_META = 100_000  # characters; names and a licence fit in a hundredth of it


def load_head_file(path: Path) -> HeadData:
    """A head from a `.npz`; every array is checked.

    Raises HeadError (`head-not-found`, `head-unreadable`, `head-too-large`, `head-unsafe`,
    `head-missing-array`, `head-bad-array`, `head-too-new`) naming the file and the array.
    """
    path = Path(path)
    arrays = read_npz(path)
    meta = _meta(arrays, path)
    where = path.name
    head = checks.head_from_arrays(
        arrays, where=where, name=meta.get("name") or path.stem,
        licence=meta.get("licence") or "unknown", source=meta.get("source") or "unknown")
    faces = len(head.triangles)
    return dataclasses.replace(
        head,
        landmarks=checks.landmarks_from_arrays(arrays, where=where, triangle_count=faces),
        contour=checks.contour_from_arrays(arrays, where=where, triangle_count=faces),
        masks=checks.masks_from_arrays(arrays, where=where, vertex_count=head.vertex_count),
        units=_units(arrays, "units", where, head.expression_count),
        visemes=_units(arrays, "visemes", where, head.expression_count),
        axes=_axes(arrays, where, head.identity_count),
        mirror=_mirror(arrays, where, head.vertex_count))


def _meta(arrays: checks.Arrays, path: Path) -> dict[str, str]:
    """The `meta` entry's texts; empty where there is none."""
    if "meta" not in arrays:
        return {}
    raw = arrays["meta"]
    bad = HeadError("head-bad-array", f"{path.name}: `meta` should be one JSON text.",
                    "Make the file again with `flamewheel head convert`.")
    if raw.shape != () or raw.dtype.kind != "U" or raw.dtype.itemsize > 4 * _MAX_META:
        raise bad
    try:
        meta = json.loads(str(raw))
    except (ValueError, RecursionError) as wrong:
        raise bad from wrong
    if not isinstance(meta, dict):
        raise bad
    version = meta.get("format", FORMAT)
    if not isinstance(version, int) or version > FORMAT:
        raise HeadError("head-too-new", f"{path.name} has the head format {version}; this program "
                        f"reads up to {FORMAT}.", "Update Flamewheel.")
    return {key: str(meta[key]) for key in ("name", "licence", "source") if key in meta}


_TWICE = {"units_names": "a unit", "visemes_names": "a viseme", "axes_names": "an axis"}


def _names(check: checks.Checker, key: str) -> tuple[str, ...]:
    names = tuple(str(name) for name in check.array(key, (None,), "U"))
    if len(set(names)) != len(names):
        raise check.refuse(key, f"names {_TWICE[key]} twice")
    return names


def _units(
    arrays: checks.Arrays, kind: str, where: str, expression_count: int
) -> NamedUnits | None:
    """The head's own action units, or visemes, where it has any."""
    if f"{kind}_names" not in arrays:
        return None
    check = checks.Checker(arrays, where)
    names = _names(check, f"{kind}_names")
    units = NamedUnits(
        names, check.floats(f"{kind}_expression", (len(names), expression_count)),
        check.floats(f"{kind}_pose", (len(names), 5, 3)))
    if f"{kind}_pairs" not in arrays:
        return units
    pairs = check.indices(f"{kind}_pairs", (None, 2), len(names), "units")
    return dataclasses.replace(units, pairs=pairs, pair_expression=check.floats(
        f"{kind}_pair_expression", (len(pairs), expression_count)))


def _axes(arrays: checks.Arrays, where: str, identity_count: int) -> NamedAxes | None:
    """Named directions of identity, where the head has any."""
    if "axes_names" not in arrays:
        return None
    check = checks.Checker(arrays, where)
    names = _names(check, "axes_names")
    return NamedAxes(names, check.floats("axes_identity", (len(names), identity_count)))


def _mirror(arrays: checks.Arrays, where: str, vertex_count: int) -> npt.NDArray[np.int32] | None:
    """Each vertex's mirror image, where the head's file knows it."""
    if "mirror" not in arrays:
        return None
    check = checks.Checker(arrays, where)
    mirror = check.indices("mirror", (vertex_count,), vertex_count, "vertices")
    if (mirror[mirror] != np.arange(vertex_count)).any():
        raise check.refuse("mirror", "does not lead back to each vertex")
    return mirror


def checksum(data: HeadData) -> str:
    """sha256 of the arrays that make the geometry, rounded to float32."""
    return checks.checksum_of(
        data.template, data.triangles, data.identity_basis, data.expression_basis,
        data.pose_basis, data.joint_regressor, data.weights)


def save_head(
    data: HeadData, path: Path,
    colours: Mapping[str, tuple[float, float, float]] | None = None,
    extras: Mapping[str, npt.NDArray[Any]] | None = None,
) -> None:
    """Writes `data` as float32 and int32, compressed; a reader never sees a half-written file.

    colours: linear RGB of parts (mask names), kept in `meta` for who makes materials.
    extras: further arrays as they are, such as a material's maps (`map_*`, bytes of PNG).

    Raises OutputError as `written_aside`.
    """
    with written_aside(Path(path)) as part, part.open("wb") as stream:
        np.savez_compressed(stream, **_file_arrays(data, dict(colours or {})), **(extras or {}))


def _file_arrays(
    data: HeadData, colours: dict[str, tuple[float, float, float]]
) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {
        "v_template": data.template, "f": data.triangles, "shapedirs": data.identity_basis,
        "expressiondirs": data.expression_basis, "posedirs": data.pose_basis,
        "J_regressor": data.joint_regressor, "weights": data.weights,
        "kintree_table": np.array([data.parents, range(len(data.parents))]),
    }
    if data.uv is not None and data.uv_triangles is not None:
        arrays.update(vt=data.uv, ft=data.uv_triangles)
    for name, points in data.landmarks.items():
        arrays[f"landmarks_{name}_triangles"] = points.triangles
        arrays[f"landmarks_{name}_barycentrics"] = points.barycentrics
        if points.indices is not None:
            arrays[f"landmarks_{name}_indices"] = points.indices
    if data.contour is not None:
        arrays["landmarks_contour_triangles"] = data.contour.triangles
        arrays["landmarks_contour_barycentrics"] = data.contour.barycentrics
    arrays.update({f"masks_{name}": indices for name, indices in data.masks.items()})
    for kind, units in (("units", data.units), ("visemes", data.visemes)):
        if units is not None:
            arrays.update(_unit_arrays(kind, units))
    if data.axes is not None:
        arrays.update(axes_names=np.array(data.axes.names, dtype=np.str_),
                      axes_identity=data.axes.identity)
    if data.mirror is not None:
        arrays["mirror"] = data.mirror
    arrays["meta"] = np.array(json.dumps(
        {"name": data.name, "licence": data.licence, "source": data.source, "format": FORMAT}
        | ({"colours": colours} if colours else {})))
    return {key: _stored(array) for key, array in arrays.items()}


def _unit_arrays(kind: str, units: NamedUnits) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {
        f"{kind}_names": np.array(units.names, dtype=np.str_),
        f"{kind}_expression": units.expression, f"{kind}_pose": units.pose}
    if units.pair_expression is not None and len(units.pairs):
        arrays |= {f"{kind}_pairs": units.pairs, f"{kind}_pair_expression": units.pair_expression}
    return arrays


def _stored(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    kinds = {"f": np.float32, "i": np.int32, "u": np.int32}
    return array.astype(kinds[array.dtype.kind]) if array.dtype.kind in kinds else array
