# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence to its performance on the open head: warm, with and without motion, and cold.

    python tests/bench/bench_sentence.py

The naive way keeps nothing between sentences: it reads the words and the head's file anew, builds
the database, and measures each expression in action units by bounded least squares.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from flamewheel import pipeline
from flamewheel.motion.style import ALIVE, MotionStyle

GOAL_MS = 20.0  # issue 6, "done when"
SENTENCES = (
    "from disgust to happiness over two seconds",
    "she forces a smile, then it slips into worry over two seconds",
    "smile with sad eyes",
    "only the left brow surprised, and back",
    "very happy, but keep the mouth shut",
    "angry but amused, hold half a second, then slowly neutral",
    "suddenly terrified, hold for a second, then relieved, then raise the brows and wink",
)
COLD = """
import time
start = time.perf_counter()
from flamewheel import pipeline
from flamewheel.motion.style import ALIVE
imported = time.perf_counter()
pipeline.transition("from disgust to happiness over two seconds", motion=ALIVE)
print(imported - start, time.perf_counter() - start)
"""


def median_ms(function: Callable[[], object], times: int) -> float:
    """Of several calls, after two to warm up."""
    taken = []
    for _ in range(times + 2):
        start = time.perf_counter()
        function()
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[2:])


def naive(text: str) -> None:
    """All that is kept is forgotten first."""
    from flamewheel.head import registry
    from flamewheel.instruction import vocabulary
    from flamewheel.pipeline import acting, database

    for kept in (acting._stage, database._prototypes, registry._cached,
                 vocabulary.default_vocabulary):
        getattr(kept, "cache_clear", lambda: None)()
    pipeline.transition(text, motion=ALIVE)


def main() -> None:
    """Prints the table."""
    print(f"A sentence to its performance, open head; warm medians, goal {GOAL_MS:g} ms")
    print(f"  {'plan':>8} {'anchors':>9} {'in motion':>10} {'seeded':>9}   sentence")
    alive = []
    for text in SENTENCES:
        def acted(motion: MotionStyle | None, seed: int | None = None, text: str = text) -> object:
            return pipeline.transition(text, motion=motion, seed=seed)

        understood = median_ms(lambda text=text: pipeline.understand(text), 30)  # type: ignore[misc]
        still, moved = median_ms(lambda: acted(None), 30), median_ms(lambda: acted(ALIVE), 15)
        seeded = median_ms(lambda: acted(ALIVE, 7), 10)
        alive.append(moved)
        print(f"  {understood:5.2f} ms {still:6.2f} ms {moved:7.2f} ms {seeded:6.2f} ms   {text}")
    middle = statistics.median(alive)
    slow = median_ms(lambda: naive(SENTENCES[0]), 3)
    print(f"  in motion, median {middle:.1f} ms, slowest {max(alive):.1f} ms: "
          f"{'reached' if max(alive) < GOAL_MS else 'MISSED'}; naive {slow:.0f} ms, "
          f"{slow / alive[0]:.0f}x")
    told = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    imported, whole = map(float, told.stdout.split())
    print(f"  cold: {1e3 * whole:.0f} ms in a new process, {1e3 * imported:.0f} ms of it imports; "
          f"torch was {'' if 'torch' in sys.modules else 'not '}loaded")


if __name__ == "__main__":
    main()
