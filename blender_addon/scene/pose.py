# SPDX-License-Identifier: GPL-3.0-or-later
"""The head's pose as the scene holds it: read as a code, set from one, keyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..core.coordinates import bone_euler_from_flame, flame_from_bone_euler
from ..core.keyframes import POSE_BONES, Performance, dense_tracks, trajectory_to_tracks
from ..core.protocol import CodeBody
from ..core.protocol_video import VideoReply
from ..core.rig_spec import expression_key_name
from ..core.video_keys import video_tracks
from .actions import WrittenKeys, live_channels, write_tracks
from .find import HeadInScene


@dataclass(frozen=True)
class Anchors:
    """A performance of a few poses: what `core.keyframes` keys."""

    times: Sequence[float]  # (T,) s
    codes: Sequence[Sequence[float]]  # (T, E + 12)
    easings: Sequence[str]  # (T - 1,)


def read_code(head: HeadInScene) -> CodeBody:
    """The expression that the head shows now (after animation and drivers)."""
    blocks = head.mesh.data.shape_keys.key_blocks
    expression = [
        float(blocks[expression_key_name(index)].value) for index in range(head.expression_count)
    ]
    bones = head.armature.pose.bones
    eulers = np.array([bones[name].rotation_euler[:] for name in POSE_BONES])
    jaw, neck, left, right = flame_from_bone_euler(eulers).tolist()
    return CodeBody(expression, jaw, neck, [left, right])


def apply_code(head: HeadInScene, code: CodeBody) -> None:
    """Show `code` now, without keys; expression keys beyond the code's length go to zero."""
    blocks = head.mesh.data.shape_keys.key_blocks
    values = np.zeros(head.expression_count)
    given = np.asarray(code.expression)[: head.expression_count]
    values[: given.size] = given
    for index, value in enumerate(values):
        blocks[expression_key_name(index)].value = value
    rotations = np.array([code.jaw, code.neck, *code.eyes], dtype=np.float64)
    for name, euler in zip(POSE_BONES, bone_euler_from_flame(rotations), strict=True):
        head.armature.pose.bones[name].rotation_euler = euler
    _tell_blender(head)


def turn_root(head: HeadInScene, rotation: Sequence[float]) -> None:
    """Turn the whole head: axis-angle (3,) rad in FLAME's axes."""
    euler = bone_euler_from_flame(np.asarray(rotation, dtype=np.float64)[None])[0]
    head.armature.pose.bones["root"].rotation_euler = euler
    _tell_blender(head)


def key_performance(
    head: HeadInScene, performance: Performance, scene: Any, *, frame: float | None, dense: bool
) -> WrittenKeys:
    """Key `performance` from `frame` on (None: the current one), at the scene's frame rate."""
    tracks_of = dense_tracks if dense else trajectory_to_tracks
    tracks = tracks_of(
        performance,
        fps=scene.render.fps / scene.render.fps_base,
        start_frame=scene.frame_current if frame is None else frame,
        expression_count=head.expression_count,
        always=live_channels(head.mesh, head.armature),
    )
    written = write_tracks(head.mesh, head.armature, tracks)
    scene.frame_set(scene.frame_current)  # show what the keys say on this frame
    return written


def key_video(
    head: HeadInScene, reply: VideoReply, scene: Any, *, frame: float, head_pose: bool
) -> WrittenKeys:
    """Key the performance in a video from `frame` on; head_pose: with the head's turns."""
    tracks = video_tracks(
        reply,
        fps=scene.render.fps / scene.render.fps_base,
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


def _tell_blender(head: HeadInScene) -> None:
    head.mesh.data.shape_keys.update_tag()
    head.armature.update_tag()
    context: Any = bpy.context
    context.view_layer.update()
