# SPDX-License-Identifier: GPL-3.0-or-later
"""F-curves of a rig with unit sliders: moved between keys and bases, read frame by frame, baked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import SceneError
from ..core.head_units import HeadUnits
from ..core.keyframes import EXPRESSION_GROUP, GROUPS, KeyframeTrack, Owner
from ..core.rig_spec import bone_rotation_path
from ..core.unit_drivers import LINK, base_name, slider_path
from .actions import curves_of, write_channels
from .unit_channels import effective, slider_values

STILL = 1e-7
"""Standard deviations or radians: below this the sliders leave a channel alone (float32)."""


@dataclass(frozen=True)
class Channel:
    """One animated number of a head with units."""

    owner: Owner
    block: Any  # the data-block that has it
    path: str
    index: int
    group: str

    def curve(self) -> Any:
        """Its F-curve; None where it has none."""
        return next((curve for curve in curves_of(self.block)
                     if (curve.data_path, curve.array_index) == (self.path, self.index)), None)

    def at(self, frames: Any, value: float) -> Any:
        """(F,) what it is at `frames`; `value` where nothing moves it."""
        curve = self.curve()
        if curve is None:
            return np.full(len(frames), value)
        return np.array([curve.evaluate(float(frame)) for frame in frames])


def move_paths(owner: Any, paths: Mapping[str, str]) -> None:
    """Have F-curves and drivers of `owner` move other properties: old data path -> new one.

    An Action that another data-block uses too is copied first.  Raises SceneError `linked-action`
    before anything is changed.
    """
    animation = owner.animation_data
    if animation is None or not any(curve.data_path in paths for curve in _all_curves(owner)):
        return
    action = animation.action
    if action is not None and action.library is not None:
        raise SceneError("linked-action", f"{action.name} is linked from another file.",
                         "Make it local (Object > Relations > Make Local) and try again.")
    if action is not None and _is_shared(animation, owner):
        _copy_action(animation)
    for curve in _all_curves(owner):
        if curve.data_path in paths:
            curve.data_path = paths[curve.data_path]
    owner.update_tag()


def drop_curves(owner: Any, paths: Collection[str]) -> None:
    """Remove the F-curves of these data paths from the Action of `owner`."""
    for curve in curves_of(owner):
        if curve.data_path in paths:
            _bag_of(owner, curve).remove(curve)


def slider_frames(mesh: Any, armature: Any, names: tuple[str, ...]) -> Any:
    """(F,) whole frames from the sliders' first key to their last; empty where none is keyed."""
    paths = {slider_path(name) for name in (*names, LINK)}
    ends = [curve.range() for curve in curves_of(armature) if curve.data_path in paths]
    if not ends:
        return np.zeros(0)
    first, last = min(end[0] for end in ends), max(end[1] for end in ends)
    return np.arange(np.floor(first + 1e-4), np.ceil(last - 1e-4) + 0.5)


def strengths_at(mesh: Any, armature: Any, names: tuple[str, ...], frames: Any) -> Any:
    """(F,U) strengths that the sliders show at `frames`, links included."""
    def read(name: str) -> Any:
        channel = Channel("armature", armature, slider_path(name), 0, "")
        return channel.at(frames, float(armature.get(name, 0)))

    rows = np.stack([read(name) for name in names], axis=1)
    return effective(rows, read(LINK) > 0.5, names)


def base_channels_of(mesh: Any, armature: Any, count: int) -> Iterator[tuple[Channel, float]]:
    """The bases of `count` keys, then the jaw's three angles; each with its value now."""
    keys = mesh.data.shape_keys
    for at in range(count):
        path = slider_path(base_name(at))
        yield Channel("mesh", keys, path, 0, EXPRESSION_GROUP), float(keys[base_name(at)])
    turn = armature.pose.bones["jaw"].rotation_euler
    for axis in range(3):
        path = bone_rotation_path("jaw")
        yield Channel("armature", armature, path, axis, GROUPS["jaw"]), float(turn[axis])


