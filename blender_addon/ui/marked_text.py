# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence with some of its words in red and underlined, as far as labels can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import blf
import bpy

from ..core.plan_rows import marked_lines

INTERFACE_FONT = 0
UNIT = 20.0
"""Pixels of a button's height at an interface scale of 1: Blender's UI_UNIT_Y."""
LABEL_MARGIN = 0.35
"""Units beside a label's words: measured."""
WAVE = "\N{COMBINING TILDE BELOW}"
"""Under a letter; Blender's own font has no combining low line."""


def draw_marked(layout: Any, text: str, places: Sequence[tuple[int, int]], width: int) -> None:
    """`text` in lines of `width` characters, with the words at `places` [start, end) marked."""
    column = layout.column(align=True)
    for line in marked_lines(text, places, width):
        row = column.row(align=True)
        row.alignment = "LEFT"
        for words, marked in line:
            piece = row.row()
            piece.alert = marked
            piece.ui_units_x = units_wide(words)
            piece.label(text=underlined(words) if marked else words)


def units_wide(words: str) -> float:
    """How wide a label of `words` is, in Blender's units of a button's height."""
    return _pixels(words) / UNIT + LABEL_MARGIN


def underlined(words: str) -> str:
    """`words` with a wave below, where the interface's font has one that takes no room."""
    if _pixels(f"a{WAVE}") > _pixels("a"):
        return words
    return "".join(letter if letter.isspace() else letter + WAVE for letter in words)


def _pixels(words: str) -> float:
    preferences: Any = bpy.context.preferences
    blf.size(INTERFACE_FONT, preferences.ui_styles[0].widget.points)
    return float(blf.dimensions(INTERFACE_FONT, words)[0])
