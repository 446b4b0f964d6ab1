# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin's colour and roughness, painted over the neutral face.

Tones and reaches are judged on renders in Cycles and EEVEE; what is redder, yellower or darker
follows the plain anatomy of skin colour (blood in cheeks, nose, ears and lips; thin skin about the
eyes; the shade of shaven hair).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.path import Path as Outline
from scipy.spatial import cKDTree

from .folds import Courses, nearness
from .landmarks_lists import INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE
from .mesh_tools import MIRROR, Points, smoothstep
from .noise import cloud

Values = npt.NDArray[np.float64]
RGB = tuple[float, float, float]

SKIN: RGB = (0.54, 0.285, 0.195)
"""Linear RGB of the plain cheek."""
LIPS: RGB = (0.40, 0.125, 0.110)
HAIR_SHADE: RGB = (0.055, 0.036, 0.026)
_MOTTLE = ((14.0, .045, 11), (5.0, .035, 12), (2.2, .035, 13))  # cell mm, strength, seed


@dataclass(frozen=True)
class _Blush:
    """A soft spot on the right side (and its image): what the colour is multiplied by there."""

    landmark: int
    reach: float  # mm
    factor: RGB
    shift: RGB = (0, 0, 0)  # mm from the landmark


_BLUSHES = (
    _Blush(205, 17, (1.02, .86, .84)), _Blush(50, 13, (1.02, .89, .87)),  # cheeks
    _Blush(4, 10, (1.03, .82, .80)), _Blush(64, 6, (.97, .80, .78)),  # nose
    _Blush(199, 13, (1.0, .90, .88)), _Blush(151, 34, (1.0, .985, .93)),  # chin, forehead
    _Blush(230, 9, (.92, .87, .90)), _Blush(133, 7, (.90, .82, .84)),  # under the eyes, inner
    _Blush(223, 12, (.94, .89, .87)), _Blush(97, 4, (.86, .70, .66)),  # lids, nostrils
    _Blush(234, 16, (1.02, .86, .84), (-4, 0, -8)),  # before the ears
    _Blush(18, 6, (.96, .93, .93)),
)


def lip_share(points: Points, landmarks: Points) -> Values:
    """(...) 0..1 how much of each point is lip; the border is soft over about a millimetre."""
    flat = points.reshape(-1, 3)
    lip = np.isin(np.arange(len(landmarks)), OUTER_LIPS)
    depth = landmarks[lip, 2].min() - 12
    near = (flat[:, 2] > depth) & (np.linalg.norm(flat[:, :2] - landmarks[13, :2], axis=1) < 45)
    share = np.zeros(len(flat))
    outer = _smooth_ring(landmarks[list(OUTER_LIPS), :2])
    inside = Outline(outer).contains_points(flat[near, :2])
    edge, _ = cKDTree(outer).query(flat[near, :2])
    signed = np.where(inside, edge, -edge)
    share[near] = smoothstep((signed + .35) / 1.1)
    return share.reshape(points.shape[:-1])


def _smooth_ring(ring: Points) -> Points:
    """A closed polygon of (n,2) refined by a periodic Catmull-Rom spline, 12 points an edge."""
    p0, p1, p2, p3 = (np.roll(ring, k, axis=0)[:, None] for k in (1, 0, -1, -2))
    t = (np.arange(12) / 12)[None, :, None]
    curve = .5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                  + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return np.asarray(curve.reshape(-1, 2))


def skin_colour(points: Points, landmarks: Points, hairiness: Values) -> Points:
    """(...,3) linear RGB at `points` (...,3) mm of the neutral skin.

    hairiness: (...) mm above the hairline, negative on bare skin.
    """
    colour = np.broadcast_to(np.array(SKIN), points.shape).copy()
    for cell, strength, seed in _MOTTLE:
        patch = cloud(points, cell, seed)
        colour *= 1 + strength * patch[..., None] * np.array([.55, 1.0, 1.1])
    for blush in _BLUSHES:
        _blend(colour, _glow(points, landmarks, blush), colour * np.array(blush.factor))
    colour *= 1 - .14 * _beard(points, landmarks)[..., None] * np.array([1.0, .8, .62])
    _spots(colour, points)
    lips = lip_share(points, landmarks)
    streaks = 1 + .10 * cloud(points * np.array([1, .22, .22]), 1.1, 21)
    red = np.array(LIPS) * (streaks * _lip_shade(points, landmarks))[..., None]
    _blend(colour, lips * .88, red)
    _blend(colour, _lid_rims(points, landmarks), np.array([.50, .20, .17]))
    _blend(colour, .42 * _brow(points, landmarks), np.array(HAIR_SHADE))
    edge = hairiness + 3.0 * cloud(points, 4.0, 31) + 2.0 * cloud(points, 1.6, 32)
    _blend(colour, .85 * smoothstep((edge + 5) / 9), np.array(HAIR_SHADE))
    return np.clip(colour, 0, 1)


