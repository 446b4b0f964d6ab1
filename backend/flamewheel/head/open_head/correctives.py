# SPDX-License-Identifier: GPL-3.0-or-later
"""Correctives of pairs: what two units together do, less the sum of what each does alone.

Two muscles that pull at one place do not pull twice as far: a nose wrinkled and an upper lip raised
share their way, lips pressed and tightened have only so much red to hide, and a shut lid is shut
whatever else the eye does.  Judged on renders of each pair at full strength.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial import cKDTree

from .assembly import Head
from .extension import SkinExtension
from .lips import Lips, Shift
from .mesh_tools import Points, smoothstep
from .parts import Skin
from .unit_tables import UnitTable
from .units import Movement, landmark_field, left_share

Region = Literal["all", "brows", "mouth", "lids"]

_BROWS_FROM, _BROWS_FADE = 2.0, 8.0  # mm above the nose's root, where the brows' region begins
_MOUTH_FROM, _MOUTH_FADE = -44.0, 12.0  # mm, downwards: below the nose's wings
_LID_REACH = 7.0  # mm from the lids' margins


@dataclass(frozen=True)
class Pair:
    """The right result of two units at full strength: parts of either, and what is besides."""

    keep: tuple[float, float] = (1.0, 1.0)
    region: Region = "all"  # where `keep` holds; elsewhere all is kept
    besides: UnitTable | None = None


def _lids(upper: float, lower: float) -> UnitTable:
    return UnitTable({}, 12, (33, 133), lids=(upper, lower))


def _lips(radius: float, lips: Lips, shifts: dict[int, Shift] | None = None) -> UnitTable:
    return UnitTable(shifts or {}, radius, lips=lips)


_SHUT = Pair((1.0, 0.0), "lids")

PAIRS: dict[tuple[str, str], Pair] = {
    ("AU1", "AU2"): Pair((.86, .92), "brows"),
    # the brow's head is drawn up and in: oblique, which neither unit is
    ("AU1", "AU4"): Pair(besides=UnitTable(
        {107: (.4, 3.2, .4), 55: (.4, 3.2, .4), 66: (.2, 1.2, .2), 65: (.2, 1.2, .2),
         105: (0, -.9, 0), 52: (0, -.9, 0), 63: (0, -1.2, 0), 53: (0, -1.2, 0),
         9: (0, 1.6, 0), 8: (0, .8, 0)}, 30, (33, 133, 159))),
    ("AU4", "AU9"): Pair((1.0, .4), "brows"),
    ("AU5", "AU7"): Pair(besides=_lids(.5, -.1)),
    ("AU6", "AU7"): Pair(besides=_lids(.5, -1.5)),
    ("AU6", "AU9"): Pair(besides=_lids(.3, -.9)),
    ("AU6", "AU12"): Pair(besides=UnitTable(
        {50: (-.4, -1.4, -.4), 101: (0, -1, -.4), 118: (0, -.6, -.2), 205: (-.2, -1, .2),
         23: (0, -.5, -.1), 24: (0, -.5, -.1)}, 34, (33, 133), lids=(.2, -1.1))),
    ("AU5", "AU43"): Pair((0.0, 1.0), "lids"), ("AU43", "AU6"): _SHUT, ("AU43", "AU7"): _SHUT,
    ("AU43", "AU9"): _SHUT, ("AU43", "AU41"): _SHUT, ("AU43", "AU44"): _SHUT,
    ("AU9", "AU10"): Pair((1.0, .5)),
    ("AU10", "AU12"): Pair((.7, .95)),
    ("AU10", "AU25"): Pair((1.0, .45)),
    ("AU12", "AU15"): Pair((.85, .85)),
    # a smile that parts shows the upper teeth and bares the lip's corners
    ("AU12", "AU25"): Pair(besides=_lips(18, Lips((0, 0, 0), (0, .7, -.3), (0, -.5, -.3),
                                                  upper_side=(0, 1.3, -.2),
                                                  lower_side=(0, -.9, -.2), roundness=1))),
    ("AU12", "AU26"): Pair(besides=_lips(24, Lips((.8, .8, 0), (0, .6, -.4), (0, 1.2, -.5),
                                                  upper_side=(0, .6, 0), roundness=1))),
    ("AU12", "AU27"): Pair(besides=_lips(24, Lips((1.6, .6, 0), (0, .6, -.4), (0, 1.4, -.8),
                                                  lower_side=(0, .8, 0), roundness=1))),
    ("AU15", "AU17"): Pair((.78, .85)),
    ("AU16", "AU25"): Pair((1.0, .45)),
    ("AU17", "AU23"): Pair((.9, .75), "mouth"),
    ("AU17", "AU24"): Pair((.85, .75), "mouth"),
    ("AU18", "AU22"): Pair((.65, .7)),
    ("AU20", "AU25"): Pair(besides=_lips(18, Lips(lower=(0, -.4, 0), upper_side=(0, .5, 0),
                                                  lower_side=(0, -1.1, 0), roundness=1))),
    ("AU20", "AU26"): Pair(besides=_lips(24, Lips((1.5, 1.0, .6), (0, -.3, 0), (0, .8, 0),
                                                  lower_side=(0, .5, 0), roundness=1))),
    ("AU22", "AU25"): Pair((1.0, .5)),
    ("AU23", "AU24"): Pair((.58, .58)), ("AU23", "AU28"): Pair((.35, .8)),
    ("AU24", "AU28"): Pair((.35, .8)),
    ("AU25", "AU26"): Pair((.5, 1.0)), ("AU25", "AU27"): Pair((.25, 1.0)),
}


def pair_fields(
    head: Head, made: Mapping[str, Movement], extend: SkinExtension
) -> tuple[list[tuple[str, str]], Points]:
    """Names of the two units and the corrective (V,3) mm of each pair, sides for themselves."""
    names: list[tuple[str, str]] = []
    fields: list[Points] = []
    left = left_share(head.skin)
    for (one, other), pair in PAIRS.items():
        mended = _corrective(head.skin, made[one], made[other], pair, extend)
        sided = made[one].sided, made[other].sided
        for side, share in (("L", left), ("R", 1 - left)) if any(sided) else (("", 1.0),):
            names.append((one + side * sided[0], other + side * sided[1]))
            fields.append(head.carried(mended * share))
    return names, np.stack(fields)


def _corrective(
    skin: Skin, one: Movement, other: Movement, pair: Pair, extend: SkinExtension
) -> Points:
    less = (pair.keep[0] - 1) * one.skin + (pair.keep[1] - 1) * other.skin
    mended = less * _region(skin, pair.region)
    if pair.besides is not None:
        mended = mended + extend(landmark_field(skin.face, pair.besides))
    return np.asarray(mended)


def _region(skin: Skin, region: Region) -> Points:
    """(n,1) how far each skin vertex belongs to a region, 0..1."""
    y = skin.points[:, 1:2]
    if region == "brows":
        return smoothstep((y - _BROWS_FROM) / _BROWS_FADE)
    if region == "mouth":
        return smoothstep((_MOUTH_FROM - y) / _MOUTH_FADE)
    if region == "lids":
        margins = np.concatenate(skin.lids)
        away, _ = cKDTree(skin.points[margins]).query(skin.points)
        near = smoothstep(1.25 - away[:, None] / _LID_REACH)
        near[np.concatenate([rings.ravel() for rings in skin.lid_backs])] = 1.0
        return near
    return np.ones_like(y)
