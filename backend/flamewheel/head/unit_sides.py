# SPDX-License-Identifier: GPL-3.0-or-later
"""Left and right of expressions in action units: mirrored, one side alone, sides from two faces.

Sides are the face's own.  Units for both sides at once (`AU17`, `AU26`) have no side to give.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..errors import UsageError

Array = npt.NDArray[np.float64]
LEFT, RIGHT = "left", "right"
_ENDS = {LEFT: "L", RIGHT: "R"}


def unit_side(name: str) -> str | None:
    """"left", "right", or None for a unit of both sides."""
    ends = {end: side for side, end in _ENDS.items()}
    return ends.get(name[-1:]) if name[:-1][-1:].isdigit() else None


def mirror_rows(names: Sequence[str]) -> npt.NDArray[np.int64]:
    """(U,) which unit each becomes in the mirror; one whose other side the head lacks stays."""
    at = {name: row for row, name in enumerate(names)}
    swapped = {"L": "R", "R": "L"}
    other = [name[:-1] + swapped[name[-1]] if unit_side(name) else name for name in names]
    return np.array([at.get(image, at[name]) for name, image in zip(names, other, strict=True)])


def mirrored_strengths(names: Sequence[str], strengths: npt.ArrayLike) -> Array:
    """Strengths (…,U) of the face seen in a mirror: left and right exchanged."""
    return np.asarray(_checked(names, strengths)[..., mirror_rows(names)])


def one_side(names: Sequence[str], strengths: npt.ArrayLike, side: str) -> Array:
    """Strengths (…,U) with the units of the other side at rest; units of both sides stay.

    side: "left" or "right".  Raises UsageError `bad-side`.
    """
    rows = _checked(names, strengths)
    keep = np.array([unit_side(name) in (None, _known(side)) for name in names])
    return np.where(keep, rows, 0.0)


def sides_of(names: Sequence[str], left: npt.ArrayLike, right: npt.ArrayLike) -> Array:
    """Strengths (…,U) whose left side is `left`'s and right side `right`'s.

    A unit of both sides takes the mean of the two.
    """
    ours, theirs = _checked(names, left), _checked(names, right)
    sides = [unit_side(name) for name in names]
    share = np.array([{LEFT: 1.0, RIGHT: 0.0, None: 0.5}[side] for side in sides])
    return np.asarray(share * ours + (1 - share) * theirs)


def evened(names: Sequence[str], strengths: npt.ArrayLike) -> Array:
    """Strengths (…,U) with both sides alike: the mean of the face and its mirror image."""
    rows = _checked(names, strengths)
    return np.asarray((rows + mirrored_strengths(names, rows)) / 2)


def unevenness(names: Sequence[str], strengths: npt.ArrayLike) -> Array:
    """(…,U) by how much each unit is stronger than its other side; 0 for units of both sides."""
    rows = _checked(names, strengths)
    return np.asarray(rows - mirrored_strengths(names, rows))


def _known(side: str) -> str:
    if side not in _ENDS:
        raise UsageError("bad-side", f"A face has no side called {side!r}.",
                         "Say left or right: the face's own.")
    return side


def _checked(names: Sequence[str], strengths: npt.ArrayLike) -> Array:
    rows = np.asarray(strengths, dtype=np.float64)
    if rows.ndim == 0 or rows.shape[-1] != len(names):
        raise UsageError("bad-parameters", f"There are {len(names)} units, and strengths for "
                         f"{rows.shape[-1] if rows.ndim else 1}.",
                         "Give one strength for each unit.")
    return rows
