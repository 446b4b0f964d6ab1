# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of recognisers by hand, and the evaluation on a made folder of faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.evaluation.recogniser_drawing import draw_confusion
from flamewheel.evaluation.recogniser_scores import Scores, score

CLASSES = ("Neutral", "Joy", "Fear", "Disgust", "Anger")


def told(answers: list[str], sure: float = 0.8) -> np.ndarray:
    rows = np.full((len(answers), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1))
    rows[np.arange(len(answers)), [CLASSES.index(name) for name in answers]] = sure
    return rows


def scored(surest: float | None = 0.5) -> Scores:
    emotions = np.array(["Neutral", "Neutral", "Joy", "Joy", "Disgust", "Anger", "Fear", "Trust"])
    answers = ["Neutral", "Joy", "Joy", "Joy", "Anger", "Fear", "Fear", "Joy"]
    rows = told(answers)
    rows[5] = [0.0, 0.1, 0.6, 0.05, 0.25]  # fear is no answer of six: anger is next
    rows[1] = [0.3, 0.4, 0.1, 0.1, 0.1]
    fold = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    return score("mine", CLASSES, rows, emotions, fold, surest=surest)


def test_balanced_accuracy_by_hand() -> None:
    mine = scored()
    # fold 0: neutral 1, joy 1, disgust 0; fold 1: neutral 0, joy 1, anger 1
    assert mine.six == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert mine.five == pytest.approx((1.0 + 2 / 3) / 2)
    assert mine.five_deviation == pytest.approx(1 / 6)
    assert mine.accuracy == pytest.approx(4 / 6)
    # among all classes anger was taken for fear
    assert mine.recall == {"Anger": 0.0, "Disgust": 0.0, "Joy": 1.0, "Neutral": 0.5}
    assert mine.six_of_all == pytest.approx(1.5 / 4)
    assert mine.confusion["Anger"]["Fear"] == 1 and mine.confusion["Joy"]["Joy"] == 2


def test_named_are_those_above_the_threshold() -> None:
    mine = scored()
    # of the six: neutral 1 of 2 named, the other three classes all
    assert mine.coverage == pytest.approx((0.5 + 3) / 4)
    assert mine.accuracy_of_named == pytest.approx((1 + 1 + 0 + 0) / 4)


def test_scores_are_json_and_a_picture(tmp_path: Path) -> None:
    import json

    mine = scored(None)
    assert json.loads(json.dumps(mine.to_dict(), allow_nan=False))["name"] == "mine"
    draw_confusion(mine, tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes()[1:4] == b"PNG"
