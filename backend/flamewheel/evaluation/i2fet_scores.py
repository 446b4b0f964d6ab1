# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of instruction models over seeds, and what becomes of them in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..metrics.accuracy import confusion, geometric_mean, joint_accuracy, single_accuracy

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TRUTH = "ground truth"
OURS, BASELINE, NO_IFED, NO_VERTEX = "i2fet", "motionclip", "no-ifed", "no-vertex"
SEEN, UNSEEN = "seen", "unseen"
ALL = "all"
FEWEST_ASKED = 20
"""Held-out expressions of a class, below which its recall is left out of G-mean: one photo of
contempt would decide it."""
AIM_POINTS = 5.0  # points of Acc2 that ours may lie under the ground truth: issue 6


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over seeds, 0..1."""

    mean: float
    deviation: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """NaN where there are none."""
        found = np.array(values, dtype=np.float64)
        return Spread(float(found.mean()), float(found.std())) if found.size else (
            Spread(float("nan"), float("nan")))

    def text(self) -> str:
        """In per cent, for a table."""
        if self.mean != self.mean:
            return "–"
        return f"{100 * self.mean:.2f} ± {100 * self.deviation:.2f}"


@dataclass(frozen=True)
class Score:
    """One row of a table."""

    model: str
    judge: str
    source: str  # "all", or one of SOURCES: whose instructions
    wording: str  # "seen", "unseen"
    pairs: int
    single: Spread  # Acc1
    joint: Spread  # Acc2
    geometric: Spread  # G-mean

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN."""
        values = {name: [_told(one.mean), _told(one.deviation)] for name, one in (
            ("acc1", self.single), ("acc2", self.joint), ("g_mean", self.geometric))}
        return {"model": self.model, "judge": self.judge, "source": self.source,
                "wording": self.wording, "pairs": self.pairs, **values}


@dataclass(eq=False)
class Tally:
    """What judges said of one model, seed by seed."""

    classes: int
    asked: dict[str, Ints] = field(default_factory=dict)  # wording -> (N,2)
    told: dict[tuple[str, str], list[Ints]] = field(default_factory=dict)
    """(judge, wording) -> (N,2) a seed"""

    def add(self, judge: str, wording: str, asked: Ints, told: Ints) -> None:
        """What was said of one seed's faces."""
        self.asked[wording] = asked
        self.told.setdefault((judge, wording), []).append(told)

    def score(self, model: str, judge: str, wording: str, source: str,
              some: npt.NDArray[np.bool_]) -> Score:
        """Over the pairs that are `some` (N,)."""
        asked = self.asked[wording][some]
        runs = [told[some] for told in self.told[judge, wording]]
        return Score(
            model, judge, source, wording, len(asked),
            Spread.of([single_accuracy(asked, told) for told in runs]),
            Spread.of([joint_accuracy(asked, told) for told in runs]),
            Spread.of([geometric_mean(asked, told, self.classes, FEWEST_ASKED) for told in runs]))

    def confusion(self, judge: str, wording: str) -> Ints:
        """(classes,classes) over all seeds."""
        parts = [confusion(self.asked[wording], told, self.classes)
                 for told in self.told[judge, wording]]
        return np.asarray(np.sum(parts, axis=0), dtype=np.int64)


@dataclass(frozen=True)
class Variety:
    """How much faces of one emotion differ."""

    millimetres: float  # root mean square over points, of faces about their emotion's mean
    outside: float  # share of numbers beyond the expression database's bounds


@dataclass(frozen=True)
class LatentSeparation:
    """How far emotions lie apart in a latent space."""

    silhouette: float  # -1..1
    neighbours: float  # share of faces named right by the 5 nearest of other people


@dataclass(frozen=True, eq=False)
class I2fetReport:
    """What `evaluate i2fet` found."""

    classes: tuple[str, ...]
    scores: tuple[Score, ...]
    confusions: Mapping[str, Ints]  # model -> (K,K), by the taught judge, seen wording, all
    variety: Mapping[str, Variety]
    separations: Mapping[str, LatentSeparation]
    seeds: int
    people: int  # held out
    provenance: str  # of the set
    notes: tuple[str, ...]

    def score(self, model: str, judge: str, source: str = ALL, wording: str = SEEN
              ) -> Score | None:
        """One row; None where it was not measured."""
        return next((one for one in self.scores if (one.model, one.judge, one.source, one.wording)
                     == (model, judge, source, wording)), None)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "classes": list(self.classes), "seeds": self.seeds, "held_out_people": self.people,
            "set": self.provenance, "scores": [one.to_dict() for one in self.scores],
            "confusions": {name: rows.tolist() for name, rows in self.confusions.items()},
            "variety": {name: _all_told(one) for name, one in self.variety.items()},
            "latents": {name: _all_told(one) for name, one in self.separations.items()},
            "notes": list(self.notes)}


def _told(value: float) -> float | None:
    """For JSON, which knows no NaN."""
    return None if value != value else value


def _all_told(one: Variety | LatentSeparation) -> dict[str, float | None]:
    return {name: _told(value) for name, value in vars(one).items()}
