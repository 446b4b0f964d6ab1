# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -b [FILE.blend] --command flamewheel batch JOB.toml [--json]`.

Exit codes: 0 all shots done, 1 some refused or failed, 2 usage or the job file itself.  Progress
goes to standard error, the summary to standard output; with `--json` its last line is the report.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.errors import FlamewheelError, JobError, UsageError
from .performance import LazyBackend
from .report import JobReport
from .runner import run_job

NAME = "flamewheel"
_handles: list[Any] = []


def register() -> None:
    """Make the command known to Blender (4.2 and later)."""
    _handles.append(bpy.utils.register_cli_command(NAME, run_command))


def unregister() -> None:
    """Take the command back."""
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())


def run_command(arguments: Sequence[str]) -> int:
    """`batch JOB [--json]`; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog=f"blender -b [FILE.blend] --command {NAME}",
        description="Flamewheel without a window.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    batch = verbs.add_parser("batch", help="render the shots of a job file")
    batch.add_argument("job", type=Path, help="the job file (TOML)")
    batch.add_argument("--json", action="store_true", help="print the report as one line of JSON")
    try:
        options = parser.parse_args(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    try:
        with _blender_on_stderr():
            report = run_job(options.job, session_backend(), print_progress)
    except FlamewheelError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 2 if isinstance(error, (JobError, UsageError)) else 1
    print(json.dumps(report.to_json()) if options.json else _summary(report), flush=True)
    return report.exit_code


def session_backend() -> LazyBackend:
    """Blender's own backend, started by the first question."""

    def ask(question: Callable[[BackendCalls], Any]) -> Any:
        return session().ask_now(session().command(), question)

    return LazyBackend(ask)


def print_progress(line: str) -> None:
    """To standard error, at once."""
    print(line, file=sys.stderr, flush=True)


def _summary(report: JobReport) -> str:
    lines = []
    for shot in report.shots:
        what = f"{len(shot.files)} files in {shot.seconds:.1f} s"
        if shot.resumed:
            what = f"{len(shot.files)} files, done before"
        if shot.error is not None:
            what = f"{shot.error['message']} {shot.error['hint']}".strip()
        lines.append(f"{shot.status:8} {shot.name}: {what}")
    counts = ", ".join(f"{report.count(name)} {name}" for name in ("done", "refused", "failed"))
    return "\n".join([*lines, counts])


@contextlib.contextmanager
def _blender_on_stderr() -> Iterator[None]:
    """Blender tells of every picture on standard output, where only the result belongs."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
