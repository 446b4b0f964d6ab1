# SPDX-License-Identifier: GPL-3.0-or-later
"""Performances drawn as rows of faces: what an animator looks at before any key is touched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .acting import TransitionResult
from .progress import Progress

if TYPE_CHECKING:
    from ..instruction.plan import TransitionPlan
    from ..render.performance_sheet import Row

MOMENTS = 9
"""Faces of one performance, evenly over its time: issue 6's contact sheet."""
SIDE = 220  # px of one face
BARELY = 1e-6  # s


def draw_performances(
    path: Path, results: Sequence[TransitionResult], *, head: str = "open", side: int = SIDE,
    colours: int | None = None, progress: Progress | None = None,
) -> None:
    """A sheet (PNG) of `MOMENTS` faces of each performance; all are of `head`.

    side: px of one face; colours: so many in a palette make a small file, None is all.
    Raises OutputError.
    """
    from PIL import Image

    from ..files import written_aside
    from ..head.registry import find_head
    from ..render.performance_sheet import performance_sheet

    rows = [_row(result) for result in results]
    named = Path(head) if Path(head).suffix.lower() == ".npz" else None
    sheet = Image.fromarray(performance_sheet(find_head(head), named, rows, side, progress))
    if colours is not None:
        sheet = sheet.quantize(colours, dither=Image.Dither.NONE)
    with written_aside(path) as aside:
        sheet.save(aside, format="PNG", optimize=True)


def _row(result: TransitionResult) -> Row:
    from ..instruction.plan_text import step_title
    from ..parameters import ExpressionCode
    from ..render.performance_sheet import Row
    from ..trajectory import sample

    path = result.trajectory
    times = np.linspace(0.0, path.seconds, MOMENTS)
    codes = [ExpressionCode.from_vector(code) for code in sample(path, times)]
    steps = [f"{number} {'hold' if step.kind == 'hold' else step_title(step)}"
             for number, step in enumerate(result.plan.steps, 1)]
    return Row(result.plan.text or "an edited plan", "   ".join(steps), codes,
               [f"{time:.2f} s  {_shown_at(result.plan, time)}" for time in times.tolist()])


def _shown_at(plan: TransitionPlan, time: float) -> str:
    """The number of the step that has been reached or is held, `to 2` on the way."""
    ends = np.cumsum([step.seconds for step in plan.steps])
    at = min(int(np.searchsorted(ends, time - BARELY)), len(ends) - 1)
    if time < BARELY:
        return "start"
    reached = plan.steps[at].kind == "hold" or time > ends[at] - BARELY
    return f"{at + 1}" if reached else f"to {at + 1}"
