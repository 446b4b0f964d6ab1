# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar of the 3D view: head, photo, wheel, sentence, backend, from top to bottom."""

from __future__ import annotations

from typing import Any

import bpy

from ..client.session import session
from ..scene.find import find_head
from .mix_fields import draw_mix, fill_mix


class FlamewheelPanel:
    """Where every Flamewheel panel lives."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    layout: Any
    bl_category = "Flamewheel"


class HeadPanel(FlamewheelPanel):
    """A panel that has something to act on."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only with a head."""
        return find_head(context) is not None


class FLAMEWHEEL_PT_head(FlamewheelPanel, bpy.types.Panel):
    """Import, and what is imported"""

    bl_idname = "FLAMEWHEEL_PT_head"
    bl_label = "Head"

    def draw(self, context: Any) -> None:
        """The head in use, or how to get one."""
        layout = self.layout
        head = find_head(context)
        column = layout.column(align=True)
        column.scale_y = 1.2
        column.operator("flamewheel.import_head", text="Open Head", icon="OUTLINER_OB_ARMATURE")
        column.operator("flamewheel.import_head_file", text="FLAME or Other …", icon="FILE_FOLDER")
        if head is None:
            layout.label(text="Select a head to animate it", icon="INFO")
            return
        box = layout.box()
        box.label(text=head.mesh.name, icon="MESH_MONKEY")
        box.label(text=f"{head.identity_count} identity, {head.expression_count} expression keys")
        row = layout.row(align=True)
        row.operator("flamewheel.reset_expression", icon="LOOP_BACK")


class FLAMEWHEEL_PT_photo(HeadPanel, bpy.types.Panel):
    """Photo or video to head"""

    bl_idname = "FLAMEWHEEL_PT_photo"
    bl_label = "Photo and Video"

    def draw(self, context: Any) -> None:
        """Who it is, what it does, or both."""
        column = self.layout.column(align=True)
        column.operator_context = "INVOKE_DEFAULT"
        both = column.operator("flamewheel.encode_photo", text="From Photo …", icon="IMAGE_DATA")
        _photo(both, identity=True, expression=True)
        row = column.row(align=True)
        _photo(row.operator("flamewheel.encode_photo", text="Identity"), True, False)
        _photo(row.operator("flamewheel.encode_photo", text="Expression"), False, True)
        video = self.layout.column(align=True)
        video.operator_context = "INVOKE_DEFAULT"
        video.operator("flamewheel.encode_video", text="From Video …",
                       icon="FILE_MOVIE").filepath = ""
        detail = self.layout.column()
        detail.operator_context = "INVOKE_DEFAULT"
        detail.operator("flamewheel.apply_detail", text="Wrinkles …",
                        icon="TEXTURE").filepath = ""


def _photo(operator: Any, identity: bool, expression: bool) -> None:
    operator.filepath = ""
    operator.use_identity = identity
    operator.use_expression = expression


class FLAMEWHEEL_PT_wheel(HeadPanel, bpy.types.Panel):
    """The Emotion Wheel"""

    bl_idname = "FLAMEWHEEL_PT_wheel"
    bl_label = "Emotion Wheel"

    def draw(self, context: Any) -> None:
        """Drag on the wheel, or say the mix in numbers."""
        layout, state = self.layout, context.scene.flamewheel
        row = layout.row()
        row.scale_y = 1.4
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("flamewheel.wheel", icon="COLOR")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(state, "primary")
        column.prop(state, "intensity")
        draw_mix(column, state)
        column.prop(state, "seconds")
        row = layout.row(align=True)
        row.operator_context = "INVOKE_DEFAULT"
        pose = row.operator("flamewheel.blend", text="Pose", icon="POSE_HLT")
        key = row.operator("flamewheel.blend", text="Key", icon="KEY_HLT")
        for operator, insert_keys in ((pose, False), (key, True)):
            fill_mix(operator, state)
            operator.insert_keys = insert_keys


class FLAMEWHEEL_PT_backend(FlamewheelPanel, bpy.types.Panel):
    """The backend process"""

    bl_idname = "FLAMEWHEEL_PT_backend"
    bl_label = "Backend"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Its state, its switches, and what was refused last."""
        layout, now = self.layout, session()
        layout.label(text=now.state_text, icon="CHECKMARK" if now.running else "INFO")
        row = layout.row(align=True)
        row.operator("flamewheel.start_backend", text="Start", icon="PLAY")
        row.operator("flamewheel.stop_backend", text="Stop", icon="SNAP_FACE")
        layout.operator("flamewheel.install_backend", icon="IMPORT")
        if now.last_refusal is not None:
            box = layout.box()
            box.alert = True
            wrapped(box, now.last_refusal.message, "ERROR", characters(context))
            wrapped(box, now.last_refusal.hint, "BLANK1", characters(context))


CHARACTER = 6.6
"""Pixels of an average character of the interface's font, at a scale of 1: measured."""
MARGIN = 75
"""Pixels beside a line in a box, with an icon before it, at a scale of 1: measured."""


def characters(context: Any) -> int:
    """How many fit a line of the sidebar as wide as it is."""
    scale = context.preferences.system.ui_scale
    return max(16, int((context.region.width / scale - MARGIN) / CHARACTER))


def wrapped(layout: Any, text: str, icon: str, width: int) -> None:
    """A label does not break lines itself."""
    import textwrap

    for number, line in enumerate(textwrap.wrap(text, width)):
        layout.label(text=line, icon=icon if number == 0 else "BLANK1")


PANELS = (
    FLAMEWHEEL_PT_head,
    FLAMEWHEEL_PT_photo,
    FLAMEWHEEL_PT_wheel,
    FLAMEWHEEL_PT_backend,
)
