# SPDX-License-Identifier: GPL-3.0-or-later
"""Words, weights, a person's own face and sides, on the embedded head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel import pipeline
from flamewheel.errors import WheelError
from flamewheel.parameters import EmotionReading, ExpressionCode, FaceParameters, Identity
from flamewheel.wheel.facs import ring_strengths, strengths_for


def shown(result, name: str) -> float:
    return pipeline.named_strengths(result).get(name, 0.0)


@pytest.fixture(scope="module")
def smile() -> FaceParameters:
    """A face that shows 80 % of joy, looking aside."""
    units = pipeline.head_units().units
    row, _ = strengths_for(units.names, ring_strengths("Joy", 1.0))
    code = ExpressionCode(units.codes(0.8 * row), jaw=units.poses(0.8 * row)[2],
                          neck=[0.1, 0.0, 0.0])
    return FaceParameters("open", Identity(np.ones(3)), code)


def test_units_are_the_default_and_have_names() -> None:
    result = pipeline.blend("happy", "surprised")
    assert result.name == "Delight" and shown(result, "AU12L") > 0.7 and shown(result, "AU2R") > 0.6
    assert pipeline.named_strengths(pipeline.blend("joy", method="linear")) == {}


def test_a_compound_word_and_another_are_three_emotions() -> None:
    by_words = pipeline.blend("awe", "joy", weights=(0.6, 0.4))
    by_emotions = pipeline.blend("fear", "surprise", "joy", weights=(0.3, 0.3, 0.4))
    assert by_words.name == by_emotions.name == "Fear + Surprise + Joy"
    np.testing.assert_allclose(by_words.strengths, by_emotions.strengths)
    with pytest.raises(WheelError) as refusal:
        pipeline.blend("awe", "remorse")
    assert refusal.value.code == "too-many-emotions"


def test_a_persons_own_face_stays_where_it_has_all_the_weight(smile: FaceParameters) -> None:
    for method in ("units", "linear"):
        whole = pipeline.blend("joy", "sadness", own=smile, weight=1.0, method=method)
        np.testing.assert_allclose(whole.code.vector(), smile.code.vector(), atol=1e-9)
    mixed = pipeline.blend("joy", "sadness", own=smile)
    assert shown(mixed, "AU12L") > 0.6 and shown(mixed, "AU1R") > 0.5
    assert mixed.code.neck == pytest.approx([0.1, 0, 0])


def test_own_is_what_the_face_was_read_as(smile: FaceParameters) -> None:
    read = replace(smile, emotion=EmotionReading("Joy"))
    named = pipeline.blend("joy", "fear", own=smile)
    assert pipeline.blend("own", "fear", own=read).name == named.name == "Guilt"
    for face, word, code in ((None, "own", "no-own-face"), (smile, "own", "own-not-read"),
                             (smile, "awe", "own-compound")):
        with pytest.raises(WheelError) as refusal:
            pipeline.blend(word, own=face)
        assert refusal.value.code == code and refusal.value.hint


def test_one_side_by_every_method() -> None:
    for method in ("units", "correlation", "pca", "linear"):
        left = pipeline.blend("joy", "surprise", method=method, side="left")
        assert shown(left, "AU12L") > 0.3 and shown(left, "AU12R") < 0.01
    half = pipeline.blend("joy", side="right", asymmetry=0.5)
    assert shown(half, "AU12L") == pytest.approx(0.5 * shown(half, "AU12R"))
    contempt = pipeline.blend("contempt", side="left")
    assert shown(contempt, "AU14L") > 0.5 and shown(contempt, "AU14R") == 0.0


def test_faces_from_photos_are_mixed_by_their_measured_units() -> None:
    """B2 alone is given back whole; the mix shows more of both than the mean does."""
    alone = pipeline.blend("surprise", database="photos")
    linear = pipeline.blend("surprise", database="photos", method="linear")
    np.testing.assert_allclose(alone.code.expression, linear.code.expression, atol=1e-9)
    mixed = pipeline.blend("joy", "surprise", database="photos", weights=(0.5, 0.5))
    joy = pipeline.blend("joy", database="photos")
    assert shown(mixed, "AU12L") > 0.7 * shown(joy, "AU12L")
    assert shown(mixed, "AU2L") > 0.7 * shown(alone, "AU2L") > 0.1
