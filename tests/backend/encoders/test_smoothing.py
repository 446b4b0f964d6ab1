# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.encoders.smoothing import smooth
from tests.video_clips import smoothstep

FPS = 30.0
TIMES = np.arange(180) / FPS
BLINKS = (0.5, 1.7, 3.1, 3.6, 5.4)
NOISE = np.array([0.06, 0.02, 0.06, 0.04, 0.01, 0.05])


def performance():
    """(T,6): lids, gaze that jumps, a smile, talk, a slow turn, nothing."""
    lids = np.zeros(len(TIMES))
    for peak in BLINKS:
        off = TIMES - peak
        lids = np.maximum(lids, np.where(off < 0, smoothstep(1 + off / 0.08),
                                         smoothstep(1 - off / 0.14)))
    gaze = 0.25 * (TIMES >= 0.9) - 0.45 * (TIMES >= 1.4) + 0.2 * (TIMES >= 2.6)
    smile = 0.9 * smoothstep((TIMES - 2) / 0.4) * (1 - smoothstep((TIMES - 4) / 0.6))
    talks = (TIMES > 0.8) & (TIMES < 2)
    talk = np.where(talks, 0.5 * (1 - np.cos(2 * np.pi * (TIMES - 0.8) * 3.3)), 0)
    turn = 0.2 * np.sin(2 * np.pi * 0.2 * TIMES)
    return np.stack([lids, gaze, smile, talk, turn, np.zeros(len(TIMES))], axis=1)


@pytest.fixture(scope="module", params=range(3))
def smoothed(request):
    true = performance()
    seen = true + np.random.default_rng(request.param).normal(size=true.shape) * NOISE
    breaks = np.zeros(len(TIMES), dtype=bool)
    return true, seen, smooth(TIMES, seen, np.ones_like(seen), breaks)


def test_it_is_nearer_to_the_truth_in_every_channel(smoothed):
    true, seen, result = smoothed
    before = np.sqrt(((seen - true) ** 2).mean(axis=0))
    after = np.sqrt(((result.values - true) ** 2).mean(axis=0))
    assert (before / after > [1.3, 1.3, 2, 1.4, 1.8, 3]).all()


def test_blinks_keep_their_height_and_their_frame(smoothed):
    true, _, result = smoothed
    for peak in BLINKS:
        near = np.flatnonzero(np.abs(TIMES - peak) < 0.1)
        assert result.values[near, 0].max() > 0.8 * true[near, 0].max()
        assert abs(int(result.values[near, 0].argmax()) - int(true[near, 0].argmax())) <= 1


def test_eyes_jump_within_two_frames(smoothed):
    _, _, result = smoothed
    for when, far in ((0.9, 0.25), (1.4, -0.45)):
        frame = round(when * FPS)
        jump = result.values[frame + 1, 1] - result.values[frame - 2, 1]
        assert abs(jump / far - 1) < 0.2


def test_nothing_comes_late(smoothed):
    true, _, result = smoothed
    for channel in range(5):
        lags = np.arange(-3, 4)
        inner = slice(3, len(TIMES) - 3)
        alike = [np.corrcoef(true[inner, channel], np.roll(result.values[:, channel], -lag)[inner])
                 [0, 1] for lag in lags]
        assert lags[int(np.argmax(alike))] == 0


def test_what_is_still_stays_still(smoothed):
    _, seen, result = smoothed
    jitter = [np.abs(np.diff(curve[:, 5], n=2)).mean() for curve in (seen, result.values)]
    assert jitter[0] > 10 * jitter[1]


def test_slopes_are_those_of_the_values(smoothed):
    _, _, result = smoothed
    numeric = np.gradient(result.values[:, 4], TIMES)
    np.testing.assert_allclose(result.slopes[2:-2, 4], numeric[2:-2], atol=0.03)


def test_time_turned_round_gives_the_same():
    true = performance()
    seen = true + np.random.default_rng(7).normal(size=true.shape) * NOISE
    whole, breaks = np.ones_like(seen), np.zeros(len(TIMES), dtype=bool)
    forth = smooth(TIMES, seen, whole, breaks).values
    back = smooth(TIMES, seen[::-1], whole, breaks).values[::-1]
    spread = seen.std(axis=0)
    assert (np.abs(forth - back) / spread).max() < 0.05


def test_nothing_passes_over_a_cut():
    true = np.where(TIMES < 3, 0.0, 1.0)[:, None]
    seen = true + np.random.default_rng(0).normal(size=true.shape) * 0.05
    breaks = np.arange(len(TIMES)) == np.searchsorted(TIMES, 3.0)
    late = seen.copy()
    late[TIMES >= 3] += 5.0
    one, other = (smooth(TIMES, values, np.ones_like(values), breaks).values
                  for values in (seen, late))
    before = TIMES < 3
    assert np.abs(one[before] - true[before]).max() < 0.06
    assert np.abs(other[before] - true[before]).max() < 0.06


def test_what_was_not_seen_is_bridged():
    true = 0.5 * np.sin(TIMES)[:, None]
    variance = np.full_like(true, 1.0)
    variance[60:66] = np.inf
    seen = true + np.random.default_rng(0).normal(size=true.shape) * 0.01
    seen[60:66] = np.nan
    result = smooth(TIMES, seen, variance, np.zeros(len(TIMES), dtype=bool))
    np.testing.assert_allclose(result.values, true, atol=0.02)
    assert result.deviation[63, 0] > 2 * result.deviation[30, 0]


def test_strength_nought_leaves_the_values():
    true = performance()
    seen = true + np.random.default_rng(7).normal(size=true.shape) * NOISE
    result = smooth(TIMES, seen, np.ones_like(seen), np.zeros(len(TIMES), dtype=bool), 0.0)
    assert np.abs(result.values - seen).max() < 0.01


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_few_frames(count):
    values = np.linspace(0, 1, count)[:, None] * [1.0, 0.0]
    result = smooth(np.arange(count) / FPS, values, np.ones_like(values),
                    np.zeros(count, dtype=bool))
    assert np.isfinite(result.values).all() and np.isfinite(result.slopes).all()
    assert np.abs(result.values - values).max() < 0.3
