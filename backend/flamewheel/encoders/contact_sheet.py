# SPDX-License-Identifier: GPL-3.0-or-later
"""Many photos beside the heads made from them, on one picture, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UsageError
from ..head.data import HeadData
from ..parameters import FaceParameters
from .correspondence import Progress
from .photo import Pixels
from .preview import preview

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS = 4
CELL = (400, 210)  # px: a photo and its head side by side, either about as wide as high
CAPTION = 18  # px under each cell
GROUND = (32, 32, 32)
INK = (220, 220, 220)
MOST = 200  # photos: 50 rows of a picture that every viewer still opens
NAME_LENGTH = 52  # characters that fit under a cell


def contact_sheet(
    photos: Sequence[tuple[Path, FaceParameters]], head: HeadData, progress: Progress | None = None
) -> Pixels:
    """(H,W,3): the photos with their heads, `COLUMNS` a row, named; at most the first `MOST`.

    A photo that its head lies outside of keeps its place, with its name alone.
    """
    from PIL import Image as images
    from PIL import ImageDraw

    shown = photos[:MOST]
    columns = min(COLUMNS, max(1, len(shown)))
    rows = -(-len(shown) // columns)
    sheet = images.new("RGB", (columns * CELL[0], rows * (CELL[1] + CAPTION)), GROUND)
    draw = ImageDraw.Draw(sheet)
    for number, (photo, face) in enumerate(shown):
        if progress is not None:
            progress(number, len(shown), "contact sheet")
        left = number % columns * CELL[0]
        top = number // columns * (CELL[1] + CAPTION)
        try:
            cell = _fitted(preview(photo, face, head))
        except UsageError:
            cell = images.new("RGB", (1, 1), GROUND)
        corner = (left + (CELL[0] - cell.width) // 2, top + (CELL[1] - cell.height) // 2)
        sheet.paste(cell, corner)
        draw.text((left + 6, top + CELL[1] + 3), _caption(photo.name), fill=INK)
    return np.asarray(sheet, dtype=np.uint8)


def _fitted(pixels: Pixels) -> Image:
    """`pixels` as a Pillow picture that fits into a cell."""
    from PIL import Image as images

    picture = images.fromarray(pixels)
    picture.thumbnail((CELL[0] - 6, CELL[1]), images.Resampling.BOX)
    return picture


def _caption(name: str) -> str:
    """Pillow's built-in font knows Latin letters only."""
    plain = name.encode("ascii", "replace").decode()
    return plain if len(plain) <= NAME_LENGTH else plain[:NAME_LENGTH - 3] + "..."
