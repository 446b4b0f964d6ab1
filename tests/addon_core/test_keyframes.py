# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds to frames: which channels are keyed, where, and with which curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from blender_addon.core.coordinates import bone_euler_from_flame, matrix_of, matrix_of_euler
from blender_addon.core.errors import UsageError
from blender_addon.core.keyframes import (
    KeyframeTrack,
    dense_tracks,
    sample,
    trajectory_to_tracks,
)

COUNT = 4
JAW = slice(COUNT, COUNT + 3)


@dataclass
class Performance:
    times: Any
    codes: Any
    easings: Any


def performance(**changes: Any) -> Performance:
    codes = np.zeros((3, COUNT + 12))
    codes[:, 1] = 0.0, 2.0, 2.0
    codes[:, 2] = 1.5, 1.5, 0.0
    codes[:, COUNT] = 0.0, 0.3, 0.1
    made = {"times": [0.0, 1.0, 1.5], "codes": codes, "easings": ["smooth", "linear"], **changes}
    return Performance(**made)


def tracks(made: Performance, **changes: Any) -> dict[tuple[str, int], KeyframeTrack]:
    settings = {"fps": 24.0, "start_frame": 10, "expression_count": COUNT, **changes}
    return {(track.channel, track.index): track for track in trajectory_to_tracks(made, **settings)}


def exp(number: int) -> tuple[str, int]:
    return f'key_blocks["Exp{number}"].value', 0


def test_one_key_for_each_anchor_of_each_used_channel() -> None:
    made = tracks(performance())
    jaw = 'pose.bones["jaw"].rotation_euler', 0
    assert set(made) == {exp(2), exp(3), jaw}
    for track in made.values():
        assert track.frames.tolist() == [10, 34, 46]
    assert made[exp(2)].values.tolist() == [0, 2, 2] and made[exp(2)].owner == "mesh"
    assert made[exp(3)].values.tolist() == [1.5, 1.5, 0]  # not zero at the start: keyed
    assert made[jaw].values == pytest.approx([0, 0.3, 0.1]) and made[jaw].owner == "armature"
    assert (made[exp(2)].group, made[jaw].group) == ("Expression", "Jaw")


def test_channels_that_live_in_the_scene_are_keyed_even_at_zero() -> None:
    made = tracks(performance(), always=frozenset({exp(1), ("something else", 3)}))
    assert made[exp(1)].values.tolist() == [0, 0, 0]
    assert ("something else", 3) not in made


def test_a_frame_rate_with_a_base() -> None:
    made = tracks(performance(), fps=30 / 1.001, start_frame=1)
    assert made[exp(2)].frames == pytest.approx([1, 1 + 30 / 1.001, 1 + 45 / 1.001])


@pytest.mark.parametrize(
    ("easing", "curve"),
    [
        ("smooth", ("BEZIER", "AUTO")), ("linear", ("LINEAR", "AUTO")),
        ("ease_in", ("QUAD", "EASE_IN")), ("ease_out", ("QUAD", "EASE_OUT")),
        ("hold", ("CONSTANT", "AUTO")),
    ],
)
def test_easings(easing: str, curve: tuple[str, str]) -> None:
    track = tracks(performance(easings=["linear", easing]))[exp(2)]
    assert (track.interpolation[1], track.easing[1]) == curve
    assert track.interpolation[0] == "LINEAR" and len(track.interpolation) == 3


def test_rotations_are_the_bones_own() -> None:
    codes = np.zeros((2, COUNT + 12))
    codes[1, JAW] = 0.2, -0.1, 0.3
    codes[1, COUNT + 6:COUNT + 9] = 0.1, 0.4, 0.0
    made = tracks(performance(times=[0, 1], codes=codes, easings=["smooth"]))
    for bone, turn in (("jaw", codes[1, JAW]), ("left_eye", codes[1, COUNT + 6:COUNT + 9])):
        path = f'pose.bones["{bone}"].rotation_euler'
        euler = np.array([made[path, axis].values[1] for axis in range(3)])
        assert matrix_of_euler(euler) == pytest.approx(matrix_of(turn), abs=1e-12)


def test_a_rotation_past_half_a_turn_does_not_jump() -> None:
    codes = np.zeros((3, COUNT + 12))
    codes[:, COUNT + 2] = 2.8, 3.3, 3.8  # neighbours are half a radian apart
    made = tracks(performance(codes=codes))
    values = made['pose.bones["jaw"].rotation_euler', 2].values
    assert np.abs(np.diff(values)).max() < 0.6


def test_a_rig_with_fewer_keys_cuts_the_code() -> None:
    made = tracks(performance(), expression_count=2)
    assert exp(3) not in made and ('pose.bones["jaw"].rotation_euler', 0) in made


def test_dense_tracks_follow_the_curve_of_the_trajectory() -> None:
    made = performance(times=[0.0, 1.01, 1.5], easings=["smooth", "ease_in"])
    tracks_made = dense_tracks(made, fps=24.0, start_frame=10, expression_count=COUNT)
    track = next(track for track in tracks_made if (track.channel, track.index) == exp(3))
    assert track.frames.tolist() == list(range(10, 47))
    assert set(track.interpolation) == {"LINEAR"}
    at = (track.frames - 10) / 24
    u = np.clip((at - 1.01) / 0.49, 0, 1)
    assert track.values == pytest.approx(1.5 * (1 - u**2))
    jaw = next(track for track in tracks_made if track.owner == "armature")
    assert jaw.values[12] == pytest.approx(
        bone_euler_from_flame(np.array([0.3 * smooth(0.5 / 1.01), 0, 0]))[0])


def smooth(u: float) -> float:
    return u * u * (3 - 2 * u)


def test_sample_is_held_outside_and_steps_on_hold() -> None:
    codes = np.array([[1.0], [3.0], [2.0]])
    at = [-1.0, 0.0, 0.5, 0.999, 1.0, 1.5, 2.0, 9.0]
    got = sample([0.0, 1.0, 2.0], codes, ["hold", "ease_out"], at)[:, 0]
    assert got.tolist() == [1, 1, 1, 1, 3, 2.25, 2, 2]
    assert sample([1.0], codes[:1], [], [0.0, 5.0]).tolist() == [[1], [1]]


@pytest.mark.parametrize(
    "changes",
    [
        {"times": [0.0, 1.0]}, {"times": [0.0, 1.0, 1.0]}, {"easings": ["smooth"]},
        {"easings": ["smooth", "bouncy"]}, {"codes": np.zeros((3, 5))},
        {"codes": np.full((3, COUNT + 12), np.nan)},
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        tracks(performance(**changes))


def test_a_frame_rate_of_zero_is_refused() -> None:
    with pytest.raises(UsageError, match="frame rate"):
        tracks(performance(), fps=0.0)
