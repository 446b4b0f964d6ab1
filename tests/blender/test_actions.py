# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in Actions: few and editable, on the performance's curve, beside what was there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simple_rig import empty_file, simple_rig

from blender_addon.core.errors import SceneError
from blender_addon.core.keyframes import dense_tracks, trajectory_to_tracks
from blender_addon.scene.actions import curves_of, live_channels, write_tracks

FPS, START, COUNT = 24.0, 1, 4
HAS_SLOTS = bpy.app.version >= (4, 4)
EXP1, EXP2 = 'key_blocks["Exp1"].value', 'key_blocks["Exp2"].value'
JAW = 'pose.bones["jaw"].rotation_euler'


@dataclass
class Performance:
    times: Any
    codes: Any
    easings: Any


def performance(values: list[float], easings: list[str], column: int = 0,
                times: list[float] | None = None) -> Performance:
    codes = np.zeros((len(values), COUNT + 12))
    codes[:, column] = values
    return Performance(times or [float(i) for i in range(len(values))], codes, easings)


def tracks(made: Performance, start: float = START, make: Any = trajectory_to_tracks) -> Any:
    return make(made, fps=FPS, start_frame=start, expression_count=COUNT)


@pytest.fixture
def rig() -> Any:
    empty_file()
    return simple_rig(COUNT)


def curve(owner: Any, path: str, index: int = 0) -> Any:
    found = [one for one in curves_of(owner) if (one.data_path, one.array_index) == (path, index)]
    assert len(found) <= 1
    return found[0] if found else None


def keys(owner: Any, path: str, index: int = 0) -> list[tuple[float, float]]:
    return [tuple(point.co) for point in curve(owner, path, index).keyframe_points]


def shaped(easing: str, u: Any) -> Any:
    """The trajectory's curves, written down once more."""
    return {"smooth": 3 * u**2 - 2 * u**3, "linear": u, "ease_in": u**2,
            "ease_out": 1 - (1 - u) ** 2, "hold": np.floor(u)}[easing]


@pytest.mark.parametrize("easing", ["smooth", "linear", "ease_in", "ease_out", "hold"])
def test_the_curve_between_two_keys_is_the_trajectorys(rig: Any, easing: str) -> None:
    head, bones = rig
    made = performance([0.5, 2.5], [easing])
    made.codes[:, COUNT] = 0.0, 0.4  # the jaw
    written = write_tracks(head, bones, tracks(made))
    assert (written.tracks, written.keys) == (2, 4)
    u = np.linspace(0, 1, 97)
    for owner, path, low, high in ((head.data.shape_keys, EXP1, 0.5, 2.5), (bones, JAW, 0.0, 0.4)):
        got = [curve(owner, path).evaluate(START + 24 * float(at)) for at in u]
        assert got == pytest.approx(low + (high - low) * shaped(easing, u), abs=2e-6 * 2.5)


def test_the_scene_shows_it(rig: Any) -> None:
    head, bones = rig
    write_tracks(head, bones, tracks(performance([0.0, 2.0], ["smooth"], column=1)))
    bpy.context.scene.frame_set(13)
    assert head.data.shape_keys.key_blocks["Exp2"].value == pytest.approx(1.0)
    evaluated = head.evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert evaluated.data.vertices[0].co.z == pytest.approx(2.0)


def test_a_turning_point_and_a_plateau_have_no_overshoot(rig: Any) -> None:
    head, bones = rig
    write_tracks(head, bones, tracks(performance([0, 2, 2, 1], ["smooth"] * 3)))
    got = np.array([curve(head.data.shape_keys, EXP1).evaluate(at) for at in np.arange(1, 73, 0.5)])
    assert got.max() <= 2.0 + 1e-6 and got.min() >= -1e-6
    assert np.ptp(got[48:97]) < 1e-6


