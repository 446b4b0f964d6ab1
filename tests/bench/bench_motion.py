# SPDX-License-Identifier: GPL-3.0-or-later
"""Living motion of a performance's anchors on the open head, against joining them by eq. 16.

    python tests/bench/bench_motion.py

The naive way to keys is one of each channel at each frame of 30 a second; what it takes to write
them is not counted.  Faces that are not known in action units yet are measured first: that is the
third column.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from flamewheel import pipeline
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import UnitMeter
from flamewheel.motion.enliven import RATE, living_motion
from flamewheel.motion.style import ALIVE, MotionStyle
from flamewheel.pipeline.acting import stage_of
from flamewheel.trajectory import sample

GOAL_MS = 10.0  # of a performance of two steps: a design choice, half of issue 6's sentence
SENTENCES = (
    "joy",
    "from anger to surprise, then to joy",
    "fear, hold for 2 seconds, then sadness over 2 seconds",
    "joy, then anger, then disgust, then fear, then surprise, then sadness, then contempt",
)


def median_ms(function: Callable[[], object], times: int) -> float:
    """Of several calls, after two to warm up."""
    taken = []
    for _ in range(times + 2):
        start = time.perf_counter()
        function()
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[2:])


def main() -> None:
    """Prints the table."""
    stage = stage_of()
    unknowing = UnitMeter(find_head("open"), stage.units)
    print(f"Anchors to living motion, open head; warm medians, goal {GOAL_MS:g} ms for two steps")
    print(f"  {'eq. 16':>9} {'in motion':>10} {'measured':>9} {'ratio':>6}  keys a channel,"
          " with blinks, baked")
    for text in SENTENCES:
        anchors = pipeline.transition(text).trajectory
        times = np.arange(0.0, anchors.seconds, 1.0 / RATE)

        def move(meter: UnitMeter, style: MotionStyle = ALIVE, anchors=anchors) -> object:
            return living_motion(
                anchors, stage.units, meter, style, lowest=stage.database.low,
                highest=stage.database.high, lids=stage.parts.lids)

        plain = median_ms(lambda: sample(anchors, times), 50)  # noqa: B023
        moved = median_ms(lambda: move(stage.meter), 20)
        measured = median_ms(lambda: move(unknowing), 10)
        keys = [np.bincount(move(stage.meter, style).trajectory.keys.channels)
                for style in (MotionStyle(blinks=0.0), ALIVE)]
        few, blinking = (count[count > 1].mean() for count in keys)
        print(f"  {plain:6.2f} ms {moved:7.2f} ms {measured:6.2f} ms {moved / plain:5.0f}x  "
              f"{few:14.1f}, {blinking:11.1f}, {len(times):5}   {text}")


if __name__ == "__main__":
    main()
