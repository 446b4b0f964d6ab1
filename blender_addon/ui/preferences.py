# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences: which Python runs the backend, and how it is installed."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session


class FlamewheelPreferences(bpy.types.AddonPreferences):
    """Where the backend comes from."""

    # Extensions are renamed by Blender (bl_ext.<repo>.flamewheel): the package is asked, not named.
    bl_idname = __package__.rpartition(".")[0]

    python: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Python",
        description=(
            "A Python program, or the folder of an environment, that has the flamewheel backend. "
            "Empty: the environment that Install Backend makes"
        ),
        subtype="FILE_PATH",
    )
    base_python: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Install with",
        description="The Python 3.10-3.12 from which Install Backend makes its environment. "
        "Empty: one is looked for",
        subtype="FILE_PATH",
    )
    pip_arguments: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="pip arguments",
        description="Given to pip as they stand, e.g. where to find packages without a network",
    )

    def draw(self, context: Any) -> None:
        """Rows for the backend; the state in words."""
        layout: Any = self.layout
        layout.use_property_split = True
        now = session()
        box = layout.box()
        box.label(text=now.state_text, icon="CHECKMARK" if now.running else "INFO")
        row = box.row()
        row.operator("flamewheel.install_backend", icon="IMPORT")
        row.operator("flamewheel.start_backend", icon="PLAY")
        row.operator("flamewheel.stop_backend", icon="SNAP_FACE")
        layout.prop(self, "python")
        layout.prop(self, "base_python")
        layout.prop(self, "pip_arguments")
