# SPDX-License-Identifier: GPL-3.0-or-later
"""The disc: directions, mixes, opposites; and that Blender's overlay draws the same one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blender_addon.core import wheel_disc
from flamewheel.errors import WheelError
from flamewheel.wheel import geometry
from flamewheel.wheel.points import WheelPoint
from flamewheel.wheel_names import WHEEL_ORDER


def test_eight_directions_clockwise_from_the_top() -> None:
    assert geometry.point_of(WheelPoint("Joy")) == pytest.approx((0, 2 / 3))
    assert geometry.point_of(WheelPoint("Fear", 1.5)) == pytest.approx((1, 0))
    assert geometry.point_of(WheelPoint("Neutral", 0)) == (0, 0)
    assert geometry.angle_of("Anticipation") == pytest.approx(7 * math.pi / 4)


def test_a_point_goes_there_and_back() -> None:
    for emotion in WHEEL_ORDER:
        for intensity in (0.3, 1.0, 1.5):
            mix = geometry.mix_at(*geometry.point_of(WheelPoint(emotion, intensity)))
            assert mix.primary.emotion == emotion and mix.secondary is None
            assert mix.primary.intensity == pytest.approx(intensity)


def test_between_two_petals_lies_their_dyad() -> None:
    angle = math.pi / 8 - 0.01  # a little nearer to Joy than to Trust
    mix = geometry.mix_at(0.5 * math.sin(angle), 0.5 * math.cos(angle))
    assert (mix.primary.emotion, mix.title) == ("Joy", "Love")
    assert 0.5 < mix.weight < 0.52 and mix.primary.intensity == pytest.approx(0.75)


def test_centre_rim_and_beyond() -> None:
    assert geometry.mix_at(0.01, 0.0).primary == WheelPoint("Neutral", 0.0)
    assert geometry.mix_at(30.0, 0.0).primary == WheelPoint("Fear", 1.5)
    with pytest.raises(WheelError) as refusal:
        geometry.mix_at(float("nan"), 0.0)
    assert refusal.value.code == "bad-point"


def test_opposites_neighbours_and_steps() -> None:
    pairs = {"Joy": "Sadness", "Trust": "Disgust", "Fear": "Anger", "Surprise": "Anticipation"}
    for one, other in pairs.items():
        assert geometry.opposite_of(one) == other and geometry.opposite_of(other) == one
        assert geometry.steps_apart(one, other) == 4
    assert geometry.neighbours_of("Trust") == ("Joy", "Fear")
    assert geometry.neighbours_of("Anticipation") == ("Anger", "Joy")
    assert geometry.steps_apart("Anticipation", "Joy") == 1
    with pytest.raises(WheelError):
        geometry.opposite_of("Neutral")


def test_blenders_overlay_is_the_same_disc() -> None:
    chance = np.random.default_rng(0)
    for x, y in chance.uniform(-1.1, 1.1, (300, 2)):
        ours, theirs = geometry.mix_at(x, y), wheel_disc.mix_at(x, y)
        second = None if ours.secondary is None else ours.secondary.emotion
        assert (ours.primary.emotion, second) == (theirs.primary, theirs.secondary)
        assert ours.weight == pytest.approx(theirs.weight)
        assert ours.primary.intensity == pytest.approx(theirs.intensity)
