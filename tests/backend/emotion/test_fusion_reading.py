# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading from both parts: the shipped recogniser and a 2D model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from flamewheel.emotion.features import FaceFeatures, features_of_codes
from flamewheel.emotion.fusion import Fusion
from flamewheel.emotion.fusion_reading import (
    WITH_BROUGHT,
    WITH_EMBEDDED,
    fusion_for,
    read_emotion,
)
from flamewheel.emotion.image_model import ImageReading, SeenFace, load_image_model
from flamewheel.emotion.recogniser import CANNOT_TELL, load_recogniser
from flamewheel.errors import UsageError
from flamewheel.head.registry import find_head

SEEN = SeenFace(np.zeros((50, 50, 3), np.uint8), np.zeros((478, 2)))


@dataclass(frozen=True)
class Sure:
    """A 2D model that always says the same."""

    chances: tuple[float, ...] = (0.02, 0.96, 0.02)
    classes: tuple[str, ...] = ("Anger", "Surprise", "Neutral")
    checksum: str = "0"
    valence: float | None = None

    def read(self, photo: object, landmarks: object) -> ImageReading:
        return ImageReading(np.array(self.chances), self.valence, self.valence)


@pytest.fixture(scope="module")
def calm() -> FaceFeatures:
    """The open head at rest: from parameters alone."""
    head = find_head("open")
    return features_of_codes(np.zeros((1, head.expression_count)), np.zeros((1, 5, 3)), head)


def test_parameters_alone_are_the_recognisers(calm: FaceFeatures) -> None:
    alone = load_recogniser().read(calm)[0]
    assert read_emotion(calm) == alone
    assert read_emotion(calm, None, image_model=Sure()) == alone
    assert read_emotion(calm, SEEN, image_model=None) == alone


def test_a_2d_model_that_is_sure_is_heard(calm: FaceFeatures) -> None:
    both = read_emotion(calm, SEEN, image_model=Sure())
    assert both.label == "Surprise"
    assert sum(both.probabilities.values()) == pytest.approx(1.0)
    assert set(both.probabilities) == set(load_recogniser().classes)
    mine = read_emotion(calm, SEEN, image_model=Sure(), fusion=Fusion("weighted", 1.0, surest=0.0))
    assert mine.probabilities == pytest.approx(load_recogniser().read(calm)[0].probabilities)


def test_of_emotions_it_does_not_know_the_2d_model_says_nothing(calm: FaceFeatures) -> None:
    alone = load_recogniser().read(calm)[0].probabilities
    both = read_emotion(calm, SEEN, image_model=Sure(), fusion=Fusion("mean")).probabilities
    assert both["Fear"] == pytest.approx(alone["Fear"])


def test_cannot_tell_is_an_answer(calm: FaceFeatures) -> None:
    found = read_emotion(calm, SEEN, image_model=Sure(), fusion=Fusion("mean", surest=0.9999))
    assert found.label == CANNOT_TELL and max(found.probabilities.values()) > 0.25


def test_valence_comes_from_both(calm: FaceFeatures) -> None:
    alone = read_emotion(calm).valence
    assert alone is not None
    found = read_emotion(calm, SEEN, image_model=Sure(valence=0.8), fusion=Fusion("weighted", 0.4))
    assert found.valence == pytest.approx(0.4 * alone + 0.6 * 0.8)


def test_each_model_has_its_own_weight() -> None:
    assert fusion_for(load_image_model()) == WITH_EMBEDDED
    assert fusion_for(Sure()) == WITH_BROUGHT
    assert fusion_for(Sure(), "max").how == "max"
    with pytest.raises(UsageError):
        fusion_for(Sure(), "product")
