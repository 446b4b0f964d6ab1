# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file from the command line: checked here, rendered by Blender in the background."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..errors import BackendError
from ..job_file import read_job


def run_batch(job: Path, blender: str | None = None, *, as_json: bool = False) -> int:
    """Render `job` with `blender -b --command flamewheel batch`; returns Blender's exit code.

    The job file is read first, so that a mistake is told with its line before Blender starts.
    Raises JobError for the file, BackendError `blender-not-found`.
    """
    read_job(job)
    command = [find_blender(blender), "-b", "--command", "flamewheel", "batch", str(job.resolve())]
    if as_json:
        command.append("--json")
    # Blender must know which Python has the backend; this one has it.
    environment = {"FLAMEWHEEL_PYTHON": sys.executable, **os.environ}
    return subprocess.run(command, env=environment, check=False).returncode


def find_blender(blender: str | None = None) -> str:
    """Blender's program: as given, from FLAMEWHEEL_BLENDER, or on the PATH."""
    wanted = blender or os.environ.get("FLAMEWHEEL_BLENDER") or "blender"
    found = shutil.which(wanted)
    if found is None:
        raise BackendError(
            "blender-not-found", f"Blender was not found as {wanted!r}.",
            "Name its program with --blender or in the variable FLAMEWHEEL_BLENDER.",
        )
    return found
