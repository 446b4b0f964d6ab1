# SPDX-License-Identifier: GPL-3.0-or-later
"""Eq. 1 and 3–5 by hand, and every mix that is refused."""

from __future__ import annotations

import time

import numpy as np
import pytest

from flamewheel.errors import WheelError
from flamewheel.wheel.blend import METHODS, blend, blend_vectors, correlation_mix
from flamewheel.wheel.dbex import ExpressionDatabase, database_from_arrays
from flamewheel.wheel.points import WheelPoint
from flamewheel.wheel.prototypes import build_prototype_database
from flamewheel.wheel.words import spots_of
from flamewheel.wheel_names import DYADS, WHEEL_ORDER

JOY, FEAR = WheelPoint("Joy"), WheelPoint("Fear")


def test_eq_3_by_hand() -> None:
    first, second = np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 20.0, 30.0, 40.0])
    # 0 only in I_E1, 1 only in I_E2, 2 in both, 3 in neither; w1 = 0.8
    mixed = correlation_mix(first, second, 0.8, np.array([0, 2]), np.array([1, 2]))
    assert mixed == pytest.approx([
        0.8 * 1 + 0.2 * 10,   # w1 E1 + w2 E2
        0.2 * 2 + 0.8 * 20,   # w2 E1 + w1 E2
        (3 + 30) / 2,         # the mean
        (4 + 40) / 2,         # the mean
    ])


def test_eq_3_with_no_keys_is_the_mean_and_the_order_counts() -> None:
    first, second, none = np.array([2.0, 0.0]), np.array([0.0, 6.0]), np.zeros(0, np.int64)
    assert correlation_mix(first, second, 0.9, none, none) == pytest.approx([1.0, 3.0])
    keys = np.array([0]), np.array([0, 1])
    forth = correlation_mix(first, second, 0.9, *keys)
    back = correlation_mix(second, first, 0.9, *keys)
    assert forth == pytest.approx([1.0, 0.9 * 6]) and back == pytest.approx([1.0, 0.1 * 6])


def wide_database() -> ExpressionDatabase:
    """20 components: Joy moves the first ten, Fear the last ten (three of them the jaw's)."""
    joy, fear = np.zeros(20), np.zeros(20)
    joy[:10], fear[10:] = np.linspace(1.0, 0.1, 10), np.linspace(0.1, 1.0, 10)
    rows = [scale * row for row in (joy, fear) for scale in (0.5, 1.0, 1.5)] + [np.zeros(20)] * 3
    labels = ["Joy"] * 3 + ["Fear"] * 3 + ["Neutral"] * 3
    return database_from_arrays("wide", "abc", labels, rows, ["made up"] * 9)


def test_eq_3_on_a_database_takes_its_sixteen_strongest() -> None:
    database = wide_database()
    joy_keys, fear_keys = set(database.strongest("Joy")), set(database.strongest("Fear"))
    assert len(joy_keys) == len(fear_keys) == 16
    one, other = (database.b2[database.index(name)] for name in ("Joy", "Fear"))
    mixed = blend_vectors(database, ("Joy", "Fear"), one, other, weight=0.75)
    for at in range(20):
        if at in joy_keys - fear_keys:
            wanted = 0.75 * one[at] + 0.25 * other[at]
        elif at in fear_keys - joy_keys:
            wanted = 0.25 * one[at] + 0.75 * other[at]
        else:
            wanted = (one[at] + other[at]) / 2
        assert mixed[at] == pytest.approx(wanted)
    assert joy_keys - fear_keys and fear_keys - joy_keys and joy_keys & fear_keys


def test_linear_and_the_clip(small: ExpressionDatabase) -> None:
    joy, fear = np.array([9.0, -9.0, 0.5, 0, 0, 0]), np.array([5.0, 4.0, -0.5, 0.2, 0, 0])
    mixed = blend_vectors(small, ("Joy", "Fear"), joy, fear, weight=0.25, method="linear")
    # before eq. 5: 6, 0.75, -0.25, 0.15; the database's components run 0..3, 0..4, -0.5..0.5
    assert mixed == pytest.approx([3.0, 0.75, -0.25, 0.15, 0, 0])
    assert blend_vectors(small, ("Joy",), joy) == pytest.approx([3.0, 0.0, 0.5, 0, 0, 0])


def test_one_emotion_is_intensity_times_b2(small: ExpressionDatabase) -> None:
    result = blend(small, (WheelPoint("Fear", 0.5),))
    assert result.code.expression == pytest.approx([0.0, 1.5, -0.25])
    assert result.code.jaw == pytest.approx([0.1, 0, 0]) and result.name == "Apprehension"
    assert not blend(small, (WheelPoint("Joy", 0.0),)).code.vector().any()
    assert not blend(small, (WheelPoint("Neutral", 0.0),)).code.vector().any()


