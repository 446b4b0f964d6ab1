# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences and edited plans as performances of a head."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import flamewheel
from flamewheel import pipeline
from flamewheel.errors import FlamewheelError, InstructionError
from flamewheel.head.held_openings import HeldLids, HeldLips
from flamewheel.head.registry import find_head
from flamewheel.instruction.plan import EmotionMix, Layer, PlanStep, TransitionPlan
from flamewheel.motion.style import ALIVE, STILL
from flamewheel.trajectory import sample
from flamewheel.wheel.blend import blend
from flamewheel.wheel.points import WheelPoint

HEAD = find_head("open")
DATABASE = pipeline.expression_database()
COUNT = HEAD.expression_count


def plan(*steps, start="Neutral"):
    return TransitionPlan("", EmotionMix(start), True, steps)


def go(emotion, **changes):
    return PlanStep("go", EmotionMix(emotion), 1.0, **changes)


def test_exact_faces_are_those_of_the_wheel():
    made = pipeline.transition("from anger to joy").trajectory
    for index, emotion in enumerate(("Anger", "Joy")):
        face = blend(DATABASE, [WheelPoint(emotion)], units=HEAD.units).code
        assert np.array_equal(made.code(index).expression, face.expression)
        assert np.array_equal(made.code(index).jaw, face.jaw)


def test_three_emotions_become_one_face():
    mix = EmotionMix("Joy", 1.0, "Fear", 1.0, 0.5, "Anger", 1.0)
    made = pipeline.perform(plan(PlanStep("go", mix, 1.0))).trajectory
    points = [WheelPoint(name) for name in ("Joy", "Fear", "Anger")]
    wanted = blend(DATABASE, points, weights=(1 / 3,) * 3, units=HEAD.units).code
    assert np.allclose(made.code(1).expression, wanted.expression)


def test_motion_reaches_the_same_faces_and_brings_keys():
    sentence = "from fear to joy over 2 s, hold, then angry"
    still = pipeline.transition(sentence).trajectory
    assert np.array_equal(pipeline.transition(sentence, motion=STILL).trajectory.codes, still.codes)
    alive = pipeline.transition(sentence, motion=ALIVE).trajectory
    assert alive.keys is not None and alive.times.size > 30
    reached = sample(alive, still.times)
    assert np.abs(reached - still.codes).max() < 1e-6


def test_the_package_itself_gives_anchors_or_living_motion():
    plain = flamewheel.transition("from joy to fear")
    assert plain.keys is None and plain.times.tolist() == [0, 1]
    living = flamewheel.transition("from joy to fear", motion=ALIVE)
    assert living.keys is not None and np.allclose(living.codes[-1], plain.codes[-1])


def test_eyes_that_are_kept_open_do_not_blink():
    def least(*keeps):
        made = pipeline.perform(plan(*(go(emotion, keeps=keeps) for emotion in (
            "Surprise", "Anger", "Surprise", "Sadness") * 2)), motion=ALIVE).trajectory
        lids = HeldLids(HEAD, HEAD.units)
        return min(lids.openness(code[:COUNT]).min() for code in made.codes)

    assert least() < 0.2 and least("eyes open") > 0.5


def test_a_seed_varies_whole_faces_but_a_kept_mouth_stays_shut():
    steps = [go(emotion, keeps=("mouth shut",)) for emotion in ("Joy", "Disgust", "Surprise")]
    first, again, other = (pipeline.perform(plan(*steps), seed=seed).trajectory.codes
                           for seed in (3, 3, 4))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    low, high = DATABASE.low[:COUNT], DATABASE.high[:COUNT]
    lips = HeldLips(HEAD, low, high)
    assert all(lips.touching(code[:COUNT]) for code in first)


def test_a_seed_draws_faces_from_the_embedded_generator_without_torch():
    code = ("import sys; from flamewheel import pipeline; a = pipeline.transition('joy', seed=1); "
            "sys.exit('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    exact = pipeline.transition("from anger to joy").trajectory.codes
    first, again, other = (pipeline.transition("from anger to joy", seed=seed).trajectory.codes
                           for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    apart = np.linalg.norm(first - other, axis=1)
    assert (apart > 0.5).all(), "more than the small variation of a head without a generator"
    low, high = DATABASE.low - 1e-9, DATABASE.high + 1e-9
    assert ((first[:, :COUNT + 3] >= low) & (first[:, :COUNT + 3] <= high)).all()
    assert np.linalg.norm(first - exact, axis=1).max() > 0.5


def test_a_head_without_a_generator_varies_its_exact_faces():
    exact = pipeline.transition("joy", head="open-light").trajectory.codes[1]
    varied = pipeline.transition("joy", head="open-light", seed=1).trajectory.codes[1]
    share = varied[exact != 0] / exact[exact != 0]
    assert (share > 0.8).all() and (share <= 1).all() and share.std() > 0


def test_a_generator_without_a_seed_or_a_file_is_refused(tmp_path):
    for seed, code in ((None, "unheard-option"), (1, "checkpoint-not-found")):
        with pytest.raises(FlamewheelError) as refused:
            pipeline.transition("joy", seed=seed, generator=tmp_path / "none.npz")
        assert refused.value.code == code and refused.value.hint


def test_a_start_of_a_photo_keeps_what_no_unit_explains():
    start = pipeline.transition("joy").trajectory.code(1)
    odd = type(start)(start.expression + 0.3 * np.cos(np.arange(COUNT)), start.jaw)
    still = PlanStep("go", EmotionMix("Current"), 1.0, units=(("AU4L", 1.0),))
    made = pipeline.perform(plan(still, start="Current"), start=odd).trajectory
    assert np.array_equal(made.codes[0, :COUNT], odd.expression)
    assert 0.1 < np.abs(made.codes[1] - made.codes[0]).max() < 4.0


def test_a_layered_step_says_what_it_shows():
    made = pipeline.perform(plan(go("Joy", layers=(Layer(EmotionMix("Sadness"), ("eyes",)),))))
    assert made.trajectory.labels == ("Neutral", "Joy, eyes: Sadness")


def test_a_unit_that_there_is_not_is_refused():
    with pytest.raises(InstructionError) as refused:
        pipeline.perform(plan(go("Joy", units=(("AU21", 1.0),))))
    assert refused.value.code == "no-such-unit"


def test_a_performance_needs_no_torch():
    code = ("import sys; from flamewheel import pipeline; from flamewheel.motion.style import "
            "ALIVE; pipeline.transition('slowly joy', motion=ALIVE); "
            "sys.exit('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hours_are_refused_before_they_fill_the_memory():
    with pytest.raises(InstructionError) as refused:
        pipeline.transition(", ".join(["joy over ten minutes, fear over ten minutes"] * 20))
    assert refused.value.code == "too-long"
