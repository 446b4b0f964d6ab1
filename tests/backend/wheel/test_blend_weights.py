# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of a mix: what is taken as said, and what is refused."""

from __future__ import annotations

import math

import pytest

from flamewheel.errors import WheelError
from flamewheel.wheel.points import WheelPoint
from flamewheel.wheel.weights import DEFAULTS, METHODS, checked_method, shares_of
from flamewheel.wheel.words import spread_weights

JOY, FEAR, SURPRISE = (WheelPoint(name) for name in ("Joy", "Fear", "Surprise"))


def test_one_weight_leaves_the_rest_to_the_others_evenly() -> None:
    assert shares_of(2, "units", 0.7) == pytest.approx((0.7, 0.3))
    assert shares_of(3, "units", 0.5) == pytest.approx((0.5, 0.25, 0.25))
    assert shares_of(1, "units", 0.3) == (1.0,)


def test_every_method_has_its_own_weights() -> None:
    for method in METHODS:
        for count in (1, 2, 3):
            shares = shares_of(count, method)
            assert len(shares) == count and math.isclose(sum(shares), 1.0)
            assert list(shares) == sorted(shares, reverse=True)
    assert set(DEFAULTS) == set(METHODS)


def test_weights_that_round_to_one_are_understood() -> None:
    assert shares_of(3, "units", weights=(0.333, 0.333, 0.333)) == pytest.approx((1 / 3,) * 3)
    assert shares_of(2, "units", weights=(1, 0)) == (1.0, 0.0)


@pytest.mark.parametrize("weights", [
    (0.5, 0.6), (0.5, 0.4), (0.5, 0.49), (1.0,), (0.5, 0.3, 0.2), (1.2, -0.2), (0.5, "half"),
    (float("nan"), 1.0), (float("inf"), 0.0), (0.5, None), (True, False), "10", (), (10**400, 0),
])
def test_weights_that_are_refused(weights: object) -> None:
    with pytest.raises(WheelError) as refusal:
        shares_of(2, "units", weights=weights)  # type: ignore[arg-type]
    assert refusal.value.code == "bad-weight" and refusal.value.hint


def test_the_refusal_says_what_is_wrong() -> None:
    with pytest.raises(WheelError, match=r"0\.5 \+ 0\.6 = 1\.1, not 1"):
        shares_of(2, "units", weights=(0.5, 0.6))
    with pytest.raises(WheelError, match="'half' is not a number"):
        shares_of(2, "units", weights=(0.5, "half"))  # type: ignore[arg-type]
    with pytest.raises(WheelError, match="2 weights for 3 emotions"):
        shares_of(3, "units", weights=(0.5, 0.5))
    with pytest.raises(WheelError, match="Both"):
        shares_of(2, "units", 0.5, (0.5, 0.5))


@pytest.mark.parametrize("weight", [1.01, -0.01, float("nan"), "half", None.__class__, True])
def test_a_weight_that_is_refused(weight: object) -> None:
    with pytest.raises(WheelError) as refusal:
        shares_of(2, "linear", weight)  # type: ignore[arg-type]
    assert refusal.value.code == "bad-weight"


def test_unknown_method_suggests_the_nearest() -> None:
    with pytest.raises(WheelError, match="no blending method") as refusal:
        checked_method("corelation")
    assert "Did you mean correlation?" in refusal.value.hint and "units" in refusal.value.hint


def test_a_compound_words_share_is_divided() -> None:
    awe = (FEAR, SURPRISE)
    assert spread_weights([awe], 0.7) == (0.7, None)  # alone: for its emotions
    assert spread_weights([(JOY,), (FEAR,)], None, (0.5, 0.5)) == (None, (0.5, 0.5))
    assert spread_weights([awe, (JOY,)], 0.6) == (None, pytest.approx((0.3, 0.3, 0.4)))
    assert spread_weights([awe, (JOY,)], None, (0.6, 0.4)) == (
        None, pytest.approx((0.3, 0.3, 0.4)))
    assert spread_weights([awe, (JOY,)], None, (0.5, 0.3, 0.2)) == (None, (0.5, 0.3, 0.2))
    assert spread_weights([awe, (JOY,)]) == (None, None)
    with pytest.raises(WheelError):
        spread_weights([awe, (JOY,)], None, (0.6, 0.6))
