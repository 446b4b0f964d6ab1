# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of a set of transitions, to look at: wrong faces teach wrong faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..files import written_aside
from ..instruction.transition_set import SOURCES, TransitionSet
from ..instruction.transition_wording import LABELS
from ..parameters import ExpressionCode
from ..pipeline.progress import Progress
from ..wheel_names import NEUTRAL
from .wheel_drawing import Cell, row_sheet
from .wheel_pictures import Photographer

ACROSS = 8  # faces of one emotion and one source
SIDE = 150  # px of a face


def draw_transitions(
    transitions: TransitionSet, head: str, output: Path, progress: Progress,
    source: str | None = None, across: int = ACROSS, seed: int = 0,
) -> None:
    """Faces of every emotion, chosen by lot, into `output` (.png): a row for each source.

    source: one of SOURCES; None for all.  Raises OutputError.
    """
    from PIL import Image

    from ..head.registry import find_head

    photographer = Photographer(find_head(head), SIDE)
    chance = np.random.default_rng(seed)
    chosen = [(emotion, kind, at) for emotion in LABELS
              for kind in (SOURCES if source is None else (source,))
              for at in _some(transitions, emotion, kind, across, chance)]
    cells = []
    for number, (emotion, kind, at) in enumerate(chosen):
        progress(number, len(chosen), "drawing")
        cells.append(_cell(transitions, emotion, kind, at, photographer))
    sheet = row_sheet("Faces of a set of transitions", cells, across)
    with written_aside(output) as part:
        Image.fromarray(sheet).save(part, format="PNG", optimize=True)


def _some(
    transitions: TransitionSet, emotion: str, source: str, count: int, chance: np.random.Generator
) -> list[int]:
    """Rows of faces; filled up with -1."""
    rows = np.flatnonzero((transitions.emotion == emotion) & (transitions.source == source))
    found = chance.permutation(rows)[:count].tolist()
    return [*found, *[-1] * (count - len(found))]


def _cell(
    transitions: TransitionSet, emotion: str, source: str, at: int, photographer: Photographer
) -> Cell:
    if at < 0:
        return Cell(_blank(photographer.side), "", "")
    code = ExpressionCode(transitions.expression[at], transitions.jaw[at])
    return Cell(photographer.picture(code), emotion, source,
                () if emotion == NEUTRAL else (emotion,))


def _blank(side: int) -> npt.NDArray[np.uint8]:
    return np.full((side, side, 3), 255, np.uint8)
