# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file -> rendered shots: here from a script, in a Blender of its own beside the window."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import bpy

from ..batch.command import NAME, print_progress, session_backend
from ..batch.runner import run_job
from ..client.session import session
from ..core.errors import BackendError, FlamewheelError
from . import preferences
from .verb import FileFirst, refusals

LOOK_EVERY = 0.5
"""Seconds between two looks at the log: a frame takes longer."""


class FLAMEWHEEL_OT_batch(FileFirst, bpy.types.Operator):
    """Render the shots of a job file; a bad shot is refused and the others still run"""

    bl_idname = "flamewheel.batch"
    bl_label = "Run Job File"

    filepath: bpy.props.StringProperty(name="Job File", subtype="FILE_PATH")  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(default="*.toml", options={"HIDDEN"})  # type: ignore[valid-type]

    _beside_window = False
    _child: Any = None
    _timer: Any = None

    def execute(self, context: Any) -> Any:
        """From Python, wait for it; from the window, let another Blender do it."""
        job = Path(bpy.path.abspath(self.filepath))
        with refusals(self):
            if self._beside_window and not bpy.app.background:
                return self._begin(context, job)
            report = run_job(job, session_backend(), print_progress)
            for shot in report.shots:
                if shot.error is not None:
                    self.report({"WARNING"}, f"{shot.error['message']} {shot.error['hint']}")
            self.report({"INFO"}, f"{report.count('done')} of {len(report.shots)} shots done")
            return {"FINISHED"}
        return {"CANCELLED"}

    def modal(self, context: Any, event: bpy.types.Event) -> Any:
        """Show how far it is; Esc ends it, and a second run goes on from there."""
        if event.type == "ESC":
            self._child.terminate()
            self._end(context)
            self.report({"WARNING"}, "Job stopped; running it again goes on from there")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        status = self._child.poll()
        if status is None:
            context.workspace.status_text_set(f"Job: {_last_line(_log())}  (Esc stops it)")
            return {"PASS_THROUGH"}
        self._end(context)
        if status == 0:
            self.report({"INFO"}, f"Job done: {_last_line(_log())}")
            return {"FINISHED"}
        self.report({"ERROR"}, f"{_last_line(_log())}. The whole story: {_log()}")
        return {"CANCELLED"}

    def _begin(self, context: Any, job: Path) -> Any:
        command = [bpy.app.binary_path, "-b", "--command", NAME, "batch", str(job)]
        environment = dict(os.environ)
        try:  # the other Blender uses the Python that this one does
            environment.setdefault(preferences.PYTHON_VARIABLE, session().command()[0])
        except FlamewheelError as missing:
            print_progress(str(missing))  # a job of ready parameter files needs no backend
        try:
            with open(_log(), "wb") as log:
                self._child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                               stdout=log, stderr=subprocess.STDOUT)
        except OSError as failure:
            raise BackendError("no-blender", f"{command[0]} was not started: {failure}.",
                               "Run the job on the command line.") from failure
        self._timer = context.window_manager.event_timer_add(LOOK_EVERY, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _end(self, context: Any) -> None:
        context.workspace.status_text_set(None)
        context.window_manager.event_timer_remove(self._timer)


def _log() -> Path:
    return preferences.user_folder("logs") / "batch.log"


def _last_line(log: Path) -> str:
    """The end of a log that is being written."""
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, log.stat().st_size - 2000))
            lines = stream.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "starting")
