# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes and lips of a photo: how wide they open, and their smooth edges.

A fitted head's lids are as far apart as the fit has them, the photo's as far as it shows.  Both
must close at once: the photo's opening is scaled by how far the head's closes, and grows by what
the head's grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..head.openings import LOWER_LIDS, LOWER_LIPS, UPPER_LIDS, UPPER_LIPS
from .photo_parts import INNER_LIPS

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

EYE_RIGHT = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
EYE_LEFT = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
"""FaceMesh's outlines of the eyes, in order."""
EYES = (EYE_RIGHT, EYE_LEFT)
LIPS = (INNER_LIPS,)
RIMS = (*EYE_RIGHT, *EYE_LEFT, *INNER_LIPS)

_OUTER_CORNERS = (33, 263)
_UPPER_MOVES = {"eyes": 1.0, "lips": 0.5}
"""Share of a change of the opening that the upper edge makes: lids close from above."""
_SMALLEST = 0.1
"""Of the widest pair's opening: narrower ones, in the corners, close as if they were so wide."""
_CURVE = 4  # points drawn from one landmark of a rim to the next
_FINER = 4  # times the picture's pixels at which a rim is filled


@dataclass(frozen=True, eq=False)
class Opening:
    """Pairs of landmarks on the two edges of an opening of one face in one photo."""

    upper: Ints  # (m,) rows of the landmarks
    lower: Ints  # (m,)
    up: Floats  # (2,) unit vector, px, y down: the face's upwards
    fitted: Floats  # (m,) px between them on the fitted head
    shown: Floats  # (m,) px in the photo
    closed: Floats  # (m,) px on the fitted head where it is shut
    upper_moves: float  # share

    def wanted(self, places: Floats) -> Floats:
        """(m,) px between the edges in the new picture, of the head's landmarks (L,2) there."""
        now = (places[self.upper] - places[self.lower]) @ self.up
        room = np.maximum(self.fitted - self.closed, _SMALLEST * np.abs(self.fitted).max() + 1e-3)
        left = np.clip(1.0 - (self.fitted - now) / room, 0.0, 1.0)
        return np.where(now <= self.fitted, self.shown * left, self.shown + now - self.fitted)

    def corrections(self, places: Floats, into: Floats) -> Floats:
        """Adds to `into` (L,2) what moves the edges there; (m,) px by which they part or close."""
        now = (places[self.upper] - places[self.lower]) @ self.up
        wanted = self.wanted(places)
        missing = (wanted - (now + self.shown - self.fitted))[:, None] * self.up
        into[self.upper] += self.upper_moves * missing
        into[self.lower] -= (1.0 - self.upper_moves) * missing
        return np.asarray(np.abs(wanted - self.shown))


def openings(at: dict[int, int], shown: Floats, fitted: Floats, blink: Floats, rest: Floats
             ) -> tuple[Opening, Opening]:
    """The eyes' and the lips' openings.

    at: row of each FaceMesh number.  Landmarks (L,2) px: of the photo; of the fitted head; of the
    head with its eyes shut; and at rest, when lips touch.
    """
    across = shown[at[_OUTER_CORNERS[1]]] - shown[at[_OUTER_CORNERS[0]]]
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    up = np.array([across[1], -across[0]])

    def opening(name: str, above: tuple[int, ...], below: tuple[int, ...], shut: Floats) -> Opening:
        upper, lower = (np.array([at[number] for number in side]) for side in (above, below))
        gaps = [(places[upper] - places[lower]) @ up for places in (fitted, shown, shut)]
        closed = np.minimum(gaps[2], np.where(gaps[0] > 0, 0.9 * gaps[0], gaps[0]))
        return Opening(upper, lower, up, gaps[0], gaps[1], closed, _UPPER_MOVES[name])

    return (opening("eyes", UPPER_LIDS, LOWER_LIDS, blink),
            opening("lips", UPPER_LIPS, LOWER_LIPS, rest))


def coverage(rims: list[Floats], size: tuple[int, int]) -> Singles:
    """(H,W) 0..1: how much of each pixel lies inside closed curves through rims (n,2) px."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    for rim in rims:
        curve = _curve(rim)
        low = np.maximum(np.floor(curve.min(0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(curve.max(0)).astype(int) + 2, (width, height))
        if (high <= low).any():
            continue
        box = np.zeros(((high - low) * _FINER)[::-1], np.uint8)
        fine = np.round(((curve - low) * _FINER - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(box, [fine], 255, shift=4)
        part = cv2.resize(box, tuple(int(n) for n in high - low), interpolation=cv2.INTER_AREA)
        there = total[low[1]:high[1], low[0]:high[0]]
        np.maximum(there, part.astype(np.float32) / 255.0, out=there)
    return total


def _curve(ring: Floats) -> Floats:
    """A closed Catmull-Rom spline through the points (n,2)."""
    count = len(ring)
    place = np.arange(count * _CURVE) / _CURVE
    first = np.floor(place).astype(int)
    u = (place - first)[:, None]
    before, start, end, after = (ring[(first + k) % count] for k in (-1, 0, 1, 2))
    return np.asarray(0.5 * (2 * start + (end - before) * u
                             + (2 * before - 5 * start + 4 * end - after) * u**2
                             + (3 * start - before - 3 * end + after) * u**3))
