# SPDX-License-Identifier: GPL-3.0-or-later
"""From arrays under FLAME's names to a `HeadData` that can be trusted: every array is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .data import JOINT_NAMES, ContourEmbedding, Floats, HeadData, Ints, LandmarkEmbedding

Scalar = TypeVar("Scalar", bound=np.generic)
Arrays = Mapping[str, npt.NDArray[Any]]

LANDMARK_SETS = {
    "static51": (51, 51), "full68": (68, 68), "mediapipe105": (105, 478), "facemesh478": (478, 478)}
"""Set -> its landmarks, and the landmarks its `indices` point into: MediaPipe's 105 are some of
FaceMesh's 478."""

CONTOUR_SHAPE = (79, 17)
"""Head yaws of -39° to 39° and jaw-line landmarks: FLAME_PyTorch `flame.py`, dynamic landmarks."""

POSE_COUNT = 36  # nine entries of R - I for each of the four joints below the root
MAX_VERTICES = 500_000  # a hundred times FLAME; above it the file is not a head
MAX_COMPONENTS = 2_000
LARGEST = 1e6  # no length in metres, weight or coefficient comes near; it fits float32
SUM_TOLERANCE = 1e-2  # published weights are rounded; a wrong axis is off by far more
SIZE_RANGE = (0.02, 5.0)  # m, the longest side of the template's box

_COMBINED_SPLITS = {400: 300, 150: 100, 20: 10}
"""Components in a combined `shapedirs` -> how many are identity.

300 + 100 is FLAME's own order (smplx `FLAME.SHAPE_SPACE_DIM`), 100 + 50 what DECA keeps of it,
10 + 10 the small files that smplx reads.
"""


@dataclass(frozen=True)
class Checker:
    """Checks arrays of one file; every refusal names the file, the array and what it should be."""

    arrays: Arrays
    where: str

    def refuse(self, name: str, why: str) -> HeadError:
        """The refusal of array `name`."""
        return HeadError(
            "head-bad-array", f"{self.where}: `{name}` {why}.",
            "The file is not a FLAME-format head, or it is damaged; see `flamewheel head convert`.")

    def array(self, name: str, shape: tuple[int | None, ...], kinds: str) -> npt.NDArray[Any]:
        """Array `name`, present, of `shape` (None: any length) and of a dtype kind in `kinds`."""
        if name not in self.arrays:
            raise HeadError(
                "head-missing-array", f"{self.where} has no `{name}`.",
                "A head file needs v_template, f, shapedirs, posedirs, J_regressor, weights and "
                "kintree_table.")
        array = self.arrays[name]
        fits = array.ndim == len(shape) and all(
            want is None or want == got for want, got in zip(shape, array.shape, strict=True))
        if not fits:
            want_text = ", ".join("any" if n is None else str(n) for n in shape)
            got_text = ", ".join(str(n) for n in array.shape)
            raise self.refuse(name, f"should have the shape ({want_text}), it has ({got_text})")
        if array.dtype.kind not in kinds:
            raise self.refuse(name, f"should hold numbers of another kind, it holds {array.dtype}")
        return array

    def floats(self, name: str, shape: tuple[int | None, ...]) -> Floats:
        """A finite float array, float32 or float64, contiguous and read-only."""
        array = self.array(name, shape, "f")
        if not np.isfinite(array).all():
            raise self.refuse(name, "holds NaN or infinity")
        if array.size and float(np.abs(array).max()) > LARGEST:
            raise self.refuse(name, f"holds a number above {LARGEST:g}")
        if array.dtype.itemsize >= 8:
            return read_only(np.ascontiguousarray(array, dtype=np.float64))
        return read_only(np.ascontiguousarray(array, dtype=np.float32))

    def indices(self, name: str, shape: tuple[int | None, ...], count: int, of: str) -> Ints:
        """An int32 array whose entries lie in 0..count-1."""
        array = self.array(name, shape, "iu")
        if array.size and (int(array.min()) < 0 or int(array.max()) >= count):
            raise self.refuse(
                name, f"should index {of} (0 to {count - 1}), it holds {int(array.min())} to "
                f"{int(array.max())}")
        return read_only(np.ascontiguousarray(array, dtype=np.int32))

    def rows_sum_to_one(self, name: str, array: Floats, tolerance: float = SUM_TOLERANCE) -> Floats:
        """`array` where its last axis sums to 1."""
        worst = float(np.abs(array.sum(axis=-1, dtype=np.float64) - 1).max(initial=0.0))
        if worst > tolerance:
            raise self.refuse(name, f"should have rows that sum to 1, one is off by {worst:.3g}")
        return array


