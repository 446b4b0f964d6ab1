# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments of performances beside one another on one picture, for a person to judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..parameters import ExpressionCode
from .studio import Studio

Picture = npt.NDArray[np.uint8]
Progress = Callable[[int, int, str], None]

GROUND, INK, SOFT_INK = (246, 246, 247), (24, 24, 28), (96, 98, 104)
GAP = 4  # px between faces
TITLE, CAPTION = 0.115, 0.085  # of a face's side: the letters' heights
MOST_LETTERS = 1.9  # letters of a title or caption in a stretch of their height


@dataclass(frozen=True, eq=False)
class Row:
    """One performance: its sentence, and some of its moments."""

    title: str
    codes: Sequence[ExpressionCode]
    captions: Sequence[str]  # one a code


def performance_sheet(
    head: HeadData, path: Path | None, rows: Sequence[Row], side: int,
    progress: Progress | None = None,
) -> Picture:
    """(H,W,3): a row of faces of `side` px for each performance, under its sentence.

    path: the head's file, for its maps; None: that of the head of this name.
    """
    from PIL import Image, ImageDraw

    studio = Studio(head, path)
    title, caption = round(TITLE * side), round(CAPTION * side)
    high = 2 * title + side + 2 * caption
    most = max(len(row.codes) for row in rows)
    wide = most * (side + GAP) + GAP
    sheet = Image.new("RGB", (wide, high * len(rows) + GAP), GROUND)
    draw = ImageDraw.Draw(sheet)
    count = sum(len(row.codes) for row in rows)
    done = 0
    for number, row in enumerate(rows):
        top = number * high
        _write(draw, row.title, (2 * GAP, top + title // 2), title, wide, INK)
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
    draw: object, text: str, corner: tuple[int, int], height: int, wide: int,
    ink: tuple[int, int, int],
) -> None:
    from PIL import ImageDraw, ImageFont

    assert isinstance(draw, ImageDraw.ImageDraw)
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    most = int(MOST_LETTERS * wide / height)
    shown = shown if len(shown) <= most else f"{shown[:most - 3]}..."
    draw.text(corner, shown.encode("ascii", "replace").decode(), fill=ink,
              font=ImageFont.load_default(height))
