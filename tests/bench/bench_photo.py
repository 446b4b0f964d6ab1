# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo that acts: preparing it, and frames of it, on one core.

    .venv/bin/python tests/bench/bench_photo.py
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import time
from pathlib import Path

import cv2
import torch

from flamewheel import pipeline

PHOTO = Path(__file__).resolve().parents[2] / "examples" / "astronaut.png"
SIZES = (512, 1080)  # px of the whole photo; its face is a quarter as wide
FRAMES = 10


def main() -> None:
    """Medians in CPU seconds: other work on the machine does not count."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    codes = [pipeline.blend(name).code for name in ("surprise", "anger", "joy", "fear")]
    pipeline.acting_photo(PHOTO)  # the head's maps and FaceMesh are read once
    for size in SIZES:
        began = time.process_time()
        photo = pipeline.acting_photo(PHOTO, size=size)
        prepared = time.process_time() - began
        frames = []
        for number in range(FRAMES):
            began = time.process_time()
            photo.picture(codes[number % len(codes)])
            frames.append(time.process_time() - began)
        median = statistics.median(frames)
        print(f"{size:5} px: prepared in {1e3 * prepared:5.0f} ms, {1e3 * median:4.0f} ms a frame "
              f"({1 / median:.1f} frames a second)")


if __name__ == "__main__":
    main()
