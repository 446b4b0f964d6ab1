# SPDX-License-Identifier: GPL-3.0-or-later
"""A followed performance at a scene's frame rate: a code for each frame, and few keys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import UsageError, VideoError
from ..head.data import HeadData
from ..key_reduction import reduce_keys
from ..parameters import POSE_SIZE
from ..trajectory import Easing, Trajectory
from .video import VideoTrack

Floats = npt.NDArray[np.float64]

TOLERANCE = 0.3  # mm that any vertex may be off by one channel's keys; two pixels in a close-up
GAZE_FACTOR = 0.5  # of the tolerance: where eyes look is seen before how far they move
HEAD_FACTOR = 4.0  # of the tolerance: a head that turns is seen against nothing near
MAX_RATE = 240.0  # frames a second
MAX_CODES = 72_000  # of a trajectory: 20 minutes at 60 frames a second, a file of 200 MB
MAX_SMOOTHING = 10.0  # beyond, nothing of a performance is left: a mistake
MAX_TOLERANCE = 100.0  # mm, more than any face moves: a mistake
LEAST_REACH = 0.01  # mm that a unit moves: components that move nothing are keyed coarsely


def check_wishes(frame_rate: float | None, tolerance: float, smoothing: float) -> None:
    """Refuses what cannot be smoothed or keyed by, before minutes are spent on the clip.

    Raises UsageError `bad-fps`, `bad-tolerance`, `bad-smoothing`.
    """
    if not 0 <= smoothing <= MAX_SMOOTHING:  # NaN compares false
        raise UsageError("bad-smoothing", f"A smoothing of {smoothing:g} is out of range.",
                         f"Give 0 to {MAX_SMOOTHING:g}; 1 takes away what is noise.")
    _check_keying(frame_rate, tolerance)


def _check_keying(frame_rate: float | None, tolerance: float) -> None:
    if frame_rate is not None and not 0 < frame_rate <= MAX_RATE:
        raise UsageError("bad-fps", f"{frame_rate:g} frames a second cannot be keyed.",
                         f"Give a frame rate above 0 and up to {MAX_RATE:g}.")
    if not 0 < tolerance <= MAX_TOLERANCE:
        raise UsageError("bad-tolerance", f"A tolerance of {tolerance:g} mm cannot be kept.",
                         f"Give millimetres above 0 and up to {MAX_TOLERANCE:g}; {TOLERANCE} is "
                         "usual.")


def trajectory_of(
    track: VideoTrack, head: HeadData, frame_rate: float | None, tolerance: float = TOLERANCE
) -> Trajectory:
    """`track` from its first frame on, `frame_rate` codes a second, and as reduced keys.

    frame_rate: None takes the clip's own, at most MAX_RATE.  tolerance: mm.  Frames of a clip come
    when they come: codes between them are interpolated without overshoot, but never across a cut.
    Raises UsageError `bad-fps`, `bad-tolerance`; VideoError `video-too-long`.
    """
    _check_keying(frame_rate, tolerance)
    rate = min(clip_rate(track), MAX_RATE) if frame_rate is None else frame_rate
    times = track.times - track.times[0]
    if times[-1] * rate > MAX_CODES:
        raise VideoError("video-too-long", f"By its frames' times the clip lasts {times[-1]:.0f} "
                         f"s: at {rate:g} frames a second more than the {MAX_CODES} that can be "
                         "keyed.", "Give --start and --end, or a lower --fps; export the clip "
                         "again if it is not that long.")
    at = np.arange(int(np.floor(times[-1] * rate + 1e-6)) + 1) / rate
    moved = np.concatenate([track.codes, track.global_rotation], axis=1)
    values, starts = _resampled(times, moved, track.cuts - track.times[0], at)
    keys = reduce_keys(at, values, _tolerances(head, tolerance), _groups(head), starts)
    easings: tuple[Easing, ...] = tuple("hold" if start else "linear" for start in starts[1:])
    return Trajectory(track.head, at, values[:, :-3], easings,
                      global_rotation=values[:, -3:], keys=keys)


def clip_rate(track: VideoTrack) -> float:
    """Frames a second, the median where they vary."""
    if len(track.times) < 2:
        return 1.0
    return float(1.0 / np.median(np.diff(track.times)))


def _resampled(
    times: Floats, values: Floats, cuts: Floats, at: Floats
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(N,C) `values` at `at`, each from its own shot, and (N,) which of them begin one."""
    from scipy.interpolate import PchipInterpolator

    slack = 1e-6
    shot_at = np.searchsorted(cuts, at + slack, side="right")
    shot = np.searchsorted(cuts, times + slack, side="right")
    result = np.empty((len(at), values.shape[1]))
    for number in np.unique(shot_at):
        own, wanted = shot == number, shot_at == number
        if own.sum() == 1:
            result[wanted] = values[own]
            continue
        inside = np.clip(at[wanted], times[own][0], times[own][-1])
        result[wanted] = PchipInterpolator(times[own], values[own], axis=0)(inside)
    return result, np.diff(shot_at, prepend=-1) != 0


def _tolerances(head: HeadData, millimetres: float) -> Floats:
    """(E+15,) of each channel, in its own unit, so that no vertex moves further."""
    reach = np.concatenate([_expression_reach(head), *_turn_reach(head)])
    share = np.ones(reach.size)
    share[head.expression_count + 6:head.expression_count + POSE_SIZE] = GAZE_FACTOR
    share[head.expression_count + POSE_SIZE:] = HEAD_FACTOR
    return np.asarray(millimetres * share / np.maximum(reach, LEAST_REACH))


def _expression_reach(head: HeadData) -> Floats:
    """(E,) mm that a unit of each component moves the vertex that it moves most."""
    moved = np.linalg.norm(np.asarray(head.expression_basis, dtype=np.float64), axis=1)
    return np.asarray(1000.0 * moved.max(axis=0))


def _turn_reach(head: HeadData) -> list[Floats]:
    """(3,) mm per rad that jaw, neck, left eye, right eye and root move, three times each."""
    template = np.asarray(head.template, dtype=np.float64)
    joints = np.asarray(head.joint_regressor, dtype=np.float64) @ template
    arms = np.linalg.norm(template[:, None] - joints[None], axis=2)
    carried = np.asarray(head.weights, dtype=np.float64)
    carried = np.concatenate([np.ones((len(carried), 1)), carried[:, 1:]], axis=1)
    longest = 1000.0 * (arms * carried).max(axis=0)
    return [np.full(3, longest[joint]) for joint in (2, 1, 3, 4, 0)]


def _groups(head: HeadData) -> npt.NDArray[np.int64]:
    """(E+15,) each expression component for itself, each rotation's three numbers together."""
    count = head.expression_count
    return np.concatenate([np.arange(count), count + np.repeat(np.arange(5), 3)])
