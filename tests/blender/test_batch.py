# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: shots to files and a report; the bad refused, the done not done again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fake_backend import FakeBackend
from simple_rig import empty_file

from blender_addon.batch import shot as shot_module
from blender_addon.batch.command import run_command
from blender_addon.batch.runner import run_job
from blender_addon.core.errors import BackendError, JobError, OutputError
from blender_addon.core.protocol_plan import MotionBody
from blender_addon.scene.actions import curves_of

DEFAULTS = """\
[defaults]
engine = "workbench"
samples = 1
resolution = [64, 48]
fps = 10
"""

JOB = DEFAULTS + """
[[shot]]
name = "joy"
photo = "photo.png"
steps = [
  {wheel = "Joy", seconds = 0.2, hold = 0.1},
  {sentence = "then to sadness", seed = 7},
]
output = ["images", "video", "blend"]

[[shot]]
name = "typo"
stepps = []

[[shot]]
name = "word"
steps = [
  {wheel = "Joy", seconds = 0.1},
  {wheel = "Jooy"},
]

[[shot]]
name = "still"
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    empty_file()
    (tmp_path / "photo.png").write_bytes(b"a photo")
    (tmp_path / "job.toml").write_text(JOB)
    return tmp_path / "job.toml"


def report_at(folder: Path) -> Any:
    return json.loads((folder / "out" / "report.json").read_text())


def shots_of(report: Any) -> dict[str, Any]:
    return {shot.name: shot for shot in report.shots}


def test_a_job_from_file_to_pictures(job: Path) -> None:
    backend = FakeBackend()
    blocks = set(bpy.data.user_map())
    report = run_job(job, backend)
    shots = shots_of(report)
    assert {name: shot.status for name, shot in shots.items()} == {
        "joy": "done", "typo": "refused", "word": "refused", "still": "done"}
    assert report.exit_code == 1
    assert shots["typo"].line == 18 and "stepps" in shots["typo"].error["message"]
    assert shots["word"].error["code"] == "unknown-emotion"
    assert "line 24, step 2" in shots["word"].error["message"]

    joy = shots["joy"]
    assert joy.frames == [1, 5] and joy.notes == ["2 faces; took the largest"]
    out = job.parent / "out"
    assert sorted(joy.files) == sorted([
        "joy/joy.parameters.json", "joy/joy.blend", "joy/joy.mp4",
        *(f"joy/frames/{frame:04d}.png" for frame in range(1, 6))])
    assert all((out / name).stat().st_size > 100 for name in joy.files)
    assert not (out / "word").exists()  # a refused shot leaves nothing
    assert json.loads((out / "joy/joy.parameters.json").read_text())["shape"] == [1.0, -0.5]
    assert shots["still"].frames == [1, 1] and len(shots["still"].files) == 2
    assert report_at(job.parent)["counts"] == {"done": 2, "refused": 2, "failed": 0}
    assert not [path for path in out.rglob("*") if ".part" in path.name]
    assert set(bpy.data.user_map()) == blocks  # nothing of it stays in the open file


def test_a_sentence_may_be_living(job: Path) -> None:
    job.write_text(job.read_text().replace("seed = 7}", "seed = 7, living = true}"))
    backend = FakeBackend()
    run_job(job, backend)
    sentence = next(asked for asked in backend.asked if hasattr(asked, "text"))
    assert sentence.motion == MotionBody()


def test_steps_follow_one_another_on_the_time_line(job: Path) -> None:
    backend = FakeBackend()
    run_job(job, backend)
    sentence = next(asked for asked in backend.asked if hasattr(asked, "text"))
    assert sentence.seed == 7 and sentence.start.expression[:3] == [0.0, 2.0, 0.0]
    assert sentence.start.jaw == [0.3, 0.0, 0.0]
    assert sentence.motion is None
    bpy.ops.wm.open_mainfile(filepath=str(job.parent / "out" / "joy" / "joy.blend"))
    assert [scene.name for scene in bpy.data.scenes] == ["joy"]
    scene = bpy.context.scene
    assert scene.camera is not None and (scene.frame_start, scene.frame_end) == (1, 5)
    head = next(one for one in scene.objects if one.type == "MESH")
    assert bpy.context.view_layer.objects.active == head and head.select_get()
    curves = {curve.data_path: [tuple(point.co) for point in curve.keyframe_points]
              for curve in curves_of(head.data.shape_keys)}
    flat = {path: [round(x, 4) for point in points for x in point]
            for path, points in curves.items()}
    assert flat == {
        'key_blocks["Exp1"].value': [1, 0.5, 3, 0, 4, 0, 5, 0],
        'key_blocks["Exp2"].value': [1, 0, 3, 2, 4, 2, 5, 0],
        'key_blocks["Exp3"].value': [1, 0, 3, 0, 4, 0, 5, -1.5],
    }


def test_the_exact_mesh_is_cached_and_near_the_rigs(job: Path) -> None:
    job.write_text(DEFAULTS + """
