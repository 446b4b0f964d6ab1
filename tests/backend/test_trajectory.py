# SPDX-License-Identifier: GPL-3.0-or-later
"""Trajectories: sampling, JSON, files."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from flamewheel.errors import InputFileError, OutputError, UsageError
from flamewheel.trajectory import (
    EASINGS,
    CurveKeys,
    Trajectory,
    from_json_dict,
    load_trajectory,
    sample,
    save_trajectory,
    to_json_dict,
)

CODES = np.linspace(-1, 1, 4)[:, None] * np.arange(1, 15)[None, :]
MADE = Trajectory(
    "open", np.array([0.5, 1.5, 2.0, 4.0]), CODES, ("smooth", "hold", "ease_in"),
    ("Joy", "Fear", "Fear", "Anger"), 3,
)


def one(easing):
    codes = np.zeros((2, 12))
    codes[1] = 2.0
    return Trajectory("open", np.array([1.0, 3.0]), codes, (easing,))


@pytest.mark.parametrize(
    ("easing", "curve"),
    [
        ("smooth", lambda u: 3 * u**2 - 2 * u**3), ("linear", lambda u: u),
        ("ease_in", lambda u: u**2), ("ease_out", lambda u: 1 - (1 - u) ** 2),
    ],
)
def test_easing_curve(easing, curve):
    u = np.linspace(0, 1, 23)
    got = sample(one(easing), 1.0 + 2.0 * u)
    assert np.allclose(got, 2.0 * curve(u)[:, None], atol=1e-12)


def test_hold_steps_at_the_next_anchor():
    got = sample(one("hold"), [0.0, 1.0, 2.999, 3.0, 9.0])[:, 0]
    assert got.tolist() == [0, 0, 0, 2, 2]


def test_smooth_is_the_bezier_with_flat_handles_at_thirds():
    s = np.linspace(0, 1, 50)
    x = 3 * s * (1 - s) ** 2 / 3 + 3 * s**2 * (1 - s) * 2 / 3 + s**3
    y = 3 * s**2 * (1 - s) + s**3
    assert np.allclose(sample(one("smooth"), 1 + 2 * x)[:, 5], 2 * y, atol=1e-12)


def test_passes_through_its_anchors_and_stays_outside():
    assert np.array_equal(sample(MADE, MADE.times), MADE.codes)
    assert np.array_equal(sample(MADE, [0.0, 99.0]), MADE.codes[[0, -1]])


def test_sampling_in_one_go_is_sampling_one_by_one():
    times = np.random.default_rng(0).uniform(0, 5, 200)
    every = np.concatenate([sample(MADE, [time]) for time in times])
    assert np.array_equal(sample(MADE, times), every)


def test_single_anchor_and_no_times():
    still = Trajectory("open", np.zeros(1), np.ones((1, 12)), ())
    assert sample(still, [0.0, 1.0]).tolist() == np.ones((2, 12)).tolist()
    assert sample(MADE, []).shape == (0, 14)


def test_times_that_are_no_numbers_are_refused():
    with pytest.raises(UsageError):
        sample(MADE, [np.nan])


def test_file_holds_everything(tmp_path):
    path = tmp_path / "a.json"
    save_trajectory(MADE, path)
    again = load_trajectory(path)
    assert (again.head, again.easings, again.labels, again.seed) == (
        MADE.head, MADE.easings, MADE.labels, MADE.seed)
    assert np.array_equal(again.codes, MADE.codes) and np.array_equal(again.times, MADE.times)
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_file_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "dir.json").mkdir()
    for goal in (tmp_path / "missing" / "a.json", tmp_path / "dir.json"):
        with pytest.raises(OutputError) as refused:
            save_trajectory(MADE, goal)
        assert refused.value.code == "cannot-write"
    assert [file.name for file in tmp_path.iterdir()] == ["dir.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"times": [1, 0, 2, 3]}, {"times": "x"}, {"codes": [[1]]},
        {"codes": None}, {"easings": ["smooth"]}, {"easings": "abc"}, {"labels": [1, 2, 3, 4]},
        {"head": 3}, {"seed": "a"}, {"times": [0, 1, 2, float("nan")]},
        {"times": [0, 1, 2, 10**400]}, {"codes": (CODES * 1e300).tolist()},
    ],
)
def test_damaged_file_is_refused(tmp_path, change):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**to_json_dict(MADE), **change}))
    with pytest.raises(InputFileError) as refused:
        load_trajectory(path)
    assert refused.value.code == "bad-trajectory" and refused.value.hint


def test_no_json_and_no_file(tmp_path):
    path = tmp_path / "a.json"
    with pytest.raises(InputFileError):
        load_trajectory(path)
    for body in (b"\xff\xfe", b"[" * 100_000, b"[]"):
        path.write_bytes(body)
        with pytest.raises(InputFileError):
            load_trajectory(path)


def test_json_object_goes_both_ways():
    assert to_json_dict(from_json_dict(to_json_dict(MADE))) == to_json_dict(MADE)


def test_every_easing_has_a_curve():
    for easing in EASINGS:
        assert sample(replace(one("linear"), easings=(easing,)), [2.0]).shape == (1, 12)


def filmed():
    """As a video's performance is: dense, with the head's turn and reduced keys."""
    keys = CurveKeys(
        np.array([0, 0, 14]), np.array([0.5, 4.0, 0.5]), np.array([0.1, 0.2, 0.3]),
        np.array([0.0, -1.5, 0.0]), np.array([True, False, False]))
    return replace(MADE, global_rotation=np.full((4, 3), 0.25), keys=keys)


def test_a_video_s_turn_and_keys_are_kept(tmp_path):
    path = tmp_path / "clip.json"
    save_trajectory(filmed(), path)
    read = load_trajectory(path)
    assert np.array_equal(read.global_rotation, np.full((4, 3), 0.25))
    assert read.keys is not None and read.keys.channels.tolist() == [0, 0, 14]
    for name in ("times", "values", "slopes", "holds"):
        assert getattr(read.keys, name).tolist() == getattr(filmed().keys, name).tolist()


def test_a_sentence_s_file_is_as_it_was():
    assert set(to_json_dict(MADE)) == {
        "format", "head", "times", "codes", "easings", "labels", "seed"}


@pytest.mark.parametrize("wrong", [
    {"keys": []}, {"keys": {"channels": [0]}}, {"global_rotation": [[0, 0, 0]]},
    {"keys": {"channels": [0, 0], "times": [1, 1], "values": [0, 0], "slopes": [0, 0],
              "holds": [False, False]}},
    {"keys": {"channels": [1, 0], "times": [1, 1], "values": [0, 0], "slopes": [0, 0],
              "holds": [False, False]}},
    {"keys": {"channels": [0.5], "times": [1], "values": [0], "slopes": [0], "holds": [False]}},
    {"keys": {"channels": [-1], "times": [1], "values": [0], "slopes": [0], "holds": [False]}},
    {"keys": {"channels": [0], "times": [1, 2], "values": [0], "slopes": [0], "holds": [False]}},
    {"keys": {"channels": [0, 0, 0], "times": [1, 2], "values": [0, 0], "slopes": [0, 0],
              "holds": [False, False]}},
    {"keys": {"channels": [0], "times": [1], "values": [0], "slopes": [0], "holds": [[[0]], 1]}},
    {"keys": {"channels": [99], "times": [1], "values": [0], "slopes": [0], "holds": [False]}},
    {"keys": {"channels": [0], "times": [1], "values": ["x"], "slopes": [0], "holds": [False]}},
])
def test_a_video_s_keys_that_are_none(wrong):
    with pytest.raises(InputFileError) as refused:
        from_json_dict({**to_json_dict(filmed()), **wrong})
    assert refused.value.code == "bad-trajectory"
