# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers that turn sliders into expression keys, as plain text.

A key's value is its base plus a weighted sum of up to 68 units and of the products of 78 pairs: far
more than the 255 characters that Blender keeps of an expression.  So each sum is split into blocks
of units, the same blocks for every key: all but the last go to elements of an array property, and
the key's own driver adds them up.  A pair stands in a block that has both its units, so that no
more properties are read than units are.  Weights are whole numbers times one step for each key:
fewest characters for the accuracy that is needed.

Everything is a "simple expression", which Blender evaluates itself: no Python, so it plays where
scripts are not allowed to run, and in several threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .head_units import HeadUnits

BASE_PREFIX = "Exp"
"""The base of `Exp1` is the custom property `Exp1` of the shape-key data-block."""
STRENGTHS = "flamewheel_units"
"""On the shape keys: (U,) the sliders, where sides are linked the left one's for both."""
SUMS = "flamewheel_unit_sums"
"""On the shape keys: parts of the keys' sums."""
LINK = "link_sides"
"""On the armature: 1 where the left slider moves both sides."""

EXPRESSION_LENGTH = 255
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""One-letter names for a driver's variables."""
COARSEST_STEP = 5e-4
"""Standard deviations: weights are not rounded more coarsely than this."""
STEP_MOTION = 1e-7
"""Metres that a vertex may move by one step of a weight.  14,600 weights rounded to half of it at
random add up to about 5e-6 m with every slider at its end."""


@dataclass(frozen=True)
class Variable:
    """What a letter stands for: a property of the armature object or of the shape keys."""

    name: str
    owner: str  # "armature" or "keys"
    path: str


@dataclass(frozen=True)
class Driver:
    """One property that follows others."""

    owner: str  # "armature" or "keys"
    path: str
    index: int | None  # of an array property
    expression: str
    variables: tuple[Variable, ...]


def slider_path(name: str) -> str:
    """Data path of a custom property, from its owner."""
    return f'["{name}"]'


def base_name(index: int) -> str:
    """The property that holds what expression component `index` is without the sliders."""
    return f"{BASE_PREFIX}{index + 1}"


def strength_drivers(units: HeadUnits, sides: Sequence[int | None]) -> list[Driver]:
    """Sliders into STRENGTHS; `sides[u]`: the left unit that a right one follows when linked."""
    made = []
    for at, name in enumerate(units.names):
        own = Variable("a", "armature", slider_path(name))
        left = sides[at]
        if left is None:
            made.append(Driver("keys", slider_path(STRENGTHS), at, "a", (own,)))
            continue
        more = (Variable("b", "armature", slider_path(units.names[left])),
                Variable("k", "armature", slider_path(LINK)))
        made.append(Driver("keys", slider_path(STRENGTHS), at, "b if k else a", (own, *more)))
    return made


def jaw_drivers(units: HeadUnits, paths: Sequence[str]) -> list[Driver]:
    """Strengths into the three angles of the jaw at `paths` (of the armature)."""
    made = []
    for axis, path in enumerate(paths):
        used = np.flatnonzero(np.abs(units.jaw[:, axis]) > 1e-6)[: len(LETTERS)]
        terms = [f"{units.jaw[at, axis]:+.6g}*{letter}"
                 for at, letter in zip(used, LETTERS, strict=False)]
        kept = _fitting(terms, EXPRESSION_LENGTH)
        if kept:
            named = tuple(_element(letter, STRENGTHS, int(at))
                          for at, letter in zip(used[:kept], LETTERS, strict=False))
            made.append(Driver("armature", path, None, "".join(terms[:kept]), named))
    return made


