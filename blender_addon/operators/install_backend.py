# SPDX-License-Identifier: GPL-3.0-or-later
"""Install Backend: an environment of its own, made beside the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..client.jobs import Job
from ..client.session import session
from . import preferences
from .verb import PATIENCE, refusals

WHEELS = Path(__file__).resolve().parent.parent / "wheels_backend"


class FLAMEWHEEL_OT_install_backend(bpy.types.Operator):
    """Install the backend into an environment of its own: about 2 GB, once"""

    bl_idname = "flamewheel.install_backend"
    bl_label = "Install Backend"

    python: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Python", subtype="FILE_PATH",
        description="The Python 3.10-3.12 to make it with; empty: as the preferences say",
    )
    pip_arguments: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="pip arguments", description="Handed to pip; empty: as the preferences say"
    )

    _beside_window = False
    _job: Job[str] | None = None
    _timer: Any = None

    def invoke(self, context: Any, event: bpy.types.Event) -> Any:
        """From a button: it takes minutes, so it runs beside the window."""
        self._beside_window = True
        return self.execute(context)

    def execute(self, context: Any) -> Any:
        """From Python and background mode: wait for it."""
        with refusals(self):
            self._job = self._begun()
            if self._beside_window and not bpy.app.background:
                manager = context.window_manager
                self._timer = manager.event_timer_add(PATIENCE, window=context.window)
                manager.modal_handler_add(self)
                manager.progress_begin(0, 100)
                return {"RUNNING_MODAL"}
            self._job.wait()
            self._say_version(self._job)
            return {"FINISHED"}
        return {"CANCELLED"}

    def modal(self, context: Any, event: bpy.types.Event) -> Any:
        """Show how far it is; Esc gives up, and nothing half-made counts as installed."""
        job = self._job
        assert job is not None
        if event.type == "ESC":
            job.cancel()
            self._end(context)
            self.report({"WARNING"}, "Installation cancelled.")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not job.finished:
            fraction, text = job.progress
            context.window_manager.progress_update(100 * fraction)
            context.workspace.status_text_set(
                f"Installing the backend, {100 * fraction:.0f} %: {text}  (Esc cancels)"
            )
            return {"PASS_THROUGH"}
        self._end(context)
        with refusals(self):
            self._say_version(job)
            return {"FINISHED"}
        return {"CANCELLED"}

    def _begun(self) -> Job[str]:
        chosen = preferences.preferences()
        python = self.python or (chosen.base_python if chosen else "")
        arguments = self.pip_arguments or (chosen.pip_arguments if chosen else "")
        folder = preferences.environment_folder()
        base = Path(bpy.path.abspath(python)) if python else None
        return session().install_later(folder, WHEELS, python=base, pip_arguments=arguments)

    def _say_version(self, job: Job[str]) -> None:
        version = job.answer()  # raises what was refused
        self.report({"INFO"}, f"The backend {version} is installed.")

    def _end(self, context: Any) -> None:
        context.window_manager.progress_end()
        context.workspace.status_text_set(None)
        context.window_manager.event_timer_remove(self._timer)
