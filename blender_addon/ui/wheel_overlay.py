# SPDX-License-Identifier: GPL-3.0-or-later
"""The Emotion Wheel under the mouse: drag on it, and the face follows.

While it is open the 3D view can be turned and the frame changed.  At most one question is with
the backend; while it is, newer positions wait and only the newest is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..client.session import Job, session
from ..core.backend_calls import BackendCalls
from ..core.errors import FlamewheelError
from ..core.protocol import BlendReply, BlendRequest, WheelSpot
from ..core.wheel_disc import Part, WheelMix, mix_at, with_held
from ..core.wheel_names import NEUTRAL
from ..scene.find import HeadInScene, find_head, head_in
from ..scene.pose import apply_code, put_back, standing
from ..scene.unit_channels import Standing
from .wheel_drawing import Point, Shown, WheelView, draw_wheel

Mix = tuple[Part, ...]
NOTHING = WheelMix(NEUTRAL, None, 1.0, 0.0)

RADIUS_SHARE = 0.22  # of the region's shorter side
MARGIN = 1.45  # radii from the region's corner to the wheel's centre
LOOK_SECONDS = 0.02
HINT = "drag: blend   ·   Shift-click: hold one more   ·   K: key   ·   Enter: keep   ·   Esc: back"
SMOOTH = ("units", "linear")
"""Methods whose faces do not jump under the mouse: eq. 3 gives components of the second emotion in
full where its share is least.  For the others `linear` shows the way."""


class FLAMEWHEEL_OT_wheel(bpy.types.Operator):
    """Drag on Plutchik's Emotion Wheel and see the face follow"""

    bl_idname = "flamewheel.wheel"
    bl_label = "Drag on the Wheel"
    bl_options = {"UNDO", "BLOCKING"}

    _head: HeadInScene
    _before: Standing
    _command: Sequence[str]
    _pointer: Point | None = None
    _asked: Mix | None = None
    _wanted: Mix | None = None
    _held: Part | None = None
    _job: Job[BlendReply] | None = None
    _dragging = False
    _changed = False

    @classmethod
    def poll(cls, context: Any) -> bool:
        """A wheel needs a 3D view to stand in and a head to move."""
        return context.area is not None and context.area.type == "VIEW_3D" and bool(
            find_head(context)
        )

    def invoke(self, context: Any, event: bpy.types.Event) -> Any:
        """Open the wheel."""
        try:
            self._head = head_in(context)
            self._command = session().command()
        except FlamewheelError as refusal:
            self.report({"ERROR"}, f"{refusal.message} {refusal.hint}")
            return {"CANCELLED"}
        self._before = standing(self._head)
        chosen = context.scene.flamewheel.method
        self._method = chosen if chosen in SMOOTH else "linear"
        self._area: Any = context.area
        self._region = next(r for r in context.area.regions if r.type == "WINDOW")
        self._drawing = bpy.types.SpaceView3D.draw_handler_add(
            self._draw, (), "WINDOW", "POST_PIXEL"
        )
        self._timer = context.window_manager.event_timer_add(LOOK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._area.tag_redraw()
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: bpy.types.Event) -> Any:
        """Follow the mouse; everything that is not the wheel's goes on to the view."""
        try:
            return self._handle(context, event)
        except FlamewheelError as refusal:
            self.report({"ERROR"}, f"{refusal.message} {refusal.hint}")
            session().last_refusal = refusal
            self._close(context)
            return {"CANCELLED"}

    def _handle(self, context: Any, event: bpy.types.Event) -> Any:
        if event.type == "TIMER":
            self._take_answer()
            self._ask_newest()
            return {"PASS_THROUGH"}
        if event.type in {"ESC", "RIGHTMOUSE"} and event.value == "PRESS":
            put_back(self._head.still_there(), self._before)
            self._close(context)
            return {"CANCELLED"}
        if event.type in {"RET", "NUMPAD_ENTER"} and event.value == "PRESS":
            self._close(context)
            return {"FINISHED"} if self._changed else {"CANCELLED"}
        if event.type == "K" and event.value == "PRESS":
            verbs: Any = bpy.ops
            verbs.flamewheel.key_expression()
            self._changed = True
            return {"RUNNING_MODAL"}
        return self._drag(event)

    def _drag(self, event: bpy.types.Event) -> Any:
        point = self._view().to_disc(
            event.mouse_x - self._region.x, event.mouse_y - self._region.y
        )
        inside = point[0] ** 2 + point[1] ** 2 <= 1.1
        if event.type == "LEFTMOUSE":
            if event.shift and event.value == "PRESS" and inside:
                self._hold(point)
                return {"RUNNING_MODAL"}
            self._dragging = event.value == "PRESS" and inside
            if not inside and event.value == "PRESS":
                return {"PASS_THROUGH"}
        if not self._dragging or event.type not in {"MOUSEMOVE", "LEFTMOUSE"}:
            return {"RUNNING_MODAL"} if inside and event.type == "LEFTMOUSE" else {"PASS_THROUGH"}
        self._pointer = point
        self._look_again()
        return {"RUNNING_MODAL"}

    def _hold(self, point: Point) -> None:
        """Hold the emotion at `point` beside what is dragged; the same once more lets it go."""
        there = mix_at(*point)
        again = self._held is not None and self._held.emotion == there.primary
        plain = again or there.primary == NEUTRAL
        self._held = None if plain else Part(there.primary, 1.0, there.intensity)
        self._look_again()

    def _look_again(self) -> None:
        pointed = mix_at(*self._pointer) if self._pointer is not None else NOTHING
        self._wanted = with_held(pointed, self._held)
        self._area.tag_redraw()

    def _ask_newest(self) -> None:
        if self._job is not None or self._wanted is None or self._wanted == self._asked:
            return
        mix = self._wanted
        first, *more = (WheelSpot(part.emotion, part.intensity) for part in mix)
        second, third, *_ = (*more, None, None)
        asked = BlendRequest(
            self._head.source, first, second, method=self._method, tertiary=third,
            weights=[part.weight for part in mix],
        )

        def ask(calls: BackendCalls) -> BlendReply:
            return calls.blend(asked)

        self._asked = mix
        self._job = session().ask_later(self._command, ask)

    def _take_answer(self) -> None:
        if self._job is None or not self._job.finished:
            return
        reply = self._job.answer()
        self._job = None
        apply_code(self._head.still_there(), reply.code)
        self._changed = True
        self._area.tag_redraw()

    def _view(self) -> WheelView:
        radius = RADIUS_SHARE * min(self._region.width, self._region.height)
        return WheelView((radius * MARGIN, radius * MARGIN), radius)

    def _draw(self) -> None:
        context: Any = bpy.context
        if context.area != self._area:
            return  # other 3D views show the face, not the wheel
        scale = context.preferences.system.ui_scale
        draw_wheel(self._view(), Shown(self._pointer, self._held, self._wanted or ()), HINT, scale)

    def _close(self, context: Any) -> None:
        if self._job is not None:
            self._job.cancel()
        context.window_manager.event_timer_remove(self._timer)
        bpy.types.SpaceView3D.draw_handler_remove(self._drawing, "WINDOW")
        self._area.tag_redraw()
