# SPDX-License-Identifier: GPL-3.0-or-later
"""What the face shows: the emotion that a recogniser reads from it."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..core.emotion_reading import bars, feeling, title
from .panels import HeadPanel


class FLAMEWHEEL_PT_emotion(HeadPanel, bpy.types.Panel):
    """Read the face, or a photo"""

    bl_idname = "FLAMEWHEEL_PT_emotion"
    bl_label = "What It Shows"

    def draw(self, context: Any) -> None:
        """The two verbs, then the last reading: the likeliest emotions as bars."""
        row = self.layout.row(align=True)
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("flamewheel.infer", text="Read the Head", icon="VIEWZOOM")
        row.operator("flamewheel.infer_photo", text="A Photo …", icon="IMAGE_DATA").filepath = ""
        reading = session().reading
        if reading is None:
            return
        box = self.layout.box()
        box.label(text=f"Last read: {title(reading)}", icon="USER")
        for name, share in bars(reading):
            box.progress(factor=share, text=f"{name}  {100 * share:.0f} %")
        if feeling(reading):
            box.label(text=feeling(reading))
