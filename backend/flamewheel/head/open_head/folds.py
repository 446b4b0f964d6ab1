# SPDX-License-Identifier: GPL-3.0-or-later
"""Creases of the skin: where they run, and how the skin folds along them when a unit acts.

The courses follow the anatomy of expression lines (frown lines over corrugator and procerus,
forehead lines across frontalis, crow's feet across orbicularis, the nasolabial fold between cheek
and lip); widths and depths are judged on renders.  One table serves two rooms: broad folds move the
mesh (`skin_folds`), fine ones are drawn into the normal map (`wrinkles.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from .mesh_tools import MIRROR, Points, smoothstep, unit, vertex_normals
from .parts import Skin

Spot = int | tuple[int, int, float]
"""A landmark, or the point so far (0..1) on the way from one landmark to another."""

_STEP = 0.25  # mm between the points a course is sampled at
_END = 0.25  # share of a course over which a crease fades out at either end


@dataclass(frozen=True)
class Fold:
    """A broad fold that the mesh can carry; its mirror image belongs to it.

    `rise` lifts the side that `toward` lies on; the other side only falls to the crease.
    """

    path: tuple[Spot, ...]
    depth: float  # mm the crease sinks
    rise: float  # mm the skin beside it swells
    width: float  # mm from the crease's middle to where half its depth is left
    toward: int  # a landmark on the swelling side


@dataclass(frozen=True)
class Crease:
    """A fine line that only the normal map can carry."""

    path: tuple[Spot, ...]
    depth: float  # mm
    width: float  # mm, half


_NASOLABIAL: tuple[Spot, ...] = ((129, 98, .15), (129, 203, .75), (203, 206, .55), 206,
                                 (206, 216, .75), (216, 57, .3), (212, 57, .35), (212, 202, .5))
_LID_CHEEK: tuple[Spot, ...] = (233, 232, 231, 230, 229, (228, 31, .5))

FOLDS: dict[str, tuple[Fold, ...]] = {
    "AU12": (Fold(_NASOLABIAL[1:], 1.5, 1.5, 4.2, 205),),
    "AU6": (Fold(_NASOLABIAL[:5], .4, .7, 4.2, 205), Fold(_LID_CHEEK, .7, .8, 3.2, 145)),
    "AU9": (Fold(_NASOLABIAL[:5], 1.5, 1.4, 3.8, 205),
            Fold(((188, 193, .5), 188, 174, (174, 236, .5)), .9, .5, 3.0, 196)),
    "AU10": (Fold(_NASOLABIAL[:6], 1.4, 1.4, 3.8, 205),),
    "AU11": (Fold(_NASOLABIAL[:5], 1.8, 1.2, 3.6, 205),),
    "AU13": (Fold(_NASOLABIAL[3:], 1.0, 1.2, 4.0, 187),),
    "AU14": (Fold(((186, 216, .5), (57, 212, .25), (43, 202, .3)), 1.6, 1.0, 3.4, 212),),
    "AU15": (Fold(((61, 57, .5), (43, 202, .5), (204, 211, .3)), 1.2, .9, 3.6, 212),),
    "AU17": (Fold(((83, 18, 0.), 182, (106, 204, .5)), .8, .9, 3.6, 200),),
    "AU4": (Fold(((55, 8, .35), (55, 107, .35), (107, 9, .3)), 1.3, 1.1, 3.4, 65),),
    "AU1": (Fold(((9, 151, .55), (108, 107, .35), (69, 66, .3)), .9, .7, 4.6, 69),),
    "AU2": (Fold(((69, 66, .3), (104, 105, .45), (68, 63, .5)), .8, .7, 4.6, 104),),
}
"""Unit -> the folds it throws up at full strength."""


def _between(spots: tuple[tuple[int, int], ...], share: float) -> tuple[Spot, ...]:
    return tuple((a, b, share) for a, b in spots)


# From the brows to the hairline; each forehead line lies a share of the way.
_INNER = ((9, 10), (107, 109), (66, 67))
_OUTER = ((105, 103), (63, 103))
_FOREHEAD = tuple(Crease(_between(_INNER + _OUTER, share), depth, 1.1)
                  for share, depth in ((.24, .30), (.42, .42), (.60, .36), (.78, .2)))

CREASES: dict[str, tuple[Crease, ...]] = {
    "AU1": _FOREHEAD,
    "AU2": _FOREHEAD,
    "AU4": (Crease(((193, 55, .35), (8, 55, .55), (9, 107, .5), (9, 107, .42)), .75, .9),
            Crease(((8, 55, .85), (55, 107, .45), (107, 9, .05)), .45, .8),
            Crease(((65, 66, .6), (66, 69, .22), (107, 108, .3)), .35, 1.2),
            Crease(((168, 193, .9), (168, 8, .35), (168, 8, .38)), .25, .8)),
    "AU9": (Crease(((168, 193, 1.), (168, 6, .25)), .35, .9),
            Crease(((193, 122, .45), (168, 6, .7)), .30, .9),
            Crease(((193, 245, .35), (122, 188, .5), (188, 174, .35), (196, 174, .5)), .28, 1.1),
            Crease(((188, 174, .05), (174, 196, .25), (196, 197, .35)), .25, 1.0),
            Crease(((188, 174, .75), (174, 236, .3), (236, 3, .3)), .2, 1.0),
            Crease(((114, 217, .6), (217, 198, .5), (198, 131, .5)), .28, 1.2)),
    "AU6": (Crease(((33, 130, .9), (226, 35, .35), (143, 35, .35), 143), .45, .65),
            Crease(((33, 130, .8), (130, 226, .7), (113, 156, .45), (156, 143, .4)), .45, .65),
            Crease(((130, 226, .2), (113, 156, .2), (156, 70, .45)), .3, .6),
            Crease(((25, 31, .4), (31, 111, .5), (111, 116, .6)), .35, .7),
            Crease(((22, 231, .3), (23, 230, .35), (24, 229, .35), (25, 31, .2)), .35, .8),
            Crease((233, 232, 231, 230, 229, (228, 31, .5)), .5, 1.3)),
    "AU12": (Crease(_NASOLABIAL, .42, 1.5),),
    "AU10": (Crease(_NASOLABIAL, .42, 1.5),),
    "AU15": (Crease(((61, 57, .4), (43, 57, .35), (43, 202, .5), (204, 211, .4)), .4, 1.2),),
    "AU17": (Crease(((106, 204, .1), (182, 194, .25), (83, 201, .25), (18, 200, .3)), .5, 1.6),),
    "AU20": (Crease(((57, 212, .7), (212, 202, .5), (210, 211, .4)), .3, 1.5),),
}
"""Unit -> the lines drawn when it acts."""

DRAWN_ALONG: dict[str, tuple[tuple[Spot, ...], ...]] = {
    "AU1": tuple(_between(_INNER, share) for share in (.24, .6)),
    "AU2": tuple(_between(_OUTER, share) for share in (.24, .6)),
}
"""Units that draw only these stretches of their lines."""


class Courses:
    """Paths through landmarks on one face, smooth and mirrored."""

    def __init__(self, landmarks: Points) -> None:
        self._landmarks = landmarks

    def spot(self, where: Spot) -> Points:
        """A place in mm."""
        if isinstance(where, tuple):
            a, b, share = where
            return np.asarray(self._landmarks[a] * (1 - share) + self._landmarks[b] * share)
        return np.asarray(self._landmarks[where])

    def sampled(self, path: tuple[Spot, ...]) -> Points:
        """(n,3) points of the smooth course on the face's right side (Catmull-Rom spline)."""
        knots = np.stack([self.spot(where) for where in path])
        padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
        pieces = []
        for k in range(len(knots) - 1):
            p0, p1, p2, p3 = padded[k : k + 4]
            count = max(3, int(np.linalg.norm(p2 - p1) / _STEP))
            t = (np.arange(count) / count)[:, None]
            pieces.append(.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                                + (3 * p1 - p0 - 3 * p2 + p3) * t**3))
        return np.concatenate([*pieces, knots[-1:]])


