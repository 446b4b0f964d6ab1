# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units of heads beside one another on one picture, for a person to judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..head.data import JOINT_NAMES, HeadData, NamedUnits
from ..head.evaluate import evaluate
from ..head.unit_meanings import unit_meaning
from ..parameters import Camera
from .grey import render_grey

Array = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
Progress = Callable[[int, int, str], None]

USUAL = ("AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12L", "AU12R", "AU14", "AU15",
         "AU16", "AU17", "AU20", "AU22", "AU23", "AU24", "AU25", "AU26", "AU27", "AU43")
"""Those that the wheel's emotions are made of; a unit without its side shows both."""
SIDE = 240  # px of one face
CAPTION = 16  # px above a row of faces
ACROSS = 8  # faces in a row of the sheet
FACE_WIDTHS = 2.9  # distances of the eyes that a picture is wide
DOWN = 0.5  # distances of the eyes from them to the picture's middle
GROUND, INK = (32, 32, 32), (220, 220, 220)


def unit_sheet(
    heads: Sequence[tuple[HeadData, NamedUnits]], names: Sequence[str] = (),
    progress: Progress | None = None,
) -> Picture:
    """(H,W,3): each unit at full strength on every head, the face at rest first.

    names: which, `AU12` for both sides; none for `USUAL`.  Raises UsageError `unknown-unit`.
    """
    from PIL import Image, ImageDraw

    asked = [rows_named(heads[-1][1], name) for name in names] if names else None
    shown = list(names) if asked else [
        name for name in USUAL if any(_rows(heads[-1][1], name))]
    cells = ["at rest", *shown]
    columns = max(1, ACROSS // len(heads))
    width, height = SIDE * len(heads), SIDE + CAPTION
    size = (width * min(columns, len(cells)), height * -(-len(cells) // columns))
    sheet = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(sheet)
    for number, name in enumerate(cells):
        if progress is not None:
            progress(number, len(cells), "drawing the action units")
        left, top = number % columns * width, number // columns * height
        for at, (head, units) in enumerate(heads):
            face = _face(head, units, _rows(units, name))
            sheet.paste(Image.fromarray(face), (left + at * SIDE, top + CAPTION))
        draw.text((left + 4, top + 2), _caption(name, heads), fill=INK)
    return np.asarray(sheet, dtype=np.uint8)


def rows_named(units: NamedUnits, name: str) -> npt.NDArray[np.bool_]:
    """(U,) the units of that name: one, or both sides.  Raises UsageError `unknown-unit`."""
    rows = _rows(units, name)
    if not rows.any():
        raise UsageError("unknown-unit", f"This head has no action unit called {name}.",
                         "See `flamewheel head units` for their names.")
    return rows


def _rows(units: NamedUnits, name: str) -> npt.NDArray[np.bool_]:
    return np.array([unit == name or unit in (f"{name}L", f"{name}R") for unit in units.names])


def _caption(name: str, heads: Sequence[tuple[HeadData, NamedUnits]]) -> str:
    words = f"{name}  {unit_meaning(name)}  ({', '.join(head.name for head, _ in heads)})"
    return words.encode("ascii", "replace").decode()


def _face(head: HeadData, units: NamedUnits, rows: npt.NDArray[np.bool_]) -> Picture:
    strengths = rows[None].astype(np.float64)
    vertices = evaluate(head, None, units.codes(strengths), units.poses(strengths))[0]
    return np.asarray(render_grey(head, vertices, _camera(head), (SIDE, SIDE)), dtype=np.uint8)


def _camera(head: HeadData) -> Camera:
    """Before the face, as the eyes tell where it is; a head without eyes is seen whole."""
    template = np.asarray(head.template, np.float64)
    joints = np.asarray(head.joint_regressor, np.float64) @ template
    left, right = (joints[JOINT_NAMES.index(name)] for name in ("left_eye", "right_eye"))
    apart = float(np.linalg.norm(left - right))
    middle = (left + right) / 2 - np.array([0.0, DOWN * apart, 0.0])
    if apart < 0.1 * np.ptp(template[:, 0]):
        apart, middle = float(np.ptp(template[:, 1])) / FACE_WIDTHS, template.mean(0)
    scale = SIDE / (FACE_WIDTHS * apart)
    shift = np.array([SIDE / 2 - scale * middle[0], SIDE / 2 + scale * middle[1]])
    return Camera(scale, shift, (SIDE, SIDE))
