# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of a head through the pipeline and the command line: found once, kept, described, drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel import pipeline
from flamewheel.cli import main
from flamewheel.errors import HeadError, UsageError
from flamewheel.head import unit_carrying
from flamewheel.head.files import save_head
from flamewheel.head.registry import find_head
from flamewheel.head.unit_file import load_units
from flamewheel.pipeline import units as room
from tests.generated_flame import write_flame_pickle


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The light open head without the names of its units, and a cache of its own."""
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(room, "_KEPT", {})
    light = find_head("open-light")
    save_head(replace(light, name="light", units=None, visemes=None), tmp_path / "light.npz")
    return tmp_path / "light.npz"


def test_units_are_solved_once_and_kept(hidden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    carry = unit_carrying.carry_units

    def counted(*given: object) -> object:
        runs.append("run")
        return carry(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(unit_carrying, "carry_units", counted)
    first = pipeline.head_units(str(hidden))
    assert pipeline.head_units(str(hidden)) is first
    monkeypatch.setattr(room, "_KEPT", {})  # as another process would find it
    again = pipeline.head_units(str(hidden))
    assert runs == ["run"]
    np.testing.assert_allclose(again.units.expression, first.units.expression)
    assert again.source == first.source and first.units.expression.shape[1] == 50
    kept = next((hidden.parent / "cache" / "units").glob("*.npz"))
    kept.write_bytes(b"damaged")
    monkeypatch.setattr(room, "_KEPT", {})
    assert pipeline.head_units(str(hidden)).units.names == first.units.names
    assert runs == ["run", "run"]


def test_the_command_gives_table_file_and_drawing(
    hidden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, drawing = hidden.parent / "units.npz", hidden.parent / "units.png"
    given = ["head", "units", str(hidden)]
    assert main([*given, "-o", str(file), "--drawing", str(drawing), "--only", "AU12"]) == 0
    shown = capsys.readouterr().out
    assert "lip corner puller, left" in shown and f"wrote {drawing}" in shown
    assert len(load_units(file, find_head(str(hidden)).checksum).units.names) == 68
    assert Image.open(drawing).size[0] > 900  # the head beside the open one, at rest and AU12
    assert main([*given, "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["units"]}
    assert rows["AU26"]["jaw"] == pytest.approx(0.2, abs=0.05)
    assert 0.9 < rows["AU12L"]["explained"] <= 1 and not rows["AU12L"]["poor"]
    assert rows["AU43L"]["meaning"] == "eyes closed, left"


def test_the_open_head_has_units_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["head", "units"]) == 0
    assert "the head's own" in capsys.readouterr().out
    assert {row.error for row in pipeline.describe_units()} == {0.0}


def test_a_head_that_is_no_face_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path / "cache"))
    write_flame_pickle(tmp_path / "ball.pkl", small=True)
    with pytest.raises(HeadError) as refused:
        pipeline.head_units(str(tmp_path / "ball.pkl"))
    assert refused.value.code == "head-not-recognised" and refused.value.hint


@pytest.mark.parametrize("number", [1e300, -1e12, np.inf, np.nan])
def test_faces_that_no_head_makes_are_not_measured(number: float) -> None:
    rows = np.zeros((2, find_head("open-light").expression_count + 3))
    rows[1, 0] = number
    with pytest.raises(UsageError) as refused:
        pipeline.measure_units(rows, head="open-light")
    assert refused.value.code == "bad-parameters"
