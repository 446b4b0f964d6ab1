# SPDX-License-Identifier: GPL-3.0-or-later
"""The performance that was keyed last, so that another take of it can stand in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..core.errors import FlamewheelError, SceneError
from ..core.keyframes import Channel, KeyframeTrack
from ..core.plan_rows import begins, step_title
from ..core.protocol import CodeBody, from_dict
from ..core.protocol_plan import PlanStep, TrajectoryReply
from .actions import WrittenKeys, write_channels
from .find import HeadInScene
from .pose import frame_rate, key_performance, performance_tracks
from .unit_channels import base_channels


@dataclass(frozen=True)
class KeyedChannel:
    """A channel with keys of the take, as written."""

    path: str
    index: int


@dataclass(frozen=True)
class Marker:
    """A timeline marker of the take."""

    name: str
    frame: int


@dataclass(frozen=True)
class Take:
    """Where the last performance's keys are, and what they were made from."""

    head: str  # the mesh object's name
    frame: float  # where it begins
    last: float  # its last frame
    seed: int  # -1: none
    dense: bool
    start: CodeBody  # the face that it began from
    channels: list[KeyedChannel] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)


def last_take(state: Any) -> Take | None:
    """The last performance of this scene; None where there is none."""
    if not state.take:
        return None
    try:
        return from_dict(Take, json.loads(state.take))
    except (ValueError, FlamewheelError):  # of another version's file
        return None


def take_of(state: Any, head: HeadInScene) -> Take:
    """The last performance, of this head.  Raises SceneError `no-take`."""
    take = last_take(state)
    if take is None or take.head != head.mesh_name:
        raise SceneError("no-take", f"{head.mesh_name!r} has no performance to take again.",
                         "Act a sentence first.")
    return take


def key_take(
    head: HeadInScene, reply: TrajectoryReply, scene: Any, *, frame: float, dense: bool,
    start: CodeBody, markers: bool,
) -> WrittenKeys:
    """Key a performance and remember it as the last take."""
    written = key_performance(head, reply, scene, frame=frame, dense=dense)
    shown = _mark(scene, reply.plan, frame) if markers else []
    _remember(scene, head, reply, written, frame, dense, start, shown)
    return written


def replace_take(
    head: HeadInScene, take: Take, reply: TrajectoryReply, scene: Any, *, markers: bool
) -> WrittenKeys:
    """Key a performance in the place of the last take's keys; no other key is touched."""
    bases = base_channels(head.mesh)
    own: frozenset[Channel] = frozenset((one.path, one.index) for one in take.channels)
    shown = {base: path for path, base in bases.items()}
    always = frozenset((shown.get(path, path), index) for path, index in own)
    tracks = performance_tracks(head, reply, scene, frame=take.frame, dense=take.dense,
                                always=always)
    moved: list[KeyframeTrack] = [
        replace(track, channel=bases.get(track.channel, track.channel)) for track in tracks]
    written = write_channels(head.mesh, head.armature, moved, span=(take.frame, take.last))
    _unmark(scene, take)
    left = _mark(scene, reply.plan, take.frame) if markers else []
    _remember(scene, head, reply, written, take.frame, take.dense, take.start, left)
    scene.frame_set(scene.frame_current)  # show what the keys say on this frame
    return written


def _remember(
    scene: Any, head: HeadInScene, reply: TrajectoryReply, written: WrittenKeys, frame: float,
    dense: bool, start: CodeBody, markers: list[Marker],
) -> None:
    seed = -1 if reply.seed is None else reply.seed
    last = max(written.last_frame, frame + reply.times[-1] * frame_rate(scene))
    take = Take(head.mesh_name, frame, last, seed, dense, start,
                [KeyedChannel(*channel) for channel in sorted(written.channels)], markers)
    scene.flamewheel.take = json.dumps(asdict(take))


def _mark(scene: Any, plan: Sequence[PlanStep], frame: float) -> list[Marker]:
    """A timeline marker where each step begins."""
    made = []
    for step, begin in zip(plan, begins(plan), strict=True):
        if step.seconds > 0:
            at = round(frame + begin * frame_rate(scene))
            made.append(Marker(scene.timeline_markers.new(step_title(step), frame=at).name, at))
    return made


def _unmark(scene: Any, take: Take) -> None:
    for marker in list(scene.timeline_markers):
        if Marker(marker.name, marker.frame) in take.markers:
            scene.timeline_markers.remove(marker)
