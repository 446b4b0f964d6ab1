# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units in the sidebar: a slider for each, left and right, by region of the face."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.unit_drivers import LINK, slider_path
from ..core.unit_names import DIRECTIONS, REGION_LABELS, REGIONS, UnitRow, unit_rows
from ..scene.find import HeadInScene, find_head
from ..scene.unit_channels import unit_names
from .panels import FlamewheelPanel, HeadPanel

PARENT = "FLAMEWHEEL_PT_units"
TITLE_HEIGHT = 0.8
"""Of a row's: a name belongs to the sliders below it."""
OPEN_AT_FIRST = ("brows", "eyes", "mouth")


class FLAMEWHEEL_PT_units(HeadPanel, bpy.types.Panel):
    """Sliders of the face's muscles"""

    bl_idname = PARENT
    bl_label = "Action Units"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """The verbs on all sliders; the sliders are in the panels below."""
        layout, head = self.layout, find_head(context)
        if head is None:
            return
        if not unit_names(head.mesh):
            layout.label(text="A slider for each muscle action,")
            layout.label(text="left and right, on any expression")
            row = layout.row()
            row.scale_y = 1.4
            row.operator_context = "INVOKE_DEFAULT"
            row.operator("flamewheel.add_units", icon="OPTIONS")
            return
        _draw_verbs(layout, head)


def _draw_verbs(layout: Any, head: HeadInScene) -> None:
    column = layout.column(align=True)
    column.operator_context = "INVOKE_DEFAULT"
    column.operator("flamewheel.measure_units", text="Expression to Units",
                    icon="OPTIONS").what = "POSE"
    column.operator("flamewheel.measure_units", text="Whole Action to Units",
                    icon="ACTION").what = "ACTION"
    column = layout.column(align=True)
    row = column.row(align=True)
    for way, text, icon in (("LEFT_TO_RIGHT", "L to R", "TRIA_RIGHT"),
                            ("RIGHT_TO_LEFT", "R to L", "TRIA_LEFT"),
                            ("SWAP", "Swap", "ARROW_LEFTRIGHT")):
        row.operator("flamewheel.mirror_units", text=text, icon=icon).direction = way
    row = column.row(align=True)
    row.operator("flamewheel.key_units", text="Key", icon="KEY_HLT").units = ""
    row.operator("flamewheel.reset_units", text="Reset", icon="LOOP_BACK").region = "ALL"
    row = layout.row()
    row.prop(head.armature, slider_path(LINK), text="Left moves both sides", toggle=False)
    row.operator("flamewheel.remove_units", text="", icon="TRASH", emboss=False)


class RegionPanel(FlamewheelPanel):
    """The sliders of one region of the face."""

    bl_parent_id = PARENT
    region = "other"

    @classmethod
    def rows(cls, context: Any) -> tuple[UnitRow, ...]:
        """The region's units on the head in use."""
        head = find_head(context)
        names = () if head is None else unit_names(head.mesh)
        return tuple(row for row in unit_rows(names) if row.region == cls.region)

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only where the head has units there."""
        return bool(cls.rows(context))

    def draw_header_preset(self, context: Any) -> None:
        """How many are in use, and a way back to none."""
        head = find_head(context)
        if head is None:
            return
        linked = bool(head.armature.get(LINK, 0))
        used = sum(any(head.armature.get(name, 0.0) != 0 for name, _ in _sliders(row, linked))
                   for row in self.rows(context))
        row = self.layout.row(align=True)
        row.active = used > 0
        row.label(text=str(used) if used else "")
        row.operator("flamewheel.reset_units", text="", icon="LOOP_BACK",
                     emboss=False).region = self.region

    def draw(self, context: Any) -> None:
        """Each unit by its FACS name, the face's left and right side by side."""
        head = find_head(context)
        if head is None:
            return
        linked = bool(head.armature.get(LINK, 0))
        for row in self.rows(context):
            _draw_unit(self.layout, head.armature, row, linked)


def _draw_unit(layout: Any, armature: Any, unit: UnitRow, linked: bool) -> None:
    column = layout.column(align=True)
    title = column.row()
    title.scale_y = TITLE_HEIGHT
    title.label(text=f"{unit.code}  {unit.label}".strip())
    row = column.row(align=True)
    for name, text in _sliders(unit, linked):
        row.prop(armature, slider_path(name), text=text, slider=True)
        row.prop_decorator(armature, slider_path(name))


def _sliders(unit: UnitRow, linked: bool) -> tuple[tuple[str, str], ...]:
    """(name, caption) of the sliders that move the unit: one for both sides where they are linked.

    Ways to go, such as the jaw sideways, are no sides.
    """
    if unit.single is not None:
        return ((unit.single, "Both"),)
    if linked and unit.left and unit.right and unit.code not in DIRECTIONS:
        return ((unit.left, "Left + Right"),)
    sides = ((unit.left, "Left"), (unit.right, "Right"))
    return tuple((name, text) for name, text in sides if name is not None)


def _region_panel(name: str) -> Any:
    """The class of one region's panel: Blender wants a class for each."""
    options = set() if name in OPEN_AT_FIRST else {"DEFAULT_CLOSED"}
    return type(f"FLAMEWHEEL_PT_units_{name}", (RegionPanel, bpy.types.Panel), {
        "__doc__": f"Unit sliders: {REGION_LABELS[name].lower()}",
        "bl_idname": f"FLAMEWHEEL_PT_units_{name}", "bl_label": REGION_LABELS[name],
        "bl_options": options, "region": name})


UNIT_PANELS = (FLAMEWHEEL_PT_units, *map(_region_panel, (*REGIONS, "other")))
