# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as text and on the wire."""

from __future__ import annotations

import pytest

from flamewheel import protocol, protocol_plan
from flamewheel.errors import InstructionError
from flamewheel.instruction.plan import (
    EmotionMix,
    Layer,
    NotUnderstood,
    PlanStep,
    TransitionPlan,
)
from flamewheel.instruction.plan_text import describe, not_understood, underlined
from flamewheel.instruction.plan_wire import MAX_ROWS, from_wire, to_wire, unknown_rows

TEXTS = (
    "from disgust to happiness over two seconds, then hold, then surprise",
    "70% joy and 30% fear, linearly", "very angry but slightly amused in 12 frames and back",
    "from the current expression to awe for a third of a second",
    "suddenly terrified, hold 3 s, slowly neutral",
)


FULL = TransitionPlan(
    "smile with sad eyes, but shut up", EmotionMix("Joy", 1.0, "Fear", 0.5, 0.3), True,
    (PlanStep("go", EmotionMix("Joy", 1.2, "Fear", 0.7, 0.5, "Anger", 0.1), 1.5, "ease_in",
              (0, 5), "smile", True,
              (Layer(EmotionMix("Sadness", 0.5, "Anger", 1.0, 0.25), ("eyes", "brows"), "left"),
               Layer(EmotionMix("Surprise"), ("brows",)), Layer(EmotionMix("Joy"), (), "right")),
              (("AU2L", 0.5), ("AU26", 1.0)), ("mouth shut", "brows still")),
     PlanStep("hold", EmotionMix("Joy"), 2.0, "hold")),
    ("a note",), (NotUnderstood((21, 24), "but", ("and", "then")),))


@pytest.mark.parametrize("text", TEXTS)
def test_rows_lose_nothing_but_the_notes(parse, text):
    plan = parse(text)
    assert from_wire(to_wire(plan), text, notes=plan.notes) == plan


def test_layers_units_keeps_and_unknown_words_come_back():
    assert from_wire(to_wire(FULL), FULL.text, unknown_rows(FULL), FULL.notes) == FULL


def test_words_that_moved_in_an_edited_text_are_found_again():
    moved = from_wire(to_wire(FULL), f"please {FULL.text}").steps[0]
    assert moved.span == (7, 12)
    assert from_wire(to_wire(FULL), "").steps[0].span == (0, 0)


def test_rows_survive_json(parse):
    rows = to_wire(parse(TEXTS[1]))
    reply = protocol_plan.TrajectoryReply("open", [0.0], [[0.0]], [], plan=rows)
    assert protocol.from_json(protocol_plan.TrajectoryReply, protocol.to_json(reply)).plan == rows


def row(**changes):
    return protocol_plan.PlanStep("Joy", 1.0, 1.0, "smooth", **changes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (protocol_plan.PlanStep("Bliss", 1.0, 1.0, "smooth"), "'Bliss'"),
        (protocol_plan.PlanStep("Joy", 3.0, 1.0, "smooth"), "intensity 3"),
        (protocol_plan.PlanStep("Joy", float("nan"), 1.0, "smooth"), "intensity nan"),
        (protocol_plan.PlanStep("Joy", 1.0, 0.0, "smooth"), "lasts 0 s"),
        (protocol_plan.PlanStep("Joy", 1.0, 1.0, "bounce"), "'bounce'"),
        (row(also=[protocol_plan.PlanEmotion("Gloom")]), "'Gloom'"),
        (row(also=[protocol_plan.PlanEmotion("Neutral")]), "'Neutral'"),
        (row(also=[protocol_plan.PlanEmotion("Joy")]), "up to three different"),
        (row(also=[protocol_plan.PlanEmotion(it) for it in ("Fear", "Anger", "Trust")]), "up to"),
        (row(also=[protocol_plan.PlanEmotion("Fear", 9.0)]), "intensity 9"),
        (row(share=1.7), "share 1.7"),
        (row(share=float("nan")), "share nan"),
        (row(layers=[protocol_plan.PlanLayer("Joy", parts=["ears"])]), "'ears'"),
        (row(layers=[protocol_plan.PlanLayer("Joy", side="top")]), "'top'"),
        (row(layers=[protocol_plan.PlanLayer("Bliss", parts=["eyes"])]), "'Bliss'"),
        (row(units={"AU99": 1.0}), "'AU99'"),
        (row(units={"AU2L": -1.0}), "AU2L at -1"),
        (row(units={"AU2L": float("inf")}), "AU2L at inf"),
        (row(keeps=["ears open"]), "'ears open'"),
    ],
)
def test_bad_row_is_refused(row, said):
    start = protocol_plan.PlanStep("Neutral", 1.0, 0.0, "hold")
    with pytest.raises(InstructionError) as refused:
        from_wire([start, row])
    assert refused.value.code == "bad-plan" and said in refused.value.message


