# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframe tracks into Actions: one writer for every Blender since 4.2.

Up to 4.3 an Action owns F-curves; from 4.4 on it has slots, layers and channel bags, and 5.0 took
the old way out.  `_channels` and `curves_of` are the only places that know.  Keys are written
with `foreach_set`: `tests/bench/bench_keys.py` measures that against `keyframe_insert`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import bpy
import numpy as np

from ..core.errors import SceneError
from ..core.keyframes import Channel, KeyframeTrack, Owner
from ..core.rig_spec import expression_key_name, shape_key_path
from .unit_channels import base_channels, live_sliders, routed

Span = tuple[float, float]
"""First and last frame."""

SAME_FRAME = 1e-3
"""Frames; Blender itself takes keys nearer than 0.01 for one (BEZT_BINARYSEARCH_THRESH)."""

_NUMBERS = {"co": 2, "handle_left": 2, "handle_right": 2, "amplitude": 1, "back": 1, "period": 1}
_ENUMS = ("interpolation", "easing", "handle_left_type", "handle_right_type", "type")
_FLAGS = ("select_control_point", "select_left_handle", "select_right_handle")
_EVERYTHING = (*_NUMBERS, *_ENUMS, *_FLAGS)


@dataclass(frozen=True)
class WrittenKeys:
    """What `write_tracks` did."""

    tracks: int  # channels that have keys now
    keys: int  # keys written
    replaced: int  # older keys of the same channels that had to go
    first_frame: float
    last_frame: float
    actions: tuple[str, ...]  # names of the Actions written to
    channels: frozenset[Channel] = frozenset()  # those with keys now


def write_tracks(
    mesh_object: bpy.types.Object,
    armature_object: bpy.types.Object | None,
    tracks: Sequence[KeyframeTrack],
    *,
    replace_range: bool = True,
    span: Span | None = None,
) -> WrittenKeys:
    """Write a performance into the Actions of the head's shape keys and of its armature.

    The Actions that are there are used, and made where there are none.  Other channels are left
    alone; of the tracks' own channels the keys from the first to the last new frame are replaced
    (`replace_range=False`: only those on the same frames; `span`: those within it as well), all
    others stay.  On a rig with unit sliders the expression goes to the keys' bases, and the sliders
    to zero: see `unit_channels`.

    Raises SceneError `no-shape-keys`, `no-armature` or `linked-action` before anything is changed.
    """
    tracks = routed(mesh_object, armature_object, tracks, _animated_paths(armature_object))
    return write_channels(mesh_object, armature_object, tracks, replace_range=replace_range,
                          span=span)


def write_channels(
    mesh_object: bpy.types.Object,
    armature_object: bpy.types.Object | None,
    tracks: Sequence[KeyframeTrack],
    *,
    replace_range: bool = True,
    span: Span | None = None,
) -> WrittenKeys:
    """Like `write_tracks`, of exactly the channels that the tracks name."""
    if not tracks:
        raise SceneError("nothing-to-key", "There are no keys to write.",
                         "The performance leaves the face at rest, as it is.")
    owners = {owner: [track for track in tracks if track.owner == owner]
              for owner in ("mesh", "armature")}
    targets = {owner: _animated(owner, mesh_object, armature_object)
               for owner, own in owners.items() if own}
    replaced = 0
    for owner, target in targets.items():
        replaced += _write(target, owners[owner], replace_range, span)
    return WrittenKeys(
        tracks=len(tracks),
        keys=sum(track.frames.size for track in tracks),
        replaced=replaced,
        first_frame=float(min(track.frames[0] for track in tracks)),
        last_frame=float(max(track.frames[-1] for track in tracks)),
        actions=tuple(target.animation_data.action.name for target in targets.values()),
        channels=frozenset((track.channel, track.index) for track in tracks),
    )


