# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips for tests: a head that does what is asked, rendered, and files as cameras write them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate
from flamewheel.parameters import Camera
from flamewheel.render import render_grey

SIZE = 256  # px


@dataclass(frozen=True, eq=False)
class Acted:
    """What a head did in a clip."""

    times: np.ndarray  # (T,) s
    blink: np.ndarray  # (T,) 0..1
    jaw: np.ndarray  # (T,) rad
    gaze: np.ndarray  # (T,) rad to the face's own left
    yaw: np.ndarray  # (T,) rad
    frames: np.ndarray  # (T,SIZE,SIZE,3) RGB


def smoothstep(share):
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def act(head: HeadData, seconds: float, fps: float, *, blinks=(), look_at=(), talk=(9, 9),
        seed=0) -> Acted:
    """blinks: s of their peaks.  look_at: (s, rad) of jumps of the eyes.  talk: from, to s."""
    times = np.arange(round(seconds * fps)) / fps
    rng = np.random.default_rng(seed)
    blink = np.zeros(len(times))
    for peak in blinks:
        off = times - peak
        blink = np.maximum(blink, np.where(off < 0, smoothstep(1 + off / 0.1),
                                           smoothstep(1 - off / 0.15)))
    gaze = np.zeros(len(times))
    for when, where in look_at:
        gaze[times >= when - 1e-9] = where
    speaks = (times > talk[0]) & (times < talk[1])
    jaw = np.where(speaks, 0.08 * (1 - np.cos(2 * np.pi * 3 * (times - talk[0]))), 0.0)
    yaw = 0.12 * np.sin(2 * np.pi * 0.4 * times)
    shape = np.zeros(head.identity_count)
    shape[:10] = np.random.default_rng(1000 + seed).normal(size=10)
    closing = [number for number, name in enumerate(head.units.names) if name.startswith("AU45")]
    frames = [_picture(head, shape, closing, moment, rng)
              for moment in zip(blink, jaw, gaze, yaw, strict=True)]
    return Acted(times, blink, jaw, gaze, yaw, np.stack(frames))


def _picture(head, shape, closing, moment, rng):
    blink, jaw, gaze, yaw = moment
    row = np.zeros((1, len(head.units.names)))
    row[0, closing] = blink
    pose = head.units.poses(row)[0]
    pose[2, 0] += jaw
    pose[3:, 1] += gaze
    pose[0, 1] = yaw
    vertices = evaluate(head, shape, head.units.codes(row)[0], pose)[0]
    middle = np.asarray(head.template)[np.asarray(head.masks["face"])].mean(axis=0)
    scale = 1.3 * SIZE / float(np.ptp(head.template[:, 1]))
    camera = Camera(scale, np.array([SIZE / 2 - scale * middle[0], SIZE / 2 + scale * middle[1]]),
                    (SIZE, SIZE))
    picture = render_grey(head, vertices, camera, (SIZE, SIZE))
    return np.clip(picture + rng.normal(size=picture.shape) * 2, 0, 255).astype(np.uint8)


def write_clip(path: Path, frames: np.ndarray, fps: float, codec: str = "mp4v") -> Path:
    """frames: (T,H,W,3) RGB."""
    height, width = frames.shape[1:3]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[:, :, ::-1]))
    writer.release()
    return path


def striped(count: int, width: int = 64, height: int = 48) -> np.ndarray:
    """Frames that tell their number by their brightness, brighter at the top left."""
    frames = np.empty((count, height, width, 3), dtype=np.uint8)
    frames[:] = (20 + 200 * np.arange(count) // max(1, count - 1))[:, None, None, None]
    frames[:, :height // 4, :width // 4] = 255
    return frames


def with_frame_lengths(path: Path, lengths: list[int]) -> None:
    """Gives an MP4's frames lengths of their own, in ticks of its clock: a variable frame rate."""
    data = bytearray(path.read_bytes())
    at = data.index(b"stts") - 4
    old = struct.unpack(">I", data[at:at + 4])[0]
    table = struct.pack(">4sII", b"stts", 0, len(lengths))
    table += b"".join(struct.pack(">II", 1, length) for length in lengths)
    table = struct.pack(">I", len(table) + 4) + table
    for box in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        start = data.index(box, data.index(b"moov")) - 4
        size = struct.unpack(">I", data[start:start + 4])[0]
        data[start:start + 4] = struct.pack(">I", size + len(table) - old)
    data[at:at + old] = table
    edits = data.find(b"edts")  # would end the clip where it ended before
    if edits >= 0:
        data[edits:edits + 4] = b"free"
    path.write_bytes(data)


def clock_of(path: Path) -> int:
    """Ticks a second of an MP4's picture track."""
    data = path.read_bytes()
    at = data.index(b"mdhd") + 4
    return struct.unpack(">I", data[at + 12:at + 16])[0]


def turned_right(path: Path) -> None:
    """Tells players to show an MP4 turned by 90 degrees, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0
    one = 1 << 16
    data[at:at + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
