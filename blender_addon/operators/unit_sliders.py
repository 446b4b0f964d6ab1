# SPDX-License-Identifier: GPL-3.0-or-later
"""Small verbs on the unit sliders: put to zero, mirrored, keyed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..core.errors import UsageError
from ..core.unit_drivers import slider_path
from ..core.unit_names import DIRECTIONS, REGION_LABELS, other_side, unit_rows
from ..scene.actions import curves_of
from ..scene.find import HeadInScene, head_in
from ..scene.unit_channels import set_sliders, tell_blender, unit_names
from ..scene.unit_keys import key_sliders
from .units import NeedsUnits
from .verb import refusals

ALL = "ALL"
REGION_ITEMS = [(ALL, "All", "Every region of the face"),
                *((region, label, f"Only {label.lower()}")
                  for region, label in REGION_LABELS.items())]
MIRROR_ITEMS = [
    ("LEFT_TO_RIGHT", "Left to Right", "The right side does as the left does"),
    ("RIGHT_TO_LEFT", "Right to Left", "The left side does as the right does"),
    ("SWAP", "Swap Sides", "Each side does as the other did"),
]


class FLAMEWHEEL_OT_reset_units(NeedsUnits, bpy.types.Operator):
    """Put the unit sliders to zero; the expression under them stays"""

    bl_idname = "flamewheel.reset_units"
    bl_label = "Reset Sliders"
    bl_options = {"REGISTER", "UNDO"}

    region: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Region", items=REGION_ITEMS, default=ALL, description="Which sliders",
    )

    def execute(self, context: Any) -> Any:
        """Those of one region, or all."""
        with refusals(self):
            head = head_in(context)
            names = [name for row in unit_rows(unit_names(head.mesh)) for name in row.names
                     if self.region in (ALL, row.region)]
            _set(context, head, dict.fromkeys(names, 0.0))
            return {"FINISHED"}
        return {"CANCELLED"}


class FLAMEWHEEL_OT_mirror_units(NeedsUnits, bpy.types.Operator):
    """Copy the sliders of one side of the face to the other, or swap the sides"""

    bl_idname = "flamewheel.mirror_units"
    bl_label = "Mirror Sliders"
    bl_options = {"REGISTER", "UNDO"}

    direction: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Direction", items=MIRROR_ITEMS, default="LEFT_TO_RIGHT", description="Which way",
    )

    def execute(self, context: Any) -> Any:
        """Left and right are the face's own."""
        with refusals(self):
            head = head_in(context)
            _set(context, head, mirrored(
                unit_names(head.mesh), head.armature, str(self.direction)))
            return {"FINISHED"}
        return {"CANCELLED"}


class FLAMEWHEEL_OT_key_units(NeedsUnits, bpy.types.Operator):
    """Key unit sliders at the current frame"""

    bl_idname = "flamewheel.key_units"
    bl_label = "Key Sliders"
    bl_options = {"REGISTER", "UNDO"}

    units: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Units", default="",
        description="Names such as AU12L, with commas between; empty: all that are off zero or "
        "have keys",
    )

    def execute(self, context: Any) -> Any:
        """Beside the dots that each slider has."""
        with refusals(self):
            head = head_in(context)
            wanted = tuple(name.strip() for name in self.units.split(",") if name.strip())
            unknown = [name for name in wanted if name not in unit_names(head.mesh)]
            if unknown:
                raise UsageError("no-such-unit", f"The head has no unit {unknown[0]!r}.",
                                 f"It has {', '.join(unit_names(head.mesh))}.")
            count = key_sliders(head, context.scene.frame_current, wanted or None)
            self.report({"INFO"}, f"{count} sliders keyed")
            return {"FINISHED"}
        return {"CANCELLED"}


def mirrored(names: tuple[str, ...], values: Mapping[str, Any], direction: str) -> dict[str, float]:
    """What the sliders are after mirroring; `values` are those now.

    Ways to go (AU30, the jaw sideways) swap with the sides; a copy leaves them alone.
    """
    made: dict[str, float] = {}
    giving = {"LEFT_TO_RIGHT": "L", "RIGHT_TO_LEFT": "R"}.get(direction, "LR")
    for name in names:
        other = other_side(name)
        way = name[:-1] in DIRECTIONS
        if other == name or other not in names or name[-1] not in giving:
            continue
        if way and direction != "SWAP":
            continue
        made[other] = float(values.get(name, 0.0))
    return made


def _set(context: Any, head: HeadInScene, values: dict[str, float]) -> None:
    """Sliders to `values`; those that have keys, or all with auto keying, are keyed.

    Without a key the curve of a keyed slider would take it back at once.
    """
    set_sliders(head.mesh, head.armature, values)
    keyed = {curve.data_path for curve in curves_of(head.armature)}
    every = context.scene.tool_settings.use_keyframe_insert_auto
    names = [name for name in values if every or slider_path(name) in keyed]
    if names:
        key_sliders(head, context.scene.frame_current, names)
    tell_blender(head.mesh, head.armature)
