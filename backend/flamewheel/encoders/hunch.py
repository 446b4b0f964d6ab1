# SPDX-License-Identifier: GPL-3.0-or-later
"""What the regressor sees at once, as a Gaussian that a fit heeds beside the landmarks.

Learned from the same renders as the noise, it knows what no linear response says.  Its estimate x̂
with error covariance C is a posterior: prior N(m, P⁻¹) included.  Taken out of it, what is left is
a word of its own, exp(-½ xᵀ Λ x + ηᵀ x) with Λ = C⁻¹ − P and η = C⁻¹ x̂ − P m, which goes with any
other prior: of a known person, or of a face at rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .priors import Priors, Word
from .regressor import Regressor, Start
from .rows import LandmarkRows

Floats = npt.NDArray[np.float64]

TURN = 3  # parameters of the regressor that are no unknowns of `State.boxed`


@dataclass(frozen=True, eq=False)
class Hunch:
    """A head's regressor and how far to trust it."""

    regressor: Regressor
    precision: Floats  # (n,n) Λ, over the unknowns of `State.boxed`
    whole: Floats  # (n,n) Λ + P
    prior_pull: Floats  # (n,) P m
    identity_count: int  # S that it was made for

    def word(self, found: Start, identity: Floats | None) -> Word:
        """Of the first face in `found`; over the rest of it where its `identity` (S,) is known."""
        count = self.identity_count
        expression = len(self.precision) - count - found.jaw.shape[1] - found.gaze[0].size
        boxed = np.concatenate([found.shape[0, :count], found.expression[0, :expression],
                                found.jaw[0], found.gaze[0].ravel()])
        pull = self.whole @ boxed - self.prior_pull
        if identity is None:
            return Word(self.precision, pull)
        return Word(self.precision[count:, count:],
                    pull[count:] - self.precision[count:, :count] @ identity)


def hunch_of(regressor: Regressor, rows: LandmarkRows, priors: Priors) -> Hunch:
    """The trust that the regressor's errors on faces not trained on allow.

    Where it errs more than the prior is wide it says nothing: Λ has no negative side.
    """
    covariance = regressor.error_covariance()
    last = len(covariance) - TURN
    gaze_and_jaw = np.arange(last - (priors.mean.size - rows.corrective_start + 1), last)
    kept = np.concatenate([
        np.arange(rows.identity_count),
        regressor.identity_count + np.arange(rows.expression_count), gaze_and_jaw])
    root = np.linalg.cholesky(priors.precision)
    inner = root.T @ covariance[np.ix_(kept, kept)] @ root  # in units of the prior
    values, axes = np.linalg.eigh((inner + inner.T) / 2)
    gained = root @ (axes * np.maximum(1.0 / np.maximum(values, 1e-9) - 1.0, 0.0))
    precision = gained @ (root @ axes).T
    precision = (precision + precision.T) / 2
    return Hunch(regressor, precision, precision + priors.precision,
                 priors.precision @ priors.mean, rows.identity_count)
