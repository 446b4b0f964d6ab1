# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of what is not skin, vertex by vertex: irises, whites of the eyes, teeth, gums, hair.

Judged on renders; the pattern of an iris (bright collarette about the pupil, fibres, a dark limbus)
is plain anatomy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from .assembly import Head
from .mesh_tools import Points, smoothstep
from .noise import cloud

RGB = tuple[float, float, float]

_LIMBUS: RGB = (0.030, 0.020, 0.014)
_COLLARETTE: RGB = (0.30, 0.165, 0.060)
_VESSELS: RGB = (0.60, 0.30, 0.26)
_FIBRES = 26.0  # radians of noise to a turn: about as many fibres as the ring has points
_IRIS_RADIUS = 5.85  # mm; corneal diameter 11.7 mm


def vertex_colours(head: Head, plain: Mapping[str, RGB]) -> Points:
    """(V,3) linear RGB; `plain` are the parts' colours, on which this varies."""
    colours = np.tile(np.array(plain["skin"]), (len(head.points), 1))
    for part, numbers in head.masks.items():
        if part in plain and part not in ("skin", "scalp", "ears", "lips"):
            colours[numbers] = plain[part]
    for side, centre in zip(("right", "left"), head.skin.face.eye_centres, strict=True):
        _tint_eye(colours, head, head.masks[f"eye_{side}"], centre, plain)
    _tint_teeth(colours, head)
    for part, spread in (("hair", .35), ("hair_cards", .35), ("brows", .25)):
        if part in head.masks:
            numbers = head.masks[part]
            shade = cloud(head.points[numbers] * np.array([1, 1, .5]), 3.0, 91)
            colours[numbers] *= 1 + spread * shade[:, None]
    for part, dark in (("gums", .25), ("tongue", .3)):
        numbers = head.masks[part]
        depth = smoothstep((head.points[numbers, 2].max() - head.points[numbers, 2]) / 40)
        shade = (1 - dark * depth) * (1 + .08 * cloud(head.points[numbers], 2.0, 92))
        colours[numbers] *= shade[:, None]
    return np.clip(colours, 0, 1)


def _tint_eye(colours: Points, head: Head, ball: npt.NDArray[np.int64], centre: Points,
              plain: Mapping[str, RGB]) -> None:
    arm = head.points[ball] - centre
    out = np.hypot(arm[:, 0], arm[:, 1])
    turn = np.arctan2(arm[:, 1], np.abs(arm[:, 0]) * np.sign(arm[:, 0] * centre[0]))
    in_front = arm[:, 2] > 0
    fibres = cloud(np.stack([_FIBRES / 6 * np.cos(turn), _FIBRES / 6 * np.sin(turn),
                             out * .25], 1), 1.0, 93)
    share = out / _IRIS_RADIUS
    iris = np.array(plain["iris"]) * (1.25 + .45 * fibres)[:, None]
    ring = np.exp(-(((share - .52) / .13) ** 2)) * (.75 + .25 * fibres)
    iris += .55 * ring[:, None] * (np.array(_COLLARETTE) - iris)
    limbus = smoothstep((share - .78) / .2)
    iris += .9 * limbus[:, None] * (np.array(_LIMBUS) - iris)
    white = np.broadcast_to(np.array(plain["eye_left"]), iris.shape).copy()
    vessels = smoothstep((np.abs(arm[:, 0]) - 6.5) / 6) * (.5 + .5 * cloud(arm, 1.5, 94))
    white += .30 * vessels[:, None] * (np.array(_VESSELS) - white)
    white *= 1 - .28 * smoothstep((share[:, None] - 1.0) / .12 * -1 + 1)  # the limbus' soft border
    inside = in_front & np.isin(ball, head.masks["iris"])
    pupil = in_front & np.isin(ball, head.masks["pupil"])
    colours[ball] = np.where(inside[:, None], iris, white)
    colours[ball[pupil]] = plain["pupil"]


def _tint_teeth(colours: Points, head: Head) -> None:
    """Yellower and darker towards the gums and the back."""
    numbers = head.masks["teeth"]
    y, z = head.points[numbers, 1], head.points[numbers, 2]
    middle = np.median(y)
    to_gum = smoothstep((np.abs(y - middle) - 3) / 6)
    back = smoothstep((z.max() - z) / 30)
    tone = 1 - to_gum[:, None] * np.array([.10, .16, .30]) * .8
    colours[numbers] *= tone * (1 - .45 * back)[:, None]
