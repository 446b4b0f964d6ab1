# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance in seconds as keyframe tracks: the one place where seconds become frames.

`trajectory_to_tracks` makes few keys that an animator can edit: one for each anchor.
`dense_tracks` makes one for each frame, on the curve that the trajectory means; `per_frame` gives
the codes themselves, for baking the mesh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from .coordinates import bone_euler_from_flame
from .errors import UsageError
from .rig_spec import bone_rotation_path, expression_key_name, shape_key_path

Owner = Literal["mesh", "armature"]
Channel = tuple[str, int]
"""(data path, array index) of what a track moves."""

POSE_BONES = ("jaw", "neck", "left_eye", "right_eye")
"""The order of the rotations at the end of a code (`parameters.ExpressionCode.vector`)."""

POSE_SIZE = 3 * len(POSE_BONES)

GROUPS = {"jaw": "Jaw", "neck": "Neck", "left_eye": "Eyes", "right_eye": "Eyes"}
EXPRESSION_GROUP = "Expression"

CURVES = {
    # BEZIER with automatic handles: slow in and out of every turning point, and no stop on the
    # way where a channel goes on in the same direction
    "smooth": ("BEZIER", "AUTO"),
    "linear": ("LINEAR", "AUTO"),
    "ease_in": ("QUAD", "EASE_IN"),
    "ease_out": ("QUAD", "EASE_OUT"),
    "hold": ("CONSTANT", "AUTO"),
}
"""Trajectory easing -> (interpolation, easing) of the key that begins the way."""

STILL = 1e-7
"""Standard deviations or radians: below this a value is the zero it was computed from (float32)."""


class Performance(Protocol):
    """What is keyed: `protocol.TrajectoryReply`, or anything with its first fields."""

    @property
    def times(self) -> Sequence[float]:
        """(T,) s, rising."""

    @property
    def codes(self) -> Sequence[Sequence[float]]:
        """(T, E + 12): expression, jaw, neck, left eye, right eye (axis-angle, FLAME's axes)."""

    @property
    def easings(self) -> Sequence[str]:
        """(T - 1,) how each anchor passes into the next."""


@dataclass(frozen=True, eq=False)
class KeyframeTrack:
    """The keys of one channel."""

    channel: str  # RNA data path, from its owner's animated data-block
    index: int  # array index
    owner: Owner  # "mesh": its shape keys; "armature": its pose
    group: str  # under which the channel is shown
    frames: Any  # (K,) float64, rising
    values: Any  # (K,) float64: FLAME coefficients or radians
    interpolation: tuple[str, ...]  # (K,) from each key to the next
    easing: tuple[str, ...]  # (K,)
    slopes: Any = None  # (K,) per frame, of BEZIER keys; None: Blender's automatic handles


def seconds_to_frames(times: Any, fps: float, start_frame: float) -> Any:
    """Frames of `times` (s); `fps` is Blender's fps / fps_base, `start_frame` is 0 s."""
    if not fps > 0:
        raise UsageError("bad-fps", f"A frame rate of {fps} cannot be keyed.",
                         "Set a frame rate above 0.")
    return start_frame + np.asarray(times, dtype=np.float64) * fps


def trajectory_to_tracks(
    performance: Performance,
    *,
    fps: float,
    start_frame: float,
    expression_count: int,
    always: frozenset[Channel] = frozenset(),
) -> tuple[KeyframeTrack, ...]:
    """Few, editable keys: one for each anchor of each channel that is used.

    Channels that are zero throughout are left out, unless `always` names them (see
    `scene.actions.live_channels`).  `expression_count` is how many `Exp*` keys the rig has: codes
    with more are cut.  Raises UsageError for a performance that does not fit together.
    """
    times, codes = _checked(performance)
    frames = seconds_to_frames(times, fps, start_frame)
    curves = [CURVES[easing] for easing in (*performance.easings, "smooth")]
    return _tracks(frames, codes, curves, expression_count, always)


def dense_tracks(
    performance: Performance,
    *,
    fps: float,
    start_frame: float,
    expression_count: int,
    always: frozenset[Channel] = frozenset(),
) -> tuple[KeyframeTrack, ...]:
    """One LINEAR key for each whole frame, on the trajectory's own curve; see `per_frame`."""
    frames, codes = per_frame(performance, fps=fps, start_frame=start_frame)
    return _tracks(frames, codes, [CURVES["linear"]] * frames.size, expression_count, always)


