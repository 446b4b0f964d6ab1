# SPDX-License-Identifier: GPL-3.0-or-later
"""Blending in action units: each emotion keeps the units it is known by.

Emotion k with share w_k shows unit u with strength s_ku.  Of that survives

    t_ku = s_ku · Π_j≠k stays(k, j, u)

where emotion j is another: in a compound that people were seen to make (`COMPOUNDS`) more of u the
more of them show it; elsewhere all, unless j shows a unit that is `OPPOSED` to u, of which
the stronger claim wins.  The mixed face shows

    max( Σ_k w_k t_ku ,  max_k kept(w_k) t_ku over the k that u is a mark of )

so that a mark is not weakened by emotions that lack it, and what is no mark is averaged.  All of
it is continuous in the weights, and a weight of one gives that emotion alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..head.unit_meanings import unit_number
from .facs import PROTOTYPES, Array
from .points import EMOTIONS
from .prototypes import STRONGEST_UNIT
from .unit_rules import (
    COMPOUNDS,
    DESIGNED,
    KNOWN_BY_LOWER,
    KNOWN_BY_UPPER,
    MARKS,
    OPPOSED,
    TYPICAL,
    UNLISTED,
    UPPER,
)

KEEN = 3.0
"""Power by which a mark outlives its emotion's share: at 1/2 it keeps 7/8, at 1/4 more than half.
This and the numbers below are design choices, judged on renders of the 28 pairs."""
LEAD = 1.5  # power of shares in claims: the larger share counts for more than it is
NO_MARK = 0.5  # how much a claim counts by a unit that its emotion is not known by
OTHER_HALF = 0.5  # how much a claim counts in the half of the face its emotion is not known by
DECISIVE = 3.0  # power of claims: one half as large again takes three quarters
UNDECIDED = (0.25, 0.75)  # shares of a claim between which neither unit wins outright
PRESENT = 0.6  # strongest unit of a mild face: from there an emotion counts in a compound
SHOWN = 0.3  # strength from which an emotion shows a unit itself, and so cannot oppose it


@dataclass(frozen=True, eq=False)
class _Rules:
    """The tables of `unit_rules` for one head's units; K emotions, U units, F fronts.

    A front is one of two opposed groups of units on one side of the face.
    """

    emotions: tuple[str, ...]  # (K,)
    marks: Array  # (K,U) 1 where the emotion is known by the unit
    claims: Array  # (K,U) how much an emotion's claim on a unit counts
    own: Array  # (F,U) 1 for the units of a front
    facing: npt.NDArray[np.int64]  # (F,) the front that is opposed to it
    stays: Array  # (K,K,U) what stays of the unit in the compound of two; 1 where it is not known
    known: Array  # (K,K) 1 where the compound is known
    lifts: Array  # (K,K,U) least strengths in the compound
    loudest: Array  # (K,) strength of the strongest unit on the basic ring; 1 for Neutral


def mixed_strengths(
    names: Sequence[str],
    emotions: Sequence[str],
    strengths: npt.ArrayLike,
    weights: Sequence[float],
) -> Array:
    """(U,) strengths of a head's units `names` in the mix of faces (n,U) that show `emotions`.

    Strengths are bounded as the database's are (eq. 5, in units).  Which emotion is primary shows
    by its share alone: the order of emotions with their weights makes no difference, so that a drag
    across the middle between two petals does not jump.
    """
    faces = np.clip(np.asarray(strengths, np.float64), 0.0, STRONGEST_UNIT)
    shares = np.asarray(weights, np.float64)
    if len(faces) == 1:
        return np.asarray(faces[0])
    rules = _rules(tuple(names))
    at = np.array([rules.emotions.index(emotion) for emotion in emotions])
    pair = np.ix_(at, at)
    mine = _shares_of_pairs(shares)  # (n,n)
    stays = _in_compounds(rules.stays[pair], mine, faces) * _against_opposed(
        rules, faces, rules.claims[at] * shares[:, None] ** LEAD, 1.0 - rules.known[pair])
    each = np.arange(len(at))
    stays[each, each] = 1.0
    left = faces * stays.prod(axis=1)
    kept = 1.0 - (1.0 - shares) ** KEEN
    marked = (rules.marks[at] * left * kept[:, None]).max(axis=0)
    mixed = np.maximum(shares @ left, marked)
    lifted = _lifted(rules.lifts[pair], mine, shares, faces.max(axis=1) / rules.loudest[at])
    return np.clip(np.maximum(mixed, lifted), 0.0, STRONGEST_UNIT)


def _shares_of_pairs(shares: Array) -> Array:
    """(n,n) what emotion k has of k and j together, the larger share counted for more."""
    leads = shares**LEAD
    both = leads[:, None] + leads
    return np.asarray(leads[:, None] / np.where(both > 0.0, both, 1.0))


def _in_compounds(stays: Array, mine: Array, faces: Array) -> Array:
    """(n,n,U) what stays of k's units beside j: all of them alone, the compound's share at half.

    A face j that is hardly there takes nothing from k.
    """
    there = _smooth(faces.max(axis=1) / PRESENT)
    mixing = _smooth(2.0 * (1.0 - mine)) * there
    return np.asarray(1.0 - (1.0 - stays) * mixing[..., None])


def _against_opposed(rules: _Rules, faces: Array, claims: Array, judged: Array) -> Array:
    """(n,n,U) what stays of k's units beside j's that are opposed to them.

    A front is won or lost as a whole: pressed and tightened lips go together.  judged: (n,n) 0 for
    the pairs that a compound has decided already.
    """
    shown = (rules.own * faces[:, None, :]).max(axis=2)  # (n,F)
    claimed = (rules.own * (claims * faces)[:, None, :]).max(axis=2)
    lacks = 1.0 - np.minimum(shown / SHOWN, 1.0)
    # what k shows on both fronts is not opposed to it, nor what j shows on both
    against = claimed[:, rules.facing] * lacks[:, rules.facing][:, None] * lacks
    allies = np.maximum(claimed.sum(axis=0) - claimed[:, None] - claimed, 0.0)  # of a third emotion
    own, other = (claimed[:, None] + allies) ** DECISIVE, against ** DECISIVE
    total = own + other
    won = np.where(total > 0.0, own / np.where(total > 0.0, total, 1.0), 1.0)
    low, high = UNDECIDED
    lost = (1.0 - _smooth((won - low) / (high - low))) * judged[..., None]  # (n,n,F)
    return np.asarray(1.0 - (lost[..., None] * rules.own).max(axis=2))


def _lifted(lifts: Array, mine: Array, shares: Array, strong: Array) -> Array:
    """(U,) least strengths of units that a compound shows though neither of its emotions does.

    strong: (n,) how strong each face is, 1 = as the basic ring; the weaker of two counts.
    """
    both = (shares[:, None] + shares) * np.minimum(strong[:, None], strong)
    together = 4.0 * mine * mine.T * both
    return np.asarray((lifts * together[..., None]).max(axis=(0, 1)))


def _smooth(share: Array) -> Array:
    """0..1 with level ends (smoothstep)."""
    x = np.clip(share, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


@lru_cache(maxsize=8)
def _rules(names: tuple[str, ...]) -> _Rules:
    number = np.array([unit_number(name) or 0 for name in names])  # 0: no rule knows it
    marks = np.array([np.isin(number, MARKS.get(name, ())) for name in EMOTIONS], np.float64)
    upper = np.isin(number, list(UPPER))
    half = np.array([
        np.where(upper, OTHER_HALF if name in KNOWN_BY_LOWER else 1.0,
                 OTHER_HALF if name in KNOWN_BY_UPPER else 1.0) for name in EMOTIONS])
    loudest = [max(PROTOTYPES[name].units.values(), default=1.0) for name in EMOTIONS]
    count = len(EMOTIONS)
    stays, known = np.ones((count, count, len(names))), np.zeros((count, count))
    lifts = np.zeros_like(stays)
    for compound in (*COMPOUNDS, *DESIGNED):
        one, other = (EMOTIONS.index(name) for name in compound.pair)
        usual = np.isin(number, compound.typical)
        share = np.array([compound.others.get(int(n), UNLISTED) for n in number])
        soft = np.array([compound.softened.get(int(n), 1.0) for n in number])
        lift = np.array([compound.lifted.get(int(n), 0.0) for n in number])
        for here, there in ((one, other), (other, one)):
            stays[here, there] = np.where(
                usual, soft, _smooth((share - UNLISTED) / (TYPICAL - UNLISTED)))
            known[here, there] = 1.0
            lifts[here, there] = lift
    return _Rules(EMOTIONS, marks, half * np.where(marks > 0, 1.0, NO_MARK),
                  *_fronts(names, number), stays, known, lifts, np.array(loudest))


def _fronts(
    names: tuple[str, ...], number: npt.NDArray[np.int64]
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Own units (F,U) and facing fronts (F,): both groups of every rule, left and right."""
    own: list[npt.NDArray[np.bool_]] = []
    facing: list[int] = []
    for side in "LR":
        here = np.array([name[-1] == side or name[-1] not in "LR" for name in names])
        for ones, others, _ in OPPOSED:
            facing += [len(own) + 1, len(own)]
            own += [np.isin(number, ones) & here, np.isin(number, others) & here]
    return np.array(own, np.float64), np.array(facing)
