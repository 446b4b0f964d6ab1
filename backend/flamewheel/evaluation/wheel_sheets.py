# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel as contact sheets: paper 000's figures 6, 7, 9 and 10, and every face in rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..files import make_folder, written_aside
from ..parameters import ExpressionCode
from ..pipeline.progress import Progress
from ..wheel.blend import METHODS
from ..wheel.points import BASIC, CONTEMPT, WheelPoint
from ..wheel_names import DYADS, NEUTRAL, WHEEL_ORDER
from .wheel_drawing import Cell, row_sheet, wheel_sheet
from .wheel_faces import RING_NAMES, Database, Mixer, Pair
from .wheel_pictures import FRONT, SIDE, THREE_QUARTER, Photographer

Pixels = npt.NDArray[np.uint8]

CLOCKWISE, COUNTER = "clockwise", "counter-clockwise"


def write_sheets(
    folder: Path, head: str, database: Database, methods: Sequence[str], progress: Progress,
    side: int = SIDE,
) -> tuple[Path, ...]:
    """All sheets of the wheel as PNG in `folder`; returns their paths.

    Of each method the eight emotions and the primary dyads between them on the wheel, once with
    the first emotion met clockwise as the primary, once counter-clockwise; the 24 dyads in both
    orders by the first of `methods`; the emotions at three intensities.  side: px of a face.
    Raises HeadError, WheelError, InputFileError, OutputError.
    """
    from PIL import Image

    make_folder(folder)
    mixer = Mixer(head, database)
    maker = _Sheets(mixer, Photographer(mixer.head, side))
    wanted: dict[str, Callable[[], Pixels]] = {
        f"wheel_{method}_{way}": partial(maker.wheel, method, way)
        for method in METHODS if method in methods for way in (CLOCKWISE, COUNTER)}
    for turned in (False, True):
        name = f"dyads_{methods[0]}{'_turned' if turned else ''}"
        wanted[name] = partial(maker.dyads, methods[0], turned)
    wanted["emotions"] = maker.emotions
    made = []
    for number, (name, draw) in enumerate(wanted.items()):
        progress(number, len(wanted), name)
        path = folder / f"{name}.png"
        with written_aside(path) as part:
            Image.fromarray(draw()).save(part, optimize=True)
        made.append(path)
    return tuple(made)


def wheel_pairs(way: str) -> tuple[Pair, ...]:
    """The primary dyads from Joy clockwise; the primary is met first on `way` round the wheel."""
    ring = [Pair(name, WHEEL_ORDER[(at + 1) % len(WHEEL_ORDER)])
            for at, name in enumerate(WHEEL_ORDER)]
    if way == CLOCKWISE:
        return tuple(ring)
    return tuple(Pair(pair.secondary, pair.primary) for pair in ring)


class _Sheets:
    """Draws the sheets of one head."""

    def __init__(self, mixer: Mixer, photographer: Photographer) -> None:
        self._mixer, self._photographer = mixer, photographer

    def wheel(self, method: str, way: str) -> Pixels:
        """As figures 6, 7, 9 and 10: one method, one way round."""
        points = [WheelPoint(name, BASIC) for name in WHEEL_ORDER]
        codes = self._mixer.emotions(points).codes
        inner = [self._cell(code, point.emotion, "", (point.emotion,))
                 for code, point in zip(codes, points, strict=True)]
        outer = self._pairs(wheel_pairs(way), method)
        rest = self._mixer.neutral()
        return wheel_sheet(f"Blending by {method}, {way}", self._cell(rest, NEUTRAL, "", ()), inner,
                           [cell for cell, _ in outer])

    def dyads(self, method: str, turned: bool) -> Pixels:
        """The 24 dyads, full face and three-quarter, three dyads a row."""
        pairs = [Pair(*(mates[::-1] if turned else mates)) for mates in DYADS.values()]
        cells = [cell for both in self._pairs(pairs, method, (FRONT, THREE_QUARTER))
                 for cell in both]
        order = "the other emotion first" if turned else "first emotion first"
        return row_sheet(f"The 24 dyads by {method}, {order}", cells, 6)

    def emotions(self) -> Pixels:
        """Every emotion at three intensities, full face and three-quarter."""
        points = self._mixer.emotion_points()
        cells = []
        for point, code in zip(points, self._mixer.emotions(points).codes, strict=True):
            detail = RING_NAMES[point.intensity]
            name = f"{point.title}" if point.emotion != CONTEMPT else CONTEMPT
            cells += [self._cell(code, name, detail, (point.emotion,), yaw)
                      for yaw in (FRONT, THREE_QUARTER)]
        return row_sheet("The emotions at three intensities", cells, 6)

    def _pairs(
        self, pairs: Sequence[Pair], method: str, yaws: Sequence[float] = (FRONT, FRONT)
    ) -> list[tuple[Cell, Cell]]:
        faces = self._mixer.pairs(pairs, method)
        made = []
        for pair, code in zip(pairs, faces.codes, strict=True):
            words = (pair.name, f"{pair.primary} + {pair.secondary}",
                     (pair.primary, pair.secondary))
            one, other = (self._cell(code, *words, yaw) for yaw in yaws)
            made.append((one, other))
        return made

    def _cell(
        self, code: ExpressionCode, name: str, detail: str, emotions: tuple[str, ...],
        yaw: float = FRONT,
    ) -> Cell:
        return Cell(self._photographer.picture(code, yaw), name, detail, emotions)


