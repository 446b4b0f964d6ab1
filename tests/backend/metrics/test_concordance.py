# SPDX-License-Identifier: GPL-3.0-or-later
"""Agreement of guessed numbers, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.metrics.concordance import agreement, concordance, correlation

# means 2.5 and 3; both variances and the covariance 1.25
GUESS, TRUTH = (1.0, 2.0, 3.0, 4.0), (1.5, 2.5, 3.5, 4.5)
TURNED = (2.0, 1.0, 4.0, 3.0)


def test_a_shift_lowers_concordance_and_not_correlation() -> None:
    assert concordance(GUESS, TRUTH) == pytest.approx(2.5 / (1.25 + 1.25 + 0.25))
    assert correlation(GUESS, TRUTH) == pytest.approx(1.0)


def test_hand_computed_with_equal_means() -> None:
    # deviations -1.5 -0.5 0.5 1.5 and -0.5 -1.5 1.5 0.5: covariance (0.75+0.75+0.75+0.75)/4
    assert correlation(GUESS, TURNED) == pytest.approx(0.75 / 1.25)
    assert concordance(GUESS, TURNED) == pytest.approx(2 * 0.75 / 2.5)


def test_a_scale_lowers_concordance() -> None:
    doubled = 2.0 * np.array(GUESS)
    assert correlation(GUESS, doubled) == pytest.approx(1.0)
    assert concordance(GUESS, doubled) == pytest.approx(2 * 2.5 / (1.25 + 5.0 + 2.5**2))


def test_the_other_way_round_is_minus_one() -> None:
    mirrored = np.array(GUESS)[::-1]
    assert correlation(GUESS, mirrored) == pytest.approx(-1.0)
    assert concordance(GUESS, mirrored) == pytest.approx(-1.0)


@pytest.mark.parametrize(("guess", "truth", "wanted"), [
    ((0.5, 0.5), (0.5, 0.5), 1.0), ((0.5, 0.5), (0.1, 0.1), 0.0), ((0.5, 0.5), (0.0, 1.0), 0.0),
    ((0.3,), (0.3,), 1.0),
])
def test_constants(guess: tuple[float, ...], truth: tuple[float, ...], wanted: float) -> None:
    assert concordance(guess, truth) == wanted
    assert math.isnan(correlation(guess, truth))


def test_all_four_skip_what_has_no_truth() -> None:
    found = agreement([0.1, 9.0, -0.2, 0.4], [0.3, math.nan, -0.2, -0.1])
    assert found.count == 3
    assert found.error == pytest.approx(math.sqrt((0.04 + 0.0 + 0.25) / 3))
    assert found.same_sign == pytest.approx(2 / 3)


def test_nothing_is_known_of_nothing() -> None:
    found = agreement([], [])
    assert found.count == 0 and math.isnan(found.concordance) and math.isnan(found.error)


@pytest.mark.parametrize(("guess", "truth"), [([1.0], [1.0, 2.0]), ([math.inf], [1.0])])
def test_refusals(guess: list[float], truth: list[float]) -> None:
    with pytest.raises(UsageError) as refused:
        agreement(guess, truth)
    assert refused.value.code == "bad-numbers"
