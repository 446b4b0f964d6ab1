# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine relief of the skin as heights in mm: what is always there, and creases that units draw.

All creases lie in one map.  Where which unit draws them is told by a mask for each unit and side
on the vertices; a shader multiplies the creases' slope by the sum of masks times strengths.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from .folds import CREASES, DRAWN_ALONG, Courses, Crease, Spot, faded, nearness
from .landmarks_lists import INNER_LIPS, OUTER_LIPS
from .mesh_tools import MIRROR, Points, smoothstep
from .noise import cloud
from .paint import lip_share
from .parts import Skin

Values = npt.NDArray[np.float64]

_ALAR: tuple[Spot, ...] = ((131, 198, .3), 209, (129, 209, .3), (129, 98, .45), (98, 97, .2))
_PHILTRUM: tuple[Spot, ...] = ((2, 97, .38), (164, 167, .55), 37)
_LID: tuple[Spot, ...] = ((113, 247, .6), (247, 246, .35), (30, 161, .35), (29, 160, .35),
                          (27, 159, .36), (28, 158, .36), (56, 157, .4), (190, 173, .5))

# Forms finer than the mesh that every face has; a negative depth is a ridge.
RELIEF = (
    Crease(_ALAR, .70, 1.2), Crease(_LID, .70, .75), Crease(_PHILTRUM, -.28, 1.3),
    Crease((61, 185, 40, 39, 37, 0), -.22, .75),
    Crease((61, 146, 91, 181, 84, 17), -.16, .9),
    Crease(((106, 182, .2), (182, 83, .4), (18, 200, .12)), .35, 2.2),
    Crease((233, 232, 231, 230, (229, 228, .2)), .22, 1.7),
    Crease(((129, 203, .75), (203, 206, .55), 206, (206, 216, .7)), .20, 1.6),
    Crease(((61, 57, .15), (43, 57, .45), (43, 202, .3)), .22, 1.1),
)
_SIDE = 2.5  # mm, soft border between left and right about the middle line
_MASK_REACH = 7.0  # mm about a unit's creases in which it draws


def relief_height(points: Points, landmarks: Points) -> Values:
    """(...) mm at `points` (...,3) of the neutral skin: lids' folds, philtrum, lip lines, pits."""
    height = _drawn(points, landmarks, RELIEF)
    lips = lip_share(points, landmarks)
    lines = cloud(points * np.array([1, .12, .12]), .9, 71)
    lines = lines + .6 * cloud(points * np.array([1, .15, .15]), 1.7, 72)
    height += .07 * lips * lines * _off_lip_seam(points, landmarks)
    bare = 1 - lips
    height += bare * (.035 * cloud(points, 2.6, 73) + .05 * cloud(points, 6.0, 74))
    return np.asarray(height)


def crease_height(points: Points, landmarks: Points) -> Values:
    """(...) mm of every crease at full strength."""
    whole = [crease for creases in CREASES.values() for crease in creases]
    return _drawn(points, landmarks, tuple(dict.fromkeys(whole)))


def crease_masks(skin: Skin) -> dict[str, Values]:
    """(n,) for each unit and side (`AU4L`): how much the unit draws at each vertex, 0..1."""
    face = skin.points[: skin.face_count]
    courses = Courses(skin.points[:468])
    left = 1 / (1 + np.exp(-skin.points[:, 0] / _SIDE))
    made: dict[str, Values] = {}
    for name, creases in CREASES.items():
        paths = DRAWN_ALONG.get(name) or [crease.path for crease in creases]
        course = np.concatenate([courses.sampled(path) for path in paths])
        away, _ = cKDTree(np.concatenate([course, course * MIRROR])).query(face)
        mask = np.zeros(len(skin.points))
        mask[: skin.face_count] = smoothstep((2 * _MASK_REACH - away) / _MASK_REACH)
        made[name + "L"], made[name + "R"] = mask * left, mask * (1 - left)
    return made


def _drawn(points: Points, landmarks: Points, creases: tuple[Crease, ...]) -> Values:
    """Heights of creases and their mirror images; slightly wavy, so that no line looks ruled."""
    flat = points.reshape(-1, 3)
    courses = Courses(landmarks)
    waver, depth = .30 * cloud(flat, 4.5, 81), .85 + .25 * cloud(flat, 9.0, 82)
    height = np.zeros(len(flat))
    right = flat * np.where(flat[:, :1] > 0, MIRROR, np.ones(3))
    for crease in creases:
        near = nearness(right, courses.sampled(crease.path), 6 * crease.width + 1)
        close = np.isfinite(near.distance)
        apart = np.abs(near.distance[close] + waver[close] * min(crease.width, 1.0)) / crease.width
        line = -np.exp(-(apart**2)) + .38 * np.exp(-(((apart - 2.2) / 1.1) ** 2))
        height[close] += crease.depth * depth[close] * line * faded(near.along[close])
    return np.asarray(height.reshape(points.shape[:-1]))


def _off_lip_seam(points: Points, landmarks: Points) -> Values:
    """0 at the lips' meeting line and their outer border, 1 between."""
    rings = np.concatenate([landmarks[list(INNER_LIPS)], landmarks[list(OUTER_LIPS)]])
    away, _ = cKDTree(rings).query(points.reshape(-1, 3))
    return np.asarray(smoothstep(away / 2.0).reshape(points.shape[:-1]))
