# SPDX-License-Identifier: GPL-3.0-or-later
"""Many frames to a few keys: the cubics through a few keys that come nearest to a performance.

Keys are added where the curve between two of them is furthest from the performance, as Douglas and
Peucker (Cartographica 10(2), 1973) add points to a line, until it is nowhere further away than a
tolerance; then those that are not missed are taken away again.  Where the keys are is all that is
searched for: their values and slopes are those of the nearest curve, by least squares, as Schneider
fits Bezier curves (Graphics Gems, 1990).  All channels are worked on at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .trajectory import CurveKeys

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

THINNINGS = 3  # rounds over all keys; a fourth takes one key in a hundred away
PULL = 0.05
"""How strongly slopes are drawn to the performance's own, against its values: enough to settle
those of keys on neighbouring frames, between which there is nothing to fit."""


def reduce_keys(
    times: Floats, values: Floats, tolerance: Floats, groups: Indices, starts: Flags
) -> CurveKeys:
    """Keys whose curves stay within `tolerance` (C,) of `values` (N,C) at all `times` (N,) s.

    groups: (C,) rising from 0 without gaps; channels of one group (a rotation's three) are keyed
    together.  starts: (N,) frames that do not continue the one before (cuts): the frame before
    holds.  A group that moves less than its tolerance has a key at the start of each shot only.
    """
    starts = starts.copy()
    starts[0] = True
    ends = np.append(starts[1:], True)
    scaled = values / tolerance
    curves = _Curves(times, scaled, _slopes(times, scaled, starts, ends), groups)
    idle = _idle(curves, starts)
    moving = ~idle.all(axis=0)
    keyed = np.repeat((starts | ends)[:, None], moving.size, axis=1)
    own_values, own_slopes = scaled.copy(), np.zeros_like(scaled)
    if moving.any():
        lively, fixed = curves.only(moving), keyed[:, moving]
        kept = _enough(lively, _thinned(lively, _enough(lively, fixed), fixed))
        found = lively.fitted(kept[:, lively.groups])
        own_values[:, moving[groups]], own_slopes[:, moving[groups]] = found
        keyed[:, moving] = kept
    own_values = np.where(idle[:, groups], scaled, own_values) * tolerance
    keyed &= ~idle | starts[:, None]
    channel, frame = (rows.astype(np.int64) for rows in np.nonzero(keyed[:, groups].T))
    shot = np.cumsum(starts)[frame]
    goes_on = np.append((np.diff(channel) == 0) & (np.diff(shot) == 0), False)
    came_on = np.append(False, goes_on[:-1])
    holds = np.append(np.diff(channel) == 0, False) & ~goes_on
    slopes = np.where(goes_on | came_on, (own_slopes * tolerance)[frame, channel], 0.0)
    return CurveKeys(channel, times[frame], own_values[frame, channel], slopes, holds)


@dataclass(frozen=True, eq=False)
class _Curves:
    """A performance in units of what may be missed."""

    times: Floats  # (N,) s
    values: Floats  # (N,C)
    slopes: Floats  # (N,C) per s
    groups: Indices  # (C,)

    def only(self, chosen: Flags) -> _Curves:
        """Those of some groups (G,)."""
        own = chosen[self.groups]
        renumbered = (np.cumsum(chosen) - 1)[self.groups[own]]
        return _Curves(self.times, self.values[:, own], self.slopes[:, own], renumbered)

    def of_groups(self, off: Floats) -> Floats:
        """(N,G) the most of each group's channels."""
        first_of = np.flatnonzero(np.diff(self.groups, prepend=-1))
        return np.asarray(np.maximum.reduceat(off, first_of, axis=1))

    def misses(self, keyed: Flags) -> Floats:
        """(N,G) how far the nearest curve with keys at `keyed` (N,G) is off at each frame."""
        of_channels = keyed[:, self.groups]
        left, right, shares = self._shares(of_channels)
        ends = self.fitted(of_channels)
        drawn = sum(share * np.take_along_axis(end, side, axis=0)
                    for share, end, side in zip(shares, (*ends, *ends), (left, left, right, right),
                                                strict=True))
        return self.of_groups(np.abs(drawn - self.values))

    def fitted(self, keyed: Flags) -> tuple[Floats, Floats]:
        """(N,C) values and slopes, at the keys `keyed` (N,C), of the nearest curve."""
        from scipy.sparse import csr_matrix, vstack
        from scipy.sparse.linalg import spsolve

        channel, frame = np.nonzero(keyed.T)
        number = np.zeros(keyed.shape, dtype=np.int64)
        number[frame, channel] = np.arange(frame.size)
        left, right, shares = self._shares(keyed)
        at_left, at_right = (np.take_along_axis(number, side, axis=0) for side in (left, right))
        step = float(np.median(np.diff(self.times))) if len(self.times) > 1 else 1.0
        entries = np.stack([shares[0], shares[1] / step, shares[2], shares[3] / step])
        columns = np.stack([at_left, at_left + frame.size, at_right, at_right + frame.size])
        rows = np.broadcast_to(np.arange(keyed.size).reshape(keyed.shape), entries.shape)
        size = (keyed.size, 2 * frame.size)
        curve = csr_matrix((entries.ravel(), (rows.ravel(), columns.ravel())), shape=size)
        every = np.arange(frame.size)
        pull = csr_matrix((np.full(frame.size, PULL), (every, frame.size + every)),
                          shape=(frame.size, size[1]))
        own = PULL * step * self.slopes[frame, channel]
        system = vstack([curve, pull]).tocsc()
        wanted = np.concatenate([self.values.ravel(), own])
        solved = spsolve((system.T @ system).tocsc(), system.T @ wanted)
        result = np.zeros((2, *keyed.shape))
        result[0][frame, channel] = solved[:frame.size]
        result[1][frame, channel] = solved[frame.size:] / step
        return result[0], result[1]

    def _shares(self, keyed: Flags) -> tuple[Indices, Indices, Floats]:
        """(N,C) keys left and right of each frame, and (4,N,C) what their values and slopes count.

        Hermite's cubics, for left value, left slope, right value, right slope.
        """
        number = np.arange(len(self.times))[:, None]
        left = np.maximum.accumulate(np.where(keyed, number, 0), axis=0)
        right = np.where(keyed, number, len(self.times) - 1)
        right = np.minimum.accumulate(right[::-1], axis=0)[::-1]
        length = self.times[right] - self.times[left]
        u = (self.times[:, None] - self.times[left]) / np.maximum(length, 1e-9)
        shares = np.stack([(1 + 2 * u) * (1 - u)**2, length * u * (1 - u)**2,
                           u * u * (3 - 2 * u), -length * u * u * (1 - u)])
        return left, right, shares


def _enough(curves: _Curves, keyed: Flags) -> Flags:
    """Keys added where the curve misses most, until it misses nowhere."""
    keyed = keyed.copy()
    missing = np.ones(keyed.shape[1], dtype=bool)
    while missing.any():
        known = keyed[:, missing]
        missed = curves.only(missing).misses(known)
        between = np.where(known, 0.0, missed)
        furthest = (between == _worst_of_stretch(between, known)) & (between > 0)
        added = furthest & (_worst_of_stretch(missed, known) > 1.0)
        keyed[:, missing] |= added
        missing[missing] = added.any(axis=0)
    return keyed


def _thinned(curves: _Curves, keyed: Flags, fixed: Flags) -> Flags:
    """Without keys that are not missed, now that others came later; every other one is tried."""
    for turn in range(2 * THINNINGS):
        rank = np.cumsum(keyed, axis=0)
        tried = keyed & (rank % 2 == turn % 2) & ~fixed
        without = keyed & ~tried
        needed = tried & (_worst_of_stretch(curves.misses(without), without) > 1.0)
        keyed = without | needed
    return keyed


def _slopes(times: Floats, values: Floats, starts: Flags, ends: Flags) -> Floats:
    """(N,C) per s: of the parabola through each frame and its neighbours in the same shot."""
    if len(times) == 1:
        return np.zeros_like(values)
    step = np.diff(times)[:, None]
    rise = np.diff(values, axis=0) / step
    slopes = np.zeros_like(values)
    slopes[:-1] = rise
    slopes[ends] = 0.0
    slopes[1:][ends[1:] & ~starts[1:]] = rise[ends[1:] & ~starts[1:]]
    inner = np.flatnonzero(~starts & ~ends)
    before, after = step[inner - 1], step[inner]
    slopes[inner] = (rise[inner - 1] * after + rise[inner] * before) / (before + after)
    return slopes


def _worst_of_stretch(missed: Floats, keyed: Flags) -> Floats:
    """(N,G) the largest of `missed` (N,G) in the stretch from key to key that a frame is in."""
    frames, groups = missed.shape
    begun = np.cumsum(keyed, axis=0) + np.arange(groups) * (frames + 1)
    top = np.zeros(groups * (frames + 1) + 1)
    np.maximum.at(top, begun, missed)
    np.maximum.at(top, begun - keyed, missed)  # a key ends a stretch as well
    return np.asarray(top[begun])


def _idle(curves: _Curves, starts: Flags) -> Flags:
    """(N,G) frames of shots in which a group stays where it began."""
    shot = np.cumsum(starts) - 1
    began = curves.values[np.flatnonzero(starts)][shot]
    off = curves.of_groups(np.abs(curves.values - began))
    most = np.maximum.reduceat(off, np.flatnonzero(starts), axis=0)
    return np.asarray((most <= 1.0)[shot])
