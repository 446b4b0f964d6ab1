# SPDX-License-Identifier: GPL-3.0-or-later
"""How one person's pictures differ, and how people differ: what tells a person from a picture.

A fit's identity is taken for person + picture, both Gaussian (probabilistic linear discriminant
analysis: Prince and Elder 2007).  A landmark fit errs alike for all landmarks of a picture (the
lens, the light, a smile taken for a wide jaw), so its own account of its errors is too small and of
the wrong shape; the scatter that pictures of the same people have says it as it is.

For the embedded head both scatters were learned from photos of people in many moods
(`tools/learn_people.py`); for other heads they are expected from what the landmarks can tell.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .uncertainty import IdentityLook

Floats = npt.NDArray[np.float64]

SHIPPED = Path(__file__).with_name("open_head_people.npz")
OPEN_HEADS = ("open", "open-light")  # they have the same identities
BETWEEN, WITHIN = 0.35, 0.9
"""How much of the expected scatters real pictures have: on the open head the learned scatters'
traces are as large.  Either leaves halves of photos more alike than the plain mean does."""
SURE = 1e-4  # added to a variance that nothing is known of, so that it can be divided by
FREEDOM = 10.0  # degrees, of Student's t; 2 and 30 do as well
ROBUST_ROUNDS = 4
"""Halves of 8 photos differ by 0.27 of the identities' root mean square, by 0.29 without weights
(47 people of the faces set, statistics of other people)."""
FEWEST_PICTURES = 2  # of a person, to learn from


@dataclass(frozen=True, eq=False)
class People:
    """Statistics of the identities (S,) that single fits arrive at."""

    mean: Floats  # (S,) over people
    between: Floats  # (S,S) covariance of people
    within: Floats  # (S,S) covariance of one person's pictures

    def person(self, fits: Sequence[Floats]) -> tuple[Floats, Floats]:
        """The person behind some pictures' identities: mean (S,) and covariance (S,S)."""
        if not fits:
            return self.mean, self.between
        scatter = self.between + self.within / len(fits)
        gain = np.linalg.solve(scatter, self.between).T
        mean = self.mean + gain @ (np.mean(fits, axis=0) - self.mean)
        return np.asarray(mean), np.asarray(self.between - gain @ self.between)

    def robust_person(self, fits: Sequence[Floats]) -> Floats:
        """(S,) as `person`, with pictures that err more than others weighing less.

        Student's t instead of a Gaussian, by reweighting (Lange, Little and Taylor 1989).
        """
        every, weight = np.asarray(fits), np.ones(len(fits))
        mean, inverse = self.mean, np.linalg.inv(self.within)
        for _ in range(ROBUST_ROUNDS):
            gain = np.linalg.solve(self.between + self.within / weight.sum(), self.between).T
            mean = self.mean + gain @ (weight @ every / weight.sum() - self.mean)
            off = every - mean
            doubt = np.trace(inverse @ (self.between - gain @ self.between))
            distance = np.einsum("ni,ij,nj->n", off, inverse, off) + doubt
            weight = (FREEDOM + mean.size) / (FREEDOM + distance)
        return np.asarray(mean)

    def same_person(self, fit: Floats, others: Sequence[Floats]) -> float:
        """Log Bayes factor of a picture being of the person of `others` against of anybody."""
        return self._likelihood(fit, others) - self._likelihood(fit, [])

    def _likelihood(self, fit: Floats, others: Sequence[Floats]) -> float:
        mean, covariance = self.person(others)
        spread = covariance + self.within
        off = fit - mean
        return float(-0.5 * (off @ np.linalg.solve(spread, off) + np.linalg.slogdet(spread)[1]))


def people_of(head: HeadData, looks: Sequence[IdentityLook], prior: Floats) -> People:
    """Statistics for fits of `head`.

    looks: what some pictures say of the identity; prior: (S,S) its precision in their fits.
    """
    known = shipped_people() if head.name in OPEN_HEADS else None
    if known is not None and known.mean.size == len(prior):
        return known
    return expected_people(looks, prior)


def expected_people(looks: Sequence[IdentityLook], prior: Floats) -> People:
    """What is expected of fits that pull every identity towards the mean, as all with a prior do.

    With information Λ and prior P a fit arrives at A β + scatter, A = (Λ + P)⁻¹ Λ.
    """
    information = np.mean([look.precision for look in looks], axis=0)
    shrink = np.linalg.solve(information + prior, information)
    scatter = np.linalg.solve(information + prior, shrink.T)
    sure = SURE * np.eye(len(prior))
    return People(np.zeros(len(prior)), BETWEEN * shrink @ shrink.T + sure,
                  WITHIN * (scatter + scatter.T) / 2 + sure)


def learn_people(people: Sequence[Floats]) -> People:
    """Statistics of fits (n,S) of n pictures of each of some people, at least two each."""
    centred = [(fits - fits.mean(0)) * np.sqrt(len(fits) / (len(fits) - 1)) for fits in people]
    within = np.cov(np.concatenate(centred).T) + SURE * np.eye(people[0].shape[1])
    every = np.concatenate(people)
    sizes, axes = np.linalg.eigh(np.cov(every.T) - within)
    return People(every.mean(0), (axes * np.maximum(sizes, SURE)) @ axes.T, within)


def write_people(people: People, path: Path) -> None:
    """As `shipped_people` reads it."""
    np.savez_compressed(path, mean=people.mean.astype(np.float32),
                        between=people.between.astype(np.float32),
                        within=people.within.astype(np.float32))


@lru_cache(maxsize=1)
def shipped_people() -> People | None:
    """What was learned of the open head; None where the file is missing or damaged."""
    try:
        with np.load(SHIPPED, allow_pickle=False) as stored:
            mean, between, within = (np.asarray(stored[name], dtype=np.float64)
                                     for name in ("mean", "between", "within"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    square = (mean.size, mean.size)
    sound = between.shape == within.shape == square and all(
        np.isfinite(each).all() for each in (mean, between, within))
    return People(mean, between, within) if sound else None