def live_channels(
    mesh_object: bpy.types.Object, armature_object: bpy.types.Object | None
) -> frozenset[Channel]:
    """Channels of the head that move already or are not at rest: a performance must key them.

    Without that, an expression that stood in the scene would shine through the new one.
    """
    live: set[Channel] = set()
    keys: Any = getattr(mesh_object.data, "shape_keys", None)
    if keys is not None:
        bases = base_channels(mesh_object)
        shown = {base: path for path, base in bases.items()}
        for block in keys.key_blocks:
            path = shape_key_path(block.name)
            value = keys[bases[path][2:-2]] if path in bases else block.value
            live |= {(path, 0)} if abs(value) > 0 else set()
        live |= {(shown.get(curve.data_path, curve.data_path), curve.array_index)
                 for curve in curves_of(keys)}
    if armature_object is not None:
        if live_sliders(mesh_object, armature_object, _animated_paths(armature_object)):
            # a performance of a face at rest has keys too, by which the sliders come to zero
            live.add((shape_key_path(expression_key_name(0)), 0))
        pose: Any = armature_object.pose
        for bone in pose.bones:
            path = f'pose.bones["{bone.name}"].rotation_euler'
            live |= {(path, axis) for axis in range(3) if bone.rotation_euler[axis] != 0}
        live |= {(curve.data_path, curve.array_index) for curve in curves_of(armature_object)}
    return frozenset(live)


def curves_of(datablock: Any) -> Iterable[bpy.types.FCurve]:
    """The F-curves that move `datablock`; none where it has no Action.  Nothing is created."""
    animation: Any = datablock.animation_data
    if animation is None or animation.action is None:
        return ()
    if not hasattr(animation, "action_slot"):
        return tuple(animation.action.fcurves)
    if animation.action_slot is None:
        return ()
    bags = (strip.channelbag(animation.action_slot)
            for layer in animation.action.layers for strip in layer.strips)
    return tuple(curve for bag in bags if bag is not None for curve in bag.fcurves)


def _animated_paths(datablock: Any) -> frozenset[str]:
    return frozenset(() if datablock is None else (c.data_path for c in curves_of(datablock)))


def _animated(
    owner: Owner | str, mesh_object: bpy.types.Object, armature_object: bpy.types.Object | None
) -> Any:
    """The data-block whose Action holds the keys of `owner`, found fit to be written."""
    target: Any
    if owner == "mesh":
        target = getattr(mesh_object.data, "shape_keys", None)
        if target is None:
            raise SceneError("no-shape-keys", f"{mesh_object.name} has no shape keys.",
                             "Select a head that Flamewheel imported.")
    else:
        target = armature_object
        if target is None:
            raise SceneError("no-armature", f"{mesh_object.name} has no armature.",
                             "Import the head again, or key the expression only.")
    action = target.animation_data.action if target.animation_data else None
    for block in (target, action):
        if block is not None and block.library is not None:
            raise SceneError("linked-action", f"{block.name} is linked from another file.",
                             "Make it local (Object > Relations > Make Local) and try again.")
    return target


def _write(
    target: Any, tracks: Sequence[KeyframeTrack], replace_range: bool, span: Span | None
) -> int:
    """All tracks of one data-block; returns how many older keys went."""
    curves, groups = _channels(target)
    known = {(curve.data_path, curve.array_index): curve for curve in curves}
    replaced = 0
    for track in tracks:
        curve = known.get((track.channel, track.index))
        if curve is None:
            curve = curves.new(track.channel, index=track.index)
            # with this, automatic handles of two keys are exactly 3u² - 2u³; the user's
            # preference for new curves may be another
            curve.auto_smoothing = "CONT_ACCEL"
            curve.group = groups.get(track.group) or groups.new(track.group)
        replaced += _write_curve(curve, track, replace_range, span)
    target.animation_data.action.update_tag()
    target.update_tag()
    return replaced


def _channels(target: Any) -> tuple[Any, Any]:
    """(F-curves, groups) of `target`'s Action; data, Action, slot and layer are made as needed."""
    animation = target.animation_data or target.animation_data_create()
    if animation.action is None:
        animation.action = bpy.data.actions.new(f"{_owner_name(target)} Flamewheel")
    action = animation.action
    if not hasattr(animation, "action_slot"):  # before 4.4
        return action.fcurves, action.groups
    if animation.action_slot is None:
        # one that is free and fits, else a new one: never another data-block's channels
        free = [slot for slot in animation.action_suitable_slots if not slot.users()]
        animation.action_slot = (
            free[0] if free else action.slots.new(id_type=target.id_type, name=_owner_name(target))
        )
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    bag = strip.channelbag(animation.action_slot, ensure=True)
    return bag.fcurves, bag.groups