def skin_roughness(points: Points, landmarks: Points) -> Values:
    """(...) 0..1: oilier on nose, forehead and lips, drier on cheeks and neck."""
    rough = np.full(points.shape[:-1], .50)
    for landmark, reach, change in ((4, 12, -.09), (9, 20, -.06), (151, 26, -.05), (199, 10, -.05),
                                    (205, 18, .03)):
        rough += change * _glow(points, landmarks, _Blush(landmark, reach, (1, 1, 1)))
    rough += .05 * cloud(points, 5.0, 41) + .04 * cloud(points, 2.0, 42)
    lips = lip_share(points, landmarks)
    return np.asarray(np.clip(rough * (1 - lips) + .34 * lips, .2, .8))


def _blend(colour: Points, share: Values, other: Points) -> None:
    colour += share[..., None] * (other - colour)


def _glow(points: Points, landmarks: Points, blush: _Blush) -> Values:
    centre = landmarks[blush.landmark] + np.array(blush.shift)
    glow = np.exp(-((points - centre) ** 2).sum(-1) / (2 * (blush.reach * .62) ** 2))
    if abs(centre[0]) > 1e-6:
        glow = glow + np.exp(-((points - centre * MIRROR) ** 2).sum(-1)
                             / (2 * (blush.reach * .62) ** 2))
    return np.asarray(np.minimum(glow, 1))


def _beard(points: Points, landmarks: Points) -> Values:
    """Where a shaven beard shades the skin: about the mouth, chin and along the jaw."""
    x, y, z = np.moveaxis(points, -1, 0)
    line = np.interp(np.abs(x), [0, 12, 25, 45, 62, 72], landmarks[[2, 2, 203, 207, 147, 93], 1]
                     - np.array([2, 3, 16, 14, 6, 0]))
    low = smoothstep((line - y) / 9) * smoothstep((y + 140) / 25) * smoothstep((z + 62) / 25)
    return np.asarray(low * (.75 + .25 * cloud(points, 1.6, 51)))


def _spots(colour: Points, points: Points) -> None:
    """Freckles and a few moles, the same on every build; they make skin a person's."""
    rng = np.random.default_rng(61)
    count = 90
    x, y = rng.uniform(-62, 62, count), rng.uniform(-105, 40, count)
    size = rng.gamma(2.2, .32, count).clip(.35, 1.6)
    depth = rng.uniform(.05, .20, count) * np.where(size > 1.3, 1.9, 1)
    front = points[..., 2] > -45
    flat = points[front]
    darker = np.zeros(len(flat))
    tree = cKDTree(flat[:, :2])
    for spot, reach, strength in zip(np.stack([x, y], 1), size, depth, strict=True):
        near = tree.query_ball_point(spot, 2.5 * reach)
        away = np.linalg.norm(flat[near, :2] - spot, axis=1)
        darker[near] += strength * np.exp(-((away / reach) ** 2))
    colour[front] *= 1 - darker[:, None] * np.array([.7, 1.0, 1.05])


def _lip_shade(points: Points, landmarks: Points) -> Values:
    """Darker where the lips meet and at the corners."""
    ring = _smooth_ring(landmarks[list(INNER_LIPS), :2])
    away = cKDTree(ring).query(points[..., :2].reshape(-1, 2))[0].reshape(points.shape[:-1])
    corner = np.abs(points[..., 0]) / abs(landmarks[61, 0])
    return np.asarray((.72 + .28 * smoothstep(away / 2.4)) * (1 - .18 * corner.clip(0, 1) ** 3))


def _lid_rims(points: Points, landmarks: Points) -> Values:
    """The wet pink rim of the lids."""
    rims = np.concatenate([landmarks[list(RIGHT_EYE)], landmarks[list(LEFT_EYE)]])
    flat = points.reshape(-1, 3)
    away, _ = cKDTree(np.concatenate([rims, (rims + np.roll(rims, 1, 0)) / 2])).query(flat)
    return np.asarray((.6 * smoothstep((1.3 - away) / 1.2)).reshape(points.shape[:-1]))


def _brow(points: Points, landmarks: Points) -> Values:
    """The skin under the brows' hairs, which shows through them darker."""
    courses = Courses(landmarks)
    path = courses.sampled(((55, 107, .45), (65, 66, .5), (52, 105, .5), (53, 63, .5),
                            (46, 70, .62)))
    flat = points.reshape(-1, 3)
    right = np.where(flat[:, :1] > 0, flat * MIRROR, flat)
    near = nearness(right, path, 9.0)
    half = np.interp(near.along, [0, .12, .5, 1], [1.6, 3.0, 2.6, .9])
    share = smoothstep((half + 1.2 - near.distance) / 2.2) * smoothstep(near.along / .08)
    return np.asarray(np.where(np.isfinite(near.distance), share, 0).reshape(points.shape[:-1]))
