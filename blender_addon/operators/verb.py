# SPDX-License-Identifier: GPL-3.0-or-later
"""How a verb that needs the backend runs: at once from a script, beside the window from a panel.

A verb says in `prepare` what to ask (main thread), and in `apply` what to do with the answer
(main thread).  Between the two the backend works: from Python or in background mode the caller
waits; from the window a timer looks for the answer, Esc cancels, and nothing freezes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from ..client.session import Job, session
from ..core.backend_calls import BackendCalls
from ..core.errors import FlamewheelError

Ask = Callable[[BackendCalls], Any]
PATIENCE = 0.05
"""Seconds between two looks for the answer: a person sees no delay, the window none either."""


@contextmanager
def refusals(operator: Any) -> Iterator[None]:
    """Turn a refusal into Blender's own message; the operator then returns CANCELLED."""
    try:
        yield
    except FlamewheelError as refusal:
        operator.report({"ERROR"}, f"{refusal.message} {refusal.hint}".strip())
        session().last_refusal = refusal


def tell(operator: Any, notes: Any) -> None:
    """What a person should know of a result."""
    for note in notes:
        operator.report({"INFO"}, str(note))


class FileFirst:
    """Mix in first: an operator with a `filepath` asks for it in the window."""

    def invoke(self: Any, context: Any, event: bpy.types.Event) -> Any:
        """From a panel, menu or shortcut: the file browser, where no file is named yet."""
        self._beside_window = True
        if self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class BackendVerb:
    """Mix into an operator; give it `prepare`, `apply` and `waiting` (what the status bar says)."""

    waiting = "Flamewheel is working"
    _beside_window = False
    _job: Job[Any]
    _timer: Any = None

    def prepare(self, context: Any) -> Ask:
        """What to ask the backend; raises FlamewheelError before anything is changed."""
        raise NotImplementedError

    def apply(self, context: Any, reply: Any) -> None:
        """Put the answer into the scene."""
        raise NotImplementedError

    def invoke(self, context: Any, event: bpy.types.Event) -> Any:
        """From a panel, menu or shortcut."""
        self._beside_window = True
        return self.execute(context)

    def execute(self, context: Any) -> Any:
        """From Python and background mode, or handed on by `invoke`."""
        with refusals(self):
            ask = self.prepare(context)
            command = session().command()
            if self._beside_window and not bpy.app.background:
                return self._begin(context, command, ask)
            self.apply(context, session().ask_now(command, ask))
            return {"FINISHED"}
        return {"CANCELLED"}

    def modal(self, context: Any, event: bpy.types.Event) -> Any:
        """Look for the answer; Esc gives up."""
        if event.type == "ESC":
            self._end(context)
            self._job.cancel()
            self.report({"WARNING"}, "Cancelled.")  # type: ignore[attr-defined]
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not self._job.finished:
            self._show_progress(context)
            return {"PASS_THROUGH"}
        self._end(context)
        with refusals(self):
            self.apply(context, self._job.answer())
            return {"FINISHED"}
        return {"CANCELLED"}

    def _begin(self, context: Any, command: Any, ask: Ask) -> Any:
        self._job = session().ask_later(command, ask)
        self._timer = context.window_manager.event_timer_add(PATIENCE, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._show_progress(context)
        return {"RUNNING_MODAL"}

    def _show_progress(self, context: Any) -> None:
        fraction, step = self._job.progress
        far = f": {step} {100 * fraction:.0f} %" if fraction else ""
        context.workspace.status_text_set(f"{self.waiting} …{far}  (Esc cancels)")

    def _end(self, context: Any) -> None:
        context.workspace.status_text_set(None)
        context.window_manager.event_timer_remove(self._timer)