def test_rows_need_a_start_and_a_step():
    with pytest.raises(InstructionError):
        from_wire([protocol_plan.PlanStep("Neutral", 1.0, 0.0, "hold")])


def test_description_is_readable(parse):
    lines = describe(parse("from fear to awe over 2 s, then hold, suddenly 70% joy")).splitlines()
    assert lines == [
        "start: Fear",
        "1. 0 to 2 s: go to Awe (Fear and Surprise)   from 'awe'",
        "2. 2 to 3 s: hold Awe (Fear and Surprise)   from 'hold'",
        "3. 3 to 3.25 s: go to Joy 70 %, ease_out   from '70% joy'",
    ]


def test_all_that_a_step_shows_is_said():
    first = describe(FULL).splitlines()[1]
    assert first == (
        "1. 0 to 1.5 s: go to Joy 120 %, Fear 70 % and Anger 10 %, left eyes and brows: Sadness "
        "50 % with Anger, 25 % the first, brows: Surprise, right side: Joy, outer brow raiser left "
        "50 %, jaw drop, mouth shut, brows still, ease_in, on the way   from 'smile'")


def test_units_of_both_sides_are_said_once():
    step = PlanStep("go", EmotionMix("Joy"), 1.0,
                    units=(("AU1L", 1.0), ("AU1R", 1.0), ("AU2L", 0.5), ("AU2R", 1.0)))
    plan = TransitionPlan("", EmotionMix("Neutral"), True, (step,))
    assert describe(plan).splitlines()[1].endswith(
        "Joy, inner brow raiser, outer brow raiser left 50 %, outer brow raiser right")


def test_what_is_not_understood_is_underlined_with_guesses():
    assert not_understood(FULL).splitlines() == [
        FULL.text, " " * 21 + "^^^", "not understood: 'but' (did you mean and or then?)"]
    assert "not understood: 'but'" in describe(FULL)
    assert not_understood(TransitionPlan("joy", EmotionMix("Joy"), True, FULL.steps)) == ""


def test_places_are_underlined_in_long_texts_and_at_their_ends():
    text = "joy\tthen " * 40 + "purple"
    lines = underlined(text, [(len(text) - 6, len(text)), (0, 3)]).splitlines()
    assert len(lines) == 4 and all(len(line) <= 96 for line in lines)
    assert lines[1] == "^^^" and lines[0].startswith("joy then")
    assert [letter for letter, mark in zip(lines[2], lines[3], strict=True) if mark == "^"] == [
        *"purple"]
    assert underlined("joy", [(3, 3)]) == "joy\n   ^"
    assert underlined("joy", [(-5, 900)]) == "joy\n^^^^"


def test_a_step_of_endless_layers_is_refused():
    layers = [protocol_plan.PlanLayer("Joy", parts=["mouth"])] * 51
    with pytest.raises(InstructionError, match="layers"):
        from_wire([protocol_plan.PlanStep("Neutral", 1.0, 0.0, "hold"), row(layers=layers)])


def test_a_plan_of_endless_rows_is_refused():
    rows = [protocol_plan.PlanStep("Neutral", 1.0, 0.0, "hold"), *[row()] * MAX_ROWS]
    with pytest.raises(InstructionError):
        from_wire(rows)


def test_mix_is_clipped():
    assert EmotionMix("Joy", 4.0, "Fear", -1.0).clipped() == EmotionMix("Joy", 1.5, "Fear", 0.0)


def test_a_step_s_place_is_kept_where_blanks_are_many(parse):
    plan = parse("looking lost  in\n thought over 2 s")
    assert from_wire(to_wire(plan), plan.text).steps[0].span == plan.steps[0].span != (0, 0)
