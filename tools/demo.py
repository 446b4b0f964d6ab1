# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, start to end, on the embedded head: photo, wheel and sentence to rendered frames.

    .venv/bin/python tools/demo.py [--blender-python .venv-blender/bin/python] [--out demo_out]

Leaves OUT/frames/*.png, OUT/video.mp4, OUT/scene.blend and OUT/photo.json, and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JOB = ROOT / "examples" / "demo.toml"
PHOTO = ROOT / "examples" / "astronaut.png"
SHOT = "demo"


def main() -> int:
    """Render the demo job and lay its results where a person looks for them."""
    parser = argparse.ArgumentParser(description="Photo, wheel and sentence to rendered frames.")
    parser.add_argument("--blender-python", default=str(ROOT / ".venv-blender" / "bin" / "python"))
    parser.add_argument("--out", type=Path, default=ROOT / "demo_out")
    options = parser.parse_args()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    encode(out / "photo.json", out / "photo.png")
    job = job_beside(out)
    status = render(options.blender_python, job)
    if status:
        return status
    gather(out, out / "job")
    print_what_was_done(out, time.monotonic() - began)
    return 0


def encode(parameters: Path, preview: Path) -> None:
    """The photo on the command line, as a technical director would do it."""
    print(f"1/3  {PHOTO.relative_to(ROOT)} -> head parameters", flush=True)
    command = [sys.executable, "-m", "flamewheel", "encode", str(PHOTO), "-o", str(parameters)]
    subprocess.run([*command, "--preview", str(preview)], check=True)


def job_beside(out: Path) -> Path:
    """The example job with its output in `out`: the file itself names its own folder."""
    text = JOB.read_text(encoding="utf-8")
    text = text.replace('output = "../demo_out/job"', f"output = {json.dumps(str(out / 'job'))}")
    text = text.replace('photo = "astronaut.png"', f"photo = {json.dumps(str(PHOTO))}")
    job = out / "demo.toml"
    job.write_text(text, encoding="utf-8")
    return job


def render(blender_python: str, job: Path) -> int:
    """The job in Blender, without a window; the backend is this Python."""
    print(f"2/3  {JOB.relative_to(ROOT)} -> keys and frames, in Blender", flush=True)
    command = [blender_python, str(ROOT / "tools" / "blender_batch.py"), str(job)]
    environment = {**os.environ, "FLAMEWHEEL_PYTHON": sys.executable}
    return subprocess.run(command, env=environment, check=False).returncode


def gather(out: Path, job_output: Path) -> None:
    """The shot's files under the names that the README promises."""
    print("3/3  gathering", flush=True)
    shot = json.loads((job_output / "report.json").read_text(encoding="utf-8"))["shots"][0]
    files = [job_output / name for name in shot["files"]]
    frames = out / "frames"
    shutil.rmtree(frames, ignore_errors=True)
    frames.mkdir()
    for file in files:
        if file.suffix == ".png":
            shutil.copy2(file, frames / file.name)
        elif file.suffix == ".mp4":
            shutil.copy2(file, out / "video.mp4")
        elif file.suffix == ".blend":
            shutil.copy2(file, out / "scene.blend")


def print_what_was_done(out: Path, seconds: float) -> None:
    """Where everything lies."""
    frames = sorted((out / "frames").glob("*.png"))
    print(f"\nDone in {seconds:.0f} s:")
    for name, what in (
        ("photo.json", "the face in the photo as parameters of the open head"),
        ("photo.png", "the photo beside the head it became"),
        ("frames/", f"{len(frames)} frames of the performance"),
        ("video.mp4", "the same as a film"),
        ("scene.blend", "the scene: open it and edit the keys"),
    ):
        print(f"  {out / name}  {what}")


if __name__ == "__main__":
    sys.exit(main())
