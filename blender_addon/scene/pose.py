# SPDX-License-Identifier: GPL-3.0-or-later
"""The head's pose as the scene holds it: read as a code, set from one, keyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.coordinates import bone_euler_from_flame, flame_from_bone_euler
from ..core.keyframes import (
    POSE_BONES,
    POSE_SIZE,
    Channel,
    KeyframeTrack,
    Performance,
    dense_tracks,
    trajectory_to_tracks,
)
from ..core.protocol import CodeBody
from ..core.protocol_video import VideoReply
from ..core.rig_spec import expression_key_name
from ..core.video_keys import curve_tracks, held_until, video_tracks
from .actions import WrittenKeys, curves_of, live_channels, write_channels, write_tracks
from .find import HeadInScene
from .unit_channels import (
    Standing,
    base_channels,
    jaw_added,
    live_sliders,
    set_base,
    set_sliders,
    slider_track,
    tell_blender,
    unit_names,
)
from .unit_channels import standing as rig_standing


@dataclass(frozen=True)
class Anchors:
    """A performance of a few poses: what `core.keyframes` keys."""

    times: Sequence[float]  # (T,) s
    codes: Sequence[Sequence[float]]  # (T, E + 12)
    easings: Sequence[str]  # (T - 1,)


def read_code(head: HeadInScene) -> CodeBody:
    """The expression that the head shows now (after animation and drivers, sliders included)."""
    if unit_names(head.mesh):
        tell_blender(head.mesh, head.armature)  # sliders set a moment ago have moved nothing yet
    blocks = head.mesh.data.shape_keys.key_blocks
    expression = [
        float(blocks[expression_key_name(index)].value) for index in range(head.expression_count)
    ]
    bones = head.armature.pose.bones
    eulers = np.array([bones[name].rotation_euler[:] for name in POSE_BONES])
    eulers[POSE_BONES.index("jaw")] += jaw_added(head.armature)
    jaw, neck, left, right = flame_from_bone_euler(eulers).tolist()
    return CodeBody(expression, jaw, neck, [left, right])


def apply_code(head: HeadInScene, code: CodeBody) -> None:
    """Show `code` now, without keys; expression keys beyond the code's length go to zero.

    Unit sliders go to zero: what they showed is part of the face that goes.
    """
    values = np.zeros(head.expression_count)
    given = np.asarray(code.expression)[: head.expression_count]
    values[: given.size] = given
    set_base(head.mesh, values)
    set_sliders(head.mesh, head.armature, dict.fromkeys(unit_names(head.mesh), 0.0))
    rotations = np.array([code.jaw, code.neck, *code.eyes], dtype=np.float64)
    for name, euler in zip(POSE_BONES, bone_euler_from_flame(rotations), strict=True):
        head.armature.pose.bones[name].rotation_euler = euler
    tell_blender(head.mesh, head.armature)


def standing(head: HeadInScene) -> Standing:
    """What is posed on the rig, sliders and bases apart; `put_back` gives it back."""
    return rig_standing(head.mesh, head.armature)


def put_back(head: HeadInScene, before: Standing) -> None:
    """The rig as `standing` found it."""
    set_base(head.mesh, before.base)
    set_sliders(head.mesh, head.armature, before.sliders)
    for name, euler in before.eulers.items():
        head.armature.pose.bones[name].rotation_euler = euler
    tell_blender(head.mesh, head.armature)


def turn_root(head: HeadInScene, rotation: Sequence[float]) -> None:
    """Turn the whole head: axis-angle (3,) rad in FLAME's axes."""
    euler = bone_euler_from_flame(np.asarray(rotation, dtype=np.float64)[None])[0]
    head.armature.pose.bones["root"].rotation_euler = euler
    tell_blender(head.mesh, head.armature)


def key_performance(
    head: HeadInScene, performance: Performance, scene: Any, *, frame: float | None, dense: bool
) -> WrittenKeys:
    """Key `performance` from `frame` on (None: the current one), at the scene's frame rate.

    Where it brings Bezier keys of its own they are written, but for `dense`: one key a frame.
    """
    begin = scene.frame_current if frame is None else frame
    tracks = performance_tracks(
        head, performance, scene, frame=begin, dense=dense,
        always=live_channels(head.mesh, head.armature))
    span = (begin, begin + performance.times[-1] * frame_rate(scene))
    written = write_tracks(head.mesh, head.armature, tracks, span=span)
    scene.frame_set(scene.frame_current)  # show what the keys say on this frame
    return written


