# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip beside the head that was made from it, for a person to judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import OutputError, UsageError
from ..files import written_aside
from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..parameters import Camera
from ..render import render_grey
from .correspondence import Progress
from .photo import Pixels
from .video import VideoTrack
from .video_keys import MAX_RATE, clip_rate
from .video_reader import VideoReader

HEIGHT = 360  # px of the preview
MARGIN = 0.35  # of the head's height, left free around where it is in the clip
ENDING = ".mp4"


def write_preview(
    video: Path, track: VideoTrack, head: HeadData, output: Path,
    progress: Progress | None = None,
) -> None:
    """Writes an MP4: every frame of `track` cut to the head, and beside it the head.

    Raises UsageError `wrong-ending`; OutputError; VideoError as the reader does.
    """
    import cv2

    if output.suffix.lower() != ENDING:
        raise UsageError("wrong-ending", f"A video's preview is an MP4, not {output.name}.",
                         "Give --preview a name that ends with .mp4.")
    box = _box(track, head)
    size = (2 * _width(box), HEIGHT)
    rate = float(np.clip(clip_rate(track), 1.0, MAX_RATE))  # an MP4 cannot have any other
    with written_aside(output) as aside:
        writer = cv2.VideoWriter(str(aside), cv2.VideoWriter.fourcc(*"mp4v"), rate, size)
        try:
            if not writer.isOpened():
                raise OutputError("cannot-write", f"{output} cannot be written.",
                                  "Check that the folder exists and has space.")
            with VideoReader(video, float(track.times[0]) or None, _end(track)) as clip:
                for number, frame in enumerate(clip.frames()):
                    if number >= len(track.times):
                        break
                    picture = _pair(frame.photo.pixels, track, number, head, box)
                    writer.write(np.ascontiguousarray(picture[:, :, ::-1]))
                    if progress is not None:
                        progress(number + 1, len(track.times), "drawing")
        finally:
            writer.release()


def _end(track: VideoTrack) -> float:
    return float(track.times[-1]) + 1e-6


def _width(box: tuple[float, float, float, float]) -> int:
    left, top, right, bottom = box
    return max(2, 2 * round(HEIGHT * (right - left) / (bottom - top) / 2))


def _box(track: VideoTrack, head: HeadData) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in the clip's pixels: all of the face's places."""
    template = np.asarray(head.template, dtype=np.float64)
    flip = np.array([1.0, -1.0])
    low, high = template.min(axis=0)[:2] * flip, template.max(axis=0)[:2] * flip
    corners = np.stack([np.minimum(low, high), np.maximum(low, high)])
    places = track.translation[:, None] + track.scale[:, None, None] * corners
    margin = MARGIN * float(np.median(places[:, 1, 1] - places[:, 0, 1])) / 2
    size = np.array(track.image_size, dtype=np.float64)
    first = np.clip(places[:, 0].min(axis=0) - margin, 0, size - 2)
    last = np.clip(places[:, 1].max(axis=0) + margin, first + 2, size)
    return float(first[0]), float(first[1]), float(last[0]), float(last[1])


def _pair(
    pixels: Pixels, track: VideoTrack, number: int, head: HeadData,
    box: tuple[float, float, float, float],
) -> npt.NDArray[np.uint8]:
    """(HEIGHT,2W,3): the frame, and the head in the same place."""
    import cv2

    face = track.face(number)
    assert face.camera is not None
    left, top, right, bottom = box
    size = (_width(box), HEIGHT)
    ratio = pixels.shape[1] / track.image_size[0]
    cut = pixels[round(top * ratio):max(round(bottom * ratio), round(top * ratio) + 1),
                 round(left * ratio):max(round(right * ratio), round(left * ratio) + 1)]
    shown = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    vertices = evaluate(head, face.identity.shape, face.code.expression, face.pose())[0]
    camera = Camera(face.camera.scale, face.camera.translation - (left, top),
                    (round(right - left), round(bottom - top)))
    return np.concatenate([shown, render_grey(head, vertices, camera, size)], axis=1)