def test_intensity_comes_before_the_mix(small: ExpressionDatabase) -> None:
    mixed = blend(small, (WheelPoint("Joy", 1.5), WheelPoint("Fear", 0.5)), weight=0.5,
                  method="linear")
    assert mixed.code.expression == pytest.approx([0.75, 0.75, (0.75 - 0.25) / 2])


def test_pca_of_two_axes_by_hand(small: ExpressionDatabase) -> None:
    """Both axes hold everything; each is one emotion's own key, so eq. 4 can be followed."""
    joy, fear = (small.b2[small.index(name)] for name in ("Joy", "Fear"))
    axes, scale, centre = small.axes, small.scale, small.centre
    one, other = (((row - centre) * scale) @ axes.T for row in (joy, fear))
    keys = [np.argsort(-np.abs(small.axis_correlations[small.index(name)]))[:1]
            for name in ("Joy", "Fear")]
    wanted = correlation_mix(one, other, 0.7, *keys) @ axes / scale + centre
    mixed = blend_vectors(small, ("Joy", "Fear"), joy, fear, weight=0.7, method="pca")
    assert len(axes) == 2
    assert mixed == pytest.approx(np.clip(wanted, small.low, small.high))


def test_names_and_notes(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=20)
    assert blend(database, spots_of("fear") + spots_of("surprise"), weight=0.7).name == "Awe"
    assert blend(database, spots_of("surprise") + spots_of("fear"), weight=0.7).name == "Awe"
    assert blend(database, (JOY, WheelPoint("Sadness", 1.5)), weight=0.7).name == "Joy + Grief"
    even = blend(database, (JOY, FEAR), weight=0.5)
    assert any("plain average" in note for note in even.notes)
    trust = blend(database, (WheelPoint("Trust"),))
    assert any("no FACS definition" in note for note in trust.notes)
    assert blend(database, spots_of("contempt")).name == "Contempt"


def test_without_a_weight_the_method_has_its_own(small: ExpressionDatabase) -> None:
    for method, weight in (("correlation", 0.75), ("pca", 0.75), ("linear", 0.5)):
        said = blend(small, (JOY, FEAR), weight=weight, method=method)
        unsaid = blend(small, (JOY, FEAR), method=method)
        assert (said.code.vector() == unsaid.code.vector()).all() and unsaid.notes == ()


def test_every_dyad_and_method_stays_within_the_database(head) -> None:
    database = build_prototype_database(head, head.units, samples_per_emotion=20)
    for first, second in DYADS.values():
        for method in METHODS:
            code = blend(database, (WheelPoint(first, 1.5), WheelPoint(second, 1.5)), weight=0.8,
                         method=method).code
            row = np.concatenate([code.expression, code.jaw])
            assert (row >= database.low - 1e-12).all() and (row <= database.high + 1e-12).all()
            assert np.abs(row).max() > 0.2


def test_correlation_keeps_more_of_both_than_linear(head) -> None:
    """Per dyad: how much of each emotion's own units is left, the lesser of the two."""
    database = build_prototype_database(head, head.units, samples_per_emotion=60)

    def kept(method: str) -> float:
        shares = []
        for at, first in enumerate(WHEEL_ORDER):
            second = WHEEL_ORDER[(at + 1) % 8]
            pair = [database.b2[database.index(name)] for name in (first, second)]
            mixed = blend_vectors(database, (first, second), *pair, weight=0.75, method=method)
            shares.append(min(float(mixed @ row / (row @ row)) for row in pair))
        return float(np.mean(shares))

    assert kept("correlation") > kept("linear") + 0.05


@pytest.mark.parametrize(("spots", "options", "code"), [
    ((), {}, "nothing-to-blend"),
    ((JOY, WheelPoint("Joy", 0.5)), {}, "same-emotion"),
    ((JOY, FEAR, WheelPoint("Anger")), {}, "too-many-emotions"),
    ((JOY, FEAR), {"weight": 1.01}, "bad-weight"),
    ((JOY, FEAR), {"weight": -0.01}, "bad-weight"),
    ((JOY, FEAR), {"weight": float("nan")}, "bad-weight"),
    ((JOY, FEAR), {"weight": "half"}, "bad-weight"),
    ((JOY, FEAR), {"method": "corelation"}, "unknown-method"),
    ((WheelPoint("Anger"),), {}, "not-in-database"),
])
def test_refusals(small: ExpressionDatabase, spots, options, code) -> None:
    with pytest.raises(WheelError) as refusal:
        blend(small, spots, **options)
    assert refusal.value.code == code and refusal.value.hint


def test_unknown_method_suggests_the_nearest(small: ExpressionDatabase) -> None:
    with pytest.raises(WheelError, match="Did you mean correlation"):
        blend(small, (JOY, FEAR), method="corelation")


def test_a_blend_takes_less_than_a_millisecond(head) -> None:
    database = build_prototype_database(head, head.units)
    for method in METHODS:
        best = min(_seconds(lambda m=method: blend(database, (JOY, FEAR), weight=0.7, method=m))
                   for _ in range(50))
        assert best < 1e-3


def _seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
