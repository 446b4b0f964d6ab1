# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces as people make them, as strengths of units, pairs and visemes: what the basis is cut for.

Which units come together is published (`CATEGORIES`); how strongly, how unevenly and how often a
face speaks are design choices, there being no measured set of unit strengths to take them from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .mesh_tools import Points

# Units of the categories of Du, Tao and Martinez 2014, table 1: those that define each, at one,
# and the others with the share of people who showed them; then the prototypes of FACS that differ
# (Ekman, Friesen, Hager 2002): joy, anger with 5 and 23, disgust, contempt, surprise with 27, pain.
CATEGORIES: tuple[dict[str, float], ...] = (
    {"12": 1, "25": 1, "6": .51}, {"4": 1, "15": 1, "1": .6, "6": .5, "11": .26, "17": .67},
    {"1": 1, "4": 1, "20": 1, "25": 1, "2": .57, "5": .63, "26": .33},
    {"4": 1, "7": 1, "24": 1, "10": .26, "17": .52, "23": .29},
    {"1": 1, "2": 1, "25": 1, "26": 1, "5": .66}, {"9": 1, "10": 1, "17": 1, "4": .31, "24": .26},
    {"1": 1, "2": 1, "12": 1, "25": 1, "5": .64, "26": .67},
    {"10": 1, "12": 1, "25": 1, "4": .32, "6": .61, "9": .59},
    {"1": 1, "4": 1, "20": 1, "25": 1, "2": .46, "5": .24, "6": .34, "15": .3},
    {"4": 1, "15": 1, "6": .26, "7": .48, "11": .2, "17": .5},
    {"1": 1, "4": 1, "25": 1, "26": 1, "2": .27, "6": .31},
    {"4": 1, "10": 1, "1": .49, "6": .61, "9": .2, "11": .35, "15": .54, "17": .47, "25": .43},
    {"4": 1, "20": 1, "25": 1, "5": .4, "7": .39, "10": .3, "11": .33},
    {"1": 1, "2": 1, "5": 1, "20": 1, "25": 1, "4": .47, "10": .35, "11": .22, "26": .51},
    {"1": 1, "4": 1, "10": 1, "20": 1, "25": 1, "2": .64, "5": .5, "6": .26, "9": .28, "15": .33},
    {"4": 1, "25": 1, "26": 1, "5": .35, "7": .5, "10": .34},
    {"4": 1, "10": 1, "17": 1, "7": .6, "9": .57, "24": .36},
    {"1": 1, "2": 1, "5": 1, "10": 1, "4": .45, "9": .37, "17": .66, "24": .33},
    {"1": 1, "2": 1, "5": 1, "25": 1, "4": .21, "20": .62, "26": .56},
    {"6": 1, "12": 1, "25": .5, "26": .3}, {"4": 1, "5": 1, "7": 1, "23": 1, "24": .5, "22": .2},
    {"9": 1, "15": 1, "16": 1, "25": .3}, {"12": .6, "14": 1}, {"1": 1, "2": 1, "5": 1, "27": 1},
    {"4": 1, "6": 1, "7": .6, "9": .6, "10": .6, "43": .5, "25": .4, "20": .3},
)
_SAMPLES = 8000
_SPEAKING, _ALONE = 0.2, 0.3  # shares of samples that speak; that show a few units of any kind
_STRAY = 0.1  # chance of a unit that does not belong
_BLINKS = 0.1  # share of samples whose eyes are shut, as people's are for some of the time
_LOPSIDED = 0.25  # chance that one side of a sample is weaker, down to none
_TOGETHER = 3  # most units that a sample of any kind shows


def activations(
    units: Sequence[str], pairs: Sequence[tuple[str, str]], visemes: Sequence[str]
) -> Points:
    """(samples, U + P + W): strengths 0..1.3 of units, products for pairs, visemes' shares."""
    rng = np.random.default_rng(7)
    kinds, of_kind = _kinds(units)
    kind = rng.random(_SAMPLES)
    speaks, alone = kind < _SPEAKING, kind > 1 - _ALONE
    chance = np.array([[c.get(k, 0.0) for k in kinds] for c in CATEGORIES])
    chosen = chance[rng.integers(len(CATEGORIES), size=_SAMPLES)]
    chosen[speaks] = 0.0
    few = rng.random((_SAMPLES, len(kinds))).argsort(1) < rng.integers(
        1, _TOGETHER + 1, (_SAMPLES, 1))
    chosen = np.where(alone[:, None], few, chosen)
    shown = rng.random(chosen.shape) < chosen
    strength = rng.uniform(0.4, 1.2, (_SAMPLES, 1)) * rng.uniform(0.8, 1.2, shown.shape)
    stray = (rng.random(shown.shape) < _STRAY) * rng.uniform(0.2, 1.0, shown.shape)
    shut = rng.random(_SAMPLES) < _BLINKS
    strengths = np.where(shown, strength, stray)
    strengths[shut, kinds.index("43")] = rng.uniform(0.5, 1.0, shut.sum())
    rows = strengths[:, of_kind] * _sides(rng, units)
    at = {name: k for k, name in enumerate(units)}
    both = np.array([[at[a], at[b]] for a, b in pairs], int).reshape(-1, 2)
    products = rows[:, both[:, 0]] * rows[:, both[:, 1]]
    return np.concatenate([rows, products, _spoken(rng, speaks, len(visemes))], axis=1)


def _kinds(units: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Units without their side, and which each is: both sides move together, but for the jaw."""
    base = [n.removeprefix("AU") if n.startswith("AU30") else n.removeprefix("AU").rstrip("LR")
            for n in units]
    kinds = sorted(set(base))
    return kinds, np.array([kinds.index(b) for b in base])


def _sides(rng: np.random.Generator, units: Sequence[str]) -> Points:
    """(samples, U) how much of a unit each side shows."""
    lopsided = rng.random((_SAMPLES, 1)) < _LOPSIDED
    weaker = rng.random((_SAMPLES, 1)) < 0.5
    share = np.where(lopsided, rng.uniform(0.0, 0.9, (_SAMPLES, 1)), 1.0)
    left = np.where(weaker, share, 1.0)
    right = np.where(weaker, 1.0, share)
    side = np.array(["" if name.startswith("AU30") else name[-1] for name in units])
    return np.where(side == "L", left, np.where(side == "R", right, 1.0))


def _spoken(
    rng: np.random.Generator, speaks: npt.NDArray[np.bool_], count: int
) -> Points:
    """(samples, W) visemes: each speaking face is on the way from one to another."""
    rows = np.zeros((len(speaks), count))
    if count:
        one, other = rng.integers(count, size=(2, len(speaks)))
        way, loud = rng.random(len(speaks)), rng.uniform(0.5, 1.1, len(speaks))
        number = np.arange(len(speaks))
        np.add.at(rows, (number, one), way * loud)
        np.add.at(rows, (number, other), (1 - way) * loud)
    return np.asarray(rows * speaks[:, None])
