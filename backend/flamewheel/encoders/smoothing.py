# SPDX-License-Identifier: GPL-3.0-or-later
"""Jitter out of a performance, its quick movements kept: a smoother that looks both ways in time.

Each channel moves with a velocity v that is pushed at random, dv = √(q/λ) dw, and is seen through
noise of variance r.  A Kalman filter runs forwards and the smoother of Rauch, Tung and Striebel
(AIAA Journal 3(8), 1965) backwards, so that nothing comes late.  A face is still most of the time
and then moves at once (a blink closes in 0.1 s, the eyes jump in 0.03 s): the pushes have heavy
tails, Student's t with ν degrees of freedom, so that λ, the weight of each moment, comes out small
where the face moves and large where it rests (Lange, Little and Taylor, JASA 84, 1989).  q and r
of each channel are learned from the clip itself by expectation and maximisation (Shumway and
Stoffer, Journal of Time Series Analysis 3(4), 1982): lids and brows get each their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HEAVY_TAILS = 0.5
"""ν.  On made curves (blinks, jumps, talk, smiles under noise of 2 to 8 % of their range) 2, 1, 0.5
and 0.2 leave the jumps' error 0.64, 0.53, 0.51 and 0.50 of what it was, and all else alike; of a
blink's height 96, 97, 98 and 98 % are left.  From FIRST_PUSH 1 or 10,000, 88 and 97 %."""
FIRST_PUSH = 100.0  # q to begin with, in squared spreads per s³: quick enough for a blink
ROUNDS = 16  # of expectation and maximisation
UNKNOWN = 1e6  # variance of what was not seen yet, in units of a channel's own spread
LEAST_NOISE = 1e-6  # variance of a channel's noise in the same units; keeps the filter regular
FEWEST = 4  # frames; fewer are left as they are


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A performance without its jitter."""

    values: Floats  # (T,C)
    slopes: Floats  # (T,C) per s
    deviation: Floats  # (T,C) how sure the values are


def smooth(
    times: Floats, values: Floats, variance: Floats, breaks: Flags, strength: float = 1.0
) -> Smoothed:
    """`values` (T,C) as they most likely were at `times` (T,) s, rising.

    variance: (T,C) of each value's noise, compared with the others of its channel (the scale is
    learned); infinite where it was not seen.  breaks: (T,) true where a frame does not continue
    the one before.  strength: factor on the noise's standard deviation that is taken away.
    """
    seen = np.isfinite(variance) & np.isfinite(values)
    spread = np.maximum(_spread(values, seen, breaks), 1e-9)
    relative = np.where(seen, variance, np.nan)
    relative = np.where(seen, relative / np.nanmedian(relative, axis=0), 1.0)
    series = _Series(np.diff(times, prepend=times[0] - 1.0)[:, None],
                     np.where(seen, values / spread, 0.0), seen, relative, breaks)
    noise, push = _first_noise(series), np.full(values.shape[1], FIRST_PUSH)
    weight = np.ones_like(series.values)
    for _ in range(ROUNDS if len(times) >= FEWEST else 0):
        track = _both_ways(series, noise, push / weight)
        weight = (HEAVY_TAILS + 2) / (HEAVY_TAILS + track.energy / push)
        joined = ~breaks[:, None] & (np.arange(len(times)) > 0)[:, None]
        push = np.maximum((weight * track.energy).mean(axis=0, where=joined) / 2, 1e-9)
    track = _both_ways(series, np.maximum(noise * strength**2, LEAST_NOISE), push / weight)
    return Smoothed(track.place * spread, track.speed * spread, np.sqrt(track.variance) * spread)


@dataclass(frozen=True, eq=False)
class _Series:
    """What is smoothed, every channel in units of its own spread."""

    step: Floats  # (T,1) s since the frame before
    values: Floats  # (T,C)
    seen: Flags  # (T,C)
    relative: Floats  # (T,C) variance of the noise against the channel's median
    breaks: Flags  # (T,)


@dataclass(frozen=True, eq=False)
class _Track:
    """Where each channel is and how fast it goes, given the whole clip."""

    place: Floats  # (T,C)
    speed: Floats  # (T,C)
    variance: Floats  # (T,C) of the place
    energy: Floats  # (T,C) E[wᵀ Q⁻¹ w] of the push w that led to each frame, for q = 1


def _spread(values: Floats, seen: Flags, breaks: Flags) -> Floats:
    """(C,) standard deviation about the mean of each shot."""
    shot = np.cumsum(breaks) - breaks[0]
    sums = np.zeros((2, shot[-1] + 1, values.shape[1]))
    known = np.where(seen, values, 0.0)
    np.add.at(sums[0], shot, known)
    np.add.at(sums[1], shot, seen.astype(np.float64))
    off = np.where(seen, known - (sums[0] / np.maximum(sums[1], 1.0))[shot], 0.0)
    return np.asarray(np.sqrt((off**2).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)))


def _first_noise(series: _Series) -> Floats:
    """(C,) from third differences, in which slow movements vanish (20 r), by their first quartile:
    a channel may be in quick movement for half of the time."""
    if len(series.values) < FEWEST:
        return np.full(series.values.shape[1], LEAST_NOISE)
    third = np.abs(np.diff(series.values, n=3, axis=0))
    deviation = np.quantile(third, 0.25, axis=0) / 0.3186  # a Gaussian's first quartile
    return np.asarray(np.maximum(deviation**2 / 20.0, LEAST_NOISE))


def _both_ways(series: _Series, noise: Floats, push: Floats) -> _Track:
    """The filter, then the smoother.  noise: (C,) r.  push: (T,C) q/λ.

    Means are (T,2,C): place, speed; covariances (T,3,C): of place, of both, of speed.
    """
    ahead, ahead_cov, mean, cov = _forwards(series, noise, push)
    h = np.concatenate([series.step[1:], series.step[:1]])  # to the next frame
    gain = _gains(cov[:-1], ahead_cov[1:], h[:-1]) * ~series.breaks[1:, None, None, None]
    smooth_mean, smooth_cov = mean.copy(), cov.copy()
    for t in range(len(mean) - 2, -1, -1):
        g = gain[t]
        off = smooth_mean[t + 1] - ahead[t + 1]
        smooth_mean[t, 0] += g[0, 0] * off[0] + g[0, 1] * off[1]
        smooth_mean[t, 1] += g[1, 0] * off[0] + g[1, 1] * off[1]
        a, b, d = smooth_cov[t + 1] - ahead_cov[t + 1]
        smooth_cov[t, 0] += g[0, 0]**2 * a + 2 * g[0, 0] * g[0, 1] * b + g[0, 1]**2 * d
        smooth_cov[t, 1] += (g[0, 0] * g[1, 0] * a + (g[0, 0] * g[1, 1] + g[0, 1] * g[1, 0]) * b
                             + g[0, 1] * g[1, 1] * d)
        smooth_cov[t, 2] += g[1, 0]**2 * a + 2 * g[1, 0] * g[1, 1] * b + g[1, 1]**2 * d
    energy = np.zeros_like(series.values)
    energy[1:] = _energy(smooth_mean, smooth_cov, gain, series.step[1:])
    return _Track(smooth_mean[:, 0], smooth_mean[:, 1], np.maximum(smooth_cov[:, 0], 0.0), energy)


def _forwards(
    series: _Series, noise: Floats, push: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Each frame's state foretold from those before it, and after it was seen."""
    count, channels = series.values.shape
    ahead, mean = np.empty((2, count, 2, channels))
    ahead_cov, cov = np.empty((2, count, 3, channels))
    h = series.step
    added = np.stack([push * h**3 / 3, push * h**2 / 2, push * h], axis=1)
    heard = noise * series.relative
    for t in range(count):
        if t == 0 or series.breaks[t]:
            ahead[t] = 0.0
            ahead_cov[t] = np.array([UNKNOWN, 0.0, UNKNOWN])[:, None]
        else:
            p, v = mean[t - 1]
            a, b, d = cov[t - 1]
            s = h[t, 0]
            ahead[t, 0], ahead[t, 1] = p + s * v, v
            ahead_cov[t, 0] = a + s * (2 * b + s * d)
            ahead_cov[t, 1] = b + s * d
            ahead_cov[t, 2] = d
            ahead_cov[t] += added[t]
        a, b, d = ahead_cov[t]
        share = series.seen[t] / (a + heard[t])
        new = (series.values[t] - ahead[t, 0]) * share
        mean[t, 0] = ahead[t, 0] + a * new
        mean[t, 1] = ahead[t, 1] + b * new
        cov[t, 0] = a - a * a * share
        cov[t, 1] = b - a * b * share
        cov[t, 2] = d - b * b * share
    return ahead, ahead_cov, mean, cov


