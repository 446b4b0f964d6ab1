# SPDX-License-Identifier: GPL-3.0-or-later
"""A video's frames with their true times, one after another, never the whole clip in memory.

Videos come from anywhere.  The first bytes must be those of a container that holds its own data:
FFmpeg would follow a play list to other files and to the network.  Whatever a decoder trips over
becomes a `VideoError`, and a clip that breaks off is read as far as it goes and says so.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import BackendError, UsageError, VideoError
from .photo import MIN_SIDE, Photo

MAX_PIXELS = 8192 * 4320  # of a frame: the largest that cameras for film record
MAX_FRAMES = 36_000  # 20 minutes at 30 frames a second; their landmarks take 140 MB
MAX_RATE = 1000.0  # frames a second that a file may claim; more is a damaged header
FALLBACK_RATE = 30.0  # frames a second where the file names none
WORKING_SIDE = 1280  # px: larger frames are scaled down; a face in close-up keeps 600 px
FRAMES_AHEAD = 8  # decoded before they are asked for; 1280 x 720 of them take 22 MB
MISSING_SHARE = 0.05  # of the announced frames that may be missing before it is told

CONTAINERS = "MP4, MOV, AVI, MKV, WebM, MPEG and FLV are read."
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")  # an MP4 or MOV begins so
_STARTS = (b"\x1aE\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS")
_DAMAGED_HINT = "Open it in a video program and export it as MP4 (H.264)."


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video."""

    time: float  # s from the clip's beginning
    photo: Photo  # upright, longer side at most WORKING_SIDE


@dataclass(frozen=True)
class VideoFacts:
    """What a file says of itself; the count and the length may be guesses of its container."""

    name: str
    size: tuple[int, int]  # width, height of the upright picture in pixels
    frame_rate: float  # frames a second, the mean where it varies
    frame_count: int  # 0 where it is not known

    @property
    def seconds(self) -> float:
        """How long it says it lasts; 0 where it is not known."""
        return self.frame_count / self.frame_rate


class VideoReader:
    """An open video; use it in a `with` block and go through `frames` once.

    start, end: s of the clip between which frames are given, None: all.  Raises VideoError
    `file-not-found`, `not-a-video`, `unreadable-video`, `no-pictures`, `video-too-large`,
    `video-too-small`; UsageError `bad-range`; BackendError `missing-dependency`.
    """

    def __init__(
        self, path: Path, start: float | None = None, end: float | None = None
    ) -> None:
        self._start, self._end = _checked_range(start, end)
        self._capture = _opened(path)
        try:
            self.facts = _facts(self._capture, path.name)
            if self.facts.seconds and self._start >= self.facts.seconds:
                raise UsageError(
                    "bad-range", f"{path.name} ends at {self.facts.seconds:.2f} s, before the "
                    f"start asked for, {self._start:g} s.", "Give an earlier start.")
        except BaseException:
            self._capture.release()
            raise
        self.notes: tuple[str, ...] = ()  # what to tell the user; complete after the last frame
        self._over = threading.Event()
        self._ready: queue.Queue[Frame | BaseException | None] = queue.Queue(FRAMES_AHEAD)
        self._thread = threading.Thread(target=self._decode, name="video", daemon=True)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops decoding, whatever was left."""
        self._over.set()
        with suppress(queue.Empty):
            while True:
                self._ready.get_nowait()
        if self._thread.is_alive():
            self._thread.join()
        self._capture.release()

    def frames(self) -> Iterator[Frame]:
        """Every frame in the order of time; decoded in a thread of its own, a few ahead.

        Raises VideoError `no-pictures` where there is not one, `video-too-long` beyond MAX_FRAMES.
        """
        self._thread.start()
        while (ready := self._ready.get()) is not None:
            if isinstance(ready, BaseException):
                raise ready
            yield ready

    def _decode(self) -> None:
        """In the thread: frames into the queue, then None or what went wrong."""
        try:
            self._decode_all()
            self._hand_over(None)
        except BaseException as failure:
            self._hand_over(failure)

    def _decode_all(self) -> None:
        clock, given = _Clock(self.facts.frame_rate), 0
        while not self._over.is_set() and self._capture.grab():
            time = clock.time_of(self._capture)
            if time < self._start:
                continue
            if time > self._end:
                break
            pixels = _retrieved(self._capture, self.facts.name)
            if given == MAX_FRAMES:
                raise VideoError(
                    "video-too-long", f"{self.facts.name} has more than {MAX_FRAMES} frames.",
                    "Encode a part of it: give --start and --end.")
            given += 1
            self._hand_over(Frame(time, _photo(pixels, self.facts)))
        else:
            self._note_early_end(clock)
        if not given:
            part = f" from {self._start:g} s to {self._end:g} s" if clock.frames else ""
            raise VideoError(
                "no-pictures", f"No picture could be taken from {self.facts.name}{part}.",
                "Give --start and --end further apart." if part else _DAMAGED_HINT)
        self.notes += clock.notes()

    def _note_early_end(self, clock: _Clock) -> None:
        missing = self.facts.frame_count - clock.frames
        if clock.frames and missing > 1 + MISSING_SHARE * self.facts.frame_count:
            self.notes += (f"The video breaks off at {clock.last:.2f} s of "
                           f"{self.facts.seconds:.2f} s: it is damaged or was cut short.",)

    def _hand_over(self, item: Frame | BaseException | None) -> None:
        while not self._over.is_set():
            with suppress(queue.Full):
                self._ready.put(item, timeout=0.2)
                return


class _Clock:
    """The times of frames, as the file has them; where they do not rise, by the frame rate."""

    def __init__(self, frame_rate: float) -> None:
        self._interval = 1.0 / frame_rate
        self._first: float | None = None
        self._invented = 0
        self.frames = 0
        self.last = -np.inf

    def time_of(self, capture: Any) -> float:
        """s from the first frame, rising, of the frame that was grabbed last."""
        import cv2

        told = float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0
        if self._first is None:
            self._first = told if np.isfinite(told) else 0.0
        time = told - self._first
        if not time > self.last:  # NaN compares false
            time = self.last + self._interval
            self._invented += 1
        self.frames += 1
        self.last = time
        return time

    def notes(self) -> tuple[str, ...]:
        """That times were missing, where they were."""
        if not self._invented:
            return ()
        return (f"{self._invented} of {self.frames} frames have no time of their own or one that "
                f"does not rise: they were put {1000 * self._interval:.1f} ms after the last.",)


def _checked_range(start: float | None, end: float | None) -> tuple[float, float]:
    first, last = 0.0 if start is None else start, np.inf if end is None else end
    if not (0 <= first < last):  # NaN compares false
        raise UsageError("bad-range", f"From {first:g} s to {last:g} s there is nothing.",
                         "The start is 0 or later, in seconds, and the end after it.")
    return first, float(last)


def _opened(path: Path) -> Any:
    """OpenCV's capture of a file that looks like a video."""
    _must_be_container(path)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # its words are not for users
    try:
        import cv2
    except ImportError as missing:
        raise BackendError("missing-dependency", "Videos need OpenCV, which is not installed.",
                           "Install it: pip install opencv-contrib-python.") from missing
    # FFmpeg alone: OpenCV's other readers take a name for a camera or a row of pictures.  An
    # absolute path, so that no name is taken for a protocol ("concat:...").
    capture = cv2.VideoCapture()
    loud = cv2.setLogLevel(0)  # says nothing
    try:
        opened = capture.open(str(path.resolve()), cv2.CAP_FFMPEG)
    except cv2.error as bad:
        raise VideoError("unreadable-video", f"{path.name} cannot be read.",
                         _DAMAGED_HINT) from bad
    finally:
        cv2.setLogLevel(loud)
    if not opened:
        raise VideoError(
            "unreadable-video", f"{path.name} is damaged, cut short, has no picture track, or "
            "uses a codec that is not known.", _DAMAGED_HINT)
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # phones write upright video as turned
    return capture


