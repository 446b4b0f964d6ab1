# SPDX-License-Identifier: GPL-3.0-or-later
"""How FaceMesh sees a head, learned and written to a file that can be shipped with the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .progress import Progress


@dataclass(frozen=True)
class CalibratedHead:
    """What was learned from how much."""

    heads: tuple[str, ...]
    samples: int
    deviation: float  # of a landmark, fraction of the eyes' distance, root mean square


def calibrate_head(
    head: str, output: Path, *, count: int | None = None, also: Sequence[str] = (),
    progress: Progress | None = None,
) -> CalibratedHead:
    """Renders faces of `head`, learns how FaceMesh sees them, and writes that to `output` (.npz).

    count: how many faces; None: as many as a head without a shipped calibration gets.  also: heads
    with the same identities and expressions in another mesh, such as light versions.  Raises
    HeadError (`head-not-recognised`, `other-faces`), UsageError `bad-count`, OutputError.
    """
    from ..encoders.calibration_file import write_calibrations
    from ..encoders.calibration_learning import SAMPLES, learn_calibration, on_other_mesh
    from ..head.registry import find_head

    data, others = find_head(head), [find_head(name) for name in also]
    samples = SAMPLES if count is None else count
    learned = learn_calibration(data, samples, progress)
    write_calibrations(output, [learned, *(on_other_mesh(learned, other) for other in others)])
    spread = float((learned.points.deviation**2).mean() ** 0.5)
    return CalibratedHead((data.name, *(other.name for other in others)), samples, spread)
