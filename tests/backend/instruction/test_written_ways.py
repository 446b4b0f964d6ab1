# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of writing steps, shares and strengths that are not plain sentences."""

from __future__ import annotations

import pytest
from plan_notation import plan_agrees

from flamewheel.instruction.plan_text import describe

WRITTEN = [
    ("1s joy 2s fear 1s neutral", None, ["Joy 1", "Fear 2", "Neutral 1"]),
    ("0.5s joy 1s fear", None, ["Joy 0.5", "Fear 1"]),
    ("1s joy, 2s fear", None, ["Joy 1", "Fear 2"]),
    ("smile 1s frown 2s", None, ["Joy 1", "Sadness 2"]),
    ("2 seconds of joy 1 second of fear", None, ["Joy 1", "hold 2", "Fear 1", "hold 1"]),
    ("half of the face happy, the other half sad", None,
     ["Current{Joy: left; Sadness: right} 1"]),
    ("half the face happy, half sad", None, ["Current{Joy: left; Sadness: right} 1"]),
    ("half happy", None, ["Joy*0.5 1"]),
    ("more surprised than afraid", None, ["Surprise+Fear@0.7 1"]),
    ("less afraid than surprised", None, ["Fear+Surprise@0.3 1"]),
    ("1. joy 2. fear 3. anger", None, ["Joy 1", "Fear 1", "Anger 1"]),
    ("1) joy 2) fear", None, ["Joy 1", "Fear 1"]),
    ("(1) joy over 2 s (2) neutral", None, ["Joy 2", "Neutral 1"]),
    ("joy (2s) -> fear (1s) -> neutral (0.5s)", None, ["Joy 2", "Fear 1", "Neutral 0.5"]),
    ("joy -> fear (1s)", "Joy", ["Fear 1"]),
    ("raise both eyebrows in surprise for half a second and then settle", None,
     ["Surprise[AU1 AU2] 1", "hold 0.5", "Neutral 1"]),
    ("smile, then settle into a frown", None, ["Joy 1", "Sadness 1"]),
    ("undo the smile", None, ["Neutral 1"]),
    ("smile, then take the smile away", None, ["Joy 1", "Neutral 1"]),
    ("wash the fear off", None, ["Neutral 1"]),
    ("lose the smile", None, ["Neutral 1"]),
    ("wipe the smile off his face", None, ["Neutral 1"]),
    ("angry and sad, then take away the anger", None, ["Anger+Sadness 1", "Sadness 1"]),
    ("joy=0.5 fear=0.5", None, ["Joy+Fear 1"]),
    ("joy=50% fear=50%", None, ["Joy+Fear 1"]),
    ("joy x 0.5", None, ["Joy*0.5 1"]),
    ("joy: 0.5, fear: 0.8", None, ["Joy*0.5 1", "Fear*0.8 1"]),
    ("anger from 20% to 100%", "Anger*0.2", ["Anger 1"]),
    ("anger rises from 20% to 100% over 2 s", "Anger*0.2", ["Anger 2"]),
    ("from 20% to 100% anger", "Anger*0.2", ["Anger 1"]),
    ("anger builds over 2 seconds, peaks for half a second, and subsides over three", None,
     ["Anger 2", "hold 0.5", "Neutral 3"]),
    ("can't help but smile", None, ["Joy 1"]),
    ("alternate between joy and sadness three times", None, ["Joy 1", "Sadness 1"] * 3),
    ("alternate between joy and sadness, three times", None, ["Joy 1", "Sadness 1"] * 3),
    ("alternate joy and anger", None, ["Joy 1", "Anger 1"] * 2),
    ("raise the brows twice", None, ["Current[AU1 AU2] 1", "Current 1"] * 2),
    ("raise the brows twice over 2 seconds", None, ["Current[AU1 AU2] 0.5", "Current 0.5"] * 2),
    ("raise the brows twice, over 2 seconds", None, ["Current[AU1 AU2] 0.5", "Current 0.5"] * 2),
    ("smile, then raise the brows twice", None, ["Joy 1", *["Joy[AU1 AU2] 1", "Joy 1"] * 2]),
    ("smile, then frown, three times", None, ["Joy 1", "Sadness 1"] * 3),
    ("three times: smile, then frown", None, ["Joy 1", "Sadness 1"] * 3),
    ("Smile, then frown. Repeat three times.", None, ["Joy 1", "Sadness 1"] * 3),
    ("from joy to fear and back three times", "Joy", ["Fear 1", "Joy 1"] * 3),
    ("smile, hold, repeat", None, ["Joy 1", "hold 1", "Current 1"] * 2),
    ("go from a big grin to dead serious", "Joy*1.25", ["Neutral 1"]),
    ("open-mouthed surprise", None, ["Surprise(mouth open) 1"]),
    ("smile, then only on the left", None, ["Joy 1", "Current{Joy: left} 1"]),
    ("keep the lips closed, then open into a grin", None, ["Joy[AU25 AU26] 1"]),
    ("keep the mouth shut, smile, then open the mouth", None,
     ["Joy(mouth shut) 1", "Joy[AU25 AU26] 1"]),
    ("smile and don't stop smiling", None, ["Joy 1", "hold 1"]),
]


@pytest.mark.parametrize(("text", "start", "steps"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_written_way(parse, text, start, steps):
    plan = parse(text)
    assert plan_agrees(start, steps, plan), describe(plan)
    assert not plan.unknown


def test_times_have_a_limit_and_a_note(parse):
    plan = parse("smile 50 times")
    assert len(plan.steps) == 40  # each is undone
    assert any("20 times" in note for note in plan.notes)


def test_a_length_of_each_step_stays_when_they_are_repeated(parse):
    plan = parse("smile for 2 seconds, then frown over half a second, twice")
    assert plan_agrees(None, ["Joy 1", "hold 2", "Sadness 0.5"] * 2, plan), describe(plan)