def _must_be_container(path: Path) -> None:
    """Raises VideoError where the file is missing or its first bytes are no container's."""
    try:
        if not path.is_file():  # a device or a pipe has no end
            raise VideoError("file-not-found", f"There is no file {path}.",
                             "Check the name and the folder.")
        with open(path, "rb") as stream:
            head = stream.read(377)
    except (OSError, ValueError) as bad:
        reason = getattr(bad, "strerror", None) or str(bad)
        raise VideoError("unreadable-video", f"{path.name} cannot be read: {reason}.",
                         "Name a video file that you may read.") from bad
    if not head:
        raise VideoError("unreadable-video", f"{path.name} is empty.", "Copy or export it again.")
    stream_of_packets = head[0] == 0x47 and head[188:189] == b"\x47"  # MPEG-TS
    known = (head[4:8] in _BOXES or head.startswith(_STARTS) or stream_of_packets
             or (head[:4] == b"RIFF" and head[8:12] == b"AVI "))
    if not known:
        raise VideoError("not-a-video", f"{path.name} is not a video that Flamewheel knows.",
                         CONTAINERS)


def _facts(capture: Any, name: str) -> VideoFacts:
    import cv2

    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    rate, count = (float(capture.get(key)) for key in
                   (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT))
    _check_size(width, height, name)
    return VideoFacts(
        name, (width, height), rate if 0 < rate <= MAX_RATE else FALLBACK_RATE,
        int(count) if 0 < count < 1e9 else 0)


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise VideoError("video-too-large", f"{name} has frames of {width} x {height} pixels.",
                         "Scale it down: 1920 x 1080 is plenty.")
    if min(width, height) < MIN_SIDE:
        raise VideoError("video-too-small", f"{name} has frames of {width} x {height} pixels.",
                         f"A face needs at least {MIN_SIDE} pixels each way; 200 are good.")


def _retrieved(capture: Any, name: str) -> Any:
    """The pixels (H,W,3) BGR of the frame that was grabbed last."""
    import cv2

    try:
        good, pixels = capture.retrieve()
    except (cv2.error, MemoryError) as bad:
        raise VideoError("unreadable-video", f"A frame of {name} cannot be decoded.",
                         _DAMAGED_HINT) from bad
    if not good or pixels is None or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise VideoError("unreadable-video", f"A frame of {name} cannot be decoded.",
                         _DAMAGED_HINT)
    _check_size(pixels.shape[1], pixels.shape[0], name)  # a stream may change its size
    return pixels


def _photo(pixels: Any, facts: VideoFacts) -> Photo:
    """RGB, scaled down where it is large, in the pixels of the clip's size."""
    import cv2

    height, width = pixels.shape[:2]
    scale = WORKING_SIDE / max(width, height)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return Photo(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), facts.size, facts.name)
