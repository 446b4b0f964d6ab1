# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as text and on the wire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flamewheel import protocol, protocol_plan
from flamewheel.errors import InstructionError
from flamewheel.instruction.plan import EmotionMix
from flamewheel.instruction.plan_text import describe
from flamewheel.instruction.plan_wire import from_wire, to_wire

TEXTS = (
    "from disgust to happiness over two seconds, then hold, then surprise",
    "70% joy and 30% fear, linearly", "very angry but slightly amused in 12 frames and back",
    "from the current expression to awe for a third of a second",
    "suddenly terrified, hold 3 s, slowly neutral",
)


@pytest.mark.parametrize("text", TEXTS)
def test_rows_lose_nothing_but_the_notes(parse, text):
    plan = parse(text)
    again = from_wire(to_wire(plan), text)
    plain = tuple(replace(s, span=(0, 0), inserted=False) for s in plan.steps)
    assert tuple(replace(s, span=(0, 0), inserted=False) for s in again.steps) == plain
    assert (again.start, again.start_said) == (plan.start, plan.start_said)


def test_rows_survive_json(parse):
    rows = to_wire(parse(TEXTS[1]))
    reply = protocol_plan.TrajectoryReply("open", [0.0], [[0.0]], [], plan=rows)
    assert protocol.from_json(protocol_plan.TrajectoryReply, protocol.to_json(reply)).plan == rows


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (protocol_plan.PlanStep("Bliss", 1.0, 1.0, "smooth"), "'Bliss'"),
        (protocol_plan.PlanStep("Joy", 3.0, 1.0, "smooth"), "intensity 3"),
        (protocol_plan.PlanStep("Joy", float("nan"), 1.0, "smooth"), "intensity nan"),
        (protocol_plan.PlanStep("Joy", 1.0, 0.0, "smooth"), "lasts 0 s"),
        (protocol_plan.PlanStep("Joy", 1.0, 1.0, "bounce"), "'bounce'"),
        (protocol_plan.PlanStep("70% Joy + 30% Gloom (1)", 1.0, 1.0, "smooth"), "'Gloom'"),
        (protocol_plan.PlanStep("170% Joy + 30% Fear (1)", 1.0, 1.0, "smooth"), "too large"),
        (protocol_plan.PlanStep("1.2.3% Joy + 30% Fear (1)", 1.0, 1.0, "smooth"), "cannot be read"),
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


def test_mix_is_clipped():
    assert EmotionMix("Joy", 4.0, "Fear", -1.0).clipped() == EmotionMix("Joy", 1.5, "Fear", 0.0)
