# SPDX-License-Identifier: GPL-3.0-or-later
"""Fusions on folds: tuned on other people than those answered about."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.emotion.image_model_gradients import FEATURES
from flamewheel.evaluation.recogniser_fusion import (
    FEWEST,
    LookedAt,
    fusion_contestants,
    late_out_of_fold,
    tuned_on,
)

CLASSES = ("Anger", "Joy", "Neutral", "Fear")


def faces(count: int = 240) -> tuple[LookedAt, np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Faces whose looks say the emotion, a 3D part that knows it half the time, and folds."""
    draw = np.random.default_rng(0)
    labels = np.arange(count) % 3
    features = draw.uniform(0, 0.3, (count, FEATURES)).astype(np.float32)
    features[:, :600] += 0.04 * labels[:, None]
    three = np.full((count, 4), 0.2)
    guess = np.where(draw.random(count) < 0.5, labels, draw.integers(0, 3, count))
    three[np.arange(count), guess] += 0.4
    three[:, 3] = 0.1
    three /= three.sum(1, keepdims=True)
    people = np.arange(count) // 3
    folds = [(np.flatnonzero(people % 2 == side), np.flatnonzero(people % 2 != side))
             for side in (0, 1)]
    return (LookedAt(features, np.array(CLASSES)[labels], people.astype(str)), three, folds)


def test_every_contestant_answers_for_every_face_in_all_classes() -> None:
    looked, three, folds = faces()
    found = fusion_contestants(looked, CLASSES, three, folds)
    assert set(found) == {"2D alone", "late max", "late mean", "late weighted"}
    right = {name: (np.array(CLASSES)[told.argmax(1)] == looked.emotions).mean()
             for name, told in found.items()}
    assert all(told.sum(axis=1) == pytest.approx(np.ones(240)) for told in found.values())
    assert right["late weighted"] > (np.array(CLASSES)[three.argmax(1)] == looked.emotions).mean()
    # of an emotion that the 2D model never learned the 3D part speaks
    assert 0.0 < found["2D alone"][:, 3].max() < 0.3 < three[:, :3].max()


def test_a_weight_does_not_know_the_labels_it_is_measured_with() -> None:
    looked, three, folds = faces()
    learn, test = folds[0]
    two = np.roll(three, 1, axis=0)
    other = looked.emotions.copy()
    other[test] = "Joy"
    told = [tuned_on("weighted", three, two, emotions, CLASSES, learn)
            for emotions in (looked.emotions, other)]
    assert told[0] == told[1]
    late = late_out_of_fold("weighted", three, two, looked.emotions, CLASSES, folds)
    assert late[test] == pytest.approx(told[0](three[test], two[test]))


def test_few_faces_of_an_emotion_choose_no_weight() -> None:
    looked, three, _ = faces()
    rows = np.arange(240)
    some = looked.emotions.copy()
    some[:FEWEST - 1] = "Fear"
    without = tuned_on("weighted", three, np.roll(three, 1, axis=0), looked.emotions, CLASSES,
                       rows[FEWEST - 1:])
    assert tuned_on("weighted", three, np.roll(three, 1, axis=0), some, CLASSES, rows) == without


def test_of_too_few_faces_the_3d_part_is_all_there_is() -> None:
    looked, three, _ = faces(30)
    folds = [(np.arange(15), np.arange(15, 30)), (np.arange(15, 30), np.arange(15))]
    found = fusion_contestants(looked, CLASSES, three, folds)
    assert all(told.argmax(1).tolist() == three.argmax(1).tolist() for told in found.values())
