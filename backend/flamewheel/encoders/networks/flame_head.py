# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks' coefficients on a head: they are FLAME's, and mean nothing on any other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...errors import HeadError
from ...head.data import HeadData

FLAME_VERTICES = 5023
"""Vertices of FLAME (Li et al. 2017), in all its published versions."""


def require_flame(head: HeadData, encoder: str) -> None:
    """Raises HeadError `head-not-flame` where `head` is not FLAME."""
    if head.vertex_count != FLAME_VERTICES:
        raise HeadError(
            "head-not-flame",
            f"{encoder} knows FLAME's coefficients only, and the head {head.name} is not FLAME: it "
            f"has {head.vertex_count} vertices instead of {FLAME_VERTICES}.",
            "Convert the FLAME model that you have from flame.is.tue.mpg.de: `flamewheel head "
            "convert generic_model.pkl -o flame.npz`, and give `--head flame.npz`; or take the "
            "landmark encoder, which knows any head.")


def on_head(
    row: npt.ArrayLike, count: int, what: str
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """A network's coefficients (N,) as the (count,) of a head, and what a person should know.

    Components that the network does not give are zero; those that the head does not have (it may
    have been cut down) are left out, which is said.  what: "identity" or "expression".
    """
    given = np.asarray(row, dtype=np.float64)
    taken = np.zeros(count)
    taken[:given.size] = given[:count]
    if given.size <= count:
        return taken, ()
    return taken, (f"The head has {count} of the network's {given.size} {what} components; the "
                   "others were left out.",)
