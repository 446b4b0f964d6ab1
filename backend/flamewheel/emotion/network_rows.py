# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces as the rows of numbers that a classifier of 3D parameters takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..parameters import FaceParameters
from .network_layout import NetworkLayout

Floats = npt.NDArray[np.float64]


def rows_of(faces: Sequence[FaceParameters], layout: NetworkLayout) -> Floats:
    """(N,D) in the layout's order; coefficients that a face does not have are 0, as on the head.

    Raises UsageError `wrong-head` for a face of another head, `no-detail` for one without wrinkles
    where the network needs them.
    """
    other = next((face.head for face in faces if face.head != layout.head), None)
    if other is not None:
        raise UsageError(
            "wrong-head", f"The network knows faces of the head {layout.head!r}, not {other!r}.",
            f"Encode the photo on {layout.head!r}, or train a network for {other!r}.")
    columns = [np.stack([_fitted(_TAKE[part](face), size) for face in faces])
               if faces else np.zeros((0, size)) for part, size in layout.parts]
    return np.concatenate(columns, axis=1)


def joined(parts: Mapping[str, Floats], layout: NetworkLayout) -> Floats:
    """(N,D) from parts by name, each (N,any length).  Raises UsageError `missing-part`."""
    missing = [name for name, _ in layout.parts if name not in parts]
    if missing:
        raise UsageError("missing-part", f"The features lack {', '.join(missing)}.",
                         "Give them, or train with other --parts.")
    return np.concatenate([_widened(parts[name], size) for name, size in layout.parts], axis=1)


def _widened(rows: Floats, size: int) -> Floats:
    wide = np.zeros((len(rows), size))
    count = min(size, rows.shape[1])
    wide[:, :count] = rows[:, :count]
    return wide


def _fitted(numbers: Floats, size: int) -> Floats:
    return np.asarray(_widened(numbers[None], size)[0])


def _detail(face: FaceParameters) -> Floats:
    if face.appearance is None or face.appearance.detail is None:
        raise UsageError("no-detail", "The network needs the code of the face's wrinkles.",
                         "Encode the photo with --encoder deca or emoca.")
    return face.appearance.detail


_TAKE: Mapping[str, Callable[[FaceParameters], Floats]] = {
    "expression": lambda face: face.code.expression,
    "jaw": lambda face: face.code.jaw,
    "global": lambda face: face.global_rotation,
    "shape": lambda face: face.identity.shape,
    "detail": _detail,
}
