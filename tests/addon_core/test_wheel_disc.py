# SPDX-License-Identifier: GPL-3.0-or-later
import math
from itertools import pairwise

import pytest

from blender_addon.core.wheel_disc import (
    BASIC_RADIUS,
    PETAL,
    Part,
    mix_at,
    point_of,
    title_of,
    with_held,
)
from blender_addon.core.wheel_names import MILD_BASIC_INTENSE, WHEEL_ORDER


@pytest.mark.parametrize("emotion", WHEEL_ORDER)
@pytest.mark.parametrize(("intensity", "ring"), [(0.5, 0), (1.0, 1), (1.5, 2)])
def test_an_emotion_is_found_where_it_stands(emotion: str, intensity: float, ring: int) -> None:
    mix = mix_at(*point_of(emotion, intensity))
    assert (mix.primary, mix.secondary) == (emotion, None)
    assert mix.intensity == pytest.approx(intensity)
    assert mix.title == MILD_BASIC_INTENSE[emotion][ring]


def test_between_two_petals_lies_their_dyad() -> None:
    angle = 0.5 * PETAL  # between Joy (top) and Trust, clockwise
    mix = mix_at(BASIC_RADIUS * math.sin(angle), BASIC_RADIUS * math.cos(angle))
    assert {mix.primary, mix.secondary} == {"Joy", "Trust"}
    assert mix.weight == pytest.approx(0.5)
    assert mix.title == "Love"


def test_the_nearer_petal_is_primary_across_the_top() -> None:
    angle = -0.3 * PETAL  # just before the top: between Anticipation and Joy, nearer to Joy
    mix = mix_at(math.sin(angle), math.cos(angle))
    assert (mix.primary, mix.secondary) == ("Joy", "Anticipation")
    assert mix.weight == pytest.approx(0.7)


def test_centre_is_neutral_and_the_rim_bounds_strength() -> None:
    assert mix_at(0.01, 0.01).primary == "Neutral"
    assert mix_at(0.0, 7.0).intensity == pytest.approx(1.5)


def test_the_weight_does_not_jump_where_an_emotion_stands_alone() -> None:
    turns = [step / 2000 for step in range(1001)]  # half a petal from Joy on
    weights = [mix_at(math.sin(t * PETAL), math.cos(t * PETAL)).weight for t in turns]
    assert weights[0] == 1.0 and weights[-1] == pytest.approx(0.5)
    assert max(a - b for a, b in pairwise(weights)) < 0.0011
    assert min(a - b for a, b in pairwise(weights)) >= 0.0


def test_a_held_emotion_is_mixed_with_what_is_pointed_at() -> None:
    sadness = mix_at(*point_of("Sadness"))
    parts = with_held(sadness, Part("Joy", 1.0, 1.0))  # across the wheel
    assert [part.emotion for part in parts] == ["Sadness", "Joy"]
    assert [part.weight for part in parts] == pytest.approx([0.5, 0.5])
    assert title_of(parts) == "Sadness + Joy"
    love = mix_at(math.sin(0.5 * PETAL), math.cos(0.5 * PETAL))  # at the rim, 1.5
    parts = with_held(love, Part("Anger", 1.0, 0.5))
    # shares 1.5 to 0.5: three quarters for the two pointed at
    assert {(p.emotion, round(p.weight, 6)) for p in parts} == {
        ("Joy", 0.375), ("Trust", 0.375), ("Anger", 0.25)}


def test_a_petal_that_is_held_and_pointed_at_is_one_part() -> None:
    love = mix_at(BASIC_RADIUS * math.sin(0.5 * PETAL), BASIC_RADIUS * math.cos(0.5 * PETAL))
    parts = with_held(love, Part("Joy", 1.0, 0.5))
    # Joy: 2/3 of 1/2 at 1, and 1/3 at 0.5: weight 2/3, strength (1/3 + 1/6) / (2/3) = 0.75
    joy = next(part for part in parts if part.emotion == "Joy")
    assert joy.weight == pytest.approx(2 / 3) and joy.intensity == pytest.approx(0.75)
    assert sum(part.weight for part in parts) == pytest.approx(1.0)


def test_from_the_centre_only_what_is_held_is_left() -> None:
    (part,) = with_held(mix_at(0.0, 0.0), Part("Joy", 1.0, 1.0))
    assert (part.emotion, part.weight) == ("Joy", 1.0)
    assert with_held(mix_at(0.0, 0.0), None)[0].emotion == "Neutral"