def add_sliders_to_keys(mesh: Any, armature: Any, units: HeadUnits) -> None:
    """What the sliders show is added to bases and jaw: to their values and to all their keys.

    Where sliders are keyed, that stretch gets a key on every frame; elsewhere keys are moved, and
    stay as few as they are.
    """
    frames = slider_frames(mesh, armature, units.names)
    now = slider_values(mesh, armature)[None]
    rows = strengths_at(mesh, armature, units.names, frames) if frames.size else now
    added = np.concatenate([units.codes(rows), units.turns(rows)], axis=1)
    added_now = np.concatenate([units.codes(now), units.turns(now)], axis=1)[0]
    tracks = []
    count = units.expression.shape[1]
    for at, (channel, value) in enumerate(base_channels_of(mesh, armature, count)):
        if np.abs(added[:, at]).max() > STILL:
            tracks += _raised(channel, value, frames, added[:, at])
    keys, turn = mesh.data.shape_keys, armature.pose.bones["jaw"].rotation_euler
    for at in range(count):
        keys[base_name(at)] = float(keys[base_name(at)]) + float(added_now[at])
    for axis in range(3):
        turn[axis] += added_now[count + axis]
    if tracks:
        write_channels(mesh, armature, tracks)


def _raised(channel: Channel, value: float, frames: Any, added: Any) -> list[KeyframeTrack]:
    """The channel's keys moved by `added` (1 or F); the keys that the frames between need."""
    values = channel.at(frames, value)
    curve = channel.curve()
    if curve is not None:
        _move_keys(curve, frames, added)
    if not frames.size:
        return []
    count = frames.size
    return [KeyframeTrack(channel.path, channel.index, channel.owner, channel.group, frames,
                          values + added, ("LINEAR",) * count, ("AUTO",) * count)]


def _move_keys(curve: Any, frames: Any, added: Any) -> None:
    """Keys before the frames by the first of `added`, those after by the last."""
    points = curve.keyframe_points
    pairs = {name: np.empty(2 * len(points), np.float32)
             for name in ("co", "handle_left", "handle_right")}
    for name, pair in pairs.items():
        points.foreach_get(name, pair)
    late = pairs["co"][::2] > (frames[0] if frames.size else -np.inf)
    by = np.where(late, added[-1], added[0])
    for name, pair in pairs.items():
        pair[1::2] += by
        points.foreach_set(name, pair)
    curve.update()


def _all_curves(owner: Any) -> Iterator[Any]:
    """F-curves of the Action and of the strips of the NLA, and drivers."""
    yield from curves_of(owner)
    animation = owner.animation_data
    yield from animation.drivers
    for track in animation.nla_tracks:
        for strip in track.strips:
            yield from _strip_curves(strip)


def _strip_curves(strip: Any) -> Iterator[Any]:
    if strip.action is None or strip.action.library is not None:
        return
    if not hasattr(strip, "action_slot"):
        yield from strip.action.fcurves
        return
    for layer in strip.action.layers:
        for own in layer.strips:
            bag = own.channelbag(strip.action_slot) if strip.action_slot else None
            yield from bag.fcurves if bag is not None else ()


def _is_shared(animation: Any, owner: Any) -> bool:
    action = animation.action
    if hasattr(animation, "action_slot"):
        slot = animation.action_slot
        return slot is not None and any(user != owner for user in slot.users())
    return bool(action.users - int(action.use_fake_user) > 1)


def _copy_action(animation: Any) -> None:
    slot = getattr(animation, "action_slot", None)
    handle = None if slot is None else slot.handle
    animation.action = animation.action.copy()
    if handle is not None:
        animation.action_slot = next(
            each for each in animation.action.slots if each.handle == handle)


def _bag_of(owner: Any, curve: Any) -> Any:
    """The collection that holds `curve` in the Action of `owner`."""
    animation = owner.animation_data
    if not hasattr(animation, "action_slot"):
        return animation.action.fcurves
    for layer in animation.action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(animation.action_slot)
            if bag is not None and curve in tuple(bag.fcurves):
                return bag.fcurves
    raise KeyError(curve.data_path)
