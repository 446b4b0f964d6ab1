# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots as animators type them: what alone moves, what is let go, what a neutral stop clears."""

from __future__ import annotations

import pytest
from plan_notation import plan_agrees

from flamewheel.instruction.plan_text import describe

SHOTS = [
    ("Only move the mouth: turn from joy to disgust", "Joy", ["Joy{Disgust:mouth} 1"]),
    ("move only the eyes – from calm to fear", "Joy*0.5", ["Joy*0.5{Fear:eyes} 1"]),
    ("Turn from joy to disgust, only moving the mouth", "Joy", ["Joy{Disgust:mouth} 1"]),
    ("Turn from joy to disgust while only the mouth moves", "Joy", ["Joy{Disgust:mouth} 1"]),
    ("only the mouth should move: joy to sadness", "Joy", ["Joy{Sadness:mouth} 1"]),
    ("Only move the mouth. Turn from joy to disgust, then to anger. Then smile.", "Joy",
     ["Joy{Disgust:mouth} 1", "Joy{Anger:mouth} 1", "Joy 1"]),
    ("From joy to fear to anger, only moving the left side", "Joy",
     ["Joy{Fear: left} 1", "Joy{Anger: left} 1"]),
    ("smile, then, only moving the eyes, turn sad", None, ["Joy 1", "Joy{Sadness:eyes} 1"]),
    ("only move the brows up", None, ["Current[AU1 AU2] 1"]),
    ("tighten the lips, hold for a second, release", None,
     ["Current[AU23] 1", "hold 1", "Current 1"]),
    ("smile, then raise the left brow, hold 2 s, let go", None,
     ["Joy 1", "Joy[AU1L AU2L] 1", "hold 2", "Joy 1"]),
    ("smile, hold for two seconds, then release", None, ["Joy 1", "hold 2", "Neutral 1"]),
    ("raise the brows, then furious, through neutral to sad", None,
     ["Current[AU1 AU2] 1", "Anger*1.5[AU1 AU2] 1", "+Neutral 1", "Sadness 1"]),
]


@pytest.mark.parametrize(("text", "start", "steps"), SHOTS, ids=[shot[0] for shot in SHOTS])
def test_shot(parse, text, start, steps):
    plan = parse(text)
    assert plan_agrees(start, steps, plan), describe(plan)
    assert not plan.unknown


def test_a_neutral_stop_that_is_put_in_clears_direct_actions(parse):
    plan = parse("raise the brows, then furious, then sad", through_neutral=True)
    assert plan_agrees(None, ["Current[AU1 AU2] 1", "+Neutral 1", "Anger*1.5 1", "+Neutral 1",
                              "Sadness 1"], plan), describe(plan)
