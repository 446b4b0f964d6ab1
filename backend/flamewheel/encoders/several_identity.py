# SPDX-License-Identifier: GPL-3.0-or-later
"""One identity from several pictures of a person, and which of them show somebody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .landmark import PreparedHead, fit_face
from .several_people import People, people_of
from .uncertainty import identity_look, identity_of_looks

Floats = npt.NDArray[np.float64]
Told = Callable[[int], None]
"""Called with the number of fits done."""

SAME_PERSON = -12.0
"""Log Bayes factor below which a picture shows somebody else.  Of 47 people of the faces set (not
held out, statistics of the other half), beside 4 of their photos, another photo of theirs falls
below in 2 of 100 cases, mostly profiles and blurred ones, and one of somebody else in 26; -6 would
be 10 and 55.  The factors have an AUC of 0.87 (0.85 beside 2 photos, 0.89 beside 8).  A stranger
who is not told has a small say: pictures far from the others weigh less."""
FEWEST = 3  # pictures: of two that differ nobody can say which is the stranger
ALIKE = 0.3
"""How much further pictures repeat the first one's errors, for how sure the identity is.  A design
choice between pictures that err each for itself (0) and all in the same way (1)."""


@dataclass(frozen=True, eq=False)
class SharedIdentity:
    """Who all the pictures but the outsiders show."""

    shape: Floats  # (S,)
    deviation: Floats  # (S,) standard deviations
    outsiders: tuple[int, ...]  # pictures that were left out


def identity_of_pictures(
    head: HeadData, prepared: Sequence[PreparedHead], landmarks: Sequence[Floats], told: Told
) -> SharedIdentity:
    """The identity behind `landmarks` (478,2) px of each picture.

    prepared: the head for each picture, differing in what is known of its expression beforehand.
    One picture alone keeps the identity of its own fit.
    """
    fits, looks = [], []
    for known, points in zip(prepared, landmarks, strict=True):
        fit = fit_face(known, points)
        looks.append(identity_look(fit.information, fit.state, known.priors))
        fits.append(fit.state.coefficients[:known.priors.identity_count])
        told(len(fits))
    priors = prepared[0].priors
    prior = np.linalg.inv(identity_of_looks([], priors)[1])
    people = people_of(head, looks, prior)
    inside = the_same_person(fits, people)
    shape = people.robust_person([fits[index] for index in inside]) if len(fits) > 1 else fits[0]
    count = priors.identity_count
    covariance = identity_of_looks([looks[index] for index in inside], priors, ALIKE)[1]
    return SharedIdentity(
        np.clip(shape, priors.low[:count], priors.high[:count]),
        np.sqrt(np.diag(covariance)),
        tuple(index for index in range(len(fits)) if index not in inside),
    )


def the_same_person(fits: Sequence[Floats], people: People) -> list[int]:
    """Which of `fits` are of the person that most of them show; the least likely goes first."""
    inside = list(range(len(fits)))
    while len(inside) >= FEWEST:
        evidence = [
            people.same_person(fits[index], [fits[other] for other in inside if other != index])
            for index in inside
        ]
        worst = int(np.argmin(evidence))
        if evidence[worst] >= SAME_PERSON:
            break
        del inside[worst]
    return inside
