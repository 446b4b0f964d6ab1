# SPDX-License-Identifier: GPL-3.0-or-later
"""Late fusion, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.emotion.fusion import Fusion, in_classes, sharpened, tuned
from flamewheel.errors import UsageError

ONE, OTHER = [[0.8, 0.2]], [[0.4, 0.6]]


@pytest.mark.parametrize(("fusion", "wanted"), [
    (Fusion("mean"), [0.6, 0.4]), (Fusion("weighted", 0.25), [0.5, 0.5]),
    (Fusion("max"), [0.8 / 1.4, 0.6 / 1.4]), (Fusion("weighted", 1.0), [0.8, 0.2]),
    (Fusion("mean", sharpness=2.0), [0.36 / 0.52, 0.16 / 0.52]),
])
def test_hand_computed(fusion: Fusion, wanted: list[float]) -> None:
    assert fusion(ONE, OTHER)[0] == pytest.approx(wanted)


@pytest.mark.parametrize("how", ["mean", "max", "weighted"])
def test_without_a_photo_the_3d_part_speaks_alone(how: str) -> None:
    found = Fusion(how, 0.3, 2.0)([[0.8, 0.2], [0.8, 0.2]], [[0.4, 0.6], [np.nan, np.nan]])
    assert found[1] == pytest.approx([0.8, 0.2])
    assert not np.allclose(found[0], found[1])


def test_valence_of_two_parts() -> None:
    assert Fusion("weighted", 0.4).affect(1.0, 0.0) == pytest.approx(0.4)
    assert Fusion("max", 0.4).affect(1.0, 0.0) == pytest.approx(0.5)
    assert Fusion().affect(None, 0.2) == 0.2 and Fusion().affect(0.3, None) == 0.3
    assert Fusion().affect(None, None) is None


@pytest.mark.parametrize("wrong", [("product", 0.5), ("mean", -0.1), ("mean", float("nan"))])
def test_refusals(wrong: tuple[str, float]) -> None:
    with pytest.raises(UsageError):
        Fusion(*wrong)


def test_the_weight_goes_to_the_part_that_knows() -> None:
    labels = np.random.default_rng(0).integers(0, 3, 300)
    knows = np.full((300, 3), 0.1)
    knows[np.arange(300), labels] = 0.8
    guesses = np.random.default_rng(1).dirichlet(np.ones(3), 300)
    assert tuned("weighted", knows, guesses, labels).weight > 0.8
    assert tuned("weighted", guesses, knows, labels).weight < 0.2


def test_fused_chances_are_calibrated_where_parts_are_timid() -> None:
    labels = np.random.default_rng(0).integers(0, 2, 2000)
    timid = np.full((2000, 2), 0.5)
    right = np.random.default_rng(1).random(2000) < 0.9
    timid[np.arange(2000), np.where(right, labels, 1 - labels)] += 0.1
    timid /= timid.sum(1, keepdims=True)
    found = tuned("mean", timid, timid, labels)
    assert found.sharpness == pytest.approx(4.0)  # ln 9 / ln 1.2 is beyond what is tried


def test_a_part_that_lacks_a_class_leaves_it_to_the_other() -> None:
    found = in_classes([[0.5, 0.5]], ("Joy", "Anger"), ("Anger", "Joy", "Fear"), [[0.1, 0.5, 0.4]])
    assert found[0] == pytest.approx([0.3, 0.3, 0.4])


def test_classes_that_nobody_asks_for_are_dropped() -> None:
    found = in_classes([[0.2, 0.3, 0.5]], ("Joy", "Anger", "Contempt"), ("Joy", "Anger"),
                       [[0.5, 0.5]])
    assert found[0] == pytest.approx([0.4, 0.6])


def test_sharpening_keeps_the_order_and_the_sum() -> None:
    found = sharpened(np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]]), 1.7)
    assert found.sum(axis=1) == pytest.approx([1.0, 1.0]) and (np.diff(found[0]) < 0).all()
    assert np.isfinite(found).all()