def performance_tracks(
    head: HeadInScene, performance: Performance, scene: Any, *, frame: float, dense: bool,
    always: frozenset[Channel],
) -> tuple[KeyframeTrack, ...]:
    """The keys of a performance from `frame` on; channels of `always` are keyed even at rest."""
    times: Any = {"fps": frame_rate(scene), "start_frame": frame}
    keys = getattr(performance, "keys", None)
    if keys is not None and not dense:
        seconds = performance.times[-1]
        drawn = curve_tracks(
            keys, len(performance.codes[0]) - POSE_SIZE, seconds,
            expression_count=head.expression_count, always=always, **times)
        # what is keyed after a last hold must not draw the face away before it ends
        return tuple(held_until(track, frame + seconds * frame_rate(scene)) for track in drawn)
    tracks_of = dense_tracks if dense else trajectory_to_tracks
    return tracks_of(performance, expression_count=head.expression_count, always=always, **times)


def frame_rate(scene: Any) -> float:
    """Frames a second."""
    return float(scene.render.fps / scene.render.fps_base)


def key_video(
    head: HeadInScene, reply: VideoReply, scene: Any, *, frame: float, head_pose: bool
) -> WrittenKeys:
    """Key the performance in a video from `frame` on; head_pose: with the head's turns."""
    tracks = video_tracks(
        reply,
        fps=frame_rate(scene),
        start_frame=frame,
        expression_count=head.expression_count,
        head_pose=head_pose,
        always=live_channels(head.mesh, head.armature),
    )
    written = write_tracks(head.mesh, head.armature, tracks)
    scene.frame_set(scene.frame_current)  # show what the keys say on this frame
    return written


def key_pose(head: HeadInScene, code: CodeBody, scene: Any, *, frame: float | None) -> WrittenKeys:
    """Key `code` alone, one key for each channel that is used; `frame` as in `key_performance`."""
    still = Anchors([0.0], [vector(code)], [])
    return key_performance(head, still, scene, frame=frame, dense=False)


def key_present(head: HeadInScene, scene: Any) -> WrittenKeys:
    """Key what is posed at the current frame: of a rig with sliders bases and sliders apart."""
    if not unit_names(head.mesh):
        return key_pose(head, read_code(head), scene, frame=None)
    found = standing(head)
    eulers = np.array([found.eulers[name] for name in POSE_BONES])
    jaw, neck, left, right = flame_from_bone_euler(eulers).tolist()
    still = Anchors([0.0], [vector(CodeBody(list(found.base), jaw, neck, [left, right]))], [])
    frame = float(scene.frame_current)
    tracks = trajectory_to_tracks(
        still, fps=frame_rate(scene), start_frame=frame,
        expression_count=head.expression_count, always=live_channels(head.mesh, head.armature))
    bases = base_channels(head.mesh)
    used = live_sliders(head.mesh, head.armature,
                        {curve.data_path for curve in curves_of(head.armature)})
    written = write_channels(head.mesh, head.armature, [
        *(replace(track, channel=bases.get(track.channel, track.channel)) for track in tracks),
        *(slider_track(name, np.array([frame]), np.array([found.sliders[name]]))
          for name in used)])
    scene.frame_set(scene.frame_current)
    return written


def key_poses(
    head: HeadInScene, codes: Sequence[CodeBody], scene: Any, *, frame: float, step: int
) -> WrittenKeys:
    """Key `codes` one after another, the first at `frame`, the others `step` frames apart each."""
    seconds = step * scene.render.fps_base / scene.render.fps
    rows = Anchors([number * seconds for number in range(len(codes))],
                   [vector(code) for code in codes], ["smooth"] * (len(codes) - 1))
    return key_performance(head, rows, scene, frame=frame, dense=False)


def vector(code: CodeBody) -> list[float]:
    """A row of `Performance.codes`."""
    return [*code.expression, *code.jaw, *code.neck, *code.eyes[0], *code.eyes[1]]


def same_length(first: CodeBody, second: CodeBody) -> tuple[list[float], list[float]]:
    """Both as rows of one length: a rig may have fewer expression keys than a code."""
    count = max(len(first.expression), len(second.expression))

    def row(code: CodeBody) -> list[float]:
        filled = [*code.expression, *([0.0] * (count - len(code.expression)))]
        return vector(CodeBody(filled, code.jaw, code.neck, code.eyes))

    return row(first), row(second)

