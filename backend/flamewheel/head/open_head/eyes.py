# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyeballs with a cornea, and what lies between them and the lids: tear line and caruncles.

An eyeball and its cornea turn rigidly about the ball's centre; tear line and
caruncle hang on the lid margins and follow every movement of the skin.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .mesh_tools import Points, Sparse, Triangles, grid_triangles, unit
from .parts import Part, Skin
from .strands import Strands
from .template import EYE_RADIUS

_AROUND = 32  # points of an eyeball ring
_IRIS_RADIUS = 5.85  # mm; the cornea is 11.7 mm across (Rüfer et al. 2005: 11.71 mm)
_PUPIL_RADIUS = 2.1  # mm, in room light
IRIS_ANGLE = float(np.arcsin(_IRIS_RADIUS / EYE_RADIUS))
"""rad between the eye's axis and the edge of the iris."""

CORNEA_BULGE = 0.5
"""mm the cornea's pole lies before the ball.  Nature has 1.2 (radius of curvature 7.8 mm), but the
lids pass 0.52 mm before the ball at half a blink; a bigger bulge would come through them."""

# Radius and height over the ball's centre, mm, from the pupil's bottom to the iris' border: a
# nearly flat disc, raised a little round the pupil, as slit lamp pictures show it.
_PUPIL_BOTTOM = 10.35
_IRIS = ((_PUPIL_RADIUS, 10.98), (2.5, 11.06), (3.7, 10.97), (4.8, 10.93), (5.35, 10.96))
_CORNEA_RINGS = (1.8, 3.4, 4.7, 5.55, 5.9)  # mm; the last dips into the ball
_SCLERA = (31.0, 37.0, 46.0, 60.0, 80.0, 115.0, 160.0)
"""Degrees from the pole; open behind, where the optic nerve leaves, so that it can be laid flat."""


def eyeball(centre: Points, side: str) -> Part:
    """A ball that looks along +z.

    Masks: `eye_left` or `eye_right` (all of it), `iris` (to its border on the ball), `limbus` (the
    iris' dark rim, also part of the iris), `pupil`.
    """
    points, rings = _ball()
    number = np.r_[0, np.repeat(np.arange(rings) + 1, _AROUND)]
    border = len(_IRIS) + 1  # the ring where iris and sclera meet
    masks = {f"eye_{side}": np.arange(len(points)),
             "iris": np.flatnonzero((number >= 1) & (number <= border)),
             "limbus": np.flatnonzero((number >= border - 1) & (number <= border)),
             "pupil": np.flatnonzero(number <= 1)}
    return Part(points + centre, _cap(rings), masks)


def cornea(centre: Points) -> Part:
    """A clear shell over the iris: a sphere's cap whose edge dips into the ball."""
    border = EYE_RADIUS * np.cos(IRIS_ANGLE)
    rise = EYE_RADIUS + CORNEA_BULGE - border
    curvature = (_IRIS_RADIUS**2 + rise**2) / (2 * rise)
    radius = np.array(_CORNEA_RINGS)
    height = EYE_RADIUS + CORNEA_BULGE - curvature + np.sqrt(curvature**2 - radius**2)
    points = np.concatenate([[[0, 0, EYE_RADIUS + CORNEA_BULGE]], _turned(radius, height)])
    return Part(points + centre, _cap(len(radius)), {"cornea": np.arange(len(points))})


def _turned(radius: Points, height: Points) -> Points:
    """Rings about z, `_AROUND` points each."""
    turn = np.arange(_AROUND) / _AROUND * 2 * np.pi
    rings = np.stack([np.outer(radius, np.cos(turn)), np.outer(radius, np.sin(turn)),
                      np.outer(height, np.ones(_AROUND))], 2)
    return np.asarray(rings.reshape(-1, 3))


def _ball() -> tuple[Points, int]:
    """Pole in front, then rings; their number is the second value."""
    iris = np.array(_IRIS)
    polar = np.r_[IRIS_ANGLE, np.radians(_SCLERA)]
    radius = np.r_[iris[:, 0], EYE_RADIUS * np.sin(polar)]
    height = np.r_[iris[:, 1], EYE_RADIUS * np.cos(polar)]
    return np.concatenate([[[0, 0, _PUPIL_BOTTOM]], _turned(radius, height)]), len(radius)


def _cap(rings: int) -> Triangles:
    """A fan about vertex 0 and bands between `rings` rings."""
    turn = np.arange(_AROUND)
    after = (turn + 1) % _AROUND
    return np.concatenate([np.stack([0 * turn, turn + 1, after + 1], 1),
                           grid_triangles(rings, _AROUND, wrap=True) + 1])


