# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig with unit sliders: what is kept where, and where keys of the expression have to go.

Without units `Exp1` is a shape key that is posed and keyed.  With units its value is driven: a base
(the custom property `Exp1` of the shape-key data-block, which is posed and keyed instead) plus what
the sliders (custom properties of the armature object) make of it.  The jaw's bone stays free: a
constraint adds what the units turn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..core.head_units import HeadUnits
from ..core.keyframes import KeyframeTrack
from ..core.rig_spec import expression_key_name, shape_key_path
from ..core.unit_drivers import LINK, STRENGTHS, base_name, slider_path
from ..core.unit_names import linked_left

UNIT_NAMES = "flamewheel_unit_names"
"""On the mesh: the units' names, with commas between."""
UNIT_ARRAYS = ("expression", "jaw", "pairs", "pair_expression")
"""Of `HeadUnits`, each on the mesh with this in front of its name:"""
UNIT_ARRAY_PREFIX = "flamewheel_unit_"
JAW_CONSTRAINT = "Flamewheel Units"
JAW_ANGLES = ("to_min_x_rot", "to_min_y_rot", "to_min_z_rot")
"""Properties of the constraint: what the units add to the Euler angles of the jaw's bone, rad."""
UNIT_GROUP = "Action Units"
"""Under which the sliders' curves are shown."""


def unit_names(mesh: Any) -> tuple[str, ...]:
    """The names of the head's sliders; empty where it has none."""
    keys = getattr(mesh.data, "shape_keys", None)
    if keys is None or STRENGTHS not in keys or UNIT_NAMES not in mesh.data:
        return ()
    return tuple(str(mesh.data[UNIT_NAMES]).split(","))


def units_of(mesh: Any) -> HeadUnits | None:
    """The units that the head's sliders show; None where it has no sliders."""
    names = unit_names(mesh)
    if not names:
        return None
    expression, jaw, pairs, mending = (
        np.asarray(mesh.data.get(UNIT_ARRAY_PREFIX + part, ()), np.float64) for part in UNIT_ARRAYS)
    count = len(names)
    expression = expression.reshape(count, -1)
    return HeadUnits(
        names, expression, jaw.reshape(count, 3), pairs.astype(np.int64).reshape(-1, 2),
        mending.reshape(-1, expression.shape[1]))


def keep_units(mesh: Any, units: HeadUnits) -> None:
    """Remember the units on the mesh: removing and measuring need them."""
    mesh.data[UNIT_NAMES] = ",".join(units.names)
    for part in UNIT_ARRAYS:
        values = getattr(units, part)
        if values.size:
            mesh.data[UNIT_ARRAY_PREFIX + part] = values.ravel().tolist()


def base_channels(mesh: Any) -> dict[str, str]:
    """Data path of each driven key's value -> that of its base; empty where there are no units.

    Both are paths of the shape-key data-block.
    """
    names = unit_names(mesh)
    if not names:
        return {}
    count = len(mesh.data[UNIT_ARRAY_PREFIX + "expression"]) // len(names)
    return {shape_key_path(expression_key_name(at)): slider_path(base_name(at))
            for at in range(count)}


@dataclass(frozen=True)
class Standing:
    """A face as the rig holds it, unkeyed: for putting it back."""

    base: tuple[float, ...]  # (E,) values of the keys, or of their bases
    eulers: Mapping[str, tuple[float, ...]]  # bone -> rad
    sliders: Mapping[str, float]
    linked: bool


def slider_values(mesh: Any, armature: Any) -> Any:
    """(U,) the sliders as they stand, where sides are linked the left one's for both."""
    names = unit_names(mesh)
    return effective([float(armature.get(name, 0.0)) for name in names],
                     bool(armature.get(LINK, 0)), names)


def effective(values: Any, linked: Any, names: tuple[str, ...]) -> Any:
    """(…,U) strengths of sliders (…,U); `linked` (…,) or one: the left ones count for both."""
    given = np.asarray(values, np.float64)
    lefts = np.array([at if left is None else left
                      for at, left in enumerate(linked_left(names))], dtype=np.int64)
    return np.where(np.asarray(linked, bool)[..., None], given[..., lefts], given)


def set_sliders(mesh: Any, armature: Any, strengths: Mapping[str, float]) -> None:
    """Sliders to values; others stay."""
    for name in unit_names(mesh):
        if name in strengths:
            armature[name] = float(strengths[name])


def jaw_added(armature: Any) -> Any:
    """(3,) rad: what the units add to the jaw's Euler angles now."""
    constraint = armature.pose.bones["jaw"].constraints.get(JAW_CONSTRAINT)
    if constraint is None:
        return np.zeros(3)
    return np.array([getattr(constraint, angle) for angle in JAW_ANGLES])


def live_sliders(mesh: Any, armature: Any, animated: Collection[str]) -> tuple[str, ...]:
    """Sliders that are off zero or among the `animated` data paths of the armature."""
    return tuple(name for name in unit_names(mesh)
                 if armature.get(name, 0.0) != 0 or slider_path(name) in animated)


def routed(
    mesh: Any, armature: Any, tracks: Sequence[KeyframeTrack], animated: Collection[str]
) -> tuple[KeyframeTrack, ...]:
    """`tracks` of a performance where they belong on this rig.

    Keys of the expression go to the bases.  A performance says the whole face: sliders that are
    off zero or animated are put to zero from its first frame to its last.
    """
    bases = base_channels(mesh)
    if not bases or not tracks:
        return tuple(tracks)
    moved = [replace(track, channel=bases.get(track.channel, track.channel)) for track in tracks]
    ends = np.unique([min(track.frames[0] for track in tracks),
                      max(track.frames[-1] for track in tracks)])
    still = [slider_track(name, ends, np.zeros(ends.size))
             for name in live_sliders(mesh, armature, animated)]
    return (*moved, *still)


def slider_track(name: str, frames: Any, values: Any) -> KeyframeTrack:
    """Keys of one slider, slow in and out."""
    count = len(frames)
    return KeyframeTrack(slider_path(name), 0, "armature", UNIT_GROUP, frames, values,
                         ("BEZIER",) * count, ("AUTO",) * count)


def standing(mesh: Any, armature: Any) -> Standing:
    """What is posed on the rig now."""
    keys = mesh.data.shape_keys
    bases = base_channels(mesh)
    names = [block.name for block in keys.key_blocks]
    base = []
    for at in range(len(names)):
        name = expression_key_name(at)
        if name not in keys.key_blocks:
            break
        driven = shape_key_path(name) in bases
        base.append(float(keys[base_name(at)] if driven else keys.key_blocks[name].value))
    return Standing(
        tuple(base), {bone.name: tuple(bone.rotation_euler) for bone in armature.pose.bones},
        {name: float(armature.get(name, 0.0)) for name in unit_names(mesh)},
        bool(armature.get(LINK, 0)))


def set_base(mesh: Any, values: Any) -> None:
    """(E,) into the expression keys, or into their bases where the keys are driven."""
    keys = mesh.data.shape_keys
    bases = base_channels(mesh)
    for at, value in enumerate(values):
        name = expression_key_name(at)
        if shape_key_path(name) in bases:
            keys[base_name(at)] = float(value)
        else:
            keys.key_blocks[name].value = float(value)


def tell_blender(mesh: Any, armature: Any) -> None:
    """Values were set by data calls: have the scene follow."""
    mesh.data.shape_keys.update_tag()
    armature.update_tag()
    context: Any = bpy.context
    context.view_layer.update()
