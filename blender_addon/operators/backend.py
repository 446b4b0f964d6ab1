# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, stop and install the backend."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.backend_calls import BackendCalls
from ..core.protocol import HealthReply
from .verb import Ask, BackendVerb


class FLAMEWHEEL_OT_start_backend(BackendVerb, bpy.types.Operator):
    """Start the backend process"""

    bl_idname = "flamewheel.start_backend"
    bl_label = "Start Backend"
    waiting = "Starting the backend"

    def prepare(self, context: Any) -> Ask:
        """Nothing but to greet it."""

        def ask(calls: BackendCalls) -> HealthReply:
            return calls.health()

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Say which one runs."""
        self.report({"INFO"}, f"Backend {reply.version} is running (process {reply.pid})")


class FLAMEWHEEL_OT_stop_backend(bpy.types.Operator):
    """End the backend process; the next verb starts it again"""

    bl_idname = "flamewheel.stop_backend"
    bl_label = "Stop Backend"

    def execute(self, context: Any) -> Any:
        """End it."""
        session().stop()
        self.report({"INFO"}, "The backend is not running")
        return {"FINISHED"}