def per_frame(performance: Performance, *, fps: float, start_frame: float) -> tuple[Any, Any]:
    """(N,) whole frames and (N,D) codes at them; see `sample`.

    The last frame is the first whole one at or after the end, so that the end is reached.
    """
    times, codes = _checked(performance)
    first, last = seconds_to_frames(times[[0, -1]], fps, start_frame)
    frames = np.arange(np.floor(first + 1e-6), np.ceil(last - 1e-6) + 0.5)
    return frames, sample(times, codes, performance.easings, (frames - start_frame) / fps)


def sample(times: Any, codes: Any, easings: Sequence[str], at: Any) -> Any:
    """(N,D) codes at the seconds `at` (N,), held before the first and after the last anchor.

    smooth 3u² - 2u³, linear u, ease_in u², ease_out 1 - (1 - u)², hold 0, with u the share of the
    way from one anchor to the next: the same curves as the backend's `Trajectory.sample`.
    """
    times, codes = np.asarray(times, np.float64), np.asarray(codes, np.float64)
    at = np.clip(np.asarray(at, np.float64), times[0], times[-1])
    if times.size == 1:
        return np.repeat(codes, at.size, axis=0)
    step = np.clip(np.searchsorted(times, at, side="right") - 1, 0, times.size - 2)
    u = (at - times[step]) / (times[step + 1] - times[step])
    kind = np.asarray(easings)[step]
    share = np.select(
        [kind == "smooth", kind == "linear", kind == "ease_in", kind == "ease_out"],
        [u * u * (3 - 2 * u), u, u * u, 1 - (1 - u) ** 2],
        default=np.floor(u),  # hold: the next anchor only when it is reached
    )[:, None]
    return codes[step] * (1 - share) + codes[step + 1] * share


def _tracks(
    frames: Any,
    codes: Any,
    curves: Sequence[tuple[str, str]],
    expression_count: int,
    always: frozenset[Channel],
) -> tuple[KeyframeTrack, ...]:
    names, values = _channel_values(codes, expression_count)
    moves = np.abs(values).max(axis=0) > STILL
    interpolation = tuple(curve for curve, _ in curves)
    easing = tuple(ease for _, ease in curves)
    return tuple(
        KeyframeTrack(path, index, owner, group, frames, column, interpolation, easing)
        for (path, index, owner, group), column, used in zip(names, values.T, moves, strict=True)
        if used or (path, index) in always
    )


def _channel_values(
    codes: Any, expression_count: int
) -> tuple[list[tuple[str, int, Owner, str]], Any]:
    """Every channel's (path, index, owner, group), and its values (K, channels)."""
    given = codes.shape[1] - POSE_SIZE
    used = min(given, expression_count)
    names: list[tuple[str, int, Owner, str]] = [
        (shape_key_path(expression_key_name(i)), 0, "mesh", EXPRESSION_GROUP) for i in range(used)
    ]
    columns = [codes[:, :used]]
    rotations = codes[:, given:].reshape(-1, len(POSE_BONES), 3)
    for place, bone in enumerate(POSE_BONES):
        names += [(bone_rotation_path(bone), axis, "armature", GROUPS[bone]) for axis in range(3)]
        # unwrapped: Euler angles of neighbouring keys must not be a turn apart
        columns.append(np.unwrap(bone_euler_from_flame(rotations[:, place]), axis=0))
    return names, np.concatenate(columns, axis=1)


def _checked(performance: Performance) -> tuple[Any, Any]:
    times = np.asarray(performance.times, dtype=np.float64)
    codes = np.asarray(performance.codes, dtype=np.float64)
    fits = (
        times.ndim == 1 and times.size > 0 and codes.ndim == 2
        and codes.shape[0] == times.size and codes.shape[1] >= POSE_SIZE
        and len(performance.easings) == times.size - 1
    )
    if not fits or not np.isfinite(codes).all() or (np.diff(times) <= 0).any():
        raise UsageError("bad-trajectory", "The performance does not fit together.",
                         "Use an add-on and a backend of the same Flamewheel version.")
    unknown = sorted(set(performance.easings) - set(CURVES))
    if unknown:
        raise UsageError("bad-trajectory", f"Unknown easing: {', '.join(unknown)}.",
                         f"Easings are {', '.join(CURVES)}.")
    return times, codes
