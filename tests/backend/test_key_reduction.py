# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.key_reduction import reduce_keys

TIMES = np.arange(120) / 24.0


def drawn(keys, channel, at):
    """What Blender draws: cubics, or the first key's value where it holds."""
    own = keys.channels == channel
    times, values, slopes, holds = (row[own] for row in (keys.times, keys.values, keys.slopes,
                                                         keys.holds))
    left = np.clip(np.searchsorted(times, at + 1e-9, side="right") - 1, 0, max(len(times) - 2, 0))
    right = np.minimum(left + 1, len(times) - 1)
    length = np.maximum(times[right] - times[left], 1e-12)
    u = np.clip((at - times[left]) / length, 0, 1)
    cubic = (values[left] * (2 * u**3 - 3 * u**2 + 1) + values[right] * (3 * u**2 - 2 * u**3)
             + length * (slopes[left] * (u**3 - 2 * u**2 + u) + slopes[right] * (u**3 - u**2)))
    cubic = np.where(holds[left], np.where(u >= 1 - 1e-9, values[right], values[left]), cubic)
    return np.where(left == right, values[left], cubic)


def starts_at(*frames):
    starts = np.zeros(len(TIMES), dtype=bool)
    starts[[0, *frames]] = True
    return starts


def movement():
    blink = np.exp(-((TIMES - 2.0) / 0.05) ** 2)
    wave = np.sin(2 * np.pi * 0.5 * TIMES)
    return np.stack([blink, wave, 0.001 * wave, wave, -0.5 * wave], axis=1)


TOLERANCE = np.array([0.03, 0.02, 0.02, 0.02, 0.02])
GROUPS = np.array([0, 1, 2, 3, 3])


def test_few_keys_within_the_tolerance():
    values = movement()
    keys = reduce_keys(TIMES, values, TOLERANCE, GROUPS, starts_at())
    counts = np.bincount(keys.channels)
    assert counts[0] < 10 and counts[1] < 16 and counts[2] == 1
    for channel in range(5):
        off = np.abs(drawn(keys, channel, TIMES) - values[:, channel])
        assert off.max() <= TOLERANCE[channel] + 1e-9


def test_a_blink_s_peak_is_a_key():
    values = movement()
    keys = reduce_keys(TIMES, values, TOLERANCE, GROUPS, starts_at())
    own = keys.channels == 0
    assert np.abs(keys.times[own] - 2.0).min() <= 1 / 24
    assert keys.values[own].max() > 0.95


def test_a_rotation_s_three_are_keyed_together():
    keys = reduce_keys(TIMES, movement(), TOLERANCE, GROUPS, starts_at())
    np.testing.assert_array_equal(keys.times[keys.channels == 3], keys.times[keys.channels == 4])


def test_a_cut_is_a_step():
    values = movement() + np.where(np.arange(120) < 60, 0.0, 3.0)[:, None]
    keys = reduce_keys(TIMES, values, TOLERANCE, GROUPS, starts_at(60))
    for channel in range(5):
        own = keys.channels == channel
        assert TIMES[60] in keys.times[own]
        held = keys.times[own][keys.holds[own]]
        assert held.size == 1 and held[0] <= TIMES[59]
        off = np.abs(drawn(keys, channel, TIMES) - values[:, channel])
        assert off.max() <= TOLERANCE[channel] + 1e-9


def test_every_frame_where_nothing_may_be_missed():
    values = np.random.default_rng(0).normal(size=(120, 2))
    keys = reduce_keys(TIMES, values, np.full(2, 1e-9), np.array([0, 1]), starts_at())
    assert keys.times.size == 240


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_frames(count):
    values = np.arange(count)[:, None] * np.ones(1)
    starts = np.zeros(count, dtype=bool)
    keys = reduce_keys(TIMES[:count], values, np.ones(1) * 0.1, np.zeros(1, dtype=int), starts)
    assert keys.times[0] == 0 and keys.values[-1] == count - 1