def iris_points(centre: Points) -> Points:
    """FaceMesh's five iris points (centre, +x, top, -x, bottom) on the ball, (5,3)."""
    s, c = EYE_RADIUS * np.sin(IRIS_ANGLE), EYE_RADIUS * np.cos(IRIS_ANGLE)
    around = [[0, 0, _PUPIL_BOTTOM], [s, 0, c], [0, s, c], [-s, 0, c], [0, -s, c]]
    return np.asarray(centre + np.array(around))


# Lid margin rings: 0 is the outer corner, 1 to 15 the upper lid, 16 the inner corner, 17 to 31 the
# lower lid.
_OUTER, _INNER, _LIDS_AROUND = 0, 16, 32

_MENISCUS = ((0.35, 0.0), (0.06, 0.4))
"""The tear line's two edges: mm off the ball, mm from the margin over the ball.  A tear meniscus is
0.2 to 0.5 mm high (Johnson and Murphy 2006)."""


def tear_lines(skin: Skin) -> Strands:
    """The strip of tears on the lower lid margins, in pairs of vertices from the inner corner on;
    it thins out towards the corners."""
    along = np.r_[np.arange(_INNER, _LIDS_AROUND), _OUTER]
    share = np.sqrt(np.sin(np.linspace(0.15, np.pi - 0.15, len(along))))
    made = []
    for centre, ring in zip(skin.face.eye_centres, skin.lids, strict=True):
        arm = skin.points[ring[along]] - centre
        length = np.linalg.norm(arm, axis=1)
        out = arm / length[:, None]
        rise = np.array([0, 1.0, 0]) - out * out[:, 1:2]
        edges = [unit(arm + rise * (high * share)[:, None])
                 * np.minimum(EYE_RADIUS + off, length - 0.05)[:, None] + centre
                 for off, high in _MENISCUS]
        hang = _hanging_on(skin, np.repeat(ring[along], 2)[:, None], np.ones((2 * len(along), 1)))
        made.append(Strands(np.stack(edges, 1).reshape(-1, 3),
                            grid_triangles(len(along), 2, wrap=False)[:, ::-1], hang))
    return _pair(made)


_CORNER_STEPS = np.linspace(0.12, 3.4, 8)  # places along the lid margins from the inner corner on
_CORNER_ACROSS = np.linspace(0, 1, 8)  # from the lower lid to the upper


def caruncles(skin: Skin) -> Strands:
    """Flesh in the inner corners of the eyes: the caruncle and, before it, the plica's fold.

    A sheet between the two lid margins that ends within the ball; it is bound to both margins, so
    it folds up behind them when they close.
    """
    made = []
    for centre, ring in zip(skin.face.eye_centres, skin.lids, strict=True):
        step, across = (g.ravel() for g in np.meshgrid(_CORNER_STEPS, _CORNER_ACROSS,
                                                        indexing="ij"))
        whole = np.floor(step).astype(int)
        part = step - whole
        used = np.stack([ring[_INNER + whole], ring[_INNER + whole + 1],
                         ring[_INNER - whole], ring[_INNER - whole - 1]], 1)
        weights = np.stack([(1 - part) * (1 - across), part * (1 - across),
                            (1 - part) * across, part * across], 1)
        hang = _hanging_on(skin, used, weights)
        made.append(Strands(_flesh(hang @ skin.points - centre, step, across) + centre,
                            grid_triangles(len(_CORNER_STEPS), len(_CORNER_ACROSS), False)[:, ::-1],
                            hang))
    return _pair(made)


def _flesh(arm: Points, step: Points, across: Points) -> Points:
    """The sheet raised to its forms, from the eye's centre; mm judged on renders."""
    inside = (4 * across * (1 - across)) ** 0.7
    mound = 1.7 * np.exp(-(((step - 1.3) / 0.75) ** 2))
    fold = 0.55 * np.exp(-(((step - 2.55) / 0.3) ** 2))
    raised = arm + np.array([0, 0, 1.0]) * ((mound + fold) * inside - 0.45)[:, None]
    length = np.linalg.norm(raised, axis=1)
    ends = step > 2.9
    least = np.where(ends, 0.0, EYE_RADIUS + 0.12 + 0.25 * inside)
    wanted = np.where(ends, EYE_RADIUS - 0.3, np.maximum(length, least))
    return np.asarray(raised * (wanted / length)[:, None])


def _hanging_on(skin: Skin, used: Points, weights: Points) -> Sparse:
    rows = np.repeat(np.arange(len(used)), used.shape[1])
    return sp.csr_matrix((weights.ravel(), (rows, used.ravel())),
                         shape=(len(used), len(skin.points)))


def _pair(made: list[Strands]) -> Strands:
    """Right and left as one; the mirrored half is wound the other way round."""
    right, left = made
    return Strands(np.concatenate([right.points, left.points]),
                   np.concatenate([right.triangles, left.triangles[:, ::-1] + len(right.points)]),
                   sp.vstack([right.binding, left.binding]).tocsr())