def test_keys_are_few_and_editable(rig: Any) -> None:
    head, bones = rig
    write_tracks(head, bones, tracks(performance([0, 2, 1], ["smooth"] * 2)))
    made = curve(head.data.shape_keys, EXP1)
    assert made.group.name == "Expression"
    assert [tuple(point.co) for point in made.keyframe_points] == [(1, 0), (25, 2), (49, 1)]
    assert {point.interpolation for point in made.keyframe_points} == {"BEZIER"}
    assert {point.handle_left_type for point in made.keyframe_points} == {"AUTO_CLAMPED"}
    assert not list(curves_of(bones))


def test_a_second_performance_is_appended(rig: Any) -> None:
    head, bones = rig
    write_tracks(head, bones, tracks(performance([0, 2], ["linear"])))
    action = head.data.shape_keys.animation_data.action
    written = write_tracks(head, bones, tracks(performance([2, 1], ["smooth"]), start=25))
    assert head.data.shape_keys.animation_data.action == action
    assert keys(head.data.shape_keys, EXP1) == [(1, 0), (25, 2), (49, 1)]
    assert written.replaced == 1
    points = curve(head.data.shape_keys, EXP1).keyframe_points
    assert [point.interpolation for point in points] == ["LINEAR", "BEZIER", "BEZIER"]


def test_only_our_keys_in_the_range_are_replaced(rig: Any) -> None:
    head, bones = rig
    write_tracks(head, bones, tracks(performance([0, 1, 2, 3], ["linear"] * 3)))
    write_tracks(head, bones, tracks(performance([0, 7, 9], ["linear"] * 2, column=1)))
    write_tracks(head, bones, tracks(performance([5, 6], ["linear"], times=[0.0, 0.5]), start=20))
    assert keys(head.data.shape_keys, EXP1) == [(1, 0), (20, 5), (32, 6), (49, 2), (73, 3)]
    assert keys(head.data.shape_keys, EXP2) == [(1, 0), (25, 7), (49, 9)]
    merged = tracks(performance([8, 9], ["linear"], times=[0.0, 1.0]), start=32)
    assert write_tracks(head, bones, merged, replace_range=False).replaced == 1
    assert keys(head.data.shape_keys, EXP1) == [(1, 0), (20, 5), (32, 8), (49, 2), (56, 9), (73, 3)]


def test_a_persons_own_keys_stay_as_they_are(rig: Any) -> None:
    head, bones = rig
    shape_keys = head.data.shape_keys
    for frame, value in ((100, 1.0), (110, 3.0)):
        shape_keys.key_blocks["Exp1"].value = value
        shape_keys.key_blocks["Exp1"].keyframe_insert("value", frame=frame)
    bones.location.x = 4
    bones.keyframe_insert("location", frame=5)
    own = curve(shape_keys, EXP1)
    first = own.keyframe_points[0]
    first.interpolation, first.easing, first.back = "BACK", "EASE_OUT", 2.5
    first.handle_right_type = first.handle_left_type = "FREE"
    first.handle_right = (103.0, 9.0)
    first.type = "EXTREME"
    own.keyframe_points[1].select_control_point = False
    wiggle = own.modifiers.new("NOISE")
    assert wiggle is not None

    made = performance([0, 2], ["smooth"])
    made.codes[:, COUNT] = 0.1
    write_tracks(head, bones, tracks(made))
    own = curve(shape_keys, EXP1)
    assert keys(shape_keys, EXP1) == [(1, 0), (25, 2), (100, 1), (110, 3)]
    kept = own.keyframe_points[2]
    assert (kept.interpolation, kept.easing, kept.type) == ("BACK", "EASE_OUT", "EXTREME")
    assert kept.back == pytest.approx(2.5)
    assert tuple(kept.handle_right) == pytest.approx((103, 9)) and kept.handle_right_type == "FREE"
    assert not own.keyframe_points[3].select_control_point and len(own.modifiers) == 1
    assert keys(bones, "location") == [(5, 4)] and keys(bones, JAW)[0] == pytest.approx((1, 0.1))


