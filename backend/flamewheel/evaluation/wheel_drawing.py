# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets: faces on the wheel's rings, and faces in rows, with captions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..wheel.geometry import PETAL, PETALS

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Pixels = npt.NDArray[np.uint8]

# Shares of a picture's side; design choices, judged by eye.
TITLE, NAME, DETAIL = 0.145, 0.105, 0.078  # sizes of letters
CAPTION = 0.25  # height under a picture
GAP = 0.07
INNER, OUTER = 1.75, 3.05  # radii of the wheel's two rings
ROUNDED = 0.06
INK, FAINT, LINE, PAPER = (28, 30, 34), (105, 109, 115), (225, 227, 230), (255, 255, 255)
COLOURS = {  # as Plutchik's wheel is commonly printed
    "Joy": (240, 200, 40), "Trust": (150, 200, 70), "Fear": (40, 140, 80),
    "Surprise": (60, 170, 200), "Sadness": (60, 100, 200), "Disgust": (140, 80, 180),
    "Anger": (210, 60, 60), "Anticipation": (235, 130, 40), "Contempt": (150, 110, 120),
}


@dataclass(frozen=True, eq=False)
class Cell:
    """One face with its words."""

    picture: Pixels  # (side,side,3)
    name: str
    detail: str = ""
    emotions: tuple[str, ...] = ()  # whose colours it bears


def wheel_sheet(
    title: str, centre: Cell, inner: Sequence[Cell], outer: Sequence[Cell]
) -> Pixels:
    """Eight emotions on the inner ring, the first at the top and the others clockwise; outside,
    the dyad that follows each clockwise; `centre` in the middle."""
    side = centre.picture.shape[0]
    half = round((OUTER + 0.5 + GAP) * side)
    top = round(1.6 * TITLE * side)
    sheet, draw = _blank(2 * half, 2 * half + top + round(CAPTION * side))
    _text(draw, (half, round(0.4 * TITLE * side)), title, TITLE * side, INK)
    middle = (half, half + top)
    for radius in (INNER * side, OUTER * side):
        draw.ellipse((middle[0] - radius, middle[1] - radius, middle[0] + radius,
                      middle[1] + radius), outline=LINE, width=max(1, side // 80))
    places = [(centre, middle)]
    for cells, radius, shift in ((inner, INNER, 0.0), (outer, OUTER, 0.5)):
        for number in range(PETALS):
            angle = (number + shift) * PETAL
            places.append((cells[number], (
                round(middle[0] + radius * side * math.sin(angle)),
                round(middle[1] - radius * side * math.cos(angle)))))
    for _, (x, y) in places:
        draw.rectangle((x - side // 2, y, x + side // 2, y + round((0.5 + CAPTION) * side)),
                       fill=PAPER)  # words stand on paper, not on the ring's line
    for cell, (x, y) in places:
        _put(sheet, draw, cell, (x - side // 2, y - side // 2))
    return np.asarray(sheet, dtype=np.uint8)


def row_sheet(
    title: str, cells: Sequence[Cell], columns: int, heads: Sequence[str] = ()
) -> Pixels:
    """Faces row by row; `heads` stand over the columns."""
    side = cells[0].picture.shape[0]
    gap = round(GAP * side)
    step = (side + gap, side + round(CAPTION * side) + gap // 2)
    top = round(1.9 * TITLE * side) + (round(1.5 * NAME * side) if heads else 0)
    rows = -(-len(cells) // columns)
    width = max(columns * step[0] + gap, round(_width(title, TITLE * side)) + 2 * gap)
    sheet, draw = _blank(width, top + rows * step[1] + gap)
    _text(draw, (sheet.width // 2, round(0.4 * TITLE * side)), title, TITLE * side, INK)
    for number, head in enumerate(heads):
        _text(draw, (gap + number * step[0] + side // 2, top - round(1.4 * NAME * side)), head,
              NAME * side, FAINT)
    for number, cell in enumerate(cells):
        _put(sheet, draw, cell, (gap + number % columns * step[0],
                                 top + number // columns * step[1]))
    return np.asarray(sheet, dtype=np.uint8)


def _blank(width: int, height: int) -> tuple[Image, ImageDraw]:
    from PIL import Image as images
    from PIL import ImageDraw as drawing

    sheet = images.new("RGB", (width, height), PAPER)
    return sheet, drawing.Draw(sheet)


def _put(sheet: Image, draw: ImageDraw, cell: Cell, corner: tuple[int, int]) -> None:
    from PIL import Image as images
    from PIL import ImageDraw as drawing

    side = cell.picture.shape[0]
    mask = images.new("L", (4 * side, 4 * side), 0)  # four times as fine, for smooth corners
    drawing.Draw(mask).rounded_rectangle((0, 0, 4 * side - 1, 4 * side - 1), 4 * ROUNDED * side,
                                         fill=255)
    sheet.paste(images.fromarray(cell.picture), corner, mask.resize((side, side)))
    x, y = corner[0] + side // 2, corner[1] + side + round(0.02 * side)
    _text(draw, (x, y), cell.name, NAME * side, INK, side)
    _text(draw, (x, y + round(1.1 * NAME * side)), cell.detail, DETAIL * side, FAINT, side)
    _chips(draw, corner, side, cell.emotions)


def _chips(
    draw: ImageDraw, corner: tuple[int, int], side: int, emotions: Sequence[str]
) -> None:
    """The emotions' colours in the picture's corner, the primary's first and larger."""
    x, y = corner[0] + round(0.09 * side), corner[1] + round(0.09 * side)
    for number, emotion in enumerate(emotions):
        radius = round((0.045 if number == 0 else 0.032) * side)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=COLOURS[emotion],
                     outline=PAPER, width=max(1, side // 120))
        x += round(0.085 * side)


def _width(text: str, size: float) -> float:
    from PIL import ImageFont

    return float(ImageFont.load_default(size).getlength(text))


def _text(
    draw: ImageDraw, top: tuple[int, int], text: str, size: float, ink: tuple[int, int, int],
    widest: float = math.inf,
) -> None:
    """Centred below `top`, smaller where it would be wider than `widest`."""
    from PIL import ImageFont

    if not text:
        return
    size = min(size, size * widest / max(_width(text, size), 1.0))
    draw.text(top, text, fill=ink, font=ImageFont.load_default(size), anchor="ma")
