# SPDX-License-Identifier: GPL-3.0-or-later
"""How strongly a unit is shown, told from a few expression coefficients.

The rig's creases follow ψ, not units: ψ may come from a photo.  A driver reads few keys, so each
unit's strength is a sum over the coefficients that tell it best.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..data import NamedUnits

MOST_KEYS = 24
"""Coefficients a unit is read from: what fits into one simple driver expression of Blender."""


def crease_weights(
    names: tuple[str, ...], units: NamedUnits, strengths: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """(K,E) such that `weights @ ψ` is about the strength of unit `names[k]`.

    strengths: (N,U) of faces such as people show, on which the weights are fitted: orthogonal
    matching pursuit, one coefficient after another, each time all of them solved anew.
    """
    rows = np.asarray(strengths, np.float64)
    codes = units.codes(rows)
    index = [units.names.index(name if name in units.names else name[:-1]) for name in names]
    return np.stack([_pursued(codes, rows[:, at]) for at in index])


def _pursued(codes: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
             ) -> npt.NDArray[np.float64]:
    gram, aim = codes.T @ codes, codes.T @ wanted
    length = np.sqrt(np.diag(gram)).clip(1e-12)
    weights = np.zeros(len(aim))
    chosen: list[int] = []
    for _ in range(min(MOST_KEYS, len(aim))):
        missing = np.abs(aim - gram @ weights) / length
        missing[chosen] = -1
        chosen.append(int(missing.argmax()))
        weights[:] = 0
        ridge = 1e-3 * len(codes) * np.eye(len(chosen))
        weights[chosen] = np.linalg.solve(gram[np.ix_(chosen, chosen)] + ridge, aim[chosen])
    return weights
