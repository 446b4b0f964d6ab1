# SPDX-License-Identifier: GPL-3.0-or-later
"""Words find their place on the wheel, whatever their form."""

from __future__ import annotations

import pytest

from flamewheel.errors import WheelError
from flamewheel.wheel.lexicon import LEXICON
from flamewheel.wheel.points import CONTEMPT, Dyad, WheelMix, WheelPoint, ring_name
from flamewheel.wheel.words import mix_of, nearest_words, own_prototype, parse_emotion, spots_of
from flamewheel.wheel_names import DYAD_SYNONYMS, DYADS, MILD_BASIC_INTENSE


@pytest.mark.parametrize(("word", "emotion", "intensity"), [
    ("happiness", "Joy", 1.0), ("happy", "Joy", 1.0), ("Happily", "Joy", 1.0),
    ("HAPPIER", "Joy", 1.25), ("happiest", "Joy", 1.5),
    ("serene", "Joy", 0.5), ("ecstatically", "Joy", 1.5),
    ("sad", "Sadness", 1.0), ("sadly", "Sadness", 1.0), ("grieving", "Sadness", 1.5),
    ("scared", "Fear", 1.0), ("frightened", "Fear", 1.0), ("afraid", "Fear", 1.0),
    ("terrified", "Fear", 1.5), ("nervous", "Fear", 0.5), ("furious", "Anger", 1.5),
    ("angrily", "Anger", 1.0), ("annoyed", "Anger", 0.5), ("disgusted", "Disgust", 1.0),
    ("bored", "Disgust", 0.5), ("astonished", "Surprise", 1.5), ("surprised", "Surprise", 1.0),
    ("eagerly", "Anticipation", 1.0), ("trusting", "Trust", 1.0), ("neutral", "Neutral", 0.0),
    ("grumpier", "Anger", 0.625), ("shyly", "Fear", 0.5),
])
def test_common_forms(word: str, emotion: str, intensity: float) -> None:
    assert parse_emotion(word) == WheelPoint(emotion, intensity)


def test_every_name_of_the_wheel_is_itself() -> None:
    for emotion, rings in MILD_BASIC_INTENSE.items():
        for name, intensity in zip(rings, (0.5, 1.0, 1.5), strict=True):
            assert parse_emotion(name) == WheelPoint(emotion, intensity)
            assert ring_name(emotion, intensity) == name
    for name, (first, second) in DYADS.items():
        assert parse_emotion(name) == Dyad(name, WheelPoint(first), WheelPoint(second))
    for synonym, name in DYAD_SYNONYMS.items():
        assert parse_emotion(synonym) == parse_emotion(name)


def test_dyads_by_adjective_and_phrase() -> None:
    assert parse_emotion("in love") == parse_emotion("love") == parse_emotion("Lovingly")
    assert isinstance(parse_emotion("jealous"), Dyad)


def test_the_lexicon_is_large_and_in_lower_case() -> None:
    assert len(LEXICON) > 500
    assert all(word == word.lower().strip() and len(word) > 2 for word in LEXICON)
    assert {"kindly", "awfully", "rest", "hurtly", "afraidly", "hostily"}.isdisjoint(LEXICON)


def test_unknown_word_names_it_and_three_neighbours() -> None:
    with pytest.raises(WheelError) as refusal:
        parse_emotion("hapyness")
    assert refusal.value.code == "unknown-emotion"
    assert "hapyness" in refusal.value.message
    assert "happiness" in refusal.value.hint and refusal.value.hint.count(",") == 2


@pytest.mark.parametrize(("word", "meant"), [("jyo", "joy"), ("angre", "anger"), ("faer", "fear")])
def test_two_letters_exchanged_are_suggested_first(word: str, meant: str) -> None:
    assert nearest_words(word)[0] == meant


@pytest.mark.parametrize("word", ["", "   ", "xqzt", "🙂", "a" * 100_000])
def test_strange_words_are_refused_shortly(word: str) -> None:
    with pytest.raises(WheelError) as refusal:
        spots_of(word)
    assert len(refusal.value.message) < 200
    assert len(nearest_words(word)) == 3


def test_contempt_the_word_has_its_own_prototype_and_the_pair_has_not() -> None:
    assert spots_of("contemptuous") == (WheelPoint(CONTEMPT, 1.0),)
    uneven = WheelMix(WheelPoint("Disgust", 0.5), WheelPoint("Anger", 1.0))
    assert own_prototype(uneven) == uneven
    assert own_prototype(mix_of("contempt")).points == (WheelPoint(CONTEMPT),)


def test_intensity_is_the_words_own_or_the_given() -> None:
    assert spots_of("rage") == (WheelPoint("Anger", 1.5),)
    assert spots_of("rage", 0.25) == (WheelPoint("Anger", 0.25),)
    assert spots_of("awe", 0.5) == (WheelPoint("Fear", 0.5), WheelPoint("Surprise", 0.5))


@pytest.mark.parametrize("value", [-0.1, 3.1, float("nan"), float("inf"), "much"])
def test_bad_intensity(value: float) -> None:
    with pytest.raises(WheelError) as refusal:
        spots_of("joy", value)
    assert refusal.value.code == "bad-intensity"


def test_a_point_must_be_on_the_wheel() -> None:
    with pytest.raises(WheelError):
        WheelPoint("Hunger")
