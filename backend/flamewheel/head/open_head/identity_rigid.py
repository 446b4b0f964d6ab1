# SPDX-License-Identifier: GPL-3.0-or-later
"""What identity may not bend: eyeballs, the lids' fit on them, closed lips, teeth."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from .assembly import Head
from .mesh_tools import Index, Points, smoothstep
from .template import EYE_RADIUS

_LID_OPENING = 0.08
"""Share of a warp's opening of the lids that stays: closing (AU43) is a fixed movement, and what
an identity opens more than that leaves a slit."""
_LID_ZONE = 9.0  # mm about the margins in which the skin keeps its distance to the ball
_ON_BALL = EYE_RADIUS + 1.0  # mm from the ball's centre, up to which skin counts as lying on it
_OFF_BALL = 4.5  # mm beyond that, where flesh about the corners is free of it
_CORNER = 5.4  # mm about the inner corners, whose small folds move as one
_NEAR_BALL = EYE_RADIUS + 5.0  # mm; beyond, and about the inner corner, skin has room to the ball
_LIP_ZONE = 4.0  # mm from the line where the lips meet, in which both go with it
_WITH_BALLS = ("eye", "cornea")  # parts that turn with the balls and so are as rigid
_LOWER_JAW = ("lower", "tongue")


class Constraints:
    """Applies to fields (V,3) mm; linear, so any sum of constrained fields is constrained."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._lids = (_Lids(head, 0), _Lids(head, 1))
        self._seam = _Seam(head)
        mouth = [name for name in head.loose if not name.startswith(_WITH_BALLS)]
        lower = [name for name in mouth if any(word in name for word in _LOWER_JAW)]
        self._jaws = [_Jaw(head, [name for name in mouth if name not in lower]),
                      _Jaw(head, lower)]

    def __call__(self, field: Points) -> Points:
        """The field with rigid eyes, fitting lids, closed lips and whole teeth."""
        head, whole = self._head, field.copy()
        skin = whole[: len(head.skin.points)]
        shifts = [field[head.slices[name]].mean(0) for name in ("eye_right", "eye_left")]
        for name, part in head.loose.items():
            if name.startswith(_WITH_BALLS):
                whole[head.slices[name]] = shifts[int(part.points[:, 0].mean() > 0)]
        for lids, shift in zip(self._lids, shifts, strict=True):
            lids.fit(skin, shift)
        self._seam.close(skin)
        for jaw in self._jaws:
            jaw.follow(whole)
        return head.carried(skin, {name: whole[head.slices[name]] for name in head.loose})


class _Lids:
    """One eye's lids: they slide on the ball and stay as open as they are."""

    def __init__(self, head: Head, k: int) -> None:
        points, skin = head.skin.points, head.skin
        self._ring, centre = skin.lids[k], skin.face.eye_centres[k]
        self._inner = skin.lid_backs[k].ravel()
        away = cdist(points, points[self._ring])
        self._near = _shares(away, 2)
        zone = smoothstep((_LID_ZONE - away.min(1)) / (_LID_ZONE - 1.5))
        zone[self._inner] = 1.0
        self._zone = zone[:, None]
        arm = points - centre
        reach = np.linalg.norm(arm, axis=1)
        self._out = arm / reach[:, None]
        outward = arm[:, 0] * np.sign(centre[0])
        on_ball = zone * (1 - smoothstep((reach - _ON_BALL) / _OFF_BALL))
        beside = smoothstep((_NEAR_BALL - reach) / 3.5) * smoothstep((outward + 7.0) / 7.0)
        hold = np.maximum(on_ball, beside)
        hold[self._inner] = 1.0
        self._hold = hold[:, None]
        from_corner = np.linalg.norm(points - points[self._ring[16]], axis=1)
        self._with_corner = smoothstep((_CORNER - from_corner) / (_CORNER - 1.0))[:, None]
        away, self._beside = cKDTree(points[: skin.face_count]).query(points[self._inner], k=8)
        self._beside_share = _shares(away, 1)[..., None]

    def fit(self, skin: Points, shift: Points) -> None:
        """Changes the field (n,3) of the skin in place; the ball moves by `shift`."""
        out = self._out
        skin -= self._hold * ((skin - shift) * out).sum(1, keepdims=True) * out
        closing = self._zone * (self._near @ _opening(skin[self._ring]))
        skin += closing - self._hold * (closing * out).sum(1, keepdims=True) * out
        skin[self._inner] = (skin[self._beside] * self._beside_share).sum(1)
        skin += self._with_corner * (skin[self._ring[16]] - skin)


class _Seam:
    """The line where the lips meet."""

    def __init__(self, head: Head) -> None:
        points, self._lips = head.skin.points, head.skin.lips
        away = cdist(points, points[self._lips])
        hold = smoothstep(1 - away.min(1) / _LIP_ZONE)
        hold[self._lips] = 0.0
        self._about = np.flatnonzero(hold > 0)
        self._hold = hold[self._about, None]
        self._share = _shares(away[self._about], 2)

    def close(self, skin: Points) -> None:
        """Changes the field (n,3) of the skin in place."""
        half = len(self._lips) // 2
        upper, lower = self._lips[1:half], self._lips[half + 1 :][::-1]
        skin[upper] = skin[lower] = (skin[upper] + skin[lower]) / 2
        skin[self._about] += self._hold * (self._share @ skin[self._lips] - skin[self._about])


class _Jaw:
    """Teeth, gums and tongue of a jaw move as one affine body after themselves and the lips."""

    def __init__(self, head: Head, names: list[str]) -> None:
        self._rows = _rows(head, names)
        lips = np.concatenate([head.skin.lips, head.skin.bag[:2].ravel()])
        self._after = np.concatenate([self._rows, lips])
        share = np.r_[np.full(len(self._rows), np.sqrt(len(lips) / len(self._rows))),
                      np.ones(len(lips))]
        system = _affine_system(head.points)
        self._inverse = np.linalg.pinv(share[:, None] * system[self._after]) * share
        self._system = system[self._rows]

    def follow(self, whole: Points) -> None:
        """Changes the field (V,3) of the head in place."""
        whole[self._rows] = self._system @ (self._inverse @ whole[self._after])


def _rows(head: Head, names: list[str]) -> Index:
    return np.concatenate([np.arange(len(head.points))[head.slices[name]] for name in names])


def _shares(away: Points, power: int) -> Points:
    """Weights by inverse distance (mm), rows sum to 1."""
    share = 1 / (away**2 + 0.3) ** power
    return np.asarray(share / share.sum(1, keepdims=True))


def _opening(margin: Points) -> Points:
    """(32,3) what leaves _LID_OPENING of the margins' parting; 0 and 16 are the corners."""
    change = np.zeros_like(margin)
    upper = np.arange(1, 16)
    parting = (margin[upper] - margin[32 - upper]) * (1 - _LID_OPENING) / 2
    change[upper], change[32 - upper] = -parting, parting
    return change


def _affine_system(points: Points) -> Points:
    """(n,4) so that a field linear in space is this times (4,3)."""
    return np.concatenate([points / 50.0, np.ones((len(points), 1))], 1)  # 50 mm: alike scales
