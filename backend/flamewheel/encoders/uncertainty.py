# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure a fit is of each unknown, and how several looks at one person say who it is together.

Near where a fit arrived, x̂, its cost is ½ (x-x̂)ᵀ (Λ + P) (x-x̂), Λ what the landmarks say (the
Gauss–Newton matrix) and P the prior: the posterior's covariance is (Λ + P)⁻¹ (Laplace).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .priors import Priors
from .problem import State

Floats = npt.NDArray[np.float64]


def posterior_deviation(information: Floats, priors: Priors) -> Floats:
    """(n,) standard deviations.  information: (n,n) of the landmarks alone, unknowns as in State.

    Sides of the box are not heeded: an unknown pressed against one is as uncertain as if it were
    not there.
    """
    return np.sqrt(np.diag(np.linalg.inv(_with_prior(information, priors))))


@dataclass(frozen=True, eq=False)
class IdentityLook:
    """What one picture says of the identity, whatever the rest: -½ βᵀ Λ β + ηᵀ β, a Gaussian."""

    precision: Floats  # (S,S) Λ
    pull: Floats  # (S,) η


def identity_look(information: Floats, state: State, priors: Priors) -> IdentityLook:
    """The landmarks' word on the identity: expression, pose and camera integrated out (Schur).

    information, state: of a fit with `priors` whose identity was free.
    """
    full = _with_prior(information, priors)
    joint = _schur(full, priors.identity_count)
    prior = _schur(priors.precision, priors.identity_count)
    own = state.coefficients[:priors.identity_count]
    # What is left of the posterior, a Gaussian about the solution, once the prior is taken out
    return IdentityLook(joint - prior,
                        joint @ own - prior @ priors.mean[:priors.identity_count])


def identity_of_looks(
    looks: Sequence[IdentityLook], priors: Priors, alike: float = 0.0
) -> tuple[Floats, Floats]:
    """(S,) the most likely identity behind `looks` and (S,S) its covariance.

    alike: 0 where the looks' errors are independent, 1 where further looks repeat the first one's;
    between, N looks count as N / (1 + (N-1) alike) (the design effect of Kish 1965).
    """
    count = priors.identity_count
    share = 1.0 / (1.0 + (len(looks) - 1) * alike)
    prior = _schur(priors.precision, count)
    precision, pull = prior.copy(), prior @ priors.mean[:count]
    for look in looks:
        precision += share * look.precision
        pull += share * look.pull
    covariance = np.linalg.inv(precision)
    return np.asarray(covariance @ pull), np.asarray(covariance)


def _with_prior(information: Floats, priors: Priors) -> Floats:
    full = information.copy()
    count = priors.mean.size
    full[:count, :count] += priors.precision
    return full


def _schur(precision: Floats, count: int) -> Floats:
    """(count,count) precision of the first unknowns, the others integrated out."""
    across = precision[count:, :count]
    rest = np.linalg.solve(precision[count:, count:], across)
    return np.asarray(precision[:count, :count] - across.T @ rest)