def key_blocks(units: HeadUnits, sizes: Any) -> tuple[Block, ...]:
    """What the E keys' values are the sums of, base apart; at least one block.

    sizes: (E,) m, the farthest that one standard deviation of each key moves a vertex.
    """
    steps = np.minimum(COARSEST_STEP, STEP_MOTION / np.maximum(np.asarray(sizes), 1e-12))
    counts = np.rint(np.concatenate([units.expression, units.pair_expression]) / steps).astype(int)
    terms: list[tuple[int, ...]] = [(at,) for at in range(len(units.names))]
    terms += [(int(one), int(other)) for one, other in units.pairs]
    # a pair brings its units along, so pairs come first
    order = [*range(len(units.names), len(terms)), *range(len(units.names))]
    drafts: list[_Draft] = []
    costs = _costs(counts, len(units.names))
    for at in order:
        alone = [unit for unit in terms[at]
                 if len(terms[at]) > 1 and not any(unit in draft.terms for draft in drafts)]
        if len(terms[at]) == 1 and any(at in draft.terms for draft in drafts):
            continue  # it came with a pair
        _place(drafts, [*alone, at], set(terms[at]), costs[[*alone, at]].sum(axis=0))
    return tuple(draft.written(counts, steps, terms) for draft in drafts) or (
        Block((), ("",) * len(steps)),)


def key_total(block: str, base: Variable, parts: Sequence[Variable]) -> str:
    """The expression of a key's own driver: base, parts, and the last block's own words."""
    return "+".join(variable.name for variable in (base, *parts)) + block


def part_variables(first: int, count: int) -> tuple[Variable, ...]:
    """The elements of SUMS from `first` on, as a key's own driver names them."""
    return tuple(_element(f"a{at + 1}", SUMS, first + at) for at in range(count))


def base_variable(key: int) -> Variable:
    """The base of key `key`, as its own driver names it."""
    return Variable("a0", "keys", slider_path(base_name(key)))


@dataclass(frozen=True)
class Block:
    """A share of every key's sum, by the same few units."""

    variables: tuple[Variable, ...]
    expressions: tuple[str, ...]  # (E,) with a sign in front; empty where nothing is added


_RESERVED = 24  # characters for the base and up to seven parts in a key's own driver
_FRAME = len("+1.23457e-05*()")
_ROOM = EXPRESSION_LENGTH - _RESERVED - _FRAME


@dataclass
class _Draft:
    """A block that is being filled."""

    units: list[int]
    terms: list[int]
    cost: Any  # (E,) characters

    def written(self, counts: Any, steps: Any, terms: Sequence[tuple[int, ...]]) -> Block:
        letter = dict(zip(self.units, LETTERS, strict=False))
        factors = ["*" + "*".join(letter[unit] for unit in terms[at]) for at in self.terms]
        rows = counts[self.terms]
        expressions = []
        for key, step in enumerate(steps):
            told = "".join(f"{count:+d}{factor}"
                           for count, factor in zip(rows[:, key], factors, strict=True) if count)
            expressions.append(f"+{step:.6g}*({told})" if told else "")
        named = tuple(_element(letter[unit], STRENGTHS, unit) for unit in self.units)
        return Block(named, tuple(expressions))


def _costs(counts: Any, singles: int) -> Any:
    """(T,E) characters that each term takes: sign, digits, letters; none where it is zero.

    The first `singles` terms are units, the others pairs.
    """
    letters = np.where(np.arange(len(counts)) < singles, len("*a"), len("*a*b"))[:, None]
    digits = np.floor(np.log10(np.maximum(np.abs(counts), 1))).astype(int) + 1
    return np.where(counts == 0, 0, 1 + digits + letters)


def _place(drafts: list[_Draft], terms: list[int], units: set[int], cost: Any) -> None:
    """Into the block that needs fewest units more, of those with room; else into a new one."""
    fitting = [draft for draft in drafts if (draft.cost + cost).max() <= _ROOM
               and len(units | set(draft.units)) <= len(LETTERS)]
    if fitting:
        best = min(fitting, key=lambda draft: len(units - set(draft.units)))
    else:
        best = _Draft([], [], np.zeros(cost.shape, int))
        drafts.append(best)
    best.units += sorted(units - set(best.units))
    best.terms += terms
    best.cost = best.cost + cost


def _element(letter: str, array: str, at: int) -> Variable:
    return Variable(letter, "keys", f'["{array}"][{at}]')


def _fitting(terms: Sequence[str], room: int) -> int:
    """How many of `terms` have room, from the first on."""
    ends = np.cumsum([len(term) for term in terms]) if terms else np.zeros(0)
    return int(np.searchsorted(ends, room, side="right"))
