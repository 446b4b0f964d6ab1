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
    ("Surprise, brows raised, mouth slightly open, then relax into a gentle smile", None,
     ["Surprise[AU1 AU2 AU25*0.5 AU26*0.5] 1", "Joy*0.75 1"]),
    ("brows up 0.2 s, eyes wide 0.2 s, jaw drops 0.3 s", None,
     ["Current[AU1 AU2] 0.2", "Current[AU1 AU2 AU5] 0.2", "Current[AU1 AU2 AU5 AU26] 0.3"]),
    ("first the brows, then the eyes, then the mouth turn sad", None,
     ["Current{Sadness:brows} 1", "Current{Sadness:brows eyes} 1",
      "Current{Sadness:brows eyes mouth} 1"]),
    ("Smile on the left side only, hold, then let the right side join in", None,
     ["Current{Joy: left} 1", "hold 1", "Current{Joy: left; Joy: right} 1"]),
    ("Wink with the right eye while smiling", None, ["Joy 1", "Joy[AU43R] 0.15", "Joy 0.15"]),
    ("Start angry. Soften the brows. Then smile.", "Anger", ["Anger{Neutral:brows} 1", "Joy 1"]),
    ("angry above, happy below", None,
     ["Current{Anger:brows eyes; Joy:cheeks mouth jaw} 1"]),
    ("joy left, anger right", None, ["Current{Joy: left; Anger: right} 1"]),
    ("from fury, reduce the anger", "Anger*1.5", ["Anger*0.75 1"]),
    ("from joy, tone down the smile by 30 percent", "Joy", ["Joy*0.7 1"]),
    ("his face falls over 2 seconds", None, ["Sadness 2"]),
    ("her face lights up, then falls into fear", None, ["Joy 1", "Fear 1"]),
    ("calm and relaxed, then he screams in anger", None, ["Joy*0.5 1", "Anger*1.5 1"]),
    ("she shouts for half a second, then calms down", None,
     ["Anger*1.25 1", "hold 0.5", "Neutral 1"]),
    ("Over one second raise the eyebrows and open the mouth, hold, then let it all go", None,
     ["Current[AU1 AU2 AU25 AU26] 1", "hold 1", "Current 1"]),
    ("Turn the mouth from joy to sadness in 2 s", None, ["Current{Sadness:mouth} 2"]),
    ("Only use the eyes to show fear", None, ["Current{Fear:eyes} 1"]),
    ("turn the left side to anger and the right side to joy", None,
     ["Current{Anger: left; Joy: right} 1"]),
    ("change her eyes to sad", None, ["Current{Sadness:eyes} 1"]),
    ("from sad eyes to happy eyes", None, ["Current{Joy:eyes} 1"]),
    ("Change her eyes from angry to sad", None, ["Current{Sadness:eyes} 1"]),
    ("raise one brow on the right", None, ["Current[AU1R AU2R] 1"]),
    ("from nothing to a grin, then nothing", "Neutral", ["Joy 1", "Neutral 1"]),
    ("grin, then wider, then widest", None, ["Joy 1", "Joy*1.25 1", "Joy*1.5 1"]),
    ("smile; then tongue out; then back to the smile", None,
     ["Joy 1", "Joy[AU19] 1", "Joy 1"]),
    ("from rest, the left eye narrows over half a second", "Neutral", ["Neutral[AU7L] 0.5"]),
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


@pytest.mark.parametrize(("text", "meant"), [
    ("smile slowlly", "slowly"), ("turn sudenly to anger", "suddenly"),
    ("joy over 2 secnds", "seconds"), ("smile with the mouht", "mouth"),
])
def test_misspelt_small_words_have_suggestions(parse, text, meant):
    assert [unknown.suggestions[:1] for unknown in parse(text).unknown] == [(meant,)]
