# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two halves of a person's photos give one identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..encoders.several import FaceSeen, solve_person
from ..head.data import HeadData
from ..metrics.separation import spread_ratio
from .contestants import Answer
from .measures import Measure

Floats = npt.NDArray[np.float64]

SIZES = (2, 4, 8)  # photos a half
SEED = 0
SPREAD_AIM = 0.3


def half_measures(
    head: HeadData, looks: Sequence[FaceSeen], people: Mapping[str, Sequence[int]],
    answers: Mapping[str, Sequence[Answer]],
) -> list[Measure]:
    """Spread over halves of 2, 4 and 8 photos; the aim is for the largest that somebody has.

    people: each person's rows of `looks` and of each contestant's `answers`.  The shipped encoder,
    the first, solves a half together; the others' identities are averaged.
    """
    first = next(iter(answers))
    rows = []
    for size in SIZES:
        halves = [half for numbers in people.values() if len(numbers) >= 2 * size
                  for half in [_split(numbers, size)]]
        if not halves:
            break
        groups: dict[str, list[Floats]] = {first: [
            np.stack([solve_person([looks[n] for n in half], head).identity.shape
                      for half in both]) for both in halves]}
        for name in list(answers)[1:]:
            groups[name] = [np.stack([np.mean([answers[name][n].shape for n in half], axis=0)
                                      for half in both]) for both in halves]
        rows.append((size, {name: spread_ratio(group) for name, group in groups.items()}))
    return [Measure(f"identity over halves of {size} photos", "deviation / rms", values,
                    SPREAD_AIM if size == rows[-1][0] else None) for size, values in rows]


def _split(numbers: Sequence[int], size: int) -> tuple[Sequence[int], Sequence[int]]:
    """Two lots of `size` photos of a person, drawn at random, the same each time."""
    drawn = np.random.default_rng(SEED).permutation(np.asarray(numbers))[:2 * size].tolist()
    return drawn[:size], drawn[size:]
