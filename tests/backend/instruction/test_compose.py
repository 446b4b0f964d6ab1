# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans become trajectories."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.instruction.compose import VARIATION, plan_to_trajectory, start_notes, wheel_points
from flamewheel.parameters import ExpressionCode
from flamewheel.trajectory import sample
from flamewheel.wheel_names import NEUTRAL, WHEEL_ORDER

COUNT = 6


def codes_for(mix):
    """One number for each emotion; the secondary in the second half."""
    values = np.zeros(COUNT)
    if mix.primary != NEUTRAL:
        values[0] = (WHEEL_ORDER.index(mix.primary) + 1) * mix.intensity
        values[1] = 0 if mix.secondary is None else WHEEL_ORDER.index(mix.secondary) + 1
        values[2:] = -2.0
    return ExpressionCode(values, jaw=[0.1 * values[0], 0, 0])


START = ExpressionCode(
    np.full(COUNT, 0.5), [0.2, 0, 0], [0.0, 0.3, 0.0], [[0, 0.1, 0], [0, 0.1, 0]]
)


def test_anchors_times_easings_and_labels(parse):
    plan = parse("from disgust to happiness over two seconds, then hold, then suddenly surprise")
    made = plan_to_trajectory(plan, codes_for, "open")
    assert made.times.tolist() == [0, 2, 3, 3.25]
    assert made.codes[:, 0].tolist() == [6, 1, 1, 4]
    assert made.easings == ("smooth", "hold", "ease_out")
    assert made.labels == ("Disgust", "Joy", "Joy", "Surprise")
    assert made.head == "open" and made.seed is None


def test_hold_is_two_equal_anchors(parse):
    made = plan_to_trajectory(parse("joy, hold for 2 s"), codes_for, "open")
    assert np.array_equal(made.codes[1], made.codes[2])
    assert np.array_equal(sample(made, [2.0])[0], made.codes[1])


def test_without_a_word_on_the_start_it_is_the_given_expression_else_neutral(parse):
    plan = parse("joy and back")
    assert not plan_to_trajectory(plan, codes_for, "open").codes[0].any()
    made = plan_to_trajectory(plan, codes_for, "open", START)
    assert np.array_equal(made.codes[0], START.vector())
    assert np.array_equal(made.codes[2], START.vector())


def test_named_start_wins_over_the_given_expression(parse):
    made = plan_to_trajectory(parse("from anger to joy"), codes_for, "open", START)
    assert made.codes[0, 0] == 7


def test_neck_and_eyes_of_the_given_expression_stay(parse):
    made = plan_to_trajectory(parse("joy, then neutral"), codes_for, "open", START)
    for index in range(3):
        assert np.array_equal(made.code(index).neck, START.neck)
        assert np.array_equal(made.code(index).eyes, START.eyes)
    assert not made.code(2).jaw.any()


def test_current_expression_that_is_not_given_is_noted(parse):
    plan = parse("from the current expression to joy")
    assert len(start_notes(plan, None)) == 1
    assert start_notes(plan, START) == ()
    assert start_notes(parse("joy"), None) == ()
    assert not plan_to_trajectory(plan, codes_for, "open").codes[0].any()


def test_seed_varies_a_little_and_comes_out_again(parse):
    plan = parse("anger but sad, hold, then neutral")
    exact = plan_to_trajectory(plan, codes_for, "open")
    first = plan_to_trajectory(plan, codes_for, "open", seed=5)
    assert np.array_equal(first.codes, plan_to_trajectory(plan, codes_for, "open", seed=5).codes)
    assert not np.array_equal(
        first.codes, plan_to_trajectory(plan, codes_for, "open", seed=6).codes
    )
    moved = exact.codes != 0
    share = first.codes[moved] / exact.codes[moved]
    assert (share >= (1 - VARIATION) ** 2).all() and (share <= 1).all() and share.std() > 0
    assert np.array_equal(first.codes[~moved], exact.codes[~moved])
    assert np.array_equal(first.codes[1], first.codes[2])
    assert np.array_equal(first.times, exact.times) and first.seed == 5


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("very happy", [("Joy", 1.25)]),
        ("neutral", [("Neutral", 0.0)]),
        ("angry but amused", [("Anger", 1.0), ("Joy", 0.5)]),
        ("contempt", [("Contempt", 1.0)]),
        ("80% disgust and 20% anger", [("Disgust", 1.0), ("Anger", 1.0)]),
    ],
)
def test_places_on_the_wheel(parse, text, points):
    got = wheel_points(parse(text).steps[0].target)
    assert [(point.emotion, point.intensity) for point in got] == points


@pytest.mark.parametrize("text", ["joy", "neutral", "hold the current expression for 2 s"])
def test_never_empty(parse, text):
    assert plan_to_trajectory(parse(text), codes_for, "open").times.size >= 2


def test_a_seed_below_zero_is_refused(parse):
    with pytest.raises(UsageError) as refused:
        plan_to_trajectory(parse("to joy"), codes_for, "open", seed=-1)
    assert refused.value.code == "bad-seed"
