# SPDX-License-Identifier: GPL-3.0-or-later
"""The notation of the lists of sentences: what agrees, what does not, what is no notation."""

from __future__ import annotations

import pytest
from plan_notation import mix_agrees, plan_agrees, step_agrees

from flamewheel.instruction.plan import EmotionMix, Layer, PlanStep, TransitionPlan

JOY = EmotionMix("Joy")
THREE = EmotionMix("Joy", 1.0, "Fear", 1.0, tertiary="Anger")
FULL = PlanStep(
    "go", JOY, 2.0,
    layers=(Layer(EmotionMix("Sadness"), ("eyes",)),
            Layer(EmotionMix("Anger"), ("brows",), "left")),
    units=(("AU1L", 0.5), ("AU1R", 0.5), ("AU26", 1.0)), keeps=("mouth shut", "jaw still"),
)


@pytest.mark.parametrize(("written", "agrees"), [
    ("Joy+Fear+Anger", True), ("Anger+Joy+Fear", True), ("Joy+Fear", False),
    ("Joy+Fear+Sadness", False), ("Joy*?+Fear+Anger*max", False), ("Joy*?+Fear*1+Anger", True),
])
def test_three_emotions_have_no_order(written, agrees):
    assert mix_agrees(written, THREE) == agrees


@pytest.mark.parametrize(("written", "agrees"), [
    ("Joy{Sadness:eyes; Anger:brows left}[AU1*0.5 AU26](mouth shut, jaw still) 2", True),
    ("Joy(jaw still, mouth shut)[AU26 AU1R*0.5 AU1L*?]{Anger:left brows;Sadness: eyes} 2", True),
    ("Joy {Sadness*?:eyes;Anger:brows left} [AU1*0.5 AU26] (mouth shut,jaw still) 2 smooth", True),
    ("Joy{Sadness:eyes}[AU1*0.5 AU26](mouth shut, jaw still) 2", False),
    ("Joy{Sadness:eyes; Anger:brows}[AU1*0.5 AU26](mouth shut, jaw still) 2", False),
    ("Joy{Sadness:eyes; Anger:brows left}[AU1L*0.5 AU26](mouth shut, jaw still) 2", False),
    ("Joy{Sadness:eyes; Anger:brows left}[AU1 AU26](mouth shut, jaw still) 2", False),
    ("Joy{Sadness:eyes; Anger:brows left}[AU1*0.5 AU26](mouth shut) 2", False),
    ("Joy 2", False),
])
def test_layers_units_and_keeps_are_all_compared(written, agrees):
    assert step_agrees(written, FULL) == agrees


def test_a_layer_without_a_part_is_a_whole_side():
    step = PlanStep("go", EmotionMix("Current"), 1.0, layers=(Layer(JOY, (), "left"),))
    assert step_agrees("Current{Joy: left} 1", step)
    assert not step_agrees("Current{Joy: right} 1", step)
    assert not step_agrees("Current{Joy:mouth left} 1", step)


def test_a_hold_is_compared_only_where_something_is_written():
    held = PlanStep("hold", JOY, 1.0, "hold", units=(("AU26", 1.0),), keeps=("eyes shut",))
    assert step_agrees("hold 1", held) and step_agrees("hold(eyes shut) 1", held)
    assert not step_agrees("hold(eyes open) 1", held) and not step_agrees("hold 2", held)


def test_a_plan_has_its_start_and_every_step():
    plan = TransitionPlan("x", JOY, True, (FULL, PlanStep("go", EmotionMix("Neutral"), 1.0,
                                                          inserted=True)))
    written = "Joy{Sadness:eyes; Anger:brows left}[AU1*0.5 AU26](mouth shut, jaw still) 2"
    assert plan_agrees("Joy", [written, "+Neutral 1"], plan)
    assert not plan_agrees(None, [written, "+Neutral 1"], plan)
    assert not plan_agrees("Joy", [written, "Neutral 1"], plan)
    assert not plan_agrees("Joy", [written], plan)


@pytest.mark.parametrize("written", [
    "Joy", "Joy{Sadness:ear} 1", "Joy[AUX] 1", "Joy(mouth sideways) 1", "Joy 1 smooth twice",
])
def test_what_is_no_notation_is_said(written):
    with pytest.raises(ValueError):
        step_agrees(written, PlanStep("go", JOY, 1.0, layers=(Layer(JOY),), units=(("AU1L", 1.0),)))
