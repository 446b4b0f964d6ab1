# SPDX-License-Identifier: GPL-3.0-or-later
"""From FLAME as it is published to a head: the model's pickle, and the files beside it.

Reads the models of 2017, 2019, 2020, 2023 and 2023 Open (Python 2 or 3 pickles with numpy, chumpy
and scipy.sparse arrays) without chumpy, scipy or any code of the file; landmark embeddings as
FLAME_PyTorch, DECA, smplx and MediaPipe users have them; DECA's template for UVs; FLAME's masks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from . import checks, embeddings
from .data import HeadData
from .file_kinds import checked_bytes
from .files import load_head_file, save_head
from .obj_uv import read_obj_uv
from .pickle_stand_ins import as_array
from .restricted_pickle import load_pickle

Array = npt.NDArray[Any]

_NEEDED = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")
_OPTIONAL = ("expressiondirs", "vt", "ft")
_FLAME_LICENCE = "FLAME model licence (flame.is.tue.mpg.de): given to you, not to be passed on"
_OPEN_LICENCE = "CC-BY-4.0 (FLAME 2023 Open)"


def convert_head(
    source: Path, output: Path, *, landmarks: Sequence[Path] = (), uv: Path | None = None,
    masks: Path | None = None,
) -> HeadData:
    """Converts `source` (FLAME pickle or `.npz`) with the files beside it to a head file.

    Gives the head as `output` holds it.  Raises HeadError for what cannot be read, OutputError for
    what cannot be written; then nothing is left at `output`.
    """
    data = convert_flame(source)
    for path in landmarks:
        data = add_landmarks(data, path)
    if uv is not None:
        data = add_uv(data, uv)
    if masks is not None:
        data = add_masks(data, masks)
    save_head(data, output)
    return load_head_file(output)


def convert_flame(path: Path) -> HeadData:
    """The head in a FLAME pickle, in float64, or in a `.npz`.

    Raises HeadError: `not-a-pickle`, `unsafe-pickle`, `head-unreadable`, `head-missing-array`,
    `head-bad-array`.
    """
    path = Path(path)
    if checked_bytes(path, what="head").startswith(b"PK\x03\x04") and path.suffix != ".pkl":
        return load_head_file(path)
    content = load_pickle(path)
    arrays = _with_known_shapes(_arrays(content, (*_NEEDED, *_OPTIONAL), path))
    is_open = "open" in path.stem.lower()
    return checks.head_from_arrays(
        arrays, where=path.name, name=path.stem, source=path.name,
        licence=_OPEN_LICENCE if is_open else _FLAME_LICENCE)


def _arrays(content: Any, names: Iterable[str], path: Path) -> dict[str, Array]:
    """The entries of a pickled dictionary as arrays; entries that no head needs stay unread."""
    if not isinstance(content, dict):
        raise HeadError("head-unreadable", f"{path.name} holds no dictionary of arrays.",
                        "Give FLAME's model file, such as generic_model.pkl.")
    arrays = {}
    for name in names:
        if content.get(name) is None:
            continue
        try:
            arrays[name] = as_array(content[name])
        except (ValueError, IndexError, TypeError, AttributeError, MemoryError) as bad:
            raise HeadError("head-unreadable", f"`{name}` of {path.name} cannot be read: {bad}.",
                            "Download the file again.") from bad
    return arrays


def _with_known_shapes(arrays: dict[str, Array]) -> dict[str, Array]:
    """Floats as float64; `posedirs` as (V,3,36) where smplx's own copy has (36, 3 V)."""
    shaped = {name: array.astype(np.float64) if array.dtype.kind == "f" else array
              for name, array in arrays.items()}
    correctives = shaped.get("posedirs")
    flat = correctives is not None and correctives.ndim == 2 and correctives.shape[1] % 3 == 0
    if correctives is not None and flat and len(correctives) == checks.POSE_COUNT:
        shaped["posedirs"] = correctives.T.reshape(-1, 3, checks.POSE_COUNT)
    return shaped


def add_landmarks(data: HeadData, path: Path) -> HeadData:
    """`data` with every landmark set that the embedding file holds.

    Raises HeadError where the file is no landmark embedding or belongs to another mesh.
    """
    arrays = embeddings.read_embedding(Path(path))
    faces = len(data.triangles)
    where = Path(path).name
    sets = checks.landmarks_from_arrays(arrays, where=where, triangle_count=faces)
    contour = checks.contour_from_arrays(arrays, where=where, triangle_count=faces)
    return dataclasses.replace(
        data, landmarks={**data.landmarks, **sets}, contour=contour or data.contour)


def add_uv(data: HeadData, path: Path) -> HeadData:
    """`data` with the texture coordinates of an OBJ of the same mesh (DECA's head_template.obj).

    Raises HeadError where the OBJ has other triangles than the head.
    """
    path = Path(path)
    corners, uv, uv_corners = read_obj_uv(path)
    if not np.array_equal(corners, data.triangles):
        raise HeadError(
            "uv-other-mesh", f"{path.name} has {len(corners)} triangles that are not the head's "
            f"{len(data.triangles)}.", "Give the template of the same mesh, with its vertex order.")
    vt, ft = checks.uv_from_arrays(
        {"vt": uv, "ft": uv_corners}, where=path.name, triangle_count=len(data.triangles))
    return dataclasses.replace(data, uv=vt, uv_triangles=ft)


def add_masks(data: HeadData, path: Path) -> HeadData:
    """`data` with the parts of FLAME_masks.pkl: name -> vertex indices.

    Raises HeadError where the file is not such a dictionary or belongs to another mesh.
    """
    path = Path(path)
    content = load_pickle(path, what="mask file")
    names = [name for name in content if isinstance(name, str)] if isinstance(content, dict) else []
    if not names:
        raise HeadError("head-unreadable", f"{path.name} holds no masks.", "Give FLAME_masks.pkl.")
    arrays = {f"masks_{name}": array for name, array in _arrays(content, names, path).items()}
    found = checks.masks_from_arrays(arrays, where=path.name, vertex_count=data.vertex_count)
    return dataclasses.replace(data, masks={**data.masks, **found})
