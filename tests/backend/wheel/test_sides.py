# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions on one side of the face."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import WheelError
from flamewheel.head.data import HeadData
from flamewheel.parameters import ExpressionCode
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel.prototypes import STRONGEST_UNIT
from flamewheel.wheel.sides import Side, on_one_side, one_sided
from flamewheel.wheel.units import face_rows

NAMES = ("AU12L", "AU12R", "AU14L", "AU14R", "AU26")


def test_the_other_side_is_let_down() -> None:
    row = np.array([1.0, 1.0, 0.0, 0.6, 0.4])
    assert one_sided(NAMES, row, Side("left")) == pytest.approx([1.0, 0.0, 0.6, 0.0, 0.4])
    assert one_sided(NAMES, row, Side("right")) == pytest.approx([0.0, 1.0, 0.0, 0.6, 0.4])
    # a quarter of the way: AU12R 1 -> 0.75, AU14L 0 -> 0.15, AU14R 0.6 -> 0.45
    assert one_sided(NAMES, row, Side("left", 0.25)) == pytest.approx(
        [1.0, 0.75, 0.15, 0.45, 0.4])
    assert one_sided(NAMES, row, Side("left", 0.0)) == pytest.approx(row)


def test_contempt_comes_to_the_side_that_is_asked_for(head: HeadData) -> None:
    names = head.units.names
    row, _ = strengths_for(names, ring_strengths("Contempt", 1.0))
    left = one_sided(names, row, Side("left"))
    at = {name: place for place, name in enumerate(names)}
    assert left[at["AU14L"]] == row[at["AU14R"]] > 0 and left[at["AU14R"]] == 0


def test_nothing_leaves_the_bounds(head: HeadData) -> None:
    row = np.full(len(head.units.names), STRONGEST_UNIT)
    for amount in (0.0, 0.3, 1.0):
        left = one_sided(head.units.names, row, Side("left", amount))
        assert left.max() <= STRONGEST_UNIT and left.min() >= 0.0


def test_what_no_unit_shows_stays(head: HeadData) -> None:
    units = head.units
    row, _ = strengths_for(units.names, ring_strengths("Joy", 1.0))
    code = ExpressionCode(units.codes(row) + 0.1, neck=[0.2, 0, 0])
    moved, left = on_one_side(code, units, row, Side("right"))
    assert moved.expression == pytest.approx(face_rows(units, left)[:-3] + 0.1)
    assert moved.neck == pytest.approx([0.2, 0, 0])


@pytest.mark.parametrize(("name", "amount", "code"), [
    ("up", 1.0, "bad-side"), ("Left", 1.0, "bad-side"), ("left", 1.5, "bad-asymmetry"),
    ("left", -0.1, "bad-asymmetry"), ("left", float("nan"), "bad-asymmetry"),
    ("left", "much", "bad-asymmetry"),
])
def test_refusals(name: str, amount: float, code: str) -> None:
    with pytest.raises(WheelError) as refusal:
        Side(name, amount)
    assert refusal.value.code == code and refusal.value.hint
