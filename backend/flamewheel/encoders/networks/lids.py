# SPDX-License-Identifier: GPL-3.0-or-later
"""SMIRK's closing lids in a head's own expressions.

FLAME has no coefficients for them: SMIRK adds two shapes of its own, `l_eyelid.npy` and
`r_eyelid.npy` (github.com/georgeretsi/smirk, assets).  Where those files lie beside the
checkpoint, the expressions that come closest to them stand for them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...errors import CheckpointError
from ...head.data import HeadData

Array = npt.NDArray[np.float64]

LID_FILES = ("l_eyelid.npy", "r_eyelid.npy")
"""SMIRK's names: the face's own left, then right."""
MISSED = 0.001  # m that a vertex may miss as lightly as ψ may move by one: a design choice
LEAST_SHOWN = 0.5  # of a lid's motion, as for action units (`SolvedUnits.poorly_explained`)
LARGEST_SHAPE_FILE = 16 * 1024 * 1024  # bytes; 5023 x 3 in float64 are 0.1 MB


def read_lid_shapes(folder: Path) -> Array | None:
    """(2,V,3) m: what shutting the left and the right eye adds to the mesh; None without files.

    Raises CheckpointError `lid-shapes-unreadable`.
    """
    files = [folder / name for name in LID_FILES]
    if not all(path.is_file() for path in files):
        return None
    return np.stack([_read(path) for path in files])


def lid_expressions(head: HeadData, shapes: Array) -> Array | None:
    """(2,E) the expressions of `head` that come closest to shapes (2,V,3).

    None where they are of another mesh or where the head can show less than half of their motion:
    then they are better left out.
    """
    if shapes.shape[1] != head.vertex_count:
        return None
    basis = np.asarray(head.expression_basis, np.float64).reshape(-1, head.expression_count)
    wanted = shapes.reshape(len(shapes), -1)
    left = basis.T @ basis + MISSED**2 * np.eye(head.expression_count)
    found = np.linalg.solve(left, basis.T @ wanted.T).T
    missed = ((wanted - found @ basis.T) ** 2).sum(axis=1) / (wanted**2).sum(axis=1)
    return np.asarray(found) if missed.max() <= 1 - LEAST_SHOWN else None


def _read(path: Path) -> Array:
    try:
        if path.stat().st_size > LARGEST_SHAPE_FILE:
            raise ValueError("it is too large")
        shape = np.asarray(np.load(path, allow_pickle=False), dtype=np.float64)
        if shape.ndim != 2 or shape.shape[1] != 3 or not np.isfinite(shape).all():
            raise ValueError("it does not hold three numbers for each vertex")
        if not shape.any():
            raise ValueError("it moves nothing")
    except (OSError, ValueError, EOFError) as bad:
        raise CheckpointError(
            "lid-shapes-unreadable", f"{path.name} is no lid shape of SMIRK's: {bad}.",
            "Take it from the assets of github.com/georgeretsi/smirk, or remove it.") from bad
    return shape
