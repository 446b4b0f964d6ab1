# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of unit sliders: at one frame, and a whole action expressed in units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.coordinates import flame_from_bone_euler
from ..core.errors import SceneError
from ..core.head_units import HeadUnits
from ..core.keyframes import KeyframeTrack
from ..core.unit_drivers import LINK, slider_path
from .actions import curves_of, write_channels
from .find import HeadInScene
from .unit_channels import (
    live_sliders,
    set_base,
    set_sliders,
    slider_track,
    slider_values,
    tell_blender,
    units_of,
)
from .unit_curves import STILL, base_channels_of, strengths_at

FAINT = 5e-3
"""Strengths below this go to the rest: a slider at 0.00 that is not zero would only confuse."""


@dataclass(frozen=True, eq=False)
class Faces:
    """The whole face, sliders included, at some frames."""

    frames: Any  # (F,) frames; one: that it is posed at
    codes: Any  # (F,E) expression
    eulers: Any  # (F,3) rad, the jaw's bone with what the units turn
    keyed: bool

    @property
    def rows(self) -> Any:
        """(F, E + 3) as the backend measures them: expression, jaw (axis-angle, rad)."""
        return np.concatenate([self.codes, flame_from_bone_euler(self.eulers)], axis=1)


def key_sliders(head: HeadInScene, frame: float, names: Sequence[str] | None) -> int:
    """Key sliders as they stand; None: all that are off zero or animated.  Returns how many."""
    if names is None:
        animated = {curve.data_path for curve in curves_of(head.armature)}
        names = live_sliders(head.mesh, head.armature, animated)
    if not names:
        raise SceneError("nothing-to-key", "All sliders are at zero.",
                         "Move one, or key one by the dot beside it.")
    at = np.array([float(frame)])
    write_channels(head.mesh, head.armature, [
        slider_track(name, at, np.array([float(head.armature[name])])) for name in names])
    return len(names)


def face_now(head: HeadInScene, frame: float) -> Faces:
    """What the face shows now.  Raises SceneError `no-units`."""
    units = _units(head)
    strengths = slider_values(head.mesh, head.armature)[None]
    values = np.array([[value for _, value in _channels(head, units)]])
    return _faces(units, np.array([frame]), values, strengths, keyed=False)


def faces_of_action(head: HeadInScene) -> Faces:
    """The face at every frame that has a key of the expression, the jaw or a slider.

    Raises SceneError `no-units`, `no-keys`.
    """
    units = _units(head)
    channels = _channels(head, units)
    curves = [curve for channel, _ in channels if (curve := channel.curve()) is not None]
    sliders = {slider_path(name) for name in (*units.names, LINK)}
    curves += [curve for curve in curves_of(head.armature) if curve.data_path in sliders]
    found = [point.co[0] for curve in curves for point in curve.keyframe_points]
    if not found:
        raise SceneError("no-keys", "The face has no keys to express in units.",
                         "Key an expression first, or measure the face as it stands.")
    frames = np.unique(np.round(np.array(found, np.float64), 3))
    values = np.stack([channel.at(frames, value) for channel, value in channels], axis=1)
    strengths = strengths_at(head.mesh, head.armature, units.names, frames)
    return _faces(units, frames, values, strengths, keyed=True)


def show_in_units(head: HeadInScene, faces: Faces, strengths: Any) -> None:
    """Sliders at `strengths` (F,U) and the rest of `faces` under them: the same face.

    One face is posed, and keyed where it was; the faces of an action are keyed at their frames.
    """
    units = _units(head)
    strengths = np.where(np.asarray(strengths, np.float64) < FAINT, 0.0, strengths)
    base = faces.codes - units.codes(strengths)
    eulers = faces.eulers - units.turns(strengths)
    if faces.keyed:
        _key(head, units, faces.frames, strengths, np.concatenate([base, eulers], axis=1))
    head.armature[LINK] = False
    if len(faces.frames) == 1:
        set_sliders(head.mesh, head.armature, dict(zip(units.names, strengths[0], strict=True)))
        set_base(head.mesh, base[0])
        head.armature.pose.bones["jaw"].rotation_euler = eulers[0]
    tell_blender(head.mesh, head.armature)


def _key(head: HeadInScene, units: HeadUnits, frames: Any, strengths: Any, values: Any) -> None:
    """Sliders and what lies under them, with the interpolation that the face's keys had."""
    channels = _channels(head, units)
    ways = _ways([channel.curve() for channel, _ in channels], frames)
    linked = [curve for curve in curves_of(head.armature)
              if curve.data_path == slider_path(LINK)]
    made = [slider_track(name, frames, column) for name, column in zip(
        units.names, strengths.T, strict=True) if np.abs(column).max() > 0
        or any(curve.data_path == slider_path(name) for curve in curves_of(head.armature))]
    for (channel, _), column in zip(channels, values.T, strict=True):
        if np.abs(column).max() > STILL or channel.curve() is not None:
            made.append(KeyframeTrack(
                channel.path, channel.index, channel.owner, channel.group, frames, column,
                ("BEZIER",) * len(frames), ("AUTO",) * len(frames)))
    if linked:
        made.append(slider_track(LINK, frames, np.zeros(len(frames))))
    write_channels(head.mesh, head.armature,
                   [replace(track, interpolation=ways[0], easing=ways[1]) for track in made])


def _ways(curves: Sequence[Any], frames: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(interpolation, easing) at each frame, of any curve that has a key there."""
    found = {round(point.co[0], 3): (point.interpolation, point.easing)
             for curve in curves if curve is not None for point in curve.keyframe_points}
    ways = [found.get(round(float(frame), 3), ("BEZIER", "AUTO")) for frame in frames]
    return tuple(way for way, _ in ways), tuple(easing for _, easing in ways)


def _faces(units: HeadUnits, frames: Any, values: Any, strengths: Any, *, keyed: bool) -> Faces:
    count = units.expression.shape[1]
    return Faces(frames, values[:, :count] + units.codes(strengths),
                 values[:, count:] + units.turns(strengths), keyed)


def _channels(head: HeadInScene, units: HeadUnits) -> list[tuple[Any, float]]:
    return list(base_channels_of(head.mesh, head.armature, units.expression.shape[1]))


def _units(head: HeadInScene) -> HeadUnits:
    units = units_of(head.mesh)
    if units is None:
        raise SceneError("no-units", f"{head.mesh.name!r} has no unit sliders.",
                         "Add them: Flamewheel > Action Units, or flamewheel.add_units().")
    return units
