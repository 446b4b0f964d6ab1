# SPDX-License-Identifier: GPL-3.0-or-later
"""A covariance as a few shared factors and what is each number's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def factored(covariance: Floats, count: int) -> tuple[Floats, Floats]:
    """F (D,K) and floor (D,) with F Fᵀ + diag(floor²) ≈ `covariance`, its diagonal kept."""
    values, vectors = np.linalg.eigh(covariance)
    most = slice(max(0, len(values) - count), None)
    factor = vectors[:, most] * np.sqrt(np.maximum(values[most], 0.0))
    own = np.diag(covariance) - (factor**2).sum(1)
    return factor, np.sqrt(np.maximum(own, 0.0))
