# SPDX-License-Identifier: GPL-3.0-or-later
"""Eq. 1–5 by hand: every number below was worked out on paper, as the comments show."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from flamewheel.parameters import ExpressionCode
from flamewheel.wheel.blend import OwnExpression, blend
from flamewheel.wheel.component_blend import (
    blend_rows,
    clipped,
    exchanged_weights,
    mixed_by_keys,
)
from flamewheel.wheel.dbex import ExpressionDatabase, database_from_arrays
from flamewheel.wheel.points import WheelPoint

FIRST, SECOND = [1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]
# component 0 is a key of the first alone, 1 of the second alone, 2 of both, 3 of neither
KEYS = np.array([[True, False, True, False], [False, True, True, False]])


@pytest.mark.parametrize(("weight", "wanted"), [
    # w1 = 0.8: 0.8·1 + 0.2·10 = 2.8; 0.2·2 + 0.8·20 = 16.4; (3+30)/2 = 16.5; (4+40)/2 = 22
    (0.8, [2.8, 16.4, 16.5, 22.0]),
    # w1 = 0.5: the mean in every case: (1+10)/2, (2+20)/2, (3+30)/2, (4+40)/2
    (0.5, [5.5, 11.0, 16.5, 22.0]),
    # w1 = 1: the first's key is the first's, the second's key the second's, else the mean
    (1.0, [1.0, 20.0, 16.5, 22.0]),
    # w1 = 0: the first's key is the second's, the second's key the first's, else the mean
    (0.0, [10.0, 2.0, 16.5, 22.0]),
])
def test_eq_3(weight: float, wanted: list[float]) -> None:
    mixed = mixed_by_keys(np.array([FIRST, SECOND]), np.array([weight, 1 - weight]), KEYS)
    assert mixed == pytest.approx(wanted)


def test_eq_3_with_the_order_swapped_is_the_same_face() -> None:
    """As printed, whose key a component is decides, not who is first: with I_E1 and I_E2 swapped
    too, 0.2·10 + 0.8·1 = 2.8 again, and so on."""
    swapped = mixed_by_keys(np.array([SECOND, FIRST]), np.array([0.8, 0.2]), KEYS[::-1])
    assert swapped == pytest.approx([2.8, 16.4, 16.5, 22.0])


def test_eq_3_for_three() -> None:
    # weights 0.5, 0.3, 0.2; exchanged with the second 0.3, 0.5, 0.2; with the third 0.2, 0.3, 0.5
    weights = np.array([0.5, 0.3, 0.2])
    assert exchanged_weights(weights) == pytest.approx(
        np.array([[0.5, 0.3, 0.2], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]]))
    # every component is 10, 20 and 40 in the three; whose key it is: 1 / 2 / 3 / 1 and 2 / 2 and 3
    # / all / none
    rows = np.array([[10.0] * 7, [20.0] * 7, [40.0] * 7])
    keys = np.array([[1, 0, 0, 1, 0, 1, 0], [0, 1, 0, 1, 1, 1, 0], [0, 0, 1, 0, 1, 1, 0]], bool)
    # 5+6+8 = 19; 3+10+8 = 21; 2+6+20 = 28; (19+21)/2 = 20; (21+28)/2 = 24.5; 68/3 twice
    assert mixed_by_keys(rows, weights, keys) == pytest.approx(
        [19.0, 21.0, 28.0, 20.0, 24.5, 68 / 3, 68 / 3])


def test_eq_1_and_the_clip_of_eq_5(small: ExpressionDatabase) -> None:
    rows = np.array([[9.0, -9.0, 0.5, 0, 0, 0], [5.0, 4.0, -0.5, 0.2, 0, 0]])
    mixed = blend_rows(small, ("Joy", "Fear"), rows, (0.25, 0.75), "linear")
    # 2.25 + 3.75 = 6; -2.25 + 3 = 0.75; 0.125 - 0.375 = -0.25; 0.15
    assert mixed == pytest.approx([6.0, 0.75, -0.25, 0.15, 0, 0])
    # the database's components run 0..3, 0..4, -0.5..0.5, 0..0.3: only the first is clipped
    assert clipped(small, mixed) == pytest.approx([3.0, 0.75, -0.25, 0.15, 0, 0])
    assert clipped(small, rows[0]) == pytest.approx([3.0, 0.0, 0.5, 0, 0, 0])


def test_eq_1_for_three(small: ExpressionDatabase) -> None:
    rows = np.eye(3, 6) * 10
    mixed = blend_rows(small, ("Joy", "Fear", "Neutral"), rows, (0.5, 0.3, 0.2), "linear")
    assert mixed == pytest.approx([5.0, 3.0, 2.0, 0, 0, 0])


def test_a_persons_own_face_widens_the_clip(small: ExpressionDatabase) -> None:
    own = np.array([7.0, -1.0, 0.0, 0, 0, 0])
    assert clipped(small, np.array([9.0, -2.0, 0.9, 0, 0, 0]), own) == pytest.approx(
        [7.0, -1.0, 0.5, 0, 0, 0])


def test_eq_4_on_two_slanted_axes(small: ExpressionDatabase) -> None:
    """Axes (1,1)/√2 and (1,-1)/√2 of the first two components, Joy's key the first axis (of two,
    one is a key), Fear's the second; centre 0."""
    half = math.sqrt(0.5)
    axes = np.array([[half, half, 0, 0, 0, 0], [half, -half, 0, 0, 0, 0]])
    slanted = replace(small, axes=axes, centre=np.zeros(6),
                      axis_correlations=np.array([[0.9, 0.1], [0, 0], [0.2, -0.8], [0, 0]]))
    assert slanted.emotions == ("Joy", "Trust", "Fear", "Neutral")
    rows = np.array([[2.0, 0, 0, 0, 0, 0], [0, 4.0, 0, 0, 0, 0]])
    # scores of (2,0): √2, √2; of (0,4): 2√2, -2√2.  w1 = 0.75:
    # axis 1, Joy's: 0.75·√2 + 0.25·2√2 = 1.25√2; axis 2, Fear's: 0.25·√2 - 0.75·2√2 = -1.25√2
    # back: x = (1.25√2 - 1.25√2)/√2 = 0, y = (1.25√2 + 1.25√2)/√2 = 2.5
    mixed = blend_rows(slanted, ("Joy", "Fear"), rows, (0.75, 0.25), "pca")
    assert mixed == pytest.approx([0.0, 2.5, 0, 0, 0, 0])
    # w1 = 0.5: the plain mean of (2,0) and (0,4)
    even = blend_rows(slanted, ("Joy", "Fear"), rows, (0.5, 0.5), "pca")
    assert even == pytest.approx([1.0, 2.0, 0, 0, 0, 0])


