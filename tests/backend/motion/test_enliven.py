# SPDX-License-Identifier: GPL-3.0-or-later
"""Anchors become a living motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.motion.drawn_keys import drawn_keys
from flamewheel.motion.enliven import living_motion
from flamewheel.motion.style import ALIVE, STILL, MotionStyle
from flamewheel.trajectory import sample


def test_still_is_the_anchors_themselves(stage):
    anchors = stage.anchors([{}, stage.joy, stage.joy, stage.anger], [0, 1, 2, 2.5], ("smooth", "hold", "ease_out"))
    made = stage.act(anchors, STILL).trajectory
    times = np.linspace(0, 2.5, 90)
    assert np.array_equal(sample(made, times), sample(anchors, times)) and made.keys is None


@pytest.mark.parametrize("style", [ALIVE, MotionStyle(2, 2, 2, 2), MotionStyle(blinks=0)])
def test_every_anchor_is_reached_at_its_time(stage, style):
    anchors = stage.anchors([stage.sadness, stage.joy, stage.joy, stage.surprise, stage.anger], [0, 1, 4, 4.4, 6],
                            ("smooth", "hold", "ease_in", "linear"), tuple("abcde"))
    made = stage.act(anchors, style).trajectory
    at = np.flatnonzero(np.isin(made.times, anchors.times))
    assert len(at) == 5 and np.allclose(made.codes[at], anchors.codes, atol=1e-12)
    assert [made.labels[row] for row in at] == list("abcde")


def test_keys_draw_the_codes(stage):
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2])
    made = stage.act(anchors).trajectory
    assert np.allclose(drawn_keys(made.keys, made.codes.shape[1], made.times), made.codes)


def test_a_seed_repeats_and_another_differs(stage):
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2])
    one, again, other = (stage.act(anchors, seed=seed).trajectory for seed in (7, 7, 8))
    assert np.array_equal(one.codes, again.codes)
    assert one.codes.shape != other.codes.shape or not np.allclose(one.codes, other.codes)


def test_a_head_without_units_moves_all_at_once(stage):
    anchors = stage.anchors([{}, stage.joy], [0, 1])
    made = living_motion(anchors, None, None, replace(ALIVE, asymmetry=0), lowest=stage.lowest,
                         highest=stage.highest)
    most = np.abs(anchors.codes[1]).argmax()
    part = made.trajectory.codes[:, most] / anchors.codes[1, most]
    # to within what keys may miss
    assert np.allclose(made.trajectory.codes, part[:, None] * anchors.codes[1], atol=0.03)
    assert "no action units" in made.notes[0]


def test_one_anchor_stays(stage):
    anchors = stage.anchors([stage.joy], [0])
    assert stage.act(anchors).trajectory is anchors
