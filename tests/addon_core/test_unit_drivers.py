# SPDX-License-Identifier: GPL-3.0-or-later
"""Drivers of the unit sliders: their expressions, evaluated here, are the units' sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from blender_addon.core.head_units import HeadUnits
from blender_addon.core.unit_drivers import (
    EXPRESSION_LENGTH,
    LINK,
    base_variable,
    jaw_drivers,
    key_blocks,
    key_total,
    part_variables,
    strength_drivers,
)
from blender_addon.core.unit_names import linked_left

RNG = np.random.default_rng(1)


def made_up(count: int, keys: int, pairs: int) -> HeadUnits:
    names = tuple(f"AU{at // 2 + 1}{'LR'[at % 2]}" for at in range(count))
    both = np.array([sorted(RNG.choice(count, 2, replace=False)) for _ in range(pairs)])
    jaw = np.zeros((count, 3))
    jaw[0] = 0.2, -0.1, 0
    return HeadUnits(names, RNG.normal(size=(count, keys)), jaw, both.reshape(-1, 2).astype(int),
                     RNG.normal(size=(pairs, keys)))


def evaluate(expression: str, variables: Any, arrays: dict[str, Any]) -> float:
    """As Blender would: letters to numbers."""
    values = {}
    for variable in variables:
        name, _, index = variable.path.removeprefix('["').partition('"]')
        found = arrays[name]
        values[variable.name] = found[int(index.strip("[]"))] if index else found
    return float(eval(expression, {}, values))  # our own words


@pytest.mark.parametrize(("count", "pairs"), [(1, 0), (4, 0), (10, 5), (68, 78), (120, 200)])
def test_the_sum_is_the_units_code(count: int, pairs: int) -> None:
    units = made_up(count, 5, pairs)
    sizes = np.array([5e-3, 1e-2, 1e-3, 1e-4, 1e-5])
    blocks = key_blocks(units, sizes)
    strengths = RNG.random(count)
    parts = len(blocks) - 1
    arrays: dict[str, Any] = {"flamewheel_units": strengths, "flamewheel_unit_sums": np.zeros(
        5 * parts), **{f"Exp{key + 1}": 0.5 for key in range(5)}}
    for place, block in enumerate(blocks[:-1]):
        for key, expression in enumerate(block.expressions):
            assert len(expression) <= EXPRESSION_LENGTH
            arrays["flamewheel_unit_sums"][key * parts + place] = evaluate(
                expression or "0", block.variables, arrays)
    for key, wanted in enumerate(units.codes(strengths)):
        base, sums = base_variable(key), part_variables(key * parts, parts)
        total = key_total(blocks[-1].expressions[key], base, sums)
        assert len(total) <= EXPRESSION_LENGTH
        got = evaluate(total, (*blocks[-1].variables, base, *sums), arrays)
        terms = count + pairs
        step = min(5e-4, 1e-7 / sizes[key])
        assert got == pytest.approx(0.5 + wanted, abs=step / 2 * terms + 1e-9)


def test_no_block_reads_more_than_it_has_letters_for() -> None:
    blocks = key_blocks(made_up(120, 3, 200), np.full(3, 1e-12))
    for block in blocks:
        names = [variable.name for variable in block.variables]
        assert len(set(names)) == len(names) <= 52


def test_units_that_move_nothing_make_empty_sums() -> None:
    units = HeadUnits(("AU1",), np.zeros((1, 2)), np.zeros((1, 3)), np.zeros((0, 2), int),
                      np.zeros((0, 2)))
    (block,) = key_blocks(units, np.ones(2))
    assert block.expressions == ("", "")
    assert key_total("", base_variable(0), ()) == "a0"
    assert jaw_drivers(units, ["x", "y", "z"]) == []


def test_sliders_link_left_to_right_but_not_ways_to_go() -> None:
    names = ("AU12L", "AU12R", "AU17", "AU30L", "AU30R", "AU9R")
    assert linked_left(names) == (None, 0, None, None, None, None)
    units = HeadUnits(names, np.zeros((6, 1)), np.zeros((6, 3)), np.zeros((0, 2), int),
                      np.zeros((0, 1)))
    drivers = strength_drivers(units, linked_left(names))
    sliders: dict[str, Any] = {"AU12L": 0.25, "AU12R": 0.75, "AU17": 0.0, "AU30L": 0.0,
                               "AU30R": 0.5, "AU9R": 0.1}
    for linked, right in ((0, 0.75), (1, 0.25)):
        now = {**sliders, LINK: linked}
        assert [evaluate(one.expression, one.variables, now) for one in drivers] == [
            0.25, right, 0.0, 0.0, 0.5, 0.1]


def test_the_jaw_turns_by_the_sum() -> None:
    units = made_up(4, 1, 0)
    drivers = jaw_drivers(units, ["x", "y", "z"])
    assert [driver.path for driver in drivers] == ["x", "y"]
    arrays = {"flamewheel_units": np.array([0.5, 1, 1, 1])}
    assert [evaluate(one.expression, one.variables, arrays) for one in drivers] == pytest.approx(
        [0.1, -0.05])
