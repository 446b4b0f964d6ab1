# SPDX-License-Identifier: GPL-3.0-or-later
"""Lashes: curved, fanned, thick at the root; they swing round the eyeball with the lid margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .mesh_tools import Index, Points, Sparse, unit
from .parts import Skin
from .strands import Strands, cards, evenly, with_mirror_image

_RING = 32  # points of a lid margin: 0 outer corner, 16 inner corner, the upper lid between


@dataclass(frozen=True)
class _Row:
    """The lashes of one lid.  Lengths as measured in adults (8 to 12 mm above, 6 to 8 below; Elder
    1997), the lower ones less for they are thin at the tip; angles judged on renders."""

    count: int
    first: float  # place on the ring of the first lash and of the last
    last: float
    length: tuple[float, ...]  # mm, along the lid from `first` to `last`
    start: float  # degrees above level at the root ...
    end: float  # ... and at the tip
    half_widths: tuple[float, ...]  # mm; a lash stands for two or three hairs stuck together


_UPPER = _Row(42, 1.5, 13.4, (6.8, 9.4, 9.8, 8.6, 5.4), -14.0, 56.0, (0.22, 0.15, 0.08))
_LOWER = _Row(20, 30.4, 19.0, (4.2, 5.4, 5.2, 4.4, 3.2), -4.0, -58.0, (0.12, 0.07))
_FAN = (1.1, 0.3)  # spread towards temple and nose, of straight away from the eye's centre
_UNEVEN = 5.0  # degrees
_GAP = 0.15  # mm between the margin and the roots
_SWING = 1.3
"""Of a turn about the eye's centre: lids that close also roll their margin over."""


def lashes(skin: Skin) -> Strands:
    """Upper and lower lashes of both eyes, exact mirror images."""
    made = [_row(skin, row) for row in (_UPPER, _LOWER)]
    upper, lower = made
    return with_mirror_image(
        Strands(np.concatenate([upper.points, lower.points]),
                np.concatenate([upper.triangles, lower.triangles + len(upper.points)]),
                sp.vstack([upper.binding, lower.binding]).tocsr()), skin)


def _row(skin: Skin, row: _Row) -> Strands:
    ring, centre = skin.lids[0], skin.face.eye_centres[0]
    place = np.linspace(row.first, row.last, row.count)
    first, part = place.astype(int), place % 1
    second = (first + 1) % _RING
    root = (skin.points[ring[first]] * (1 - part)[:, None]
            + skin.points[ring[second]] * part[:, None])
    along = unit(skin.points[ring[second]] - skin.points[ring[first]])
    lines = _curves(row, root, centre)
    sections = lines.shape[1]
    direction = unit(np.gradient(lines, axis=1))
    across = along[:, None] - (along[:, None] * direction).sum(-1, keepdims=True) * direction
    points, triangles, spot = cards(lines, unit(across),
                                    np.tile(row.half_widths, (row.count, 1)))
    off = np.linalg.norm(lines - root[:, None], axis=2) / np.linalg.norm(
        root - centre, axis=1)[:, None]
    hang = _swinging(ring, _alike(place[:, None])[:, 0], _SWING * _alike(off).ravel(),
                     len(skin.points), sections)
    return Strands(points, triangles, sp.csr_matrix(hang[spot]))


def _alike(values: Points) -> Points:
    """Neighbours in pairs take their mean: lashes that move alike cost the head's file half."""
    pairs = values.reshape(-1, 2, values.shape[1]).mean(1)
    return np.asarray(np.repeat(pairs, 2, axis=0))


def _curves(row: _Row, root: Points, centre: Points) -> Points:
    """(n,sections,3) mm; each an arc from the margin whose slope passes from start to end."""
    sections = len(row.half_widths) + 1
    random = evenly(row.count) * 2 - 1
    length = np.interp(np.linspace(0, 1, row.count), np.linspace(0, 1, len(row.length)),
                       row.length) * (1 + 0.1 * random[:, 0])
    arm = root - centre  # of the right eye: the nose is towards +x
    out = unit(np.stack([arm[:, 0] * np.where(arm[:, 0] < 0, *_FAN), 0 * arm[:, 0], arm[:, 2]], 1))
    turn = np.radians(_UNEVEN) * random[:, 1]
    out = np.stack([out[:, 0] * np.cos(turn) - out[:, 2] * np.sin(turn), 0 * turn,
                    out[:, 0] * np.sin(turn) + out[:, 2] * np.cos(turn)], 1)
    fine = 12  # steps of the arc between two sections
    slope = np.radians(np.linspace(row.start, row.end, fine * (sections - 1)))
    arc = np.cumsum(np.stack([np.cos(slope), np.sin(slope)], 1), axis=0)[fine - 1 :: fine]
    arc = np.concatenate([np.zeros((1, 2)), arc]) / len(slope)
    forth = out[:, None] * arc[None, :, :1] + np.array([0, 1.0, 0]) * arc[None, :, 1:]
    return np.asarray(root[:, None] + _GAP * unit(arm)[:, None]
                      + forth * length[:, None, None])


def _swinging(ring: Index, place: Points, swing: Points, count: int, sections: int) -> Sparse:
    """(n sections, skin) binding: the margin's movement, and `swing` more of it for what is far.

    What stands off by a share s of the eye's radius moves, in a turn about the eye's centre, by
    1 + s of the margin's way.  Only the margin's movement against the corners counts as a turn:
    a face that moves as a whole carries its lashes along unchanged.
    """
    first, part = place.astype(int), place % 1
    inner = 1 - np.abs(place - 16) / 16  # 0 at the outer corner, 1 at the inner one
    columns = ring[np.stack([first, (first + 1) % _RING, np.zeros_like(first),
                             np.full_like(first, 16)], 1)]
    margin = np.repeat(np.stack([1 - part, part], 1), sections, axis=0)
    corners = np.repeat(np.stack([1 - inner, inner], 1), sections, axis=0)
    weights = np.concatenate([margin * (1 + swing)[:, None], -corners * swing[:, None]], 1)
    rows = np.repeat(np.arange(len(weights)), 4)
    return sp.csr_matrix((weights.ravel(), (rows, np.repeat(columns, sections, axis=0).ravel())),
                         shape=(len(weights), count))
