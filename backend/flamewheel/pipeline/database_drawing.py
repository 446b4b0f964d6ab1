# SPDX-License-Identifier: GPL-3.0-or-later
"""Expression databases drawn: every emotion's B1 and B2 as heads, and how far its faces differ."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..wheel_names import NEUTRAL
from .database import FACS, PHOTOS, expression_database
from .progress import Progress

if TYPE_CHECKING:
    from ..head.data import HeadData
    from ..wheel.dbex import ExpressionDatabase

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

CELL = 176  # px a side of a head
GUTTER, TITLE, CAPTION, GAP = 116, 46, 19, 12  # px: names, headings, words under a head, databases
GROUND, INK, FAINT = (250, 250, 248), (25, 25, 25), (110, 110, 110)
NAME_LENGTH = 56  # characters that fit over a database's heads

Painter = Callable[[Floats], Pixels]
"""Rows (D,) -> picture (CELL,CELL,3)."""


@dataclass(frozen=True, eq=False)
class EmotionFaces:
    """The faces that are drawn of one emotion in one database."""

    rows: tuple[Floats, ...]  # (D,) each
    captions: tuple[str, ...]


def draw_databases(
    output: Path, head: str = "open", database: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes a PNG of a head's database; of both that have a name where `database` is None.

    A row for each emotion: the mean of all its faces (B1), of those that agree with FACS (B2), and
    B2 a standard deviation to either side along the axis on which its faces differ most.
    Raises what `expression_database` raises, and OutputError.
    """
    from PIL import Image

    from ..files import written_aside
    from ..head.registry import find_head

    shown = _shown(head, database)
    sheet = _sheet(shown, _painter(find_head(head)), progress)
    with written_aside(output) as aside:
        Image.fromarray(sheet).save(aside, format="PNG")


def faces_of(database: ExpressionDatabase, emotion: str) -> EmotionFaces:
    """B1, B2, and B2 a standard deviation down and up the first axis of the faces behind B2."""
    at, labels = database.index(emotion), np.array(database.labels)
    entries, agree = database.counts(emotion)
    b1, b2 = database.b1[at], database.b2[at]
    chosen = (labels == emotion) & (database.agreeing if agree else True)
    rows = (database.vectors[chosen] - b2) * database.scale
    values, axes = np.linalg.svd(rows, full_matrices=False)[1:]
    step = values[0] / np.sqrt(len(rows)) * axes[0]
    if step @ (b2 * database.scale) < 0:  # up is more of the emotion
        step = -step
    step = step / database.scale
    origin = _origin(database.sources[database.labels.index(emotion)])
    return EmotionFaces((b1, b2, b2 - step, b2 + step),
                        (f"B1: {entries} {origin}", f"B2: {agree} agree", "B2 - 1 sd", "B2 + 1 sd"))


def _shown(
    head: str, database: str | os.PathLike[str] | None
) -> list[tuple[str, ExpressionDatabase]]:
    """Titles and databases: the one asked for, or all that have a name."""
    from ..errors import WheelError

    titles = {FACS: "FACS prototypes", PHOTOS: "Photos"}
    if database is not None:
        name = os.fspath(database)
        title = titles.get(name) or Path(name).name
        return [(title, expression_database(head, database))]
    found = [(titles[FACS], expression_database(head, FACS))]
    with suppress(WheelError):  # a head that no photos come with
        found.append((titles[PHOTOS], expression_database(head, PHOTOS)))
    return found


def _sheet(
    shown: Sequence[tuple[str, ExpressionDatabase]], painter: Painter, progress: Progress | None
) -> Pixels:
    """(H,W,3): emotions down, databases across."""
    from PIL import Image, ImageDraw

    emotions = [name for name in shown[0][1].emotions if name != NEUTRAL]
    wide, high = 4 * CELL + GAP, CELL + CAPTION
    sheet = Image.new("RGB", (GUTTER + wide * len(shown), TITLE + high * len(emotions)), GROUND)
    draw = ImageDraw.Draw(sheet)
    for across, (title, database) in enumerate(shown):
        left = GUTTER + wide * across
        draw.text((left + 4, 6), f"{title}: {len(database.labels)} faces", fill=INK, font=_font(17))
        draw.text((left + 4, 27), _plain(f"{database.head}; {len(database.axes)} components hold "
                                         "95 % of the variance"), fill=FAINT, font=_font(12))
        for down, emotion in enumerate(emotions):
            if progress is not None:
                progress(across * len(emotions) + down, len(shown) * len(emotions), "drawing")
            top = TITLE + high * down
            draw.text((8, top + CELL // 2 - 10), emotion, fill=INK, font=_font(16))
            if emotion not in database.emotions:
                continue
            faces = faces_of(database, emotion)
            for number, (row, caption) in enumerate(
                    zip(faces.rows, faces.captions, strict=True)):
                corner = (left + number * CELL, top)
                sheet.paste(Image.fromarray(painter(row)), corner)
                draw.text((corner[0] + 5, top + CELL + 2), caption, fill=FAINT, font=_font(12))
    return np.asarray(sheet, dtype=np.uint8)


def _painter(head: HeadData) -> Painter:
    """Paints faces of `head` on one person in one light, so that only the expression differs."""
    from ..head.data import JOINT_NAMES
    from ..head.evaluate import evaluate
    from ..render.studio import Studio

    studio = Studio(head)
    jaw = JOINT_NAMES.index("jaw")

    def paint(row: Floats) -> Pixels:
        pose = np.zeros((1, len(JOINT_NAMES), 3))
        pose[0, jaw] = row[-3:]
        vertices = evaluate(head, np.zeros(1), row[None, :-3], pose)[0]
        return np.asarray(studio.picture(vertices, row[:-3], CELL))

    return paint


def _origin(source: str) -> str:
    """What an entry is made of, in few words, from the source that its database names."""
    if source.startswith("a photo of "):
        return "photos"
    return "blends of neighbours" if source.startswith("blended ") else "prototype faces"


def _font(size: int) -> Any:
    """Pillow's own font; its older versions have one size only."""
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError:
        return ImageFont.load_default()


def _plain(text: str) -> str:
    """Pillow's built-in font knows Latin letters only."""
    plain = text.encode("ascii", "replace").decode()
    return plain if len(plain) <= NAME_LENGTH else plain[:NAME_LENGTH - 3] + "..."
