# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as files that a person may edit."""

from __future__ import annotations

import json

import pytest

from flamewheel.errors import FlamewheelError, InstructionError
from flamewheel.instruction.plan_file import MAX_FILE_BYTES, load_plan, plan_from_json, plan_to_json

TEXTS = ("from disgust to happiness over two seconds, then hold, then surprise",
         "70% joy and 30% fear, linearly", "suddenly terrified, hold 3 s, slowly neutral")


@pytest.mark.parametrize("text", TEXTS)
def test_a_plan_comes_back_as_it_was(parse, text, tmp_path):
    plan = parse(text)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_to_json(plan)), encoding="utf-8")
    assert load_plan(file) == plan


def test_an_edited_step_counts(parse):
    read = plan_to_json(parse("joy"))
    read["plan"][1].update(emotion="Fear", seconds=3, units={"AU4": 1}, keeps=["mouth shut"])
    step = plan_from_json(read).steps[0]
    assert step.target.primary == "Fear" and step.seconds == 3.0
    assert step.units == (("AU4", 1.0),) and step.keeps == ("mouth shut",)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"format": "flamewheel-plan-1"}', b"\xff\xfe", b"[" * 100_000,
     b'{"format": "flamewheel-plan-1", "plan": 3}', b'{"format": "other", "plan": []}',
     b'{"format": "flamewheel-plan-1", "text": 5, "plan": []}',
     b'{"format": "flamewheel-plan-1", "plan": [{"emotion": "Joy"}]}',
     b'{"format": "flamewheel-plan-1", "plan": [{"emotion": "Joy", "intensity": NaN, '
     b'"seconds": 0, "easing": "hold"}]}'])
def test_what_is_no_plan_is_refused(body, tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(body)
    with pytest.raises(FlamewheelError) as refused:
        load_plan(file)
    assert refused.value.code == "bad-plan-file" and refused.value.hint


def test_rows_that_cannot_be_acted_are_told_as_such(parse):
    read = plan_to_json(parse("joy"))
    read["plan"][1]["easing"] = "bounce"
    with pytest.raises(InstructionError) as refused:
        plan_from_json(read)
    assert refused.value.code == "bad-plan" and "bounce" in refused.value.message


def test_a_file_too_large_or_missing_is_refused(tmp_path):
    file = tmp_path / "plan.json"
    with pytest.raises(FlamewheelError) as missing:
        load_plan(file)
    assert missing.value.code == "cannot-read"
    file.write_bytes(b" " * (MAX_FILE_BYTES + 1))
    with pytest.raises(FlamewheelError) as large:
        load_plan(file)
    assert large.value.code == "too-large"
