# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole job: shot after shot, a report after each, and on from there in a second run."""

from __future__ import annotations

import time
from pathlib import Path

import bpy

from ..core.errors import BackendError, FlamewheelError, OutputError, SceneError
from ..core.job_file import Job, Shot, read_job
from ..core.protocol import PROTOCOL_VERSION
from .performance import Backend
from .report import (
    JobReport,
    ShotReport,
    earlier_entries,
    fingerprint_of,
    report_of,
    still_done,
)
from .shot import Progress, head_path, make_shot


def run_job(path: Path, backend: Backend, progress: Progress = lambda line: None) -> JobReport:
    """Make every shot of the job file at `path`; a bad one is refused and the others still run.

    Raises JobError where the file as a whole is wrong, OutputError where not even the report can
    be written; everything else stands in the report.
    """
    job = read_job(path)
    versions = {"blender": bpy.app.version_string, "protocol": str(PROTOCOL_VERSION)}
    report = report_of(job, versions)
    for refusal in job.refusals:
        progress(f"refused: {refusal.message} {refusal.hint}")
    earlier = earlier_entries(job.output) if job.resume else {}
    report.write(job.output)
    for number, shot in enumerate(job.shots, 1):
        progress(f"shot {number} of {len(job.shots)}: {shot.name}")
        _run_shot(job, shot, earlier.get(shot.name), report, backend, progress)
        report.write(job.output)
    return report


def _run_shot(job: Job, shot: Shot, earlier: ShotReport | None, report: JobReport,
              backend: Backend, progress: Progress) -> None:
    entry = ShotReport(shot.name, shot.line, "running")
    report.shots.append(entry)
    began = time.monotonic()
    try:
        entry.fingerprint = _fingerprint(shot)
        if earlier is not None and still_done(earlier, entry.fingerprint, job.output):
            report.shots[-1] = earlier
            earlier.resumed, earlier.line = True, shot.line
            progress(f"{shot.name}: done before")
            return
        folder = job.output / shot.name
        if earlier is None or earlier.fingerprint != entry.fingerprint:
            _clear(folder)  # pictures of another question
        report.write(job.output)  # what is being made: a stopped run goes on from here
        made = make_shot(shot, folder, backend, progress)
        entry.status, entry.frames, entry.notes = "done", list(made.frames), list(made.notes)
        entry.files = [file.relative_to(job.output).as_posix() for file in made.files]
    except FlamewheelError as error:
        # what the shot itself has wrong is refused; what the machine could not do has failed
        wrong = not isinstance(error, (BackendError, OutputError, SceneError))
        entry.fail("refused" if wrong else "failed", error)
    except Exception as error:  # the other shots still run
        entry.fail("failed", FlamewheelError(
            "internal", f"{type(error).__name__}: {error}",
            "This is a mistake in Flamewheel; please report it with the job file."))
    entry.seconds = round(time.monotonic() - began, 3)
    if entry.error is not None:
        progress(f"{shot.name}: {entry.status}: {entry.error['message']} {entry.error['hint']}")


def _fingerprint(shot: Shot) -> str:
    inputs = [path for path in (shot.photo, shot.parameters, head_path(shot)) if path is not None]
    try:
        return fingerprint_of(shot, inputs)
    except OSError as failure:
        raise SceneError("unreadable", f"{failure.filename} cannot be read: {failure.strerror}.",
                         "Check the path and the permissions.") from failure


def _clear(folder: Path) -> None:
    """Take away the numbered pictures of an earlier question; nothing else."""
    for ending in ("png", "exr"):
        for picture in (folder / "frames").glob(f"[0-9][0-9][0-9][0-9]*.{ending}"):
            picture.unlink(missing_ok=True)
