# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender is told of: classes, the scene's field, handlers, the command."""

from __future__ import annotations

from typing import Any

import bpy

from .batch import command
from .client.session import session
from .operators import OPERATORS
from .operators.preferences import backend_command, log_path
from .scene import identity
from .ui import PANELS
from .ui.plan_state import PLAN_CLASSES
from .ui.preferences import FlamewheelPreferences
from .ui.state import FlamewheelSceneState
from .ui.wheel_overlay import FLAMEWHEEL_OT_wheel

CLASSES = (
    FlamewheelPreferences,
    *PLAN_CLASSES,
    FlamewheelSceneState,
    *OPERATORS,
    FLAMEWHEEL_OT_wheel,
    *PANELS,
)


def register() -> None:
    """Classes in the order in which they need one another."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    scenes: Any = bpy.types.Scene
    scenes.flamewheel = bpy.props.PointerProperty(type=FlamewheelSceneState)
    identity.register_handlers()
    command.register()
    session().log = log_path()
    session().command = backend_command


def unregister() -> None:
    """All of it back, and the backend ended."""
    session().close()
    command.unregister()
    identity.unregister_handlers()
    scenes: Any = bpy.types.Scene
    del scenes.flamewheel
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
