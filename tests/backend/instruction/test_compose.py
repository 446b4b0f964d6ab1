# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans become trajectories."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import InstructionError, UsageError
from flamewheel.instruction.compose import (
    VARIATION,
    plan_to_trajectory,
    start_notes,
    wheel_points,
    wheel_shares,
)
from flamewheel.instruction.plan import CURRENT, EmotionMix, Layer, PlanStep, TransitionPlan
from flamewheel.parameters import ExpressionCode
from flamewheel.trajectory import sample
from flamewheel.wheel_names import NEUTRAL, WHEEL_ORDER

COUNT = 6


def faces(mixes):
    """As a generator: asked for all at once, none twice, neutral first."""
    assert len(set(mixes)) == len(mixes)
    assert mixes[0] == EmotionMix(NEUTRAL) and all(mix.primary != CURRENT for mix in mixes)
    return tuple(map(_face, mixes))


def _face(mix):
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
    made = plan_to_trajectory(plan, faces, "open")
    assert made.times.tolist() == [0, 2, 3, 3.25]
    assert made.codes[:, 0].tolist() == [6, 1, 1, 4]
    assert made.easings == ("smooth", "hold", "ease_out")
    assert made.labels == ("Disgust", "Joy", "Joy", "Surprise")
    assert made.head == "open" and made.seed is None


def test_hold_is_two_equal_anchors(parse):
    made = plan_to_trajectory(parse("joy, hold for 2 s"), faces, "open")
    assert np.array_equal(made.codes[1], made.codes[2])
    assert np.array_equal(sample(made, [2.0])[0], made.codes[1])


def test_without_a_word_on_the_start_it_is_the_given_expression_else_neutral(parse):
    plan = parse("joy and back")
    assert not plan_to_trajectory(plan, faces, "open").codes[0].any()
    made = plan_to_trajectory(plan, faces, "open", START)
    assert np.array_equal(made.codes[0], START.vector())
    assert np.array_equal(made.codes[2], START.vector())


def test_named_start_wins_over_the_given_expression(parse):
    made = plan_to_trajectory(parse("from anger to joy"), faces, "open", START)
    assert made.codes[0, 0] == 7


def test_neck_and_eyes_of_the_given_expression_stay(parse):
    made = plan_to_trajectory(parse("joy, then neutral"), faces, "open", START)
    for index in range(3):
        assert np.array_equal(made.code(index).neck, START.neck)
        assert np.array_equal(made.code(index).eyes, START.eyes)
    assert not made.code(2).jaw.any()


def test_current_expression_that_is_not_given_is_noted(parse):
    plan = parse("from the current expression to joy")
    assert len(start_notes(plan, None)) == 1
    assert start_notes(plan, START) == ()
    assert start_notes(parse("joy"), None) == ()
    assert not plan_to_trajectory(plan, faces, "open").codes[0].any()


def test_seed_varies_a_little_and_comes_out_again(parse):
    plan = parse("anger but sad, hold, then neutral")
    exact = plan_to_trajectory(plan, faces, "open")
    first = plan_to_trajectory(plan, faces, "open", seed=5)
    assert np.array_equal(first.codes, plan_to_trajectory(plan, faces, "open", seed=5).codes)
    assert not np.array_equal(
        first.codes, plan_to_trajectory(plan, faces, "open", seed=6).codes
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
    assert plan_to_trajectory(parse(text), faces, "open").times.size >= 2


def test_a_seed_below_zero_is_refused(parse):
    with pytest.raises(UsageError) as refused:
        plan_to_trajectory(parse("to joy"), faces, "open", seed=-1)
    assert refused.value.code == "bad-seed"


THREE = EmotionMix("Joy", 1.0, "Fear", 0.5, 0.5, "Anger", 1.5)


def test_three_emotions_have_a_third_each():
    places = [(point.emotion, point.intensity) for point in wheel_points(THREE)]
    assert places == [("Joy", 1.0), ("Fear", 0.5), ("Anger", 1.5)]
    assert wheel_shares(THREE) == (1 / 3,) * 3


@pytest.mark.parametrize(
    ("mix", "shares"),
    [(EmotionMix("Joy"), None), (EmotionMix("Joy", 1, "Fear"), None),
     (EmotionMix("Disgust", 1, "Anger"), None),
     (EmotionMix("Joy", 1, "Fear", 1, 0.75), (0.75, 0.25))])
def test_shares_that_are_said_hold(mix, shares):
    assert wheel_shares(mix) == shares


class Hands:
    """Notes what it is asked to make."""

    def __init__(self):
        self.asked = []

    def face(self, step, base, layers, before):
        self.asked.append((step, base, layers, before))
        return ExpressionCode(base.expression + 100, neck=base.neck)


def step(mix=NEUTRAL, kind="go", **changes):
    return PlanStep(kind, EmotionMix(mix), 1.0, **changes)


def test_parts_are_made_from_the_step_the_layers_faces_and_the_face_before():
    layered = step("Joy", layers=(Layer(EmotionMix("Fear"), ("eyes",)),))
    plan = TransitionPlan("", EmotionMix("Anger"), True,
                          (layered, step("Joy", "hold"), step("Joy", units=(("AU4", 1.0),))))
    hands = Hands()
    made = plan_to_trajectory(plan, faces, "open", START, parts=hands)
    (first, base, layers, before), (last, _, none, held) = hands.asked
    assert first is layered and last is plan.steps[2] and not none
    assert base.expression[0] == 1 and layers[0].expression[0] == 3
    assert np.array_equal(before.vector(), made.codes[0])
    assert np.array_equal(held.vector(), made.codes[2])
    assert np.array_equal(made.codes[1], made.codes[2]) and made.codes[1, 0] == 101
    assert np.array_equal(made.code(1).neck, START.neck)
    assert made.labels[1] == "Joy, eyes: Fear"


def test_whole_faces_need_no_parts_and_parts_are_refused_without_units(parse):
    plan = TransitionPlan("", EmotionMix(CURRENT), False, (step("Joy", keeps=("mouth shut",)),))
    with pytest.raises(InstructionError) as refused:
        plan_to_trajectory(plan, faces, "open")
    assert refused.value.code == "no-units" and refused.value.hint
    assert plan_to_trajectory(parse("joy"), faces, "open").times.size == 2


def test_a_layer_may_show_the_current_expression():
    plan = TransitionPlan("", EmotionMix(CURRENT), True, (
        step("Joy", layers=(Layer(EmotionMix(CURRENT), ("eyes",)),)),))
    hands = Hands()
    plan_to_trajectory(plan, faces, "open", START, parts=hands)
    assert np.array_equal(hands.asked[0][2][0].vector(), START.vector())
    assert start_notes(plan, None)


def test_faces_that_vary_by_themselves_are_not_varied_again(parse):
    made = plan_to_trajectory(parse("joy"), faces, "open", seed=3, varied=False)
    assert made.codes[1, 0] == 1 and made.seed == 3
