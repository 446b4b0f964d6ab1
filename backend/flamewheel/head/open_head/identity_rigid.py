# SPDX-License-Identifier: GPL-3.0-or-later
"""What identity may not bend: eyeballs, the lids' fit on them, closed lips, teeth."""

from __future__ import annotations

import numpy as np

from .assembly import Head
from .mesh_tools import Index, Points, smoothstep
from .template import EYE_RADIUS

_LID_OPENING = 0.08
"""Share of a warp's opening of the lids that stays: closing (AU43) is a fixed movement, and what
an identity opens more than that leaves a slit."""
_LID_ZONE = 9.0  # mm about the margins in which the skin keeps its distance to the ball
_ON_BALL = EYE_RADIUS + 1.0  # mm from the ball's centre, up to which skin counts as lying on it
_CORNER = 5.4  # mm about the inner corners, whose small folds move as one
_NEAR_BALL = EYE_RADIUS + 5.0  # mm; beyond, and about the inner corner, skin has room to the ball


class Constraints:
    """Applies to fields (V,3) mm; linear, so any sum of constrained fields is constrained."""

    def __init__(self, head: Head) -> None:
        self._head = head
        points, skin = head.skin.points, head.skin
        self._eyes: list[tuple[str, Index, Points, Points, Points]] = []
        self._corners: list[tuple[int, Points]] = []  # the inner ones, and what goes along
        self._zone: dict[str, Points] = {}  # how much skin follows the lid margin next to it
        for k, name in enumerate(("eye_right", "eye_left")):
            ring = skin.lids[k]
            away = np.linalg.norm(points[:, None] - points[ring][None], axis=2)
            near = 1 / (away**2 + 0.3) ** 2
            near /= near.sum(1, keepdims=True)
            arm = points - skin.face.eye_centres[k]
            out = arm / np.linalg.norm(arm, axis=1, keepdims=True)
            hold = smoothstep((_LID_ZONE - away.min(1)) / (_LID_ZONE - 1.5))
            hold[skin.lid_backs[k].ravel()] = 1.0
            self._zone[name] = hold
            free = smoothstep((np.linalg.norm(arm, axis=1) - _ON_BALL) / 4.5)
            hold = hold * (1 - free)  # flesh about the corners lies off the ball
            outward = arm[:, 0] * np.sign(skin.face.eye_centres[k, 0])
            hold = np.maximum(hold, smoothstep((_NEAR_BALL - np.linalg.norm(arm, axis=1)) / 3.5)
                              * smoothstep((outward + 7.0) / 7.0))
            hold[skin.lid_backs[k].ravel()] = 1.0
            corner = np.linalg.norm(points - points[ring[16]], axis=1)
            self._corners.append((ring[16], smoothstep((_CORNER - corner) / (_CORNER - 1.0))))
            way = hold[:, None] * out
            self._eyes.append((name, ring, near, out, way))
        self._mouth = [self._mouth_group(suffix) for suffix in ("upper", "lower")]

    def __call__(self, field: Points) -> Points:
        """The field with rigid eyes, fitting lids, closed lips and whole teeth."""
        whole = field.copy()
        skin = whole[: len(self._head.skin.points)]
        for name, ring, near, out, way in self._eyes:
            shift = field[self._head.slices[name]].mean(0)
            for rigid in (name, name.replace("eye", "cornea")):
                whole[self._head.slices[rigid]] = shift
            skin -= ((skin - shift) * out).sum(1)[:, None] * way
            closing = self._zone[name][:, None] * (near @ _opening(skin[ring]))
            skin += closing - (closing * out).sum(1)[:, None] * way
        for corner, with_it in self._corners:
            skin += with_it[:, None] * (skin[corner] - skin)
        self._close_lips(skin)
        for names, used, inverse in self._mouth:
            affine = inverse @ whole[used]
            for name in names:
                part = self._head.slices[name]
                whole[part] = _affine_system(self._head.points[part]) @ affine
        return self._head.carried(skin, {n: whole[self._head.slices[n]] for n in self._head.loose})

    def _close_lips(self, skin: Points) -> None:
        lips = self._head.skin.lips
        upper, lower = lips[1 : len(lips) // 2], lips[len(lips) // 2 + 1 :][::-1]
        skin[upper] = skin[lower] = (skin[upper] + skin[lower]) / 2

    def _mouth_group(self, suffix: str) -> tuple[list[str], Index, Points]:
        """Parts that move as one affine body, and what it follows: themselves and the lips."""
        head = self._head
        lower = ("lower", "tongue")
        names = [n for n in head.loose if not n.startswith(("eye", "cornea"))
                 and any(word in n for word in lower) == (suffix == "lower")]
        inside = np.concatenate([np.arange(len(head.points))[head.slices[n]] for n in names])
        lips = np.concatenate([head.skin.lips, head.skin.bag[:2].ravel()])
        used = np.concatenate([inside, lips])
        share = np.r_[np.full(len(inside), np.sqrt(len(lips) / len(inside))), np.ones(len(lips))]
        return names, used, np.linalg.pinv(
            share[:, None] * _affine_system(head.points[used])) * share


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
