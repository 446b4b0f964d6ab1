# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of steps with their lengths, without commas: `1s joy 2s fear`, `joy (2s) -> fear (1s)`,
`anger from 20% to 100%`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .tagging import Item, ItemKind

_ENDS: tuple[ItemKind, ...] = ("comma", "then", "stop", "and")
_ARROW = "→"
_PASSED: tuple[ItemKind, ...] = ("filler", "change", "look", "speed", "easing")


def with_steps_apart(items: Sequence[Item]) -> list[Item]:
    """The items with commas and `then` where a length shows that a step ends."""
    return _lengths_ahead(_arrows(_strengths(list(items))))


def _bare_length(item: Item) -> bool:
    """`2s`; not `over 2 s`, `for 2 s`."""
    return item.timing is not None and item.lower[:1].isdigit() and item.timing.mode != "wait"


def _lengths_ahead(items: list[Item]) -> list[Item]:
    """`1s joy 2s fear 1s neutral`: a comma ahead of each length but the first."""
    apart: list[Item] = []
    run: list[Item] = []
    for item in [*items, None]:
        if item is not None and item.kind not in _ENDS:
            run.append(item)
            continue
        apart += _run_apart(run)
        run = []
        if item is not None:
            apart.append(item)
    return apart


def _run_apart(run: list[Item]) -> list[Item]:
    said = [item for item in run if item.kind != "filler"]
    lengths = [item for item in said if item.timing is not None]
    if len(lengths) < 2 or not all(map(_bare_length, lengths)) or (
        said[0].timing is None or said[-1].timing is not None
    ):
        return run
    if any(one.timing and two.timing for one, two in pairwise(said)):
        return run
    apart: list[Item] = []
    for item in run:
        if item.timing is not None and item is not said[0]:
            start = item.span[0]
            apart.append(Item("comma", ",", (start, start)))
        apart.append(item)
    return apart


def _arrows(items: list[Item]) -> list[Item]:
    """`joy (2s) -> fear (1s)`: the first has a length, so it is a step and no start."""
    first = next((at for at, item in enumerate(items) if item.lower == _ARROW), None)
    if first is None:
        return items
    ahead = items[:first]
    if any(item.kind in ("from", "start", "to", *_ENDS) for item in ahead) or not (
        any(item.mix is not None for item in ahead) and any(map(_bare_length, ahead))
    ):
        return items
    return [replace(item, kind="then") if item.lower == _ARROW else item for item in items]


def _strengths(items: list[Item]) -> list[Item]:
    """`anger from 20% to 100%`, `from 20% to 100% anger`: the emotion stands at both."""
    told: list[Item] = []
    at = 0
    while at < len(items):
        weak, strong = _from_to(items, at)
        if weak is None or strong is None:
            told.append(items[at])
            at += 1
            continue
        before = next((place for place in range(len(told) - 1, -1, -1)
                       if told[place].kind not in _PASSED), None)
        named = told[before] if before is not None and told[before].mix is not None else None
        end = at + 4
        if named is not None and before is not None:
            del told[before]
        else:
            while end < len(items) and items[end].kind == "filler":
                end += 1
            named = items[end] if end < len(items) and items[end].mix is not None else None
            end += 1
        if named is None or named.mix is None:
            told.append(items[at])
            at += 1
            continue
        told += [items[at], replace(named, mix=named.mix.scaled(weak)), items[at + 2],
                 replace(named, mix=named.mix.scaled(strong).clipped())]
        at = end
    return told


def _from_to(items: Sequence[Item], at: int) -> tuple[float | None, float | None]:
    four = items[at:at + 4]
    if [item.kind for item in four] != ["from", "percent", "to", "percent"]:
        return None, None
    return four[1].number, four[3].number
