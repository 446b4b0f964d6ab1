# SPDX-License-Identifier: GPL-3.0-or-later
"""When a face blinks, and that its eyes are shut then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.motion.blinks import KEY_TIMES, MIDDLE
from flamewheel.motion.profiles import BLINK_APART, BLINK_EARLIEST, BLINK_SECONDS
from flamewheel.motion.style import ALIVE

LASTING = KEY_TIMES[-1]


@pytest.mark.parametrize("face", ["joy", "anger", "disgust", "surprise", "sadness"])
def test_a_blink_shuts_the_eyes_and_no_further(stage, face):
    """Over raised lids, squints and smiling cheeks alike: as the head's own unit does at rest."""
    shown = getattr(stage, face)
    anchors = stage.anchors([shown, shown], [0, 12], ("hold",))
    made = stage.act(anchors)
    assert made.blinks
    rest = stage.gaps(stage.anchors([{"AU45L": 1.0, "AU45R": 1.0}], [0]).codes, "lids").mean()
    shut = stage.gaps(stage.drawn(made, np.array(made.blinks) + MIDDLE), "lids")
    assert np.abs(shut.mean(axis=1) - rest).max() < 0.15
    assert shut.max() < 1.1 and shut.min() > -2.0  # mm; 8 when open


def test_lids_close_quicker_than_they_open_and_nothing_else_moves(stage):
    anchors = stage.anchors([{}, {}], [0, 12], ("hold",))
    made = stage.act(anchors)
    times = made.blinks[0] + np.linspace(0, LASTING, 200)
    shown = stage.strengths(stage.drawn(made, times))
    closed = shown["AU45L"] + shown["AU43L"]
    speed = np.diff(closed) / np.diff(times)
    assert 1.3 < speed.max() / -speed.min() < 2.5
    assert max(row.max() for name, row in shown.items() if name[2:-1] not in ("43", "45")) < 0.25


def test_blinks_go_with_large_changes_and_not_with_small_ones(stage):
    large, small = ({name: share * strength for name, strength in stage.joy.items()}
                    for share in (1.0, 0.2))
    assert len(stage.act(stage.anchors([{}, large], [0, 1])).blinks) == 1
    assert not stage.act(stage.anchors([{}, small], [0, 0.5])).blinks


@pytest.mark.parametrize("seed", range(6))
def test_a_performance_that_begins_at_rest_does_not_begin_with_a_blink(stage, seed):
    held = stage.act(stage.anchors([{}, stage.joy], [0, 1.5]), seed=seed).blinks
    assert held and min(held) >= BLINK_EARLIEST
    turned = stage.act(stage.anchors([stage.anger, stage.joy], [0, 1.5]), seed=seed).blinks
    assert turned and min(turned) < BLINK_EARLIEST


def test_eyes_that_widen_in_surprise_do_not_blink(stage):
    assert not stage.act(stage.anchors([stage.anger, stage.surprise], [0, 0.8])).blinks


@pytest.mark.parametrize("seed", range(8))
def test_blinks_keep_apart_and_off_the_anchors(stage, seed):
    faces = [{}, stage.joy, stage.joy, stage.anger, stage.sadness, {}]
    anchors = stage.anchors(faces, [0, 0.5, 6, 6.4, 8, 9.5],
                            ("smooth", "hold", "smooth", "smooth", "smooth"))
    starts = np.array(stage.act(anchors, replace(ALIVE, blinks=2.0), seed=seed).blinks)
    assert len(starts) and (np.diff(starts) >= BLINK_APART).all()
    for time in anchors.times:
        assert ((time <= starts) | (time >= starts + BLINK_SECONDS)).all()


def test_a_minute_has_as_many_blinks_as_people_have(stage):
    anchors = stage.anchors([{}, {}], [0, 60], ("hold",))
    counts = [len(stage.act(anchors, seed=seed).blinks) for seed in range(6)]
    more = [len(stage.act(anchors, replace(ALIVE, blinks=2.0), seed=seed).blinks)
            for seed in range(6)]
    assert 12 <= np.mean(counts) <= 20 and np.mean(more) > 1.5 * np.mean(counts)
    assert not stage.act(anchors, replace(ALIVE, blinks=0.0)).blinks


def test_shut_eyes_do_not_blink(stage):
    shut = {"AU43L": 1.0, "AU43R": 1.0}
    wink = {"AU43L": 1.0}
    for face in (shut, wink):
        assert not stage.act(stage.anchors([face, face], [0, 20], ("hold",))).blinks


def test_a_head_whose_lids_are_not_known_blinks_at_full_strength(stage):
    anchors = stage.anchors([{}, {}], [0, 12], ("hold",))
    made = stage.act(anchors, lids=None)
    shown = stage.strengths(stage.drawn(made, [made.blinks[0] + MIDDLE]))
    assert shown["AU45L"][0] + shown["AU43L"][0] == pytest.approx(1.0, abs=0.02)
