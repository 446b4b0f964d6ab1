# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments of performances beside one another on one picture, for a person to judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..parameters import ExpressionCode
from .studio import Studio

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Picture = npt.NDArray[np.uint8]
Progress = Callable[[int, int, str], None]

GROUND, INK, SOFT_INK = (246, 246, 247), (24, 24, 28), (96, 98, 104)
GAP = 4  # px between faces
TITLE, CAPTION = 0.115, 0.085  # of a face's side: the letters' heights
MOST_LETTERS = 300  # of a line, before it is measured


@dataclass(frozen=True, eq=False)
class Row:
    """One performance: its sentence, and some of its moments."""

    title: str
    plan: str  # its steps in words, beside the title where there is room
    codes: Sequence[ExpressionCode]
    captions: Sequence[str]  # one a code


def performance_sheet(
    head: HeadData, path: Path | None, rows: Sequence[Row], side: int,
    progress: Progress | None = None,
) -> Picture:
    """(H,W,3): a row of faces of `side` px for each performance, under its sentence.

    path: the head's file, for its maps; None: that of the head of this name.
    """
    from PIL import Image
    from PIL.ImageDraw import Draw

    studio = Studio(head, path)
    title, caption = round(TITLE * side), round(CAPTION * side)
    high = 2 * title + side + 2 * caption
    most = max(len(row.codes) for row in rows)
    wide = most * (side + GAP) + GAP
    sheet = Image.new("RGB", (wide, high * len(rows) + GAP), GROUND)
    draw = Draw(sheet)
    count = sum(len(row.codes) for row in rows)
    done = 0
    for number, row in enumerate(rows):
        top = number * high
        left = _write(draw, row.title, (2 * GAP, top + title // 2), title, wide, INK)
        _write(draw, row.plan, (left + title, top + title * 2 // 3), caption, wide - left - title,
               SOFT_INK)
        for at, (code, words) in enumerate(zip(row.codes, row.captions, strict=True)):
            if progress is not None:
                progress(done, count, "drawing the performance")
            left = GAP + at * (side + GAP)
            sheet.paste(Image.fromarray(_face(studio, head, code, side)), (left, top + 2 * title))
            _write(draw, words, (left + 2, top + 2 * title + side + caption // 3), caption, side,
                   SOFT_INK)
            done += 1
    return np.asarray(sheet, dtype=np.uint8)


def _face(studio: Studio, head: HeadData, code: ExpressionCode, side: int) -> Picture:
    pose = np.stack([np.zeros(3), code.neck, code.jaw, *code.eyes])
    vertices = evaluate(head, None, code.expression, pose[None])[0]
    return studio.picture(vertices, code.expression, side)


def _write(
    draw: ImageDraw, text: str, corner: tuple[int, int], height: int, wide: int,
    ink: tuple[int, int, int],
) -> int:
    """Writes one line, cut off where it would be wider than `wide` px; returns where it ends."""
    from PIL import ImageFont

    font = ImageFont.load_default(height)
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    shown = shown.encode("ascii", "replace").decode()[:MOST_LETTERS]
    if font.getlength(shown) > wide:
        while shown and font.getlength(f"{shown}...") > wide:
            shown = shown[:-1]
        shown = f"{shown}..." if shown else ""
    draw.text(corner, shown, fill=ink, font=font)
    return corner[0] + int(font.getlength(shown))
