# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel transition`: plans shown, edited and acted; motion, sheets, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli import accepted, refused
from PIL import Image

from flamewheel.cli import main
from flamewheel.trajectory import load_trajectory

TEXT = "from disgust to happiness over two seconds, then hold, then surprise"


def test_a_dry_run_tells_the_plan_and_writes_nothing(tmp_path: Path) -> None:
    said = accepted("transition", TEXT, "--dry-run", folder=tmp_path).out.splitlines()
    assert said[0] == "start: Disgust" and len(said) == 4
    assert said[1].startswith("1. 0 to 2 s: go to Joy")
    assert not list(tmp_path.iterdir())


def test_a_plan_is_edited_and_acted(tmp_path: Path) -> None:
    read = accepted("transition", TEXT, "--dry-run", "--json").json
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(read), encoding="utf-8")
    acted = accepted("transition", "--plan", plan, "--json").json
    assert acted["codes"] == accepted("transition", TEXT, "--json").json["codes"]
    assert acted["plan"] == read
    read["plan"][3].update(emotion="Fear", units={"AU43L": 1.0}, keeps=["mouth shut"])
    plan.write_text(json.dumps(read), encoding="utf-8")
    out = tmp_path / "acted.json"
    said = accepted("transition", "--plan", plan, "--still", "-o", out).out
    assert "Fear, eyes closed left, mouth shut" in said
    assert load_trajectory(out).labels[3] == "Fear, eyes closed left, mouth shut"


def test_motion_is_on_and_can_be_switched_off() -> None:
    alive, still = (accepted("transition", TEXT, "--json", *more).json
                    for more in ((), ("--still",)))
    assert len(still["times"]) == 4 and "keys" not in still
    assert len(alive["times"]) > 60 and alive["keys"]
    np.testing.assert_allclose(alive["codes"][-1], still["codes"][-1], atol=1e-6)


def test_frames_are_counted_at_the_rate_that_is_said() -> None:
    plan = accepted("transition", "joy in 30 frames", "--fps", "60", "--dry-run", "--json").json
    assert plan["plan"][1]["seconds"] == 0.5


def test_a_sheet_is_drawn(tmp_path: Path) -> None:
    sheet = tmp_path / "joy.png"
    said = accepted("transition", "slowly joy", "--sheet", sheet, folder=tmp_path)
    assert f"wrote {sheet}" in said.out and [path.name for path in tmp_path.iterdir()] == [
        "joy.png"]
    with Image.open(sheet) as picture:
        assert picture.width > 8 * picture.height / 2 and len(set(picture.resize(
            (90, 20)).convert("L").tobytes())) > 20


@pytest.mark.parametrize("given", [
    (), ("joy", "--plan", "p.json"), ("joy", "--dry-run", "-o", "t.json"),
    ("joy", "--dry-run", "--sheet", "s.png"), ("joy", "--dry-run", "--seed", "1"),
    ("--plan", "p.json", "--fps", "24"), ("joy", "--fps", "0"), ("joy", "--fps", "nan"),
    ("joy", "--sheet", "s.jpg"), ("--plan", "missing.json"), ("joy", "--seed", "-1")])
def test_options_that_say_nothing_together(
    given: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["transition", *given, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["hint"]
    assert not list(tmp_path.iterdir())


def test_a_plan_file_that_is_none(tmp_path: Path) -> None:
    bad = tmp_path / "plan.json"
    bad.write_text("[" * 100_000, encoding="utf-8")
    assert refused("transition", "--plan", bad)["code"] == "bad-plan-file"


def test_nothing_is_written_in_the_place_of_what_is_read_or_of_one_another(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(accepted("transition", TEXT, "--dry-run", "--json").json))
    before = plan.read_bytes()
    assert refused("transition", "--plan", plan, "-o", plan)["code"] == "same-file"
    assert plan.read_bytes() == before
    both = tmp_path / "both.png"
    assert refused("transition", TEXT, "-o", both, "--sheet", both)["code"] == "same-file"
    assert not both.exists()
