# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifteen common visemes as postures of their own: lips, jaw and tongue.

The set and its names are those that lip-sync tools share (MPEG-4's groups, merged to fifteen).
Sums of action units make none of the closed and rounded ones: for PP both lips roll in, for FF
the lower lip lies under the upper teeth, for TH the tip of the tongue shows between the teeth.
Judged on renders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assembly import Head
from .extension import SkinExtension
from .lips import Lips
from .tongue import TonguePosture, tongue_shift
from .unit_tables import UnitTable
from .units import Movement, landmark_field

_TIP_UP = TonguePosture(forward=5.0, lift=5.0, tip=4.0, thickness=0.6)
_BACK_UP = TonguePosture(forward=-3.0, lift=0.0, tip=-1.0, thickness=0.8, back=7.0)
_ROUND_CHEEKS = {207: (1.0, 0.0, -1.0), 216: (1.6, 0.0, -0.2)}


@dataclass(frozen=True)
class Viseme:
    """Lips and jaw, and the tongue where it is not at rest."""

    face: UnitTable
    tongue: TonguePosture | None = None


def _spoken(jaw: float, lips: Lips, radius: float = 24.0, tongue: TonguePosture | None = None
            ) -> Viseme:
    return Viseme(UnitTable({}, radius, sided=False, jaw=jaw, lips=lips), tongue)


VISEMES: dict[str, Viseme] = {
    "sil": _spoken(0.0, Lips()),
    "PP": Viseme(UnitTable({18: (0, 2.2, 1.6), 83: (0, 2.1, 1.4), 164: (0, -1.0, .6)}, 22,
                           sided=False, lips=Lips((.3, 0, -.6), (0, .2, -2.2), (0, .2, -2.2),
                                                  (0, -3.2, -2.3), (0, 4.2, -2.3), roundness=.8))),
    "FF": Viseme(UnitTable({18: (0, 2.6, -1), 83: (0, 2.4, -1), 164: (0, .8, .2)}, 22,
                           sided=False, jaw=.04,
                           lips=Lips((-.4, .3, -.3), (0, 2.2, .6), (0, 4.4, -3.0), (0, 1.9, .8),
                                     (0, 4.2, -1.8), roundness=1.3))),
    "TH": _spoken(.08, Lips((0, 0, 0), (0, 1.5, .4), (0, -.6, .4), (0, 1.2, .5), roundness=1.2),
                  tongue=TonguePosture(forward=18.0, lift=9.0, tip=.5, thickness=.38)),
    "DD": _spoken(.06, Lips((-.6, .2, -.3), (0, 1.7, .2), (0, -1.3, .2), roundness=1.2),
                  tongue=_TIP_UP),
    "kk": _spoken(.1, Lips((0, 0, 0), (0, 1.3, .2), (0, -1, .2), roundness=1.2), tongue=_BACK_UP),
    "CH": _spoken(.03, Lips((4.6, 0, 3), (0, 2.6, 4.4), (0, -2.8, 4.6), (0, 3, 5.8),
                            (0, -3.2, 6.2), roundness=.9), 32),
    "SS": _spoken(.015, Lips((-3.4, .4, -1.8), (0, 2, -.2), (0, -2.2, 0), roundness=.9), 30),
    "nn": _spoken(.05, Lips((-.3, .1, 0), (0, 1.4, .2), (0, -1, .2), roundness=1.2),
                  tongue=TonguePosture(forward=4.0, lift=6.0, tip=4.5, thickness=.6)),
    "RR": _spoken(.06, Lips((4, 0, 2.4), (0, 1.2, 2.8), (0, -1.8, 3), (0, 1.4, 3.6), (0, -2, 4)),
                  30, TonguePosture(forward=-2.0, lift=4.0, tip=6.0, thickness=.7, back=2.0)),
    "aa": _spoken(.28, Lips((.3, 0, .3), (0, 1.6, .3), (0, 0, 0), roundness=1.0)),
    "E": _spoken(.14, Lips((-4, .5, -2), (0, 1.8, -.3), (0, -1, 0), roundness=1.0), 30),
    "ih": _spoken(.09, Lips((-2.6, .3, -1.4), (0, 1.6, -.1), (0, -1.1, 0), roundness=1.0), 30),
    "oh": Viseme(UnitTable({**_ROUND_CHEEKS}, 34, sided=False, jaw=.2,
                           lips=Lips((5.4, 0, 3.4), (0, .6, 3), (0, .4, 3.2), (0, .6, 3.8),
                                     (0, .6, 4), roundness=1.0))),
    "ou": Viseme(UnitTable({**_ROUND_CHEEKS, 57: (6, 0, 3), 186: (4.6, -.2, 3.2),
                            43: (4.6, .2, 3.2), 164: (0, -.2, 2.4), 18: (0, .2, 2.8)}, 34,
                           sided=False, jaw=.06,
                           lips=Lips((9.4, 0, 4.8), (0, .9, 5), (0, -.6, 5.2), (0, 1.2, 6.2),
                                     (0, -1, 6.4), roundness=1.0))),
}


def viseme_movements(head: Head, extend: SkinExtension) -> dict[str, Movement]:
    """What each viseme does, by name; `sil` does nothing."""
    made: dict[str, Movement] = {}
    for name, viseme in VISEMES.items():
        skin = (extend(landmark_field(head.skin.face, viseme.face))
                if viseme.face.lips != Lips() else np.zeros_like(head.skin.points))
        loose = ({} if viseme.tongue is None else
                 {"tongue": tongue_shift(head.loose["tongue"].points, viseme.tongue)})
        made[name] = Movement(skin, False, viseme.face.jaw, loose)
    return made
