# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make demo` is made of, without rendering it."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from cli import PHOTO, ROOT

from flamewheel.instruction.grammar import parse
from flamewheel.job_file import read_job
from flamewheel.job_steps import SentenceStep, WheelStep
from flamewheel.wheel.words import spots_of


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo", ROOT / "tools" / "demo.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_job_is_whole(demo: ModuleType) -> None:
    job = read_job(demo.JOB)
    (shot,) = job.shots
    assert not job.refusals and job.output.resolve() == ROOT / "demo_out" / "job"
    assert shot.name == demo.SHOT and shot.photo == PHOTO == demo.PHOTO and PHOTO.is_file()
    assert set(shot.output) == {"images", "video", "blend"}


def test_its_words_are_understood(demo: ModuleType) -> None:
    steps = read_job(demo.JOB).shots[0].steps
    assert {type(step) for step in steps} == {SentenceStep, WheelStep}
    for step in steps:
        if isinstance(step, SentenceStep):
            assert parse(step.sentence).steps
        else:
            assert spots_of(step.wheel)


def test_the_demo_writes_where_it_was_told(demo: ModuleType, tmp_path: Path) -> None:
    out = tmp_path / 'a "strange" folder'
    out.mkdir()
    job = read_job(demo.job_beside(out))
    assert job.output == out / "job" and job.shots[0].photo == PHOTO
    assert job.shots[0].steps == read_job(demo.JOB).shots[0].steps


def test_its_results_get_the_names_that_the_readme_promises(
    demo: ModuleType, tmp_path: Path
) -> None:
    made = tmp_path / "job"
    files = ["demo/frames/0001.png", "demo/frames/0002.png", "demo/demo.mp4", "demo/demo.blend",
             "demo/demo.parameters.json"]
    for name in files:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(name)
    (made / "report.json").write_text(json.dumps({"shots": [{"files": files}]}))
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "0099.png").write_text("of an earlier, longer run")
    demo.gather(tmp_path, made)
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == [
        "0001.png", "0002.png"]
    assert (tmp_path / "video.mp4").read_text() == "demo/demo.mp4"
    assert (tmp_path / "scene.blend").read_text() == "demo/demo.blend"


def test_the_photo_has_its_credit() -> None:
    credits = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    row = next(line for line in credits.splitlines() if PHOTO.name in line)
    assert re.search("public domain", row, re.IGNORECASE)
