# SPDX-License-Identifier: GPL-3.0-or-later
"""Anchors become a living motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.motion.drawn_keys import drawn_keys
from flamewheel.motion.enliven import living_motion
from flamewheel.motion.face_courses import FaceCourses
from flamewheel.motion.style import ALIVE, STILL, MotionStyle
from flamewheel.trajectory import sample

UNBLINKING = replace(ALIVE, blinks=0.0)
TIMING = MotionStyle(overshoot=0, blinks=0, asymmetry=0)


def test_still_is_the_anchors_themselves(stage):
    anchors = stage.anchors([{}, stage.joy, stage.joy, stage.anger], [0, 1, 2, 2.5],
                            ("smooth", "hold", "ease_out"))
    made = stage.act(anchors, STILL).trajectory
    times = np.linspace(0, 2.5, 90)
    assert np.array_equal(sample(made, times), sample(anchors, times)) and made.keys is None


def test_without_timing_faces_go_the_way_of_eq_16(stage):
    """Only what is asked for: a style of blinks alone has the plain courses between them."""
    anchors = stage.anchors([{}, stage.joy], [0, 1])
    made = stage.act(anchors, replace(STILL, drift=1.0))
    times = np.linspace(0, 1, 50)
    # to within what pairs of units differ from a straight line, and what keys may miss
    off = np.abs(stage.gaps(stage.drawn(made, times), "lips")
                 - stage.gaps(sample(anchors, times), "lips"))
    assert off.max() < 0.8


@pytest.mark.parametrize("style", [ALIVE, MotionStyle(2, 2, 2, 2, 2), UNBLINKING])
def test_every_anchor_is_reached_at_its_time(stage, style):
    anchors = stage.anchors(
        [stage.sadness, stage.joy, stage.joy, stage.surprise, stage.anger], [0, 1, 4, 4.4, 6],
        ("smooth", "hold", "ease_in", "linear"), tuple("abcde"))
    made = stage.act(anchors, style).trajectory
    at = np.flatnonzero(np.isin(made.times, anchors.times))
    assert len(at) == 5 and np.allclose(made.codes[at], anchors.codes, atol=1e-12)
    assert [made.labels[row] for row in at] == list("abcde")


def test_keys_draw_the_codes(stage):
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2])
    made = stage.act(anchors).trajectory
    assert np.allclose(drawn_keys(made.keys, made.codes.shape[1], made.times), made.codes)


def test_keys_are_few(stage):
    anchors = stage.anchors([stage.anger, stage.surprise, stage.joy], [0, 1, 2])
    count = np.bincount(stage.act(anchors, UNBLINKING).trajectory.keys.channels)
    live = count[count > 1]
    assert live.mean() < 8.5 and live.max() <= 3 + 2 * 6


def test_a_seed_repeats_and_another_differs(stage):
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2])
    one, again, other = (stage.act(anchors, UNBLINKING, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(one.trajectory.codes, again.trajectory.codes)
    assert not np.allclose(one.trajectory.codes, other.trajectory.codes)


def test_a_later_step_changes_nothing_of_an_earlier_one(stage):
    faces = [{}, stage.joy, stage.anger, stage.sadness]
    long, short = (stage.act(stage.anchors(faces[:count], range(count)), UNBLINKING)
                   for count in (4, 3))
    times = np.linspace(0, 2, 40)
    assert np.allclose(stage.drawn(long, times), stage.drawn(short, times), atol=1e-9)


def test_brows_and_lids_lead_and_the_mouth_follows(stage):
    face = {"AU1L": 0.8, "AU4L": 0.8, "AU7L": 0.8, "AU12L": 0.8, "AU26": 0.5}
    made = stage.act(stage.anchors([{}, face], [0, 1]), TIMING)
    times = np.linspace(0, 1, 101)
    shown = stage.strengths(stage.drawn(made, times))
    half = {name: times[np.argmax(shown[name] >= full / 2)] for name, full in face.items()}
    assert max(half["AU4L"], half["AU7L"]) + 0.05 < half["AU12L"] <= half["AU26"] + 0.02


def test_surprise_comes_nearly_at_once(stage):
    times = np.linspace(0, 1, 101)

    def halves(face, units):
        drawn = stage.drawn(stage.act(stage.anchors([{}, face], [0, 1]), TIMING), times)
        shown = stage.strengths(drawn)
        return [times[np.argmax(shown[name] >= face[name] / 2)] for name in units]

    quick = halves(stage.surprise, ["AU1L", "AU26"])
    slow = halves({**stage.sadness, "AU26": 0.8}, ["AU1L", "AU26"])
    assert np.ptp(quick) < np.ptp(slow) and max(quick) < max(slow)


def test_numbers_stay_within_the_bounds(stage):
    """Where anchors touch them there is no room to go beyond, and nothing is cut off."""
    anchors = stage.anchors([{}, stage.joy, stage.sadness], [0, 0.6, 1.2])
    count = stage.head.expression_count
    low, high = (edge(anchors.codes[:, :count], axis=0) for edge in (np.min, np.max))
    made = stage.act(anchors, replace(MotionStyle(2, 2, 0, 2)), lowest=low, highest=high)
    drawn = stage.drawn(made, np.linspace(0, 1.2, 1000))[:, :count]
    assert (drawn >= low - 1e-9).all() and (drawn <= high + 1e-9).all()
    steps = np.diff(drawn, 2, axis=0)
    assert np.abs(steps).max() < 2e-3  # of a curve without kinks, at 1.2 ms


def test_a_quick_rise_goes_beyond_and_settles(stage):
    anchors = stage.anchors([{}, stage.joy, stage.joy], [0, 1, 1.5], ("smooth", "hold"))
    for style, most in ((replace(TIMING, overshoot=1.0), 1.07), (TIMING, 1.005)):
        smile = stage.strengths(stage.drawn(stage.act(anchors, style), np.linspace(0, 1, 60)))
        top = smile["AU12L"].max() / stage.joy["AU12L"]
        assert 1.0 - 5e-3 < top < most
        assert (top > 1.02) == (style.overshoot > 0)


def test_what_comes_suddenly_goes_beyond_and_what_comes_evenly_does_not(stage):
    brows = {"AU1L": 1.0, "AU2L": 1.0}
    for easing, beyond in (("ease_out", True), ("linear", False), ("ease_in", False)):
        made = stage.act(stage.anchors([{}, brows], [0, 0.5], (easing,)),
                         replace(UNBLINKING, asymmetry=0.0))
        top = stage.strengths(stage.drawn(made, np.linspace(0, 0.5, 60)))["AU2L"].max()
        assert (top > 1.02) == beyond


def test_minutes_stay_small(stage):
    anchors = stage.anchors([{}, stage.joy, stage.joy, {}], [0, 300, 900, 1200],
                            ("smooth", "hold", "smooth"))
    made = stage.act(anchors)
    assert len(made.blinks) > 200
    assert len(made.trajectory.times) < 2 * 1800 + 20 * len(made.blinks)


def test_a_step_too_short_for_a_face_is_told(stage):
    anchors = stage.anchors([{}, stage.joy], [0, 0.08], labels=("Neutral", "Joy"))
    made = stage.act(anchors)
    assert len(made.notes) == 1 and "Joy" in made.notes[0] and "mouth" in made.notes[0]
    assert made.trajectory.seconds == 0.08 and not made.blinks
    assert not stage.act(anchors, replace(ALIVE, speed_limits=False)).notes


def test_no_region_is_quicker_than_faces_are(stage):
    """In steps with enough time for it, however exaggerated their timing."""
    made = stage.act(stage.anchors([{}, {"AU4L": 1.0, "AU12L": 1.0}], [0, 0.16]),
                     MotionStyle(3, 3, 0, 0))
    times = np.linspace(0, 0.16, 161)
    shown = stage.strengths(stage.drawn(made, times))
    fastest = max(np.diff(shown[name]).max() / 0.001 for name in ("AU4L", "AU12L"))
    assert fastest < 1.1 * 1.875 / 0.12


def test_sides_differ_a_little_and_only_where_asked(stage):
    anchors = stage.anchors([{}, stage.joy], [0, 1])
    times = np.linspace(0, 1, 60)
    for style, least, most in ((TIMING, 0.0, 0.004), (replace(TIMING, asymmetry=1.0), 0.006, 0.15)):
        shown = stage.strengths(stage.drawn(stage.act(anchors, style, seed=3), times))
        apart = np.abs(shown["AU12L"] - shown["AU12R"]).max()
        assert least <= apart < most


def test_a_cut_stays_a_cut(stage):
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2], ("hold", "smooth"))
    made = stage.act(anchors).trajectory
    before = sample(made, [0.5, 0.999])
    assert np.allclose(before, 0.0) and np.allclose(sample(made, [1.0]), anchors.codes[1])


def test_a_held_face_stays_unless_it_drifts(stage):
    anchors = stage.anchors([stage.joy, stage.joy], [0, 3], ("hold",))
    times = np.linspace(0, 3, 30)
    still = stage.act(anchors, UNBLINKING)
    assert np.allclose(stage.drawn(still, times), anchors.codes[0])
    drifting = stage.act(anchors, replace(UNBLINKING, drift=1.0))
    smile = stage.strengths(stage.drawn(drifting, times))["AU12L"] / stage.joy["AU12L"]
    assert 0.94 < smile.min() < 0.98 and smile[-1] == pytest.approx(1.0, abs=5e-3)


def test_a_head_without_units_moves_all_at_once(stage):
    anchors = stage.anchors([{}, stage.joy], [0, 1])
    made = living_motion(anchors, None, None, replace(ALIVE, asymmetry=0), lowest=stage.lowest,
                         highest=stage.highest)
    most = np.abs(anchors.codes[1]).argmax()
    part = made.trajectory.codes[:, most] / anchors.codes[1, most]
    # to within what keys may miss
    assert np.allclose(made.trajectory.codes, part[:, None] * anchors.codes[1], atol=0.03)
    assert "no action units" in made.notes[0]


def test_units_of_fewer_components_than_the_head_has_do(stage):
    """As those that are carried over to a FLAME head: 50 of its 100."""
    few = 40
    units = replace(stage.units, expression=stage.units.expression[:, :few],
                    pair_expression=stage.units.pair_expression[:, :few])
    anchors = stage.anchors([{}, stage.joy, stage.anger], [0, 1, 2])
    made = living_motion(anchors, units, stage.meter, lowest=stage.lowest, highest=stage.highest)
    at = np.flatnonzero(np.isin(made.trajectory.times, anchors.times))
    assert np.allclose(made.trajectory.codes[at], anchors.codes, atol=1e-12) and made.blinks


def test_keys_miss_little_of_what_was_wanted(stage):
    """In mm, over the whole face."""
    anchors = stage.anchors([stage.anger, stage.surprise], [0, 1])
    times = np.linspace(0, 1, 80)
    drawn = stage.drawn(stage.act(anchors, UNBLINKING), times)
    face = FaceCourses.of(anchors, stage.units, stage.meter)
    step, = face.steps(UNBLINKING, 0)
    off = (drawn - face.at(0, step.courses, times))[:, :stage.head.expression_count]
    moved = np.einsum("vce,te->tvc", stage.head.expression_basis[::9], off)
    assert 1000 * np.linalg.norm(moved, axis=2).max() < 0.15


def test_one_anchor_stays(stage):
    anchors = stage.anchors([stage.joy], [0])
    assert stage.act(anchors).trajectory is anchors


def test_lips_do_not_pass_through_one_another(stage):
    """No further, between two anchors, than at them and on the plain way."""
    faces = [stage.surprise, stage.anger, stage.joy, stage.disgust, {}, stage.surprise, {}]
    anchors = stage.anchors(faces, 0.6 * np.arange(len(faces)))
    times = np.linspace(0, anchors.seconds, 300)
    moved = stage.drawn(stage.act(anchors, MotionStyle(1, 2, 1, 1)), times)
    least = stage.gaps(sample(anchors, times), "lips").min(axis=0)
    assert (stage.gaps(moved, "lips").min(axis=0) > least - 0.25).all()


@pytest.mark.parametrize("wrong", [-0.1, 3.5, float("nan")])
def test_a_style_out_of_range_is_refused(wrong):
    with pytest.raises(UsageError, match="blinks"):
        MotionStyle(blinks=wrong)
