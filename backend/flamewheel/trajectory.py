# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance in seconds: anchors (whole-face codes) and how one passes into the next.

Frames do not exist here: they are made once, in Blender (`core/keyframes.py`).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from .errors import FlamewheelError, InputFileError, UsageError
from .files import write_whole
from .parameters import POSE_SIZE, Array, ExpressionCode, checked_array

Easing = Literal["smooth", "linear", "ease_in", "ease_out", "hold"]
EASINGS: tuple[Easing, ...] = get_args(Easing)

FILE_FORMAT = "flamewheel-trajectory-1"
"""What a trajectory file says it is."""

MAX_FILE_BYTES = 256 * 1024 * 1024  # of a video's longest, 72,000 frames of some 3 KB
"""Largest trajectory file that is read; a design choice: ten minutes baked at 60 frames a second
with 112 channels are about 40 MiB of JSON."""


@dataclass(frozen=True, eq=False)
class CurveKeys:
    """A few Bezier keys of each channel, ordered by channel, then by time.

    Channels are columns of `Trajectory.codes`, then the three numbers of the head's turn.  Between
    two keys a channel is the cubic with their values and slopes (in Blender: handles at thirds of
    the way), or stays at the first one's value where that holds.
    """

    channels: npt.NDArray[np.int64]  # (K,)
    times: Array  # (K,) s, rising within a channel
    values: Array  # (K,)
    slopes: Array  # (K,) per s
    holds: npt.NDArray[np.bool_]  # (K,)

    def __post_init__(self) -> None:
        for name in ("times", "values", "slopes"):
            object.__setattr__(self, name, checked_array(name, getattr(self, name), (None,)))
        object.__setattr__(self, "channels", _whole_numbers(self.channels))
        holds = checked_array("holds", self.holds, (None,))  # a ragged list is told, too
        object.__setattr__(self, "holds", holds != 0)
        rows = (self.channels, self.times, self.values, self.slopes, self.holds)
        if len({row.shape for row in rows}) != 1 or not self._rise():
            raise UsageError("bad-trajectory", "The keys of a trajectory do not fit together.",
                             "Check where the trajectory comes from.")

    def _rise(self) -> bool:
        steps, later = np.diff(self.channels), np.diff(self.times) > 0
        return bool(((steps > 0) | ((steps == 0) & later)).all())


