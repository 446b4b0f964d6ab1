# SPDX-License-Identifier: GPL-3.0-or-later
from blender_addon.core.emotion_reading import bars, feeling, on_wheel, reading_lines, title
from blender_addon.core.protocol_infer import CANNOT_TELL, EmotionBody

JOY = EmotionBody("Joy", {"Neutral": 0.1, "Joy": 0.8, "Fear": 0.03, "Anger": 0.07}, 0.6, 0.4)


def test_the_likeliest_come_first_and_faint_ones_are_left_out() -> None:
    assert bars(JOY) == [("Joy", 0.8), ("Neutral", 0.1), ("Anger", 0.07)]
    assert bars(EmotionBody("Joy", {"Joy": 0.97, "Fear": 0.03})) == [("Joy", 0.97)]
    assert bars(EmotionBody("Joy")) == []


def test_a_reading_in_words() -> None:
    assert title(JOY) == "Joy" and feeling(JOY) == "Valence +0.60, arousal +0.40"
    assert reading_lines(JOY) == ["Joy (Joy 80 %, Neutral 10 %, Anger 7 %)", feeling(JOY)]
    unsure = EmotionBody(CANNOT_TELL, {"Joy": 0.3, "Fear": 0.3})
    assert title(unsure) == "Cannot tell" and feeling(unsure) == ""


def test_what_can_be_chosen_on_the_wheel() -> None:
    assert on_wheel(JOY) == "Joy" and on_wheel(EmotionBody("Neutral")) == "Neutral"
    assert on_wheel(EmotionBody(CANNOT_TELL)) is None
