# SPDX-License-Identifier: GPL-3.0-or-later
"""The action units of a head."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import HeadError, OutputError
from .progress import Progress

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..head.data import HeadData, LandmarkEmbedding
    from ..head.unit_solving import SolvedUnits

NETWORKS_EXPRESSIONS = 50
"""Expression components that the published networks predict and the rig imports (DECA, EMOCA)."""
HEADS_KEPT = 4
"""Heads' units and databases held in memory; one is about 1 MB."""
POORLY_EXPLAINED = 0.5
"""Share of a unit's motion below which a person should look at it: a design choice."""
JAW = 2  # joint
CACHE_KIND, CACHE_VERSION = "units", 2  # raise it when the method changes


@dataclass(frozen=True)
class UnitRow:
    """One unit of a head, for a person."""

    name: str  # AU12L
    meaning: str  # what FACS calls it; "" where it has no such name
    explained: float  # 0..1, share of the unit's motion that the head shows
    error: float  # mm, root mean square over the face
    cosine: float  # between the wanted and the shown motion
    poor: bool  # explained less than POORLY_EXPLAINED
    largest: float  # largest |ψ| at full strength, standard deviations
    jaw: float  # rad that it opens the jaw


def head_units(head: str = "open", *, progress: Progress | None = None) -> SolvedUnits:
    """The FACS action units of `head`: its own, or carried over from the open head.

    Carrying over takes some seconds the first time and is kept in the cache folder.
    progress(done, total, text) may raise to end it.  Raises HeadError: `head-not-recognised` or
    `unlike-a-face` where the head is no face to carry anything over to.
    """
    from ..head.registry import find_head
    from ..head.unit_carrying import own_units

    data = find_head(head)
    own = own_units(data)
    if own is not None:
        return own
    with _LOCK:  # who asks meanwhile waits for the same work
        if data.checksum not in _KEPT:
            while len(_KEPT) >= HEADS_KEPT:
                _KEPT.pop(next(iter(_KEPT)))
            _KEPT[data.checksum] = _carried(data, progress)
        return _KEPT[data.checksum]


_LOCK = threading.Lock()
_KEPT: dict[str, SolvedUnits] = {}
"""By checksum: a head file that changes is solved anew."""


def _carried(data: HeadData, progress: Progress | None) -> SolvedUnits:
    """From the cache folder, or solved now and kept there."""
    from ..encoders.cache import cache_file
    from ..head.registry import find_head
    from ..head.unit_carrying import carry_units
    from ..head.unit_file import load_units, save_units

    reference = find_head("open")
    kept = cache_file(CACHE_KIND, CACHE_VERSION, _fingerprint(data, reference))
    with suppress(HeadError):  # missing or damaged: solved anew
        return load_units(kept, data.checksum)
    few = replace(data, expression_basis=data.expression_basis[..., :NETWORKS_EXPRESSIONS])
    solved = carry_units(reference, few, _landmarks(data, progress), progress)
    with suppress(OutputError, OSError):  # a folder that cannot be written to: solved next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_units(solved, kept, data.name, data.checksum)
    return solved


def _landmarks(data: HeadData, progress: Progress | None) -> LandmarkEmbedding | None:
    """FaceMesh's on the head, seen in pictures of it; None: those of its file must do.

    All 478 lay a face on another better than a file's 51.  Raises HeadError
    `head-not-recognised` where there are neither.
    """
    from ..encoders.correspondence import landmark_points
    from ..head.data import LandmarkEmbedding
    from ..head.facemesh_points import SOLVABLE_SETS

    if "facemesh478" in data.landmarks:
        return None
    try:
        points = landmark_points(data, progress)
    except HeadError:
        if any(name in data.landmarks for name in SOLVABLE_SETS):
            return None
        raise
    return LandmarkEmbedding(
        points.triangles.astype("int32"), points.barycentrics, points.landmarks.astype("int32"))


def with_landmarks(data: HeadData) -> HeadData:
    """`data` with FaceMesh's landmarks, found in pictures of it where its file has none.

    They lie in the cache folder where the head's units were carried over.
    """
    found = _landmarks(data, None)
    return data if found is None else replace(
        data, landmarks={**data.landmarks, "facemesh478": found})


def _fingerprint(data: HeadData, reference: HeadData) -> str:
    """Of all that the units depend on."""
    import numpy as np

    digest = hashlib.sha256(f"{data.checksum} {reference.checksum} {NETWORKS_EXPRESSIONS}".encode())
    for name in sorted(data.landmarks):
        points = data.landmarks[name]
        for array in (points.triangles, points.barycentrics):
            digest.update(np.ascontiguousarray(array).tobytes())
    for name in sorted(data.masks):
        digest.update(name.encode() + np.ascontiguousarray(data.masks[name]).tobytes())
    return digest.hexdigest()[:32]


def describe_units(head: str = "open", *, progress: Progress | None = None) -> list[UnitRow]:
    """Each unit of `head` with what it means and how well it follows the open head's."""
    import numpy as np

    from ..head.unit_meanings import unit_meaning

    solved = head_units(head, progress=progress)
    units, poor = solved.units, solved.poorly_explained(POORLY_EXPLAINED)
    largest = np.abs(units.expression).max(axis=1, initial=0.0)
    return [
        UnitRow(name, unit_meaning(name), float(solved.explained[row]), _of(solved.error, row, 0.0),
                _of(solved.cosine, row, 1.0), name in poor, float(largest[row]),
                float(units.pose[row, JAW, 0]))
        for row, name in enumerate(units.names)]


def _of(values: npt.NDArray[np.float64] | None, row: int, otherwise: float) -> float:
    return otherwise if values is None else float(values[row])


def save_head_units(path: Path, head: str = "open") -> None:
    """The units of `head` as a file; see `head.unit_file` for its arrays."""
    from ..head.registry import find_head
    from ..head.unit_file import save_units

    data = find_head(head)
    save_units(head_units(head), path, data.name, data.checksum)


def draw_units(
    path: Path, head: str = "open", names: Sequence[str] = (), *, progress: Progress | None = None
) -> None:
    """A sheet (PNG) of the units of `head` at full strength, beside the open head's.

    names: which; none for those that emotions are made of.  Raises OutputError.
    """
    from PIL import Image

    from ..files import written_aside
    from ..head.registry import find_head
    from ..render.unit_sheet import unit_sheet

    data, solved = find_head(head), head_units(head, progress=progress)
    shown = [(data, solved.units)]
    if data.units is None:
        reference = find_head("open")
        assert reference.units is not None
        shown.insert(0, (reference, reference.units))
    sheet = Image.fromarray(unit_sheet(shown, names, progress))
    with written_aside(path) as aside:
        sheet.save(aside, format="PNG")
