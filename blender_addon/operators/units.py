# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit sliders on the head: added, taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..core.backend_calls import BackendCalls
from ..core.errors import FlamewheelError
from ..core.head_file import EMBEDDED, open_head_path
from ..core.head_units import HeadUnits, units_of_file, units_of_reply
from ..core.protocol_units import UnitsReply, UnitsRequest
from ..scene.find import HeadInScene, find_head, head_in
from ..scene.unit_channels import unit_names
from ..scene.unit_rig import add_units, check_addable, remove_units
from .verb import Ask, BackendVerb, refusals, tell


class NeedsUnits:
    """Mix in first: greyed out where the head has no sliders."""

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only with sliders."""
        head = find_head(context)
        return head is not None and bool(unit_names(head.mesh))


class FLAMEWHEEL_OT_add_units(BackendVerb, bpy.types.Operator):
    """Give the head a named, keyable slider for each FACS action unit, left and right"""

    bl_idname = "flamewheel.add_units"
    bl_label = "Add Unit Sliders"
    bl_options = {"REGISTER", "UNDO"}
    waiting = "Solving the head's action units"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only with a head that has none yet."""
        head = find_head(context)
        return head is not None and not unit_names(head.mesh)

    def execute(self, context: Any) -> Any:
        """A head that names its units needs no backend."""
        with refusals(self):
            head = head_in(context)
            check_addable(head)
            own = units_that_file_names(head)
            if own is None:
                return BackendVerb.execute(self, context)
            self._add(head, own)
            return {"FINISHED"}
        return {"CANCELLED"}

    def prepare(self, context: Any) -> Ask:
        """The backend solves them."""
        self._head = head_in(context)
        asked = UnitsRequest(self._head.source)

        def ask(calls: BackendCalls) -> UnitsReply:
            return calls.head_units(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Sliders for what was solved."""
        self._add(self._head.still_there(), units_of_reply(reply))
        tell(self, reply.notes)

    def _add(self, head: HeadInScene, units: HeadUnits) -> None:
        names = add_units(head, units)
        self.report({"INFO"}, f"{len(names)} unit sliders on {head.armature.name!r}, "
                    f"units: {units.source}")


class FLAMEWHEEL_OT_remove_units(NeedsUnits, bpy.types.Operator):
    """Take the unit sliders away; the expression keys can be keyed themselves again"""

    bl_idname = "flamewheel.remove_units"
    bl_label = "Remove Unit Sliders"
    bl_options = {"REGISTER", "UNDO"}

    keep: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Keep the Face", default=True,
        description="What the sliders show goes into the expression keys and their animation, so "
        "that nothing visible changes; otherwise the face is as it was without them",
    )

    def execute(self, context: Any) -> Any:
        """Keyed sliders become keys on every frame of theirs."""
        with refusals(self):
            remove_units(head_in(context), keep=self.keep)
            context.scene.frame_set(context.scene.frame_current)
            return {"FINISHED"}
        return {"CANCELLED"}


def units_that_file_names(head: HeadInScene) -> HeadUnits | None:
    """The units in the head's own file; None where it names none, or cannot be read here.

    What is wrong with a file that cannot be read the backend says, which reads it too.
    """
    try:
        path = open_head_path(head.source) if head.source in EMBEDDED else Path(head.source)
        return units_of_file(path) if path.suffix == ".npz" and path.is_absolute() else None
    except FlamewheelError:
        return None
