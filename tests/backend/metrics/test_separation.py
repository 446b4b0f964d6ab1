# SPDX-License-Identifier: GPL-3.0-or-later
import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from flamewheel.metrics.separation import separation, spread_ratio


def test_separation_counts_pairs_and_ties_half():
    assert separation([3, 4], [1, 2]) == 1.0
    assert separation([1, 2], [3, 4]) == 0.0
    assert separation([2], [2]) == 0.5
    assert separation([1, 3], [2]) == 0.5
    assert math.isnan(separation([], [1]))


def test_separation_is_the_area_under_the_curve():
    rng = np.random.default_rng(0)
    high, low = rng.normal(0.7, 1, 40).round(1), rng.normal(0, 1, 90).round(1)
    truth = np.r_[np.ones(40), np.zeros(90)]
    assert separation(high, low) == pytest.approx(roc_auc_score(truth, np.r_[high, low]))


def test_spread_ratio_by_hand():
    # two people, each measured twice: 1 ± 0.1 and -1 ± 0.1 (sample variance 0.02)
    groups = [np.array([[1.1], [0.9]]), np.array([[-1.1], [-0.9]])]
    assert spread_ratio(groups) == pytest.approx(np.sqrt(0.02 / 1.01))


def test_pure_noise_does_not_repeat():
    rng = np.random.default_rng(1)
    noise = [rng.normal(size=(200, 5)) for _ in range(20)]
    assert spread_ratio(noise) == pytest.approx(1.0, abs=0.02)
    assert math.isnan(spread_ratio([np.zeros((1, 3))]))
    assert math.isnan(spread_ratio([np.zeros((4, 3))]))
