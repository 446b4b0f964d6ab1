# SPDX-License-Identifier: GPL-3.0-or-later
"""The Sentence panel's list of steps: add, remove, move; and what a step has over its emotions."""

from __future__ import annotations

from typing import Any

import bpy

from ..scene.plan_fields import copy_step


class _EditsSteps:
    """Only where there is a step to edit."""

    bl_options: Any = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Is there one?"""
        state = context.scene.flamewheel
        return bool(0 <= state.active_step < len(state.steps))


class FLAMEWHEEL_OT_add_step(bpy.types.Operator):
    """Add a step after the chosen one, as that is"""

    bl_idname = "flamewheel.add_step"
    bl_label = "Add a Step"
    bl_options = {"UNDO"}

    def execute(self, context: Any) -> Any:
        """A copy is nearer to what comes next than any default."""
        state = context.scene.flamewheel
        state.steps.add()
        last = len(state.steps) - 1
        if last:
            at = min(max(state.active_step, 0), last - 1)
            copy_step(state.steps[last], state.steps[at])
            state.steps[last].words, state.steps[last].start, state.steps[last].end = "", 0, 0
            state.steps.move(last, at + 1)
            state.active_step = at + 1
        return {"FINISHED"}


class FLAMEWHEEL_OT_remove_step(_EditsSteps, bpy.types.Operator):
    """Remove the chosen step"""

    bl_idname = "flamewheel.remove_step"
    bl_label = "Remove the Step"

    def execute(self, context: Any) -> Any:
        """The one after it is chosen then."""
        state = context.scene.flamewheel
        state.steps.remove(state.active_step)
        state.active_step = max(0, min(state.active_step, len(state.steps) - 1))
        return {"FINISHED"}


class FLAMEWHEEL_OT_move_step(_EditsSteps, bpy.types.Operator):
    """Move the chosen step up or down"""

    bl_idname = "flamewheel.move_step"
    bl_label = "Move the Step"

    up: bpy.props.BoolProperty(name="Up", default=True)  # type: ignore[valid-type]

    def execute(self, context: Any) -> Any:
        """At an end it stays."""
        state = context.scene.flamewheel
        to = state.active_step + (-1 if self.up else 1)
        if not 0 <= to < len(state.steps):
            return {"CANCELLED"}
        state.steps.move(state.active_step, to)
        state.active_step = to
        return {"FINISHED"}


class _EditsThings(_EditsSteps):
    """What a step shows over its emotions."""

    what: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="What", items=(("layers", "Part", "An emotion in parts of the face"),
                            ("units", "Action Unit", "A FACS unit")),
    )


class FLAMEWHEEL_OT_add_to_step(_EditsThings, bpy.types.Operator):
    """Show one more thing in the chosen step: an emotion in a part of the face, or a unit"""

    bl_idname = "flamewheel.add_to_step"
    bl_label = "Add to the Step"

    def execute(self, context: Any) -> Any:
        """Empty, to be filled in."""
        state = context.scene.flamewheel
        getattr(state.steps[state.active_step], self.what).add()
        return {"FINISHED"}


class FLAMEWHEEL_OT_remove_from_step(_EditsThings, bpy.types.Operator):
    """Take it out of the chosen step"""

    bl_idname = "flamewheel.remove_from_step"
    bl_label = "Remove from the Step"

    index: bpy.props.IntProperty(name="Index", min=0)  # type: ignore[valid-type]

    def execute(self, context: Any) -> Any:
        """The one with that place in its list."""
        state = context.scene.flamewheel
        things = getattr(state.steps[state.active_step], self.what)
        if self.index >= len(things):
            return {"CANCELLED"}
        things.remove(self.index)
        return {"FINISHED"}


STEP_OPERATORS = (FLAMEWHEEL_OT_add_step, FLAMEWHEEL_OT_remove_step, FLAMEWHEEL_OT_move_step,
                  FLAMEWHEEL_OT_add_to_step, FLAMEWHEEL_OT_remove_from_step)
