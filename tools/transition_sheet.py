# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws sentences as performances, nine moments each, on one sheet.

    .venv/bin/python tools/transition_sheet.py docs/images/transitions.png [SENTENCE ...]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from flamewheel import pipeline
from flamewheel.motion.style import ALIVE

SENTENCES = (
    "from disgust to happiness over two seconds",
    "she forces a smile, then it slips into worry over two seconds",
    "surprised, then slowly scared",
    "smile with sad eyes",
    "only the left brow surprised, and back",
    "very happy, but keep the mouth shut",
    "a crooked smile on the left, then wink",
    "angry but amused, hold half a second, then neutral",
    "suddenly terrified, hold for a second, then relieved",
    "a mix of joy, fear and surprise, then through neutral to heartbroken",
)
"""Ten of all kinds: an emotion after another, parts, sides, keeps, blends, speeds."""


def main() -> None:
    """Draws the sheet."""
    parser = argparse.ArgumentParser(description="Draw sentences as performances.")
    parser.add_argument("output", type=Path)
    parser.add_argument("sentences", nargs="*", default=SENTENCES)
    parser.add_argument("--head", default="open")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--side", type=int, default=136, help="px of one face")
    parser.add_argument("--colours", type=int, default=128, help="in the palette; 0 is all")
    parser.add_argument("--still", action="store_true", help="without living motion")
    options = parser.parse_args()
    motion = None if options.still else ALIVE
    results = [pipeline.transition(text, head=options.head, seed=options.seed, motion=motion)
               for text in options.sentences]
    pipeline.draw_performances(options.output, results, head=options.head, side=options.side,
                               colours=options.colours or None)


if __name__ == "__main__":
    main()
