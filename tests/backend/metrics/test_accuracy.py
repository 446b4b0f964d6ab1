# SPDX-License-Identifier: GPL-3.0-or-later
"""Acc1, Acc2 and G-mean, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.metrics.accuracy import (
    confusion,
    geometric_mean,
    joint_accuracy,
    recalls,
    single_accuracy,
)

ASKED = np.array([[0, 1], [1, 0], [0, 2], [2, 1]])
TOLD = np.array([[0, 1], [1, 1], [0, 2], [0, 0]])
# right: 0,1 | 1,- | 0,2 | -,-   so 5 of 8, 2 of 4; recalls 2/3, 2/3, 1/2


def test_single_expressions_and_instructions() -> None:
    assert single_accuracy(ASKED, TOLD) == 5 / 8
    assert joint_accuracy(ASKED, TOLD) == 2 / 4


def test_recalls_and_their_geometric_mean() -> None:
    np.testing.assert_allclose(recalls(ASKED, TOLD, 3), [2 / 3, 2 / 3, 1 / 2])
    assert geometric_mean(ASKED, TOLD, 3) == pytest.approx((2 / 9) ** (1 / 3))
    assert geometric_mean(ASKED, TOLD, 3, fewest=3) == pytest.approx(2 / 3)


def test_classes_that_nobody_asks_for_do_not_count() -> None:
    assert np.isnan(recalls(ASKED, TOLD, 5)[3:]).all()
    assert geometric_mean(ASKED, TOLD, 5) == geometric_mean(ASKED, TOLD, 3)


def test_a_class_that_is_never_named_makes_it_nothing() -> None:
    assert geometric_mean([[0, 1]], [[0, 0]], 2) == 0.0


def test_confusion_has_the_asked_in_rows() -> None:
    np.testing.assert_array_equal(confusion(ASKED, TOLD, 3), [[2, 1, 0], [1, 2, 0], [1, 0, 1]])


def test_nothing_is_no_accuracy() -> None:
    nothing = np.zeros((0, 2), int)
    assert np.isnan(single_accuracy(nothing, nothing))
    assert np.isnan(joint_accuracy(nothing, nothing))
    assert np.isnan(geometric_mean(nothing, nothing, 3))
    with pytest.raises(ValueError, match="asked"):
        single_accuracy([[0, 1]], [[0]])
