# SPDX-License-Identifier: GPL-3.0-or-later
"""Means over dyads by method, and where a method does not beat the linear blend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .wheel_dyads import DyadRow

Dyads = Mapping[tuple[str, str], Sequence[DyadRow]]
GROUPS = {"8 primary": ("primary",), "24 dyads": ("primary", "secondary", "tertiary"),
          "4 opposites": ("opposites",)}


@dataclass(frozen=True)
class GroupMeans:
    """Means over the dyads of one group, both orders."""

    count: int
    distinctness: float
    distinct_by_own: float  # with units left out that neither of their emotions shows
    stray: float  # 0..1 of what they show: such units
    told: float  # share of those that are told from all that they could be taken for
    from_neutral: float
    from_own: float  # the nearer of their two emotions
    from_nearest: float
    from_linear: float
    angle: float
    size: float
    kept: float  # of the units that name their emotions, mean over the two
    kept_least: float  # of the emotion that lost more
    conflict: float
    named: float  # share of which the recogniser holds one of their own emotions likeliest or next
    both_named: float  # both, of the pairs of which it knows both


@dataclass(frozen=True)
class Summary:
    """One method at one kind of weights."""

    method: str
    weights: str
    groups: Mapping[str, GroupMeans]

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN."""
        groups = {
            name: {key: None if isinstance(value, float) and math.isnan(value) else value
                   for key, value in asdict(means).items()}
            for name, means in self.groups.items()}
        return {"method": self.method, "weights": self.weights, "groups": groups}


def summarise(
    method: str, weights: str, rows: Sequence[DyadRow], readable: Sequence[str] = ()
) -> Summary:
    """Means of every group that has a dyad.  readable: the recogniser's classes."""
    groups = {name: [row for row in rows if row.kind in kinds] for name, kinds in GROUPS.items()}
    return Summary(method, weights, {
        name: _means(own, readable) for name, own in groups.items() if own})


def gate(
    dyads: Dyads, linear: str, weights: str, methods: Sequence[str],
    measure: str = "distinctness",
) -> dict[str, bool]:
    """Whether each method beats `linear` on the mean over the primary dyads.

    measure: `distinctness` or `distinct_by_own`.
    """
    means = {name: summarise(name, weights, dyads[name, weights]).groups.get("8 primary")
             for name in (*methods, linear)}
    plain = means[linear]
    return {name: plain is not None and own is not None
            and getattr(own, measure) > getattr(plain, measure)
            for name, own in means.items() if name != linear}


def beaten(rows: Sequence[DyadRow], linear: Sequence[DyadRow]) -> list[tuple[DyadRow, DyadRow]]:
    """The dyads, with their linear blends, that are no more distinct than those."""
    return [(own, plain) for own, plain in zip(rows, linear, strict=True)
            if own.distinctness <= plain.distinctness]


def _means(rows: Sequence[DyadRow], readable: Sequence[str]) -> GroupMeans:
    def mean(values: Sequence[float]) -> float:
        known = [value for value in values if not math.isnan(value)]
        return float(np.mean(known)) if known else math.nan

    kept = [(row.kept_primary, row.kept_secondary) for row in rows]
    return GroupMeans(
        len(rows), mean([row.distinctness for row in rows]),
        mean([row.distinct_by_own for row in rows]), mean([row.stray for row in rows]),
        mean([row.told for row in rows]),
        mean([row.from_neutral for row in rows]),
        mean([min(row.from_primary, row.from_secondary) for row in rows]),
        mean([row.from_nearest for row in rows]), mean([row.from_linear for row in rows]),
        mean([row.angle for row in rows]), mean([row.size for row in rows]),
        mean([mean(pair) for pair in kept]), mean([min(pair) for pair in kept]),
        mean([row.conflict for row in rows]),
        mean([min(row.named, 1.0) for row in rows if not math.isnan(row.named)]),
        mean([row.named == 2 for row in rows
              if row.likeliest and {row.primary, row.secondary} <= {*readable}]))