@dataclass(frozen=True, eq=False)
class Nearness:
    """How points lie to a course."""

    distance: npt.NDArray[np.float64]  # (n,) mm
    along: npt.NDArray[np.float64]  # (n,) 0..1
    foot: Points  # (n,3) nearest point of the course


def nearness(points: Points, course: Points, reach: float) -> Nearness:
    """Of all `points` (n,3); beyond `reach` mm the distance is infinite."""
    distance, at = cKDTree(course).query(points, distance_upper_bound=reach)
    at = np.minimum(at, len(course) - 1)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(course, axis=0), axis=1))]
    return Nearness(distance, length[at] / length[-1], course[at])


def faded(along: npt.NDArray[np.float64], share: float = _END) -> npt.NDArray[np.float64]:
    """1 in a course's middle, 0 at its ends."""
    return np.asarray(smoothstep(along / share) * smoothstep((1 - along) / share))


def skin_folds(skin: Skin) -> dict[str, Points]:
    """(n,3) mm that each two-sided unit's folds move the skin's vertices at full strength."""
    face = skin.points[: skin.face_count]
    normals = vertex_normals(skin.points, skin.triangles)[: skin.face_count]
    courses = Courses(skin.points[:468])
    made: dict[str, Points] = {}
    for name, folds in FOLDS.items():
        field = np.zeros_like(skin.points)
        for fold in folds:
            field[: skin.face_count] += _folded(face, normals, courses, fold)
        both = field + (field * MIRROR)[skin.mirror]
        # a course that crosses the middle line must not count twice there
        middle = np.abs(skin.points[:, 0])[:, None] < 1e-6
        made[name] = np.where(middle, both / 2, both) * _off_rims(skin)[:, None]
    return made


def _folded(face: Points, normals: Points, courses: Courses, fold: Fold) -> Points:
    near = nearness(face, courses.sampled(fold.path), 4 * fold.width)
    across = (face - near.foot) / fold.width
    far = ~np.isfinite(near.distance)
    across[far] = 9.0
    aim = unit(courses.spot(fold.toward) - near.foot)
    side = (across * aim).sum(1)
    apart = np.linalg.norm(across, axis=1)
    crease = np.exp(-np.log(2) * apart**2)
    swell = np.where(side > 0, np.exp(-((apart - 1.6) ** 2)), 0.0) * smoothstep(side * 2)
    height = fold.rise * swell - fold.depth * crease
    return np.asarray(normals * (np.where(far, 0, height) * faded(near.along))[:, None])


def _off_rims(skin: Skin) -> npt.NDArray[np.float64]:
    """(n,) 0 on lips' and lids' margins, which units place exactly, 1 beyond 5 mm."""
    rims = np.concatenate([skin.lips, *skin.lids])
    away, _ = cKDTree(skin.points[rims]).query(skin.points)
    return np.asarray(smoothstep((away - 1.0) / 4.0))
