# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps in words, in the JSON of scripts, and the sentence with its unknown words."""

from __future__ import annotations

import json

import pytest

from blender_addon.core.errors import BackendError, InstructionError
from blender_addon.core.plan_rows import (
    begins,
    dyad_of,
    marked_lines,
    replaced,
    rows_from_json,
    start_row,
    step_title,
    suggested,
    without_dyad,
)
from blender_addon.core.protocol_plan import CURRENT, PlanEmotion, PlanLayer, PlanStep


def step(emotion="Joy", intensity=1.0, seconds=1.0, easing="smooth", **more):
    return PlanStep(emotion, intensity, seconds, easing, **more)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (step(), "Joy"),
        (step(intensity=0.5), "Joy 50 %"),
        (step("Neutral", 0.0), "Neutral"),
        (step(CURRENT), "the present face"),
        (step(easing="hold"), "hold"),
        (step("Fear", also=[PlanEmotion("Surprise")]), "Awe"),
        (step("Fear", 0.5, also=[PlanEmotion("Surprise", 0.5)]), "Awe 50 %"),
        (step(also=[PlanEmotion("Fear", 0.5)]), "Joy + Fear 50 %"),
        (step(also=[PlanEmotion("Fear")], share=0.7), "Joy + Fear  70 : 30"),
        (step(also=[PlanEmotion("Fear"), PlanEmotion("Anger")]), "Joy + Fear + Anger"),
        (step(layers=[PlanLayer("Anger", 1.0, ["brows"], "left")]), "Joy · left brows: Anger"),
        (step(CURRENT, units={"AU1R": 1.0, "AU1L": 1.0}), "AU1L AU1R"),
        (step(keeps=["mouth shut"]), "Joy · mouth shut"),
    ],
)
def test_a_step_in_a_line(row, said):
    assert step_title(row) == said


def test_a_dyad_is_two_emotions_of_one_strength_and_share():
    assert dyad_of("Fear", [PlanEmotion("Surprise", 0.5)], 0.5, 0.5) == "Awe"
    assert dyad_of("Fear", [PlanEmotion("Surprise", 0.5)], 1.0, 0.5) == ""
    assert dyad_of("Fear", [PlanEmotion("Surprise")], 1.0, 0.6) == ""
    assert dyad_of("Fear", [], 1.0, 0.5) == ""
    two = without_dyad(step("Awe", 0.5, also=[PlanEmotion("Anger")], share=0.2))
    assert two == step("Fear", 0.5, also=[PlanEmotion("Surprise", 0.5)])


def test_steps_begin_one_after_another():
    assert begins([start_row(), step(seconds=0.5), step(seconds=2.0)]) == [0.0, 0.0, 0.5]


def test_a_start_that_a_person_chose_is_said():
    assert start_row().words == "" and start_row("Joy").words


def test_a_script_s_steps_need_no_more_than_an_emotion():
    first, joy, awe = rows_from_json('[{"emotion": "Joy"}, {"emotion": "Awe", "seconds": 0.5}]')
    assert first == start_row() and joy == step()
    assert (awe.emotion, awe.also, awe.seconds) == ("Fear", [PlanEmotion("Surprise")], 0.5)


def test_a_whole_plan_of_the_command_line_is_read():
    rows = [{"emotion": "Anger", "seconds": 0, "words": "start"},
            {"emotion": "Joy", "easing": "linear", "layers": [{"emotion": "Fear"}]}]
    first, joy = rows_from_json(json.dumps({"plan": rows, "notes": []}))
    assert (first.emotion, first.words) == ("Anger", "start")
    assert joy.layers == [PlanLayer("Fear")] and joy.easing == "linear"


@pytest.mark.parametrize("text", ["", "{", "3", "[]", "[3]", '{"steps": []}', "[" * 100_000,
                                  "[" + " " * 1_000_000 + "{}]"])
def test_what_is_no_list_of_steps_is_refused(text):
    with pytest.raises(InstructionError) as refused:
        rows_from_json(text)
    assert refused.value.code == "bad-plan"


def test_a_step_s_wrong_field_is_named():
    with pytest.raises(BackendError, match=r"PlanStep\.seconds"):
        rows_from_json('[{"emotion": "Joy", "seconds": "long"}]')


def test_a_suggestion_takes_the_word_s_place():
    assert replaced("a glumn face", 2, 7, "glumn", "glum") == "a glum face"
    with pytest.raises(InstructionError) as refused:
        replaced("one glumn face", 2, 7, "glumn", "glum")
    with pytest.raises(InstructionError):
        replaced("a glum face", 7, 2, "", "")
    assert refused.value.code == "sentence-changed"


@pytest.mark.parametrize(
    ("hint", "words"),
    [("Did you mean worried?", ["worried"]), ("Did you mean one of: wary, wry?", ["wary", "wry"]),
     ("Say: joy", []), ("", [])],
)
def test_a_hint_s_words_are_offered(hint, words):
    assert suggested(hint) == words


def test_unknown_words_are_marked_in_lines_of_a_width():
    text = "she smiles glumn, then  wory comes"
    lines = marked_lines(text, [(11, 16), (24, 28)], 17)
    assert lines == [[("she smiles", False), ("glumn,", True)],
                     [("then", False), ("wory", True), ("comes", False)]]
    assert [" ".join(words for words, _ in line) for line in lines] == [
        "she smiles glumn,", "then wory comes"]
    assert marked_lines("", [], 10) == [[]]
    assert marked_lines("a" * 30, [(0, 1)], 10) == [[("a" * 30, True)]]