def read_only(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """A view of `array` that cannot be written: heads are shared and cached."""
    view = array.view()
    view.flags.writeable = False
    return view


def head_from_arrays(arrays: Arrays, *, where: str, name: str, licence: str = "unknown",
                     source: str = "unknown") -> HeadData:
    """The geometry of a head; landmarks and masks are added by `landmarks_from_arrays` and others.

    `arrays` holds FLAME's names; `expressiondirs` may stand in `shapedirs` behind the identity.
    Raises HeadError (`head-missing-array`, `head-bad-array`) naming `where` and the array.
    """
    check = Checker(arrays, where)
    template = check.floats("v_template", (None, 3))
    count = len(template)
    _check_size(check, template)
    triangles = check.indices("f", (None, 3), count, "vertices")
    identity, expression = _bases(check, count)
    regressor = check.rows_sum_to_one(
        "J_regressor", check.floats("J_regressor", (len(JOINT_NAMES), count)))
    weights = check.rows_sum_to_one("weights", check.floats("weights", (count, len(JOINT_NAMES))))
    uv, uv_triangles = uv_from_arrays(arrays, where=where, triangle_count=len(triangles))
    return HeadData(
        name=name, template=template, triangles=triangles, identity_basis=identity,
        expression_basis=expression,
        pose_basis=check.floats("posedirs", (count, 3, POSE_COUNT)),
        joint_regressor=regressor, weights=weights, parents=_parents(check),
        uv=uv, uv_triangles=uv_triangles, licence=licence, source=source,
        checksum=checksum_of(template, triangles, identity, expression,
                             check.floats("posedirs", (count, 3, POSE_COUNT)), regressor, weights))


def _check_size(check: Checker, template: Floats) -> None:
    if not 4 <= len(template) <= MAX_VERTICES:
        raise check.refuse("v_template", f"has {len(template)} vertices; a head has 4 to "
                           f"{MAX_VERTICES}")
    longest = float(np.ptp(template, axis=0).max())
    if not SIZE_RANGE[0] <= longest <= SIZE_RANGE[1]:
        raise check.refuse("v_template", f"spans {longest:.4g}; it should be a head in metres")


def _bases(check: Checker, count: int) -> tuple[Floats, Floats]:
    """Identity (V,3,S) and expression (V,3,E)."""
    both = check.floats("shapedirs", (count, 3, None))
    if both.shape[2] > MAX_COMPONENTS:
        raise check.refuse("shapedirs", f"has {both.shape[2]} components")
    if "expressiondirs" in check.arrays:
        expression = check.floats("expressiondirs", (count, 3, None))
        if expression.shape[2] > MAX_COMPONENTS:
            raise check.refuse("expressiondirs", f"has {expression.shape[2]} components")
        return both, expression
    if both.shape[2] not in _COMBINED_SPLITS:
        raise check.refuse(
            "shapedirs", f"has {both.shape[2]} components and there is no `expressiondirs`; "
            "identity and expression together are 300 + 100 in FLAME")
    split = _COMBINED_SPLITS[both.shape[2]]
    return both[:, :, :split].copy(), both[:, :, split:].copy()


def _parents(check: Checker) -> tuple[int, ...]:
    """Row 0 of the tree; the root's parent is -1, which unsigned files write as 4294967295."""
    table = check.array("kintree_table", (2, len(JOINT_NAMES)), "iuf")
    parents = tuple(int(p) for p in table[0].astype(np.int64))
    below = [0 <= parent < joint for joint, parent in enumerate(parents)][1:]
    if 0 <= parents[0] < len(JOINT_NAMES) or not all(below):
        raise check.refuse(
            "kintree_table", f"should start with the root and put parents before children, its "
            f"parents are {parents}")
    return (-1, *parents[1:])


def uv_from_arrays(
    arrays: Arrays, *, where: str, triangle_count: int
) -> tuple[Floats | None, Ints | None]:
    """`vt` (T,2) and `ft` (F,3), or two None where the file has neither."""
    if "vt" not in arrays and "ft" not in arrays:
        return None, None
    check = Checker(arrays, where)
    uv = check.floats("vt", (None, 2))
    return uv, check.indices("ft", (triangle_count, 3), len(uv), "texture coordinates")


def landmarks_from_arrays(
    arrays: Arrays, *, where: str, triangle_count: int
) -> dict[str, LandmarkEmbedding]:
    """Every `landmarks_SET_…` of the file."""
    check = Checker(arrays, where)
    found = {}
    for name, (size, counted) in LANDMARK_SETS.items():
        key = f"landmarks_{name}"
        if f"{key}_triangles" not in arrays:
            continue
        triangles = check.indices(f"{key}_triangles", (None,), triangle_count, "triangles")
        weights = check.rows_sum_to_one(
            f"{key}_barycentrics", check.floats(f"{key}_barycentrics", (len(triangles), 3)))
        indices = None
        if f"{key}_indices" in arrays:
            indices = check.indices(f"{key}_indices", (len(triangles),), counted, "landmarks")
            if len(np.unique(indices)) != len(indices):
                raise check.refuse(f"{key}_indices", "names a landmark twice")
        elif len(triangles) != size or size != counted:
            raise check.refuse(f"{key}_triangles", f"has {len(triangles)} landmarks and there is "
                               f"no `{key}_indices` to say which")
        found[name] = LandmarkEmbedding(triangles, weights, indices)
    return found


def contour_from_arrays(
    arrays: Arrays, *, where: str, triangle_count: int
) -> ContourEmbedding | None:
    """FLAME_PyTorch's dynamic contour, where the file has it."""
    if "landmarks_contour_triangles" not in arrays:
        return None
    check = Checker(arrays, where)
    triangles = check.indices(
        "landmarks_contour_triangles", CONTOUR_SHAPE, triangle_count, "triangles")
    weights = check.floats("landmarks_contour_barycentrics", (*CONTOUR_SHAPE, 3))
    return ContourEmbedding(
        triangles, check.rows_sum_to_one("landmarks_contour_barycentrics", weights))


def masks_from_arrays(arrays: Arrays, *, where: str, vertex_count: int) -> dict[str, Ints]:
    """Every `masks_NAME` as part -> vertex indices."""
    check = Checker(arrays, where)
    names = [key.removeprefix("masks_") for key in arrays if key.startswith("masks_")]
    return {name: check.indices(f"masks_{name}", (None,), vertex_count, "vertices")
            for name in sorted(names)}


def checksum_of(*geometry: npt.NDArray[Any]) -> str:
    """sha256 over shapes and values, as float32 and int32: a pickle and its `.npz` agree."""
    digest = hashlib.sha256()
    for array in geometry:
        kind = "<f4" if array.dtype.kind == "f" else "<i4"
        digest.update(repr(array.shape).encode("ascii"))
        digest.update(np.ascontiguousarray(array, dtype=kind).data)
    return digest.hexdigest()