[[shot]]
name = "a"
photo = "photo.png"
keys = "mesh"
steps = [{wheel = "Joy", seconds = 0.4}]
output = ["blend"]
""")
    (shot,) = run_job(job, FakeBackend()).shots
    assert "a/a.pc2" in shot.files
    bpy.ops.wm.open_mainfile(filepath=str(job.parent / "out" / "a" / "a.blend"))
    scene = bpy.context.scene
    head = next(one for one in scene.objects if one.type == "MESH")
    cache = head.modifiers["Flamewheel cache"]
    assert cache.filepath == "//a.pc2"
    for frame in (1, 3, 5):
        cache.show_viewport = True
        exact = seen(scene, head, frame)
        cache.show_viewport = False
        # bones do not follow the joints' drift with the expression: under 0.3 mm on the open head
        assert 0 < abs(exact - seen(scene, head, frame)).max() < 0.3e-3
    assert abs(exact - seen(scene, head, 1)).max() > 3e-3  # and it moves


def seen(scene: Any, head: Any, frame: int) -> Any:
    scene.frame_set(frame)
    mesh = head.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    points = np.empty(3 * len(mesh.vertices))
    mesh.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def test_a_second_run_makes_only_what_is_missing(job: Path) -> None:
    first = FakeBackend()
    run_job(job, first)
    out = job.parent / "out"
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    second = FakeBackend()
    report = run_job(job, second)
    assert [asked.primary.emotion for asked in second.asked] == ["Joy", "Jooy"]  # the refused one
    assert shots_of(report)["joy"].resumed and shots_of(report)["joy"].status == "done"
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.png")} == stamps

    missing = out / "joy" / "frames" / "0003.png"
    missing.unlink()
    run_job(job, FakeBackend())
    changed = {path for path in stamps if path.stat().st_mtime_ns != stamps[path]}
    assert changed == {missing}


def test_another_question_renders_anew(job: Path) -> None:
    run_job(job, FakeBackend())
    out = job.parent / "out"
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    (job.parent / "photo.png").write_bytes(b"another photo")
    run_job(job, FakeBackend())
    changed = {path for path in stamps if path.stat().st_mtime_ns != stamps[path]}
    assert {path.parent.parent.name for path in changed} == {"joy"}
    text = job.read_text().replace("fps = 10", "fps = 5").replace("[defaults]", "[job]\n[defaults]")
    job.write_text(text)  # lines moved, fewer frames: the old fourth and fifth frame go
    report = run_job(job, FakeBackend())
    assert shots_of(report)["joy"].frames == [1, 3]
    assert len(list((out / "joy" / "frames").iterdir())) == 3


def test_resume_false_makes_all_again(job: Path) -> None:
    job.write_text("[job]\nresume = false\n" + JOB)
    run_job(job, FakeBackend())
    assert not any(shot.resumed for shot in run_job(job, FakeBackend()).shots)


def test_a_stopped_run_goes_on_where_it_was(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[int] = []
    whole = shot_module.render_frame

    def stops(scene: Any, frame: int, path: Path) -> None:
        if len(rendered) == 2:
            raise KeyboardInterrupt
        rendered.append(frame)
        whole(scene, frame, path)

    monkeypatch.setattr(shot_module, "render_frame", stops)
    with pytest.raises(KeyboardInterrupt):
        run_job(job, FakeBackend())
    assert report_at(job.parent)["shots"][-1]["status"] == "running"
    again: list[int] = []
    monkeypatch.setattr(shot_module, "render_frame",
                        lambda scene, frame, path: (again.append(frame), whole(scene, frame, path)))
    assert shots_of(run_job(job, FakeBackend()))["joy"].status == "done"
    assert rendered == [1, 2] and again == [3, 4, 5, 1]  # the last is the still


def test_a_backend_that_fails_fails_the_shot(job: Path) -> None:
    class Broken(FakeBackend):
        def encode(self, *_: Any, **__: Any) -> Any:
            raise BackendError("backend-not-installed", "The backend is not installed.", "Do.")

    report = run_job(job, Broken())
    assert shots_of(report)["joy"].status == "failed"
    assert shots_of(report)["still"].status == "done"  # needs no backend


def test_an_unforeseen_error_fails_the_shot(job: Path) -> None:
    class Broken(FakeBackend):
        def encode(self, *_: Any, **__: Any) -> Any:
            raise ZeroDivisionError("oops")

    shots = shots_of(run_job(job, Broken()))
    assert (shots["joy"].status, shots["joy"].error["code"]) == ("failed", "internal")
    assert "oops" in shots["joy"].error["message"] and shots["still"].status == "done"


def test_a_face_of_another_head_is_refused(job: Path) -> None:
    (job.parent / "p.json").write_text('{"head": "flame", "shape": [1], "expression": [0]}')
    job.write_text(DEFAULTS + '[[shot]]\nname = "a"\nparameters = "p.json"\n')
    (shot,) = run_job(job, FakeBackend()).shots
    assert shot.status == "refused" and "flame" in shot.error["message"]


def test_the_open_scene_can_be_the_stage(job: Path) -> None:
    stage = bpy.context.scene
    stage.name = "stage"
    prop = bpy.data.objects.new("prop", None)
    stage.collection.objects.link(prop)
    job.write_text(DEFAULTS + '[[shot]]\nname = "a"\nlight = "none"\noutput = ["blend"]\n')
    assert run_job(job, FakeBackend()).exit_code == 0
    assert bpy.context.scene == stage and list(stage.objects) == [prop] and stage.camera is None
    bpy.ops.wm.open_mainfile(filepath=str(job.parent / "out" / "a" / "a.blend"))
    assert {"prop", "a"} <= {one.name for one in bpy.context.scene.objects}


def test_an_output_folder_that_cannot_be(job: Path) -> None:
    (job.parent / "out").write_bytes(b"")
    with pytest.raises(OutputError):
        run_job(job, FakeBackend())


def test_the_commands_exit_codes(job: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command([]) == 2 and run_command(["batch"]) == 2
    assert run_command(["batch", str(job.parent / "none.toml")]) == 2
    assert "cannot be read" in capfd.readouterr().err
    job.write_text("[[shot]\n")
    assert run_command(["batch", str(job)]) == 2
    assert "line 1" in capfd.readouterr().err
    job.write_text(DEFAULTS + '[[shot]]\nname = "a"\n[[shot]]\nname = "b"\nfp = 1\n')
    assert run_command(["batch", str(job), "--json"]) == 1
    heard = capfd.readouterr()
    read = json.loads(heard.out.strip().splitlines()[-1])
    assert read["counts"] == {"done": 1, "refused": 1, "failed": 0}
    assert heard.out.count("\n") == 1 and "frame 1" in heard.err
    assert run_command(["batch", str(job)]) == 1
    assert "1 done, 1 refused, 0 failed" in capfd.readouterr().out


def test_a_wrong_file_raises(job: Path) -> None:
    job.write_text("[jobb]\n")
    with pytest.raises(JobError, match="line 1"):
        run_job(job, FakeBackend())
