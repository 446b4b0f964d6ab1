# SPDX-License-Identifier: GPL-3.0-or-later
"""Living motion of a performance's anchors on the open head, against joining them by eq. 16.

    python tests/bench/bench_motion.py

The naive way to few keys bakes the motion at 30 frames a second and reduces them, as is done for
videos (`key_reduction`); the time is against that.  Faces that are not known in action units yet
are measured first: that is the third column.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from flamewheel import pipeline
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import UnitMeter
from flamewheel.key_reduction import reduce_keys
from flamewheel.motion.drawn_keys import drawn_keys
from flamewheel.motion.enliven import RATE, LivingMotion, living_motion
from flamewheel.motion.performance_keys import MISSED
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


def naive(codes: np.ndarray, times: np.ndarray) -> object:
    """A key of every channel at every frame, reduced."""
    channels = codes.shape[1]
    return reduce_keys(times, codes, np.full(channels, MISSED), np.arange(channels),
                       np.zeros(len(times), bool))


def main() -> None:
    """Prints the table."""
    stage = stage_of()
    unknowing = UnitMeter(find_head("open"), stage.units)
    print(f"Anchors to living motion, open head; warm medians, goal {GOAL_MS:g} ms for two steps")
    print(f"  {'eq. 16':>9} {'in motion':>10} {'measured':>9} {'naive':>8} {'ratio':>6}  keys a"
          " channel, with blinks, baked")
    for text in SENTENCES:
        anchors = pipeline.transition(text).trajectory
        times = np.arange(0.0, anchors.seconds, 1.0 / RATE)

        def move(meter: UnitMeter, style: MotionStyle = ALIVE, anchors=anchors) -> LivingMotion:
            return living_motion(
                anchors, stage.units, meter, style, lowest=stage.database.low,
                highest=stage.database.high, lids=stage.parts.lids)

        plain = median_ms(lambda: sample(anchors, times), 50)  # noqa: B023
        moved = median_ms(lambda: move(stage.meter), 20)
        measured = median_ms(lambda: move(unknowing), 10)
        few, blinking = (move(stage.meter, style).trajectory.keys
                         for style in (MotionStyle(blinks=0.0), ALIVE))
        baked = drawn_keys(blinking, anchors.codes.shape[1], times)
        slow = median_ms(lambda: naive(baked, times), 3)  # noqa: B023
        counts = [np.bincount(keys.channels) for keys in (few, blinking)]
        unblinking, all_ = (count[count > 1].mean() for count in counts)
        print(f"  {plain:6.2f} ms {moved:7.2f} ms {measured:6.2f} ms {slow:5.0f} ms"
              f" {slow / moved:5.0f}x  {unblinking:14.1f}, {all_:11.1f}, {len(times):5}   {text}")


if __name__ == "__main__":
    main()