def test_an_assigned_action_of_the_user_is_used(rig: Any) -> None:
    head, bones = rig
    mine = bpy.data.actions.new("mine")
    mine.use_fake_user = True
    bones.animation_data_create().action = mine
    made = performance([0.2, 0.1], ["smooth"], column=COUNT)
    assert write_tracks(head, bones, tracks(made)).actions == ("mine",)
    assert bones.animation_data.action == mine and keys(bones, JAW)[1] == pytest.approx((25, 0.1))
    assert head.data.shape_keys.animation_data is None  # nothing to key there: nothing made


@pytest.mark.skipif(not HAS_SLOTS, reason="Actions have slots since Blender 4.4")
def test_another_data_blocks_slot_is_left_alone(rig: Any) -> None:
    head, bones = rig
    other = bpy.data.objects.new("other", None)
    bpy.context.scene.collection.objects.link(other)
    other.keyframe_insert("location", frame=3)
    shared = other.animation_data.action
    bones.animation_data_create().action = shared
    bones.animation_data.action_slot = None
    write_tracks(head, bones, tracks(performance([0.2, 0.1], ["smooth"], column=COUNT)))
    assert bones.animation_data.action == shared
    assert bones.animation_data.action_slot != other.animation_data.action_slot
    assert len(keys(other, "location")) == 1 and curve(other, JAW) is None
    assert len(keys(bones, JAW)) == 2


def test_dense_tracks_meet_every_frame(rig: Any) -> None:
    head, bones = rig
    made = performance([0, 2, -1], ["smooth", "ease_in"])
    write_tracks(head, bones, tracks(made, make=dense_tracks))
    write_tracks(head, bones, tracks(made, make=dense_tracks))  # again: replaced, not doubled
    got = curve(head.data.shape_keys, EXP1)
    assert len(got.keyframe_points) == 49
    u = np.arange(24) / 24
    want = [*2 * shaped("smooth", u), *(2 - 3 * shaped("ease_in", u)), -1]
    assert [got.evaluate(frame) for frame in range(1, 50)] == pytest.approx(want, abs=1e-6)


def test_live_channels_are_what_moves_or_stands_off_rest(rig: Any) -> None:
    head, bones = rig
    assert live_channels(head, bones) == frozenset()
    head.data.shape_keys.key_blocks["Exp3"].value = -1
    bones.pose.bones["jaw"].rotation_euler.x = 0.2
    write_tracks(head, bones, tracks(performance([0, 2], ["smooth"])))
    assert live_channels(head, bones) == {('key_blocks["Exp3"].value', 0), (EXP1, 0), (JAW, 0)}
    assert live_channels(head, None) == {('key_blocks["Exp3"].value', 0), (EXP1, 0)}


def test_refusals_change_nothing(rig: Any) -> None:
    head, bones = rig
    plain = bpy.data.objects.new("plain", bpy.data.meshes.new("plain"))
    made = performance([1, 2], ["smooth"])
    made.codes[:, COUNT] = 0.1
    with pytest.raises(SceneError, match="no shape keys"):
        write_tracks(plain, bones, tracks(made))
    with pytest.raises(SceneError, match="no armature"):
        write_tracks(head, None, tracks(made))
    with pytest.raises(SceneError):
        write_tracks(head, bones, ())
    assert not bpy.data.actions and head.data.shape_keys.animation_data is None


def test_a_linked_action_is_refused(rig: Any, tmp_path: Path) -> None:
    head, bones = rig
    library = tmp_path / "library.blend"
    bpy.data.libraries.write(str(library), {bpy.data.actions.new("theirs")}, fake_user=True)
    bpy.data.actions.remove(bpy.data.actions["theirs"])
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.actions = ["theirs"]
    bones.animation_data_create().action = bpy.data.actions["theirs"]
    with pytest.raises(SceneError, match="linked"):
        write_tracks(head, bones, tracks(performance([1, 2], ["smooth"], column=COUNT)))