def _owner_name(target: Any) -> str:
    """A shape-key data-block is called "Key"; its mesh's name says more."""
    return str(target.user.name if hasattr(target, "key_blocks") else target.name)


def _write_curve(
    curve: Any, track: KeyframeTrack, replace_range: bool, span: Span | None
) -> int:
    points = curve.keyframe_points
    before = len(points)
    at = _read(points, "co")[:, 0]
    kept = ~_hit(at, track.frames, replace_range)
    if span is not None:
        kept &= ~_hit(at, span, True)
    old = {name: _read(points, name)[kept] for name in _EVERYTHING} if kept.any() else {}
    count = int(kept.sum())
    if count < before:
        points.clear()
        points.add(count)
    points.add(track.frames.size)
    new = _new_values(track, points[len(points) - 1])
    for name in old or new:
        if not old:
            points.foreach_set(name, new[name])
            continue
        # where we say nothing, a fresh key has Blender's own value (amplitude, selection)
        fresh = new[name] if name in new else _read(points, name)[count:]
        points.foreach_set(name, np.concatenate([old[name].ravel(), fresh.ravel()]))
    curve.update()  # sorts the keys and places automatic handles
    return before - count


def _hit(at: Any, frames: Any, replace_range: bool) -> Any:
    """Which of the keys `at` the new `frames` take the place of."""
    if replace_range:
        return (at > frames[0] - SAME_FRAME) & (at < frames[-1] + SAME_FRAME)
    nearest = np.abs(at[:, None] - frames[None, :]).min(axis=1)
    return nearest < SAME_FRAME


def _new_values(track: KeyframeTrack, fresh: Any) -> dict[str, Any]:
    """What `foreach_set` takes for the track's keys; not what a `fresh` key is anyway."""
    co = np.empty((track.frames.size, 2), dtype=np.float32)
    co[:, 0], co[:, 1] = track.frames, track.values
    handles = ("AUTO_CLAMPED" if track.slopes is None else "ALIGNED",) * track.frames.size
    words = {"interpolation": track.interpolation, "easing": track.easing,
             "handle_left_type": handles, "handle_right_type": handles}
    enums = {name: _enum_values(name, given) for name, given in words.items()
             if not _all_are(given, getattr(fresh, name))}
    return {"co": co.ravel(), **enums, **_handles(track)}


def _handles(track: KeyframeTrack) -> dict[str, Any]:
    """Handles at thirds of the way: the curve between is the cubic with the track's slopes."""
    if track.slopes is None:
        return {}
    length = np.diff(track.frames) / 3.0
    first, last = (length[:1], length[-1:]) if length.size else (np.ones(1), np.ones(1))
    before, after = np.concatenate([first, length]), np.concatenate([length, last])
    left = np.stack([track.frames - before, track.values - before * track.slopes], axis=1)
    right = np.stack([track.frames + after, track.values + after * track.slopes], axis=1)
    return {"handle_left": left.astype(np.float32).ravel(),
            "handle_right": right.astype(np.float32).ravel()}


def _read(points: Any, name: str) -> Any:
    """Property `name` of all keys: (n,2) or (n,) float32, (n,) int32 or bool."""
    width = _NUMBERS.get(name, 1)
    kind: Any = np.float32 if name in _NUMBERS else bool if name in _FLAGS else np.int32
    read = np.empty(len(points) * width, dtype=kind)
    points.foreach_get(name, read)
    return read.reshape(-1, width) if width > 1 else read


@lru_cache(maxsize=64)
def _all_are(words: tuple[str, ...], word: str) -> bool:
    """Tracks of one performance share their words: each is looked through once."""
    return set(words) == {word}


@lru_cache(maxsize=64)
def _enum_values(name: str, words: tuple[str, ...]) -> Any:
    """The numbers behind an enum's words: `foreach_set` takes numbers only, and they may change."""
    items: Any = bpy.types.Keyframe.bl_rna.properties[name]
    numbers = {item.identifier: item.value for item in items.enum_items}
    return np.array([numbers[word] for word in words], dtype=np.int32)