def _whole_numbers(given: Any) -> npt.NDArray[np.int64]:
    numbers = checked_array("channels", given, (None,))
    if (numbers != numbers.round()).any() or numbers.min(initial=0) < 0:
        raise UsageError("bad-trajectory", "Channels are numbers from 0 on.",
                         "Check where the trajectory comes from.")
    return numbers.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Anchor poses of a face over time.

    `easings[i]` says how anchor i passes into anchor i + 1: `smooth` (slow in and out),
    `linear`, `ease_in` (slow start), `ease_out` (slow end), `hold` (stays, then steps).
    """

    head: str  # name of the head the codes belong to
    times: Array  # (T,) seconds, rising, first is 0 or later
    codes: Array  # (T, E + 12): expression, jaw 3, neck 3, left eye 3, right eye 3
    easings: tuple[Easing, ...]  # (T - 1,)
    labels: tuple[str, ...] = ()  # (T,) a word for each anchor, or none
    seed: int | None = None  # what makes this performance come out again
    global_rotation: Array | None = None  # (T,3) axis-angle rad: the head's turn, from a video
    keys: CurveKeys | None = None  # the same performance in few keys, where it is dense

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", checked_array("times", self.times, (None,)))
        object.__setattr__(self, "codes", checked_array("codes", self.codes, (None, None)))
        if self.global_rotation is not None:
            object.__setattr__(self, "global_rotation", checked_array(
                "global_rotation", self.global_rotation, (self.times.size, 3)))
        count = self.times.size
        if count == 0 or self.codes.shape[0] != count or self.codes.shape[1] < POSE_SIZE:
            raise UsageError("bad-trajectory", "A trajectory needs one code for each of its times.",
                             "Check where the trajectory comes from.")
        if self.times[0] < 0 or (np.diff(self.times) <= 0).any():
            raise UsageError("bad-trajectory", "The times of a trajectory must rise from 0 s.",
                             "Check where the trajectory comes from.")
        if self.keys is not None and (
                self.keys.channels.max(initial=0) >= self.codes.shape[1] + 3):
            raise UsageError("bad-trajectory", "A trajectory has keys of channels it has not.",
                             "Check where the trajectory comes from.")
        wrong = [easing for easing in self.easings if easing not in EASINGS]
        if len(self.easings) != count - 1 or wrong:
            raise UsageError(
                "bad-trajectory", "A trajectory needs one easing between each two anchors.",
                f"Easings are {', '.join(EASINGS)}.",
            )
        if self.labels and len(self.labels) != count:
            raise UsageError(
                "bad-trajectory", "A trajectory has one label for each anchor, or none.",
                "Check where the trajectory comes from.",
            )

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return float(self.times[-1])

    def code(self, index: int) -> ExpressionCode:
        """Anchor `index` as an expression code."""
        return ExpressionCode.from_vector(self.codes[index])


def sample(trajectory: Trajectory, times: npt.ArrayLike) -> Array:
    """(N, E + 12): the face at `times` (N,) s; before the first anchor and after the last it stays.

    Between anchors l and n every number x is (1 - w) x_l + w x_n (paper 002, eq. 16, whose delta is
    1 - w), with w of u = the part of the way in time, 0..1:

        smooth    3 u^2 - 2 u^3   a cubic Bezier with flat handles at thirds of the interval, which
                                  is what Blender draws between two extremes (auto-clamped handles)
        linear    u
        ease_in   u^2             Blender's quadratic, easing in
        ease_out  1 - (1 - u)^2   Blender's quadratic, easing out
        hold      0               Blender's constant: the step comes at anchor n

    Rotations are axis-angle and their three numbers run like all others, so that every channel can
    be one F-curve; between anchors of an expression they are small.
    """
    at = checked_array("times", times, (None,))
    anchors, count = trajectory.times, trajectory.times.size
    if count == 1:
        return np.asarray(np.repeat(trajectory.codes, at.size, axis=0))
    left = np.clip(np.searchsorted(anchors, at, side="right") - 1, 0, count - 2)
    part = np.clip((at - anchors[left]) / np.diff(anchors)[left], 0.0, 1.0)
    weights = np.stack([
        part * part * (3.0 - 2.0 * part), part, part * part, part * (2.0 - part),
        np.where(part < 1.0, 0.0, 1.0),
    ])
    which = np.array([EASINGS.index(easing) for easing in trajectory.easings])
    weight = weights[which[left], np.arange(at.size)][:, None]
    codes: Array = (1.0 - weight) * trajectory.codes[left] + weight * trajectory.codes[left + 1]
    return codes


def to_json_dict(trajectory: Trajectory) -> dict[str, Any]:
    """The trajectory file as a JSON object."""
    written: dict[str, Any] = {
        "format": FILE_FORMAT,
        "head": trajectory.head,
        "times": trajectory.times.tolist(),
        "codes": trajectory.codes.tolist(),
        "easings": list(trajectory.easings),
        "labels": list(trajectory.labels),
        "seed": trajectory.seed,
    }
    if trajectory.global_rotation is not None:
        written["global_rotation"] = trajectory.global_rotation.tolist()
    if trajectory.keys is not None:
        keys = trajectory.keys
        written["keys"] = {slot.name: getattr(keys, slot.name).tolist() for slot in fields(keys)}
    return written


def from_json_dict(read: Any) -> Trajectory:
    """The inverse of `to_json_dict`.

    Raises InputFileError `bad-trajectory` where `read` is not one.
    """
    if not isinstance(read, dict) or read.get("format") != FILE_FORMAT:
        raise _bad_file(f"It does not say \"format\": \"{FILE_FORMAT}\".")
    head, seed = read.get("head"), read.get("seed")
    texts = [read.get("easings", []), read.get("labels", [])]
    if not isinstance(head, str) or not isinstance(seed, (int, type(None))):
        raise _bad_file("\"head\" must be a name and \"seed\" a whole number or null.")
    if not all(isinstance(row, list) and all(isinstance(x, str) for x in row) for row in texts):
        raise _bad_file("\"easings\" and \"labels\" must be lists of words.")
    times, codes = read.get("times"), read.get("codes")
    easings, labels = texts
    try:
        return Trajectory(
            head,
            checked_array("times", times, (None,)),
            checked_array("codes", codes, (None, None)),
            tuple(easings),
            tuple(labels),
            seed,
            read.get("global_rotation"),
            _keys_in(read.get("keys")),
        )
    except FlamewheelError as bad:
        raise _bad_file(bad.message) from bad


def _keys_in(read: Any) -> CurveKeys | None:
    if read is None:
        return None
    names = [slot.name for slot in fields(CurveKeys)]
    if not isinstance(read, dict) or not all(isinstance(read.get(name), list) for name in names):
        raise _bad_file(f"\"keys\" must have the lists {', '.join(names)}.")
    return CurveKeys(*(read[name] for name in names))


def save_trajectory(trajectory: Trajectory, path: str | os.PathLike[str]) -> None:
    """Writes the JSON file, whole or not at all.

    Raises OutputError as `written_aside`.
    """
    write_whole(Path(path), json.dumps(to_json_dict(trajectory), allow_nan=False).encode())


def load_trajectory(path: str | os.PathLike[str]) -> Trajectory:
    """Reads what `save_trajectory` wrote.

    Raises InputFileError `cannot-read`, `too-large` or `bad-trajectory`.
    """
    source = Path(path)
    try:
        with open(source, "rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as bad:
        raise InputFileError(
            "cannot-read", f"The trajectory {source} cannot be read ({bad.strerror}).",
            "Check the path.",
        ) from bad
    if len(body) > MAX_FILE_BYTES:
        raise InputFileError(
            "too-large", f"{source} is larger than {MAX_FILE_BYTES // 2**20} MiB.",
            "Give a file that `flamewheel transition` or `flamewheel encode` of a video wrote.",
        )
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise _bad_file(f"{source} is not JSON ({bad}).") from bad
    return from_json_dict(read)


def _bad_file(what: str) -> InputFileError:
    return InputFileError(
        "bad-trajectory", f"This is no trajectory file. {what}",
        "Give a file that `flamewheel transition` or `flamewheel encode` of a video wrote.",
    )
