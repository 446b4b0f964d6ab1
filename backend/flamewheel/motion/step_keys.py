# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of a performance in few Bezier keys a channel, by least squares.

A step begins and ends at rest on its anchors, so that each is fitted alone: its keys are the
anchors and the fewest of some sets of times between them whose cubics stay near enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLACES: tuple[tuple[float, ...], ...] = (
    (), (0.49,), (0.3, 0.67), (0.23, 0.5, 0.8), (0.15, 0.37, 0.56, 0.83),
    (0.13, 0.32, 0.5, 0.71, 0.89), (0.08, 0.26, 0.45, 0.59, 0.75, 0.91),
)
"""Shares of the way where keys may be, fewest first: of each number those that leave the fewest
channels unfitted, searched for over nine performances of the wheel."""
APART = 0.03  # s that keys keep from one another at least, under a frame at 30 a second


@dataclass(frozen=True, eq=False)
class StepKeys:
    """Keys of all channels within a step, its ends not among them."""

    times: Floats  # (K,) s after the step's start; all that any channel has
    used: npt.NDArray[np.bool_]  # (K,C)
    values: Floats  # (K,C)
    slopes: Floats  # (K,C) per s


def hermite_shares(knots: Floats, times: Floats) -> tuple[Floats, Floats]:
    """(N,K) what values and slopes at `knots` (K,) count at `times` (N,): Hermite's cubics."""
    left = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    length = knots[left + 1] - knots[left]
    u = np.clip((times - knots[left]) / length, 0.0, 1.0)
    values, slopes = np.zeros((2, len(times), len(knots)))
    row = np.arange(len(times))
    values[row, left], values[row, left + 1] = (1 + 2 * u) * (1 - u)**2, u * u * (3 - 2 * u)
    slopes[row, left] = length * u * (1 - u)**2
    slopes[row, left + 1] = -length * u * u * (1 - u)
    return values, slopes


def fitted_step(
    times: Floats, wanted: Floats, tolerance: Floats, groups: Ints, arrives: float,
    blinks: Floats,
) -> StepKeys:
    """The fewest keys whose curves stay within `tolerance` (C,) of `wanted` (N,C) at `times` (N,).

    groups: (C,) rising; channels of one group have their keys at the same times.  arrives: s at
    which the last of the face is at rest.  blinks: (B,5) s of blinks' keys, between which the
    channels have no others.
    """
    seconds = float(times[-1])
    tried = [_free(np.array(places) * arrives, blinks, seconds) for places in PLACES]
    found = [_nearest(knots, times, wanted) for knots in tried]
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    missed = [np.abs(curve - wanted).max(axis=0) / tolerance for *_, curve in found]
    off = np.stack([np.maximum.reduceat(miss, first) for miss in missed])
    good = off <= 1.0
    chosen = np.where(good.any(axis=0), good.argmax(axis=0), len(PLACES) - 1)
    chosen = chosen[np.cumsum(np.diff(groups, prepend=groups[:1]) != 0)]
    every = np.unique(np.concatenate(tried))
    used = np.zeros((len(every), wanted.shape[1]), dtype=bool)
    values, slopes = np.zeros((2, *used.shape))
    for number, (knots, (value, slope, _)) in enumerate(zip(tried, found, strict=True)):
        rows, columns = np.ix_(np.searchsorted(every, knots), np.flatnonzero(chosen == number))
        used[rows, columns] = True
        values[rows, columns], slopes[rows, columns] = value[:, columns[0]], slope[:, columns[0]]
    return StepKeys(every, used, values, slopes)


def _free(places: Floats, blinks: Floats, seconds: float) -> Floats:
    """Places that are not within a blink (B,5), nor near to one or to the step's ends."""
    from_, to = (np.append(blinks[:, side], end) for side, end in ((0, seconds), (-1, 0.0)))
    near = (places[:, None] > from_ - APART) & (places[:, None] < to + APART)
    near[:, -1] = (places < APART) | (places > seconds - APART)
    return np.asarray(places[~near.any(axis=1)])


def _nearest(knots: Floats, times: Floats, wanted: Floats) -> tuple[Floats, Floats, Floats]:
    """(K,C) values and slopes at `knots` of the nearest curves, and the curves (N,C)."""
    ends = np.concatenate([(times[0],), knots, (times[-1],)])
    of_values, of_slopes = (shares[:, 1:-1] for shares in hermite_shares(ends, times))
    system = np.concatenate([of_values, of_slopes], axis=1)
    plain, _ = plain_way(times, wanted)
    # what is not measured between keys is left to the plain way, which the ridge draws to
    normal = system.T @ system + 1e-9 * np.eye(system.shape[1])
    found = np.linalg.solve(normal, system.T @ (wanted - plain))
    values, slopes = plain_way(times, wanted, knots)
    count = len(knots)
    return values + found[:count], slopes + found[count:], plain + system @ found


def plain_way(
    times: Floats, wanted: Floats, at: Floats | None = None
) -> tuple[Floats, Floats]:
    """(M,C) values and slopes `at` (M,) s of the one cubic from rest to rest between the ends of
    `wanted` (N,C), which are at `times` (N,)."""
    seconds = times[-1] - times[0]
    u = ((times if at is None else at) - times[0])[:, None] / seconds
    change = wanted[-1] - wanted[0]
    return wanted[0] + u * u * (3.0 - 2.0 * u) * change, 6.0 * u * (1.0 - u) / seconds * change
