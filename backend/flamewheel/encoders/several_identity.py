# SPDX-License-Identifier: GPL-3.0-or-later
"""One identity from several pictures of a person, and which of them show somebody else.

A picture's fit says of the identity β, expression, pose and camera integrated out, a Gaussian
factor (`uncertainty.identity_look`).  Each fit takes the others' word as its prior and is
linearised where all of them together arrive, instead of where each would alone: expectation
propagation (Minka 2001) over a product of one prior and a factor for each picture.

Whether a picture shows the same person is a Bayes factor: how much likelier its factor is under
what the others say than under the prior, which is anybody (as probabilistic linear discriminant
analysis compares faces: Prince and Elder 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .landmark import PreparedHead, fit_face
from .priors import Priors
from .problem import State
from .uncertainty import IdentityLook, identity_look, identity_of_looks

Floats = npt.NDArray[np.float64]
Told = Callable[[int], None]
"""Called with the number of fits done."""

ROUNDS = 2  # of refitting with the others' word; a third moves no coefficient by 0.02
ALIKE = 0.3
SAME_PERSON = -6.0
FEWEST = 3  # pictures: of two that differ nobody can say which is the stranger


@dataclass(frozen=True, eq=False)
class SharedIdentity:
    """Who all the pictures but the outsiders show."""

    shape: Floats  # (S,)
    deviation: Floats  # (S,) posterior standard deviations
    states: tuple[State, ...]  # one for each picture, where its last fit arrived
    outsiders: tuple[int, ...]  # pictures that were left out


def identity_of_pictures(
    prepared: Sequence[PreparedHead], landmarks: Sequence[Floats], told: Told
) -> SharedIdentity:
    """The identity behind `landmarks` (478,2) px of each picture.

    prepared: the head for each picture, differing in what is known of its expression beforehand.
    """
    fits = []
    for known, points in zip(prepared, landmarks, strict=True):
        fits.append(fit_face(known, points))
        told(len(fits))
    looks = [identity_look(fit.information, fit.state, known.priors)
             for fit, known in zip(fits, prepared, strict=True)]
    priors = prepared[0].priors
    inside = the_same_person(looks, priors)
    states = [fit.state for fit in fits]
    for _ in range(ROUNDS if len(inside) > 1 else 0):
        for index in inside:
            others = [looks[other] for other in inside if other != index]
            known = _with_word_of(prepared[index], others)
            fit = fit_face(known, landmarks[index], states[index])
            looks[index] = identity_look(fit.information, fit.state, known.priors)
            states[index] = fit.state
    shape, covariance = identity_of_looks([looks[index] for index in inside], priors, ALIKE)
    count = priors.identity_count
    shape = np.clip(shape, priors.low[:count], priors.high[:count])
    outsiders = tuple(index for index in range(len(looks)) if index not in inside)
    return SharedIdentity(shape, np.sqrt(np.diag(covariance)), tuple(states), outsiders)


def the_same_person(looks: Sequence[IdentityLook], priors: Priors) -> list[int]:
    """Which of `looks` are of the person that most of them show; the least likely goes first."""
    inside = list(range(len(looks)))
    while len(inside) >= FEWEST:
        evidence = [
            same_person(looks[index], [looks[other] for other in inside if other != index], priors)
            for index in inside
        ]
        worst = int(np.argmin(evidence))
        if evidence[worst] >= SAME_PERSON:
            break
        del inside[worst]
    return inside


def same_person(look: IdentityLook, others: Sequence[IdentityLook], priors: Priors) -> float:
    """Log Bayes factor of `look` being of the person of `others` against being of anybody."""
    share = 1.0 / (1.0 + len(others) * ALIKE)  # as `identity_of_looks` weighs all of them
    tempered = IdentityLook(look.precision * share, look.pull * share)
    nobody = identity_of_looks([], priors)
    person = identity_of_looks(others, priors, ALIKE)
    return _evidence(tempered, *person) - _evidence(tempered, *nobody)


def _evidence(look: IdentityLook, mean: Floats, covariance: Floats) -> float:
    """log ∫ exp(-½ βᵀΛβ + ηᵀβ) N(β; mean, covariance) dβ."""
    precision = np.linalg.inv(covariance)
    joint = precision + look.precision
    pull = precision @ mean + look.pull
    volume = np.linalg.slogdet(precision)[1] - np.linalg.slogdet(joint)[1]
    return float(0.5 * (volume + pull @ np.linalg.solve(joint, pull) - mean @ precision @ mean))


def _with_word_of(prepared: PreparedHead, others: Sequence[IdentityLook]) -> PreparedHead:
    """The head with what other pictures say of the identity as part of its prior."""
    priors, count = prepared.priors, prepared.priors.identity_count
    share = 1.0 / (1.0 + len(others) * ALIKE)
    precision, pull = priors.precision.copy(), priors.precision @ priors.mean
    for look in others:
        precision[:count, :count] += share * look.precision
        pull[:count] += share * look.pull
    mean = np.linalg.solve(precision, pull)
    return replace(prepared, priors=replace(priors, mean=mean, precision=precision))
