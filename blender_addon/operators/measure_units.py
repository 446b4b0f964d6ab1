# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression, or the keyed action, as unit sliders: to edit a blend or a photo in units."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..core.backend_calls import BackendCalls
from ..core.errors import BackendError
from ..core.protocol_units import MeasureReply, MeasureRequest
from ..scene.find import head_in
from ..scene.pose import key_present
from ..scene.unit_channels import unit_names
from ..scene.unit_keys import face_now, faces_of_action, show_in_units
from .units import NeedsUnits
from .verb import Ask, BackendVerb, tell

WHAT_ITEMS = [
    ("POSE", "Pose", "The face as it stands, without keys"),
    ("KEY", "Pose and Key", "The face as it stands, keyed at the current frame"),
    ("ACTION", "Whole Action", "Every keyed frame of the expression"),
]


class FLAMEWHEEL_OT_measure_units(NeedsUnits, BackendVerb, bpy.types.Operator):
    """Say the present expression in unit sliders; what they cannot say stays under them"""

    bl_idname = "flamewheel.measure_units"
    bl_label = "Expression to Units"
    bl_options = {"UNDO"}
    waiting = "Measuring action units"

    what: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="What", items=WHAT_ITEMS, default="POSE", description="What is said in units",
    )

    def prepare(self, context: Any) -> Ask:
        """The face, or all keyed frames, with what sliders show already."""
        self._head = head_in(context)
        self._faces = (faces_of_action(self._head) if self.what == "ACTION"
                       else face_now(self._head, float(context.scene.frame_current)))
        asked = MeasureRequest(self._head.source, self._faces.rows.tolist())

        def ask(calls: BackendCalls) -> MeasureReply:
            return calls.measure_units(asked)

        return ask

    def apply(self, context: Any, reply: Any) -> None:
        """Sliders where the backend saw units, and the rest in the bases: the same face."""
        head = self._head.still_there()
        names = unit_names(head.mesh)
        strengths = np.array(reply.strengths, np.float64)
        if set(reply.names) != set(names) or strengths.shape != (
                len(self._faces.frames), len(names)):
            raise BackendError("other-units", "The backend knows other units of this head.",
                               "Remove the sliders and add them again.")
        order = [reply.names.index(name) for name in names]
        show_in_units(head, self._faces, strengths[:, order])
        if self.what == "KEY":
            key_present(head, context.scene)
        elif self._faces.keyed:
            context.scene.frame_set(context.scene.frame_current)
        share = 100 * float(np.mean(reply.explained))
        self.report({"INFO"}, f"{share:.0f} % of the motion is in the sliders")
        tell(self, reply.notes)