def test_the_jaw_weighs_by_its_unit_in_eq_4(small: ExpressionDatabase) -> None:
    """A jaw's turn of 0.2 rad is a score of 1, and comes back as 0.2."""
    axes = np.array([[0.0, 0, 0, 1, 0, 0], [1.0, 0, 0, 0, 0, 0]])
    turned = replace(small, axes=axes, centre=np.zeros(6),
                     axis_correlations=np.array([[0.1, 0.9], [0, 0], [0.9, 0.1], [0, 0]]))
    rows = np.array([[0.0] * 6, [0, 0, 0, 0.2, 0, 0]])
    # scores 0 and 1; the axis is Fear's key: 0.2·0 + 0.8·1 = 0.8, that is 0.16 rad
    mixed = blend_rows(turned, ("Joy", "Fear"), rows, (0.8, 0.2), "pca")
    assert mixed == pytest.approx([0, 0, 0, 0.16, 0, 0])


def wide_database() -> ExpressionDatabase:
    """20 components: Joy moves the first ten, Fear the last ten (three of them the jaw's)."""
    joy, fear = np.zeros(20), np.zeros(20)
    joy[:10], fear[10:] = np.linspace(1.0, 0.1, 10), np.linspace(0.1, 1.0, 10)
    rows = [scale * row for row in (joy, fear) for scale in (0.5, 1.0, 1.5)] + [np.zeros(20)] * 3
    labels = ["Joy"] * 3 + ["Fear"] * 3 + ["Neutral"] * 3
    return database_from_arrays("wide", "abc", labels, rows, ["made up"] * 9)


def test_a_databases_sixteen_strongest_are_the_keys() -> None:
    database = wide_database()
    joy_keys, fear_keys = set(database.strongest("Joy")), set(database.strongest("Fear"))
    assert len(joy_keys) == len(fear_keys) == 16
    rows = np.stack([np.full(20, 2.0), np.full(20, 4.0)])
    mixed = blend_rows(database, ("Joy", "Fear"), rows, (0.75, 0.25), "correlation")
    # 0.75·2 + 0.25·4 = 2.5 in Joy's own keys, 0.25·2 + 0.75·4 = 3.5 in Fear's own, else 3
    for at in range(20):
        alone = (at in joy_keys) - (at in fear_keys)
        assert mixed[at] == pytest.approx({1: 2.5, -1: 3.5, 0: 3.0}[alone])
    assert joy_keys - fear_keys and fear_keys - joy_keys and joy_keys & fear_keys


def test_neutral_has_no_keys_so_that_the_others_lead() -> None:
    database = wide_database()
    rows = np.stack([np.zeros(20), np.full(20, 4.0)])
    mixed = blend_rows(database, ("Neutral", "Fear"), rows, (0.75, 0.25), "correlation")
    # Fear's keys: 0.25·0 + 0.75·4 = 3; elsewhere the mean, 2
    keys = set(database.strongest("Fear"))
    assert mixed == pytest.approx([3.0 if at in keys else 2.0 for at in range(20)])


def test_own_stands_for_the_first_emotion(small: ExpressionDatabase) -> None:
    own = OwnExpression(ExpressionCode(np.array([8.0, 0.0, 0.0]), neck=[0.1, 0, 0]))
    joy, fear = WheelPoint("Joy"), WheelPoint("Fear")
    # Fear's B2 is (0, 3, -0.5), jaw 0.2: halves with (8, 0, 0)
    mixed = blend(small, (joy, fear), weight=0.5, method="linear", own=own)
    assert mixed.code.expression == pytest.approx([4.0, 1.5, -0.25])
    assert mixed.code.jaw == pytest.approx([0.1, 0, 0])
    assert mixed.code.neck == pytest.approx([0.1, 0, 0])  # where the person looks stays
    assert mixed.name == "Guilt"
    alone = blend(small, (joy,), method="linear", own=own)
    assert alone.code.expression == pytest.approx([8.0, 0, 0])
