# SPDX-License-Identifier: GPL-3.0-or-later
import math

import pytest

from blender_addon.core.wheel_disc import BASIC_RADIUS, PETAL, mix_at, point_of
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
