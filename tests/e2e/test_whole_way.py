# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo, wheel and sentence to pictures, film and scene: a farm's job, small, and run twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli import PHOTO, ROOT, accepted

BLENDER = ROOT / ".venv-blender" / "bin" / "python"
JOB = f"""\
[defaults]
engine = "workbench"
resolution = [128, 128]
fps = 8
[[shot]]
name = "acted"
photo = {json.dumps(str(PHOTO))}
steps = [
    {{ wheel = "Surprise", seconds = 0.5 }},
    {{ sentence = "then to anger over half a second" }},
]
output = ["images", "video", "blend"]
[[shot]]
name = "typo"
stepps = []
"""


def run_job(job: Path) -> tuple[int, Any, str]:
    """`blender -b --command flamewheel batch JOB --json`, for Blender as a module."""
    done = subprocess.run(
        [BLENDER, ROOT / "tools" / "blender_batch.py", job, "--json"], capture_output=True,
        text=True, timeout=240, check=False,
        env={**os.environ, "FLAMEWHEEL_PYTHON": sys.executable, "OMP_NUM_THREADS": "2"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout.count("\n") == 1, done.stdout
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.skipif(not BLENDER.exists(), reason="no Blender module here: run `make setup`")
def test_a_job_and_its_second_run(tmp_path: Path) -> None:
    import cv2

    job, out = tmp_path / "job.toml", tmp_path / "out"
    job.write_text(JOB)
    status, report, told = run_job(job)
    assert status == 1 and report["counts"] == {"done": 1, "refused": 1, "failed": 0}
    assert "line 15" in told and "stepps" in told
    shots = {shot["name"]: shot for shot in report["shots"]}
    assert shots["acted"]["frames"] == [1, 9]
    assert json.loads((out / "report.json").read_text()) == report

    frames = [cv2.imread(str(path)) for path in sorted((out / "acted" / "frames").iterdir())]
    assert len(frames) == 9 and all(frame.shape == (128, 128, 3) for frame in frames)
    assert np.std(frames[0]) > 10  # a face, not a plain wall
    faces = np.stack(frames).astype(float)
    for early, late in ((0, 4), (4, 8), (0, 8)):  # neutral, surprise and anger look different
        assert np.abs(faces[early] - faces[late]).max() > 40
    film = cv2.VideoCapture(str(out / "acted" / "acted.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 9 and film.get(cv2.CAP_PROP_FPS) == 8
    assert (out / "acted" / "acted.blend").stat().st_size > 100_000

    person = json.loads((out / "acted" / "acted.parameters.json").read_text())
    alone = accepted("encode", PHOTO, "--json").json
    np.testing.assert_allclose(person["shape"], alone["shape"], atol=1e-3)

    before = {path: path.stat().st_mtime_ns for path in (out / "acted").rglob("*.*")}
    (out / "acted" / "frames" / "0003.png").unlink()  # as if the run had been stopped
    status, report, _ = run_job(job)
    assert status == 1 and report["counts"]["done"] == 1
    after = {path: path.stat().st_mtime_ns for path in (out / "acted" / "frames").iterdir()}
    made = {path.name for path, when in after.items() if before[path] != when}
    assert made == {"0003.png"}
