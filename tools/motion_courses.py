# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws how the face moves in one performance: the picture of docs/motion.md.

    python tools/motion_courses.py docs/images/motion_courses.png
"""

from __future__ import annotations

import sys

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot

from flamewheel import pipeline
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import UnitMeter
from flamewheel.motion.drawn_keys import drawn_keys
from flamewheel.motion.style import ALIVE
from flamewheel.pipeline.acting import stage_of
from flamewheel.trajectory import sample

SENTENCE = "from anger to surprise, hold half a second, then joy over 1.2 seconds"
UNITS = {"AU4L": "brows down (4)", "AU2L": "brows up (2)", "AU5L": "lids up (5)",
         "AU6L": "cheeks (6)", "AU12L": "smile (12)", "AU26": "jaw (26)"}
CHANNELS = 5  # of those that move most


def main(path: str) -> None:
    """Draws `SENTENCE` and writes the PNG."""
    stage = stage_of()
    anchors = pipeline.transition(SENTENCE).trajectory
    living = pipeline.transition(SENTENCE, motion=ALIVE).trajectory
    keys = living.keys
    assert keys is not None
    times = np.linspace(0, living.seconds, 400)
    moved = drawn_keys(keys, living.codes.shape[1], times)
    rows = moved.shape[1] - 9
    # measured anew: the stage's meter knows what the anchors were made of
    meter = UnitMeter(find_head("open"), stage.units)
    shown, plain = (meter.measure(codes[:, :rows]).strengths
                    for codes in (moved, sample(anchors, times)))
    figure, (upper, lower) = pyplot.subplots(2, 1, figsize=(8, 5.2), sharex=True)
    for number, (name, word) in enumerate(UNITS.items()):
        row = stage.units.names.index(name)
        upper.plot(times, shown[:, row], color=f"C{number}", label=word)
        upper.plot(times, plain[:, row], color=f"C{number}", lw=0.5, ls="--")
    upper.set_ylabel("action units\n(dashed: eq. 16)")
    upper.legend(fontsize=7, loc="center right")
    upper.set_title(SENTENCE, fontsize=9)
    for channel in np.argsort(-np.ptp(moved[:, :rows - 3], axis=0))[:CHANNELS]:
        own = keys.channels == channel
        line, = lower.plot(times, moved[:, channel], lw=1.2, label=f"Exp{channel + 1}")
        lower.plot(keys.times[own], keys.values[own], "o", ms=3, color=line.get_color())
    lower.set_ylabel("shape keys\nand their keyframes")
    lower.set_xlabel("s")
    lower.legend(fontsize=7, loc="lower center", ncols=CHANNELS)
    for axis in (upper, lower):
        for time in anchors.times:
            axis.axvline(time, color="0.8", lw=0.8, zorder=0)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main(sys.argv[1])
