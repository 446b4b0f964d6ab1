# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip encoded as a video, against each of its frames encoded as a photo.

    python tests/bench/bench_video.py

The clip is a rendered head at 1280 x 720 that blinks, talks and looks about.  Both ways decode the
same file; learning the head and loading FaceMesh are not counted, for either.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flamewheel.encoders.landmark import encode_photo
from flamewheel.encoders.photo import Photo
from flamewheel.encoders.video import encode_video
from flamewheel.encoders.video_keys import trajectory_of
from flamewheel.encoders.video_reader import VideoReader
from flamewheel.head.registry import find_head
from tests.video_clips import act, write_clip

SECONDS, FPS = 4.0, 25.0
WIDTH, HEIGHT = 1280, 720
GOAL = 30.0  # frames a second; issue 4, "done when"


def made_clip(folder: Path) -> Path:
    """The head in the middle of a wide picture."""
    import cv2

    acted = act(find_head("open-light"), SECONDS, FPS, blinks=(0.6, 1.9, 3.2),
                look_at=((1.2, 0.25), (2.4, -0.2), (3.0, 0.0)), talk=(1.0, 2.5))
    frames = np.full((len(acted.frames), HEIGHT, WIDTH, 3), 235, dtype=np.uint8)
    left = (WIDTH - HEIGHT) // 2
    for wide, frame in zip(frames, acted.frames, strict=True):
        wide[:, left:left + HEIGHT] = cv2.resize(frame, (HEIGHT, HEIGHT))
    return write_clip(folder / "clip.mp4", frames, FPS)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the wall's clock and of the processors'."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure and print."""
    head = find_head()
    with tempfile.TemporaryDirectory() as folder:
        clip = made_clip(Path(folder))
        encode_video(clip, head, end=0.2)  # warms up
        encode_photo(_first(clip), head)
        count = round(SECONDS * FPS)
        photos = timed(lambda: _as_photos(clip))
        video = timed(lambda: trajectory_of(encode_video(clip, head), head, 24.0))
    print(f"{count} frames of {WIDTH} x {HEIGHT}")
    print(f"{'':26s}{'ms a frame':>12s}{'of CPU':>10s}{'frames a second':>18s}")
    for name, (wall, cpu) in (("each frame as a photo", photos), ("as a video, with keys", video)):
        print(f"{name:26s}{1e3 * wall / count:12.1f}{1e3 * cpu / count:10.1f}{count / wall:18.1f}")
    print(f"ratio {photos[0] / video[0]:.1f} x; {count / video[0]:.0f} frames a second "
          f"(goal {GOAL:.0f}), {count / video[1]:.0f} of one core's time")


def _first(clip: Path) -> Photo:
    with VideoReader(clip, 0.0, 0.01) as reader:
        return next(iter(reader.frames())).photo


def _as_photos(clip: Path) -> None:
    head = find_head()
    with VideoReader(clip) as reader:
        for frame in reader.frames():
            encode_photo(frame.photo, head)


if __name__ == "__main__":
    main()
