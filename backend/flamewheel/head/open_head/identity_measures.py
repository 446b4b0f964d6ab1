# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of a head as anthropometrists take them, and how they vary together in people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .assembly import Head
from .mesh_tools import Index, Points, unit

_DECADES = 1.7  # a standard deviation of adults' age (18 to 80), as FACTORS says


@dataclass(frozen=True, eq=False)
class MeasureTable:
    """head_measures.csv, mm."""

    names: tuple[str, ...]
    means: Points  # (n,2) men, women
    spreads: Points  # (n,2) within each sex
    effects: Points  # (4,n) of sex, age, weight, East Asian; nan where unknown

    def total_spread(self) -> Points:
        """(n,) standard deviation over both sexes in equal numbers."""
        return np.asarray(np.sqrt((self.spreads**2).mean(1) + self.effects[0] ** 2))


def measure_table() -> MeasureTable:
    """The published measures."""
    here = Path(__file__).parent
    lines = (here / "head_measures.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith("#")]
    value = np.array([[float(cell) if cell else np.nan for cell in row[1:8]] for row in rows])
    means, spreads = value[:, [0, 2]], value[:, [1, 3]]
    sex = (means[:, 0] - means[:, 1]) / 2
    return MeasureTable(tuple(row[0] for row in rows), means, spreads,
                        np.stack([sex, value[:, 4] * _DECADES, value[:, 5], value[:, 6]]))


# Measures that are not in the survey go with one another as face measures do in general: alike
# kinds by 0.3, others by 0.15 (the survey's own means for such pairs are 0.3 and 0.17).
_ALIKE, _OTHERS = 0.30, 0.15
# Pairs known to go together more closely, or hardly.  Judged.
_PAIRS = {
    ("bigonial breadth", "bizygomatic breadth"): 0.55, ("bigonial breadth", "neck girth"): 0.5,
    ("frontal breadth", "head breadth"): 0.5, ("frontal breadth", "bizygomatic breadth"): 0.5,
    ("nose height", "face height"): 0.6, ("upper lip height", "face height"): 0.45,
    ("canthal distance", "pupil distance"): 0.9,
    ("canthal distance", "nasal root breadth"): 0.4, ("nose breadth", "mouth width"): 0.35,
    ("upper vermilion", "lower vermilion"): 0.6, ("upper vermilion", "upper lip height"): 0.1,
    ("nose protrusion", "nose breadth"): 0.0, ("nose height", "upper lip height"): 0.0}


def measure_covariance(table: MeasureTable) -> Points:
    """(n,n) mm², within the sexes plus the difference between them."""
    breadth = np.array(["breadth" in name or "width" in name or "distance" in name
                        for name in table.names])
    correlation = np.where(breadth[:, None] == breadth[None], _ALIKE, _OTHERS)
    lines = (Path(__file__).parent / "head_correlations.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in lines.splitlines() if line and not line.startswith("#")]
    for i, row in enumerate(rows):
        correlation[i, : i + 1] = correlation[: i + 1, i] = [float(cell) for cell in row]
    for (a, b), value in _PAIRS.items():
        i, j = table.names.index(a), table.names.index(b)
        correlation[i, j] = correlation[j, i] = value
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    correlation = (vectors * values.clip(0.05)) @ vectors.T  # judged pairs need not agree
    size = np.sqrt(np.diag(correlation))
    within = np.sqrt((table.spreads**2).mean(1)) / size
    sex = table.effects[0]
    return np.asarray(within[:, None] * correlation * within[None] + np.outer(sex, sex))


# Measures between two landmarks; nose protrusion and nasal root differ in definition from calipers
# (see `measured`): the change counts, not the value.
_BETWEEN = {
    "bizygomatic breadth": (454, 234), "face height": (168, 152), "bigonial breadth": (397, 172),
    "frontal breadth": (298, 68), "nasal root breadth": (417, 193), "nose breadth": (358, 129),
    "nose protrusion": (1, 2), "nose height": (168, 2), "mouth width": (291, 61),
    "canthal distance": (362, 133), "upper lip height": (2, 13),
    "upper vermilion": (0, 13), "lower vermilion": (14, 17)}
# Heights and protrusions are taken along an axis, as a sliding caliper takes them.
_ALONG = {"ear to crown": 1, "ear length": 1, "ear breadth": 2, "ear protrusion": 0,
          "face height": 1, "nose height": 1, "upper lip height": 1, "upper vermilion": 1,
          "lower vermilion": 1, "nose protrusion": 2}


class Measuring:
    """Takes the measures of heads made of this template; exact to first order at it."""

    def __init__(self, head: Head) -> None:
        self._head = head
        points = head.skin.points
        skull = head.skin.skull
        side = int(skull[points[skull, 0].argmax()])
        ears = np.asarray(head.masks["ears"])
        left = ears[points[ears, 0] > 0]
        bottom, top = (int(left[k]) for k in (points[left, 1].argmin(), points[left, 1].argmax()))
        back, front = (int(left[k]) for k in (points[left, 2].argmin(), points[left, 2].argmax()))
        self._pairs: dict[str, tuple[int, int]] = dict(_BETWEEN)
        self._pairs |= {
            "head breadth": (side, int(head.skin.mirror[side])),
            "head length": (9, int(skull[points[skull, 2].argmin()])),
            "ear to crown": (int(points[:, 1].argmax()), 454),
            "ear length": (top, bottom), "ear breadth": (front, back),
            "ear protrusion": self._stand_off(left)}

    def __call__(self, points: Points, names: tuple[str, ...]) -> Points:
        """(n,) mm of the whole head's points (V,3)."""
        ring = points[self._head.skin.neck[2]]
        other = {
            "neck girth": np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1).sum(),
            "pupil distance": points[self._head.slices["eye_left"], 0].mean()
            - points[self._head.slices["eye_right"], 0].mean()}
        return np.array([other[name] if name in other else self._length(points, name)
                         for name in names])

    def slopes(self, fields: list[Points], names: tuple[str, ...]) -> Points:
        """(n,fields) mm of each measure per unit of each field."""
        step = 1e-3
        rest = self(self._head.points, names)
        return np.stack([(self(self._head.points + step * field, names) - rest) / step
                         for field in fields], 1)

    def _length(self, points: Points, name: str) -> float:
        """The mean of the two sides where the measure has sides."""
        pair = np.array(self._pairs[name])
        total = 0.0
        for a, b in (pair, self._head.skin.mirror[pair]):
            way = self._head.points[a] - self._head.points[b]
            if name in _ALONG:
                way = np.eye(3)[_ALONG[name]] * np.sign(way[_ALONG[name]])
            total += float((points[a] - points[b]) @ unit(way)) / 2
        return total

    def _stand_off(self, ear: Index) -> tuple[int, int]:
        """The rim's most lateral point and the point of the head beside it."""
        points = self._head.skin.points
        rim = int(ear[points[ear, 0].argmax()])
        skull = self._head.skin.skull
        away = np.linalg.norm((points[skull] - points[rim])[:, 1:], axis=1)
        away = away + 1e3 * (points[skull, 0] < 0)
        return rim, int(skull[away.argmin()])
