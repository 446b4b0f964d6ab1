# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance in few Bezier keys with slopes, of a video or a sentence, as keyframe tracks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .coordinates import bone_euler_from_flame
from .errors import BackendError
from .keyframes import (
    EXPRESSION_GROUP,
    GROUPS,
    POSE_BONES,
    STILL,
    Channel,
    KeyframeTrack,
    seconds_to_frames,
)
from .protocol_video import KeysBody, VideoReply
from .rig_spec import bone_rotation_path, expression_key_name, shape_key_path

ROOT = "root"
TURNED_BONES = (*POSE_BONES, ROOT)
"""Whose rotations follow the expression's numbers, three channels each."""
INSTANT = 1e-4  # s over which a rotation's slope is taken over to Euler angles
HELD, DRAWN = "CONSTANT", "BEZIER"


def curve_tracks(
    keys: KeysBody,
    expression: int,
    seconds: float,
    *,
    fps: float,
    start_frame: float,
    expression_count: int,
    head_pose: bool = False,
    always: frozenset[Channel] = frozenset(),
) -> tuple[KeyframeTrack, ...]:
    """The keys of every channel that is used, at `fps` frames a second from `start_frame` on.

    expression: how many expression numbers a code has; expression_count: how many `Exp*` keys the
    rig has; further ones are left out.  head_pose: with the root bone's rotation.  Channels that
    stay zero are left out, unless `always` names them.
    Raises BackendError `bad-message` for keys that do not fit together.
    """
    given = _Rows(keys, expression)
    used = min(expression, expression_count)
    found = [given.of(number) for number in range(used)]
    tracks = [
        _track(shape_key_path(expression_key_name(number)), 0, "mesh", EXPRESSION_GROUP, rows)
        for number, rows in enumerate(found)
    ]
    for place, bone in enumerate(TURNED_BONES):
        if bone == ROOT and not head_pose:
            continue
        first = expression + 3 * place
        eulers = _as_eulers([given.of(first + axis) for axis in range(3)])
        group = GROUPS.get(bone, "Head")
        tracks += [_track(bone_rotation_path(bone), axis, "armature", group, rows)
                   for axis, rows in enumerate(eulers)]
    live = [(track.channel, track.index) in always for track in tracks]
    return tuple(
        _at_frames(held_until(track, seconds) if was else track, fps, start_frame)
        for track, was in zip(tracks, live, strict=True)
        if track.frames.size and (was or np.abs(track.values).max() > STILL)
    )


def video_tracks(reply: VideoReply, **options: Any) -> tuple[KeyframeTrack, ...]:
    """A video's performance; `options` are those of `curve_tracks`."""
    return curve_tracks(reply.keys, reply.expression, reply.seconds, **options)


class _Rows:
    """The keys of each channel: times (K,) s, values, slopes per s, whether each holds."""

    def __init__(self, body: KeysBody, expression: int) -> None:
        columns = (body.channels, body.times, body.values, body.slopes, body.holds)
        channels = np.asarray(body.channels, dtype=np.int64)
        times = np.asarray(body.times, dtype=np.float64)
        fits = len({len(column) for column in columns}) == 1 and expression >= 0
        if not fits or (np.diff(channels) < 0).any() or (
                np.diff(times)[np.diff(channels) == 0] <= 0).any():
            raise BackendError("bad-message", "The performance does not fit together.",
                               "Use an add-on and a backend of the same Flamewheel version.")
        self._channels = channels
        self._rows = (times, np.asarray(body.values, dtype=np.float64),
                      np.asarray(body.slopes, dtype=np.float64), np.asarray(body.holds, dtype=bool))

    def of(self, channel: int) -> tuple[Any, Any, Any, Any]:
        first, last = np.searchsorted(self._channels, [channel, channel + 1])
        times, values, slopes, holds = (row[first:last] for row in self._rows)
        return times, values, slopes, holds


def _as_eulers(rows: list[tuple[Any, Any, Any, Any]]) -> list[tuple[Any, Any, Any, Any]]:
    """An axis-angle rotation's three channels, keyed together, as those of Blender's angles."""
    times, holds = rows[0][0], rows[0][3]
    if any(row[0].shape != times.shape or (row[0] != times).any() for row in rows):
        raise BackendError("bad-message", "A rotation's three channels are not keyed together.",
                           "Use an add-on and a backend of the same Flamewheel version.")
    values, slopes = (np.stack([row[part] for row in rows], axis=1) for part in (1, 2))
    ahead, behind = (bone_euler_from_flame(values + sign * INSTANT * slopes) for sign in (1, -1))
    # unwrapped: Euler angles of neighbouring keys must not be a turn apart
    angles = np.unwrap(bone_euler_from_flame(values), axis=0)
    turned = np.angle(np.exp(1j * (ahead - behind))) / (2 * INSTANT)
    return [(times, angles[:, axis], turned[:, axis], holds) for axis in range(3)]


def _track(
    path: str, index: int, owner: Any, group: str, rows: tuple[Any, Any, Any, Any]
) -> KeyframeTrack:
    """With times still in seconds."""
    times, values, slopes, holds = rows
    ways = tuple(HELD if hold else DRAWN for hold in holds.tolist())
    return KeyframeTrack(path, index, owner, group, times, values, ways, ("AUTO",) * times.size,
                         slopes)


def held_until(track: KeyframeTrack, end: float) -> KeyframeTrack:
    """With a key at the performance's end: other keys of the channel must not show through.

    end: in the unit of the track's frames.
    """
    if track.frames[-1] > end - 1e-6:
        return track
    return replace(
        track, frames=np.append(track.frames, end),
        values=np.append(track.values, track.values[-1]), slopes=np.append(track.slopes, 0.0),
        interpolation=(*track.interpolation, DRAWN), easing=(*track.easing, "AUTO"))


def _at_frames(track: KeyframeTrack, fps: float, start_frame: float) -> KeyframeTrack:
    frames = seconds_to_frames(track.frames, fps, start_frame)
    # seconds are whole frames but for rounding: a key belongs on its frame, not beside it
    near = np.round(frames)
    frames = np.where(np.abs(frames - near) < 1e-3, near, frames)
    return replace(track, frames=frames, slopes=track.slopes / fps)
