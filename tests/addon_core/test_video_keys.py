# SPDX-License-Identifier: GPL-3.0-or-later
"""A video's reduced keys as keyframe tracks."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.core.coordinates import bone_euler_from_flame
from blender_addon.core.errors import BackendError
from blender_addon.core.protocol_video import KeysBody, VideoReply
from blender_addon.core.video_keys import video_tracks

FPS = 25.0


def reply(rows, expression=2, seconds=2.0):
    """rows: (channel, s, value, slope, holds)."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return VideoReply("open", expression, seconds, KeysBody(*columns), [], None)


def tracks(rows, **changes):
    made = video_tracks(reply(rows), **{"fps": FPS, "start_frame": 10, "expression_count": 2,
                                        "head_pose": True, **changes})
    return {(track.channel, track.index): track for track in made}


def turn(first, times, vectors, slopes):
    """Rows of a rotation's three channels from `first` on."""
    return [(first + axis, time, vector[axis], slope[axis], False) for axis in range(3)
            for time, vector, slope in zip(times, vectors, slopes, strict=True)]


def test_expression_keys_lie_on_frames_with_slopes_per_frame():
    made = tracks([(0, 0.0, 0.0, 0.0, False), (0, 0.4, 1.5, 2.0, False), (0, 2.0, 0.0, -1.0, True)])
    (track,) = made.values()
    assert track.channel == 'key_blocks["Exp1"].value' and track.owner == "mesh"
    assert track.frames.tolist() == [10.0, 20.0, 60.0]
    np.testing.assert_allclose(track.slopes, [0, 2 / FPS, -1 / FPS])
    assert track.interpolation == ("BEZIER", "BEZIER", "CONSTANT")


def test_a_turn_becomes_the_bones_angles_and_their_slopes():
    times = [0.0, 1.0]
    vectors, slopes = np.array([[0.2, 0.5, -0.1], [0.3, -0.4, 0.2]]), np.array([[1, 2, 0.5]] * 2)
    made = tracks(turn(14, times, vectors, slopes))
    rows = [made['pose.bones["root"].rotation_euler', axis] for axis in range(3)]
    got = np.stack([row.values for row in rows], axis=1)
    np.testing.assert_allclose(got, bone_euler_from_flame(vectors))
    step = 1e-5
    numeric = (bone_euler_from_flame(vectors + step * slopes)
               - bone_euler_from_flame(vectors - step * slopes)) / (2 * step)
    np.testing.assert_allclose(np.stack([row.slopes for row in rows], axis=1) * FPS, numeric,
                               atol=1e-4)


def test_without_the_head_s_pose_the_root_stays():
    rows = turn(2, [0.0], np.array([[0.3, 0, 0]]), np.zeros((1, 3)))
    rows += turn(14, [0.0], np.array([[0.3, 0, 0]]), np.zeros((1, 3)))
    jaw = 'pose.bones["jaw"].rotation_euler'
    assert {path for path, _ in tracks(rows, head_pose=False)} == {jaw}
    assert len(tracks(rows)) == 2


def test_more_components_than_the_rig_has_are_left_out():
    rows = [(0, 0.0, 1.0, 0.0, False), (1, 0.0, 1.0, 0.0, False)]
    assert len(tracks(rows)) == 2 and len(tracks(rows, expression_count=1)) == 1


def test_what_stays_zero_is_left_out_but_not_where_something_moved_before():
    rows = [(0, 0.0, 0.0, 0.0, False), (1, 0.0, 1.0, 0.0, False)]
    assert list(tracks(rows)) == [('key_blocks["Exp2"].value', 0)]
    live = frozenset({('key_blocks["Exp1"].value', 0)})
    cleared = tracks(rows, always=live)['key_blocks["Exp1"].value', 0]
    assert cleared.frames.tolist() == [10.0, 60.0] and not cleared.values.any()


@pytest.mark.parametrize("rows", [
    [(1, 0.0, 0.0, 0.0, False), (0, 0.0, 0.0, 0.0, False)],
    [(0, 1.0, 0.0, 0.0, False), (0, 1.0, 0.0, 0.0, False)],
    [(2, 0.0, 0.1, 0.0, False), (3, 1.0, 0.1, 0.0, False), (4, 0.0, 0.1, 0.0, False)],
])
def test_keys_that_do_not_fit_together(rows):
    with pytest.raises(BackendError) as refused:
        tracks(rows)
    assert refused.value.code == "bad-message"


def test_rows_of_different_lengths():
    body = KeysBody([0], [0.0, 1.0], [0.0], [0.0], [False])
    with pytest.raises(BackendError):
        video_tracks(VideoReply("open", 1, 1.0, body, [], None), fps=FPS, start_frame=1,
                     expression_count=1, head_pose=True)