def _gains(cov: Floats, ahead_cov: Floats, h: Floats) -> Floats:
    """(T-1,2,2,C): what a frame learns from the next one, cov Aᵀ ahead_cov⁻¹."""
    a, b, d = cov[:, 0], cov[:, 1], cov[:, 2]
    i, j, k = ahead_cov[:, 0], ahead_cov[:, 1], ahead_cov[:, 2]
    det = i * k - j * j
    first, second = a + h * b, b + h * d
    rows = [[(first * k - b * j) / det, (b * i - first * j) / det],
            [(second * k - d * j) / det, (d * i - second * j) / det]]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def _energy(mean: Floats, cov: Floats, gain: Floats, h: Floats) -> Floats:
    """(T-1,C) E[wᵀ Q⁻¹ w] for q = 1, w = x' - A x, from the smoothed means and covariances."""
    off_p = mean[1:, 0] - mean[:-1, 0] - h * mean[:-1, 1]
    off_v = mean[1:, 1] - mean[:-1, 1]
    a, b, d = cov[:-1, 0], cov[:-1, 1], cov[:-1, 2]
    i, j, k = cov[1:, 0], cov[1:, 1], cov[1:, 2]
    # covariance of the next state with A times this one: cov' Jᵀ Aᵀ
    to_p = gain[:, 0, 0] + h * gain[:, 1, 0], gain[:, 0, 1] + h * gain[:, 1, 1]
    to_v = gain[:, 1, 0], gain[:, 1, 1]
    cross_pp = i * to_p[0] + j * to_p[1]
    cross_pv = i * to_v[0] + j * to_v[1]
    cross_vp = j * to_p[0] + k * to_p[1]
    cross_vv = j * to_v[0] + k * to_v[1]
    pp = off_p**2 + i - 2 * cross_pp + a + h * (2 * b + h * d)
    pv = off_p * off_v + j - cross_pv - cross_vp + b + h * d
    vv = off_v**2 + k - 2 * cross_vv + d
    energy = 12 / h**3 * pp - 12 / h**2 * pv + 4 / h * vv
    return np.asarray(np.maximum(energy, 0.0))
