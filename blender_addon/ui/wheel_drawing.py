# SPDX-License-Identifier: GPL-3.0-or-later
"""The Emotion Wheel as a picture in the 3D view: eight petals, three rings, names, the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import blf
import gpu
from gpu_extras.batch import batch_for_shader

from ..core.wheel_disc import COLOURS, PETAL, Part, point_of, ring_name, title_of
from ..core.wheel_names import WHEEL_ORDER

RINGS = 3
ARC_STEPS = 12  # straight pieces of a petal's arc: no corner is seen at 200 pixels
RING_STRENGTH = (0.45, 0.7, 0.95)  # how strongly mild, basic and intense show their colour
BACKGROUND = (0.09, 0.09, 0.1)
INK = (1.0, 1.0, 1.0, 0.92)

Point = tuple[float, float]


@dataclass(frozen=True)
class WheelView:
    """Where the wheel lies in the region, in pixels."""

    centre: Point
    radius: float

    def to_disc(self, x: float, y: float) -> Point:
        """A pixel as a point of the unit disc."""
        return ((x - self.centre[0]) / self.radius, (y - self.centre[1]) / self.radius)

    def to_pixel(self, point: Point) -> Point:
        """A point of the unit disc as a pixel."""
        return (self.centre[0] + point[0] * self.radius, self.centre[1] + point[1] * self.radius)


@dataclass(frozen=True)
class Shown:
    """What the wheel shows beside itself."""

    pointer: Point | None  # of the unit disc
    held: Part | None  # an emotion that is held beside what is pointed at
    parts: Sequence[Part]  # what is mixed


def draw_wheel(view: WheelView, shown: Shown, hint: str, scale: float) -> None:
    """Draw the wheel, where it is pointed at and what is mixed.

    `scale` is Blender's interface scale (1 = 72 dpi).
    """
    gpu.state.blend_set("ALPHA")
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    batch_for_shader(shader, "TRIS", _petals(view)).draw(shader)
    _draw_spokes(view)
    _draw_names(view, scale)
    if shown.held is not None:
        _draw_pointer(view, point_of(shown.held.emotion, shown.held.intensity))
    if shown.pointer is not None:
        _draw_pointer(view, shown.pointer)
    if shown.parts:
        _draw_title(view, shown.parts, scale)
    _text(hint, (view.centre[0], view.centre[1] - view.radius * 1.22), 11 * scale)
    gpu.state.blend_set("NONE")


def _petals(view: WheelView) -> Any:
    positions: list[tuple[float, ...]] = []
    colours: list[tuple[float, ...]] = []
    for petal, emotion in enumerate(WHEEL_ORDER):
        for ring in range(RINGS):
            strength = RING_STRENGTH[ring]
            colour = tuple(
                back + (front - back) * strength
                for back, front in zip(BACKGROUND, COLOURS[emotion], strict=True)
            )
            cells = _ring_cells(view, petal, ring)
            positions += cells
            colours += [(*colour, 0.93)] * len(cells)
    return {"pos": positions, "color": colours}


def _ring_cells(view: WheelView, petal: int, ring: int) -> list[tuple[float, ...]]:
    """Triangles of one petal's ring, as 3D points (the built-in shader wants three numbers)."""
    inner, outer = ring / RINGS, (ring + 1) / RINGS
    start = (petal - 0.5) * PETAL
    angles = [start + PETAL * step / ARC_STEPS for step in range(ARC_STEPS + 1)]
    corners = [
        [(*view.to_pixel((r * math.sin(a), r * math.cos(a))), 0.0) for r in (inner, outer)]
        for a in angles
    ]
    cells: list[tuple[float, ...]] = []
    for (a_in, a_out), (b_in, b_out) in pairwise(corners):
        cells += [a_in, a_out, b_out, a_in, b_out, b_in]
    return cells


def _draw_spokes(view: WheelView) -> None:
    lines: list[tuple[float, ...]] = []
    for petal in range(len(WHEEL_ORDER)):
        angle = (petal - 0.5) * PETAL
        rim = view.to_pixel((math.sin(angle), math.cos(angle)))
        lines += [(*view.centre, 0.0), (*rim, 0.0)]
    for ring in range(1, RINGS + 1):
        steps = ARC_STEPS * len(WHEEL_ORDER)
        points = [
            (*view.to_pixel((ring / RINGS * math.sin(a), ring / RINGS * math.cos(a))), 0.0)
            for a in (2 * math.pi * step / steps for step in range(steps + 1))
        ]
        for here, there in pairwise(points):
            lines += [here, there]
    _draw_flat("LINES", lines, (0.0, 0.0, 0.0, 0.45))


def _draw_names(view: WheelView, scale: float) -> None:
    for emotion in WHEEL_ORDER:
        middle_of_basic_ring = 0.75
        _text(emotion, view.to_pixel(point_of(emotion, middle_of_basic_ring)), 12 * scale)


def _draw_pointer(view: WheelView, pointer: Point) -> None:
    radius = math.hypot(*pointer)
    if radius > 1:
        pointer = (pointer[0] / radius, pointer[1] / radius)
    x, y = view.to_pixel(pointer)
    _draw_flat("LINES", [(*view.centre, 0.0), (x, y, 0.0)], (1.0, 1.0, 1.0, 0.8))
    for size, colour in ((8.0, (0.0, 0.0, 0.0, 0.85)), (6.0, (1.0, 1.0, 1.0, 1.0))):
        ring = [
            (x + size * math.sin(PETAL * step / 2), y + size * math.cos(PETAL * step / 2), 0.0)
            for step in range(17)
        ]
        fan = [point for pair in pairwise(ring) for point in ((x, y, 0.0), *pair)]
        _draw_flat("TRIS", fan, colour)


def _draw_title(view: WheelView, parts: Sequence[Part], scale: float) -> None:
    """The mix's name, and below it each emotion with its ring, share and strength."""
    x, y = view.centre[0], view.centre[1] + view.radius * 1.1
    alone = len(parts) == 1
    each = "   ".join(
        f"{ring_name(part.emotion, part.intensity)} "
        + ("" if alone else f"{100 * part.weight:.0f} % ") + f"({part.intensity:.2f})"
        for part in parts)
    _text(title_of(parts), (x, y + 22 * scale), 15 * scale)
    if parts[0].intensity or not alone:
        _text(each, (x, y + 4 * scale), 11 * scale)


def _draw_flat(
    kind: Literal["LINES", "TRIS"], points: Sequence[tuple[float, ...]], colour: tuple[float, ...]
) -> None:
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    shader.bind()
    shader.uniform_float("color", colour)
    batch_for_shader(shader, kind, {"pos": list(points)}).draw(shader)


def _text(text: str, at: Point, size: float) -> None:
    """One line, centred on `at`, with a shadow: it is read over any scene."""
    font = 0
    blf.size(font, size)
    width, height = blf.dimensions(font, text)
    blf.enable(font, blf.SHADOW)
    blf.shadow(font, 3, 0.0, 0.0, 0.0, 0.9)
    blf.color(font, *INK)
    blf.position(font, at[0] - width / 2, at[1] - height / 2, 0)
    blf.draw(font, text)
    blf.disable(font, blf.SHADOW)
