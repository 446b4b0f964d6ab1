# SPDX-License-Identifier: GPL-3.0-or-later
"""What faces do: each emotion as action units (FACS) with strengths, and its usual variants.

Which units belong to an emotion is published: the prototypes and variants of FACS (Ekman, Friesen
and Hager) and, where FACS leaves a unit open, what more than 70 % of 230 people showed (Du, Tao
and Martinez, PNAS 111(15) E1454, 2014, table 1).  *How strongly* is a design choice: the basic
ring's strengths were chosen by looking at renders, so that a stranger names the face at a glance;
that takes the units of the brows and the nose in full.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..wheel_names import NEUTRAL
from .points import CONTEMPT

Array = npt.NDArray[np.float64]
Strengths = Mapping[str, float]
"""Unit name (`AU12` both sides, `AU12R` one) -> strength, 1 = the unit's full motion."""


@dataclass(frozen=True)
class Prototype:
    """The units of one emotion on the basic ring."""

    emotion: str
    units: Strengths
    source: str  # where the choice of units comes from
    variants: tuple[Strengths, ...] = field(default=())  # complete sets, not additions

    @property
    def formula(self) -> str:
        """As FACS writes it: 1+4+15."""
        return "+".join(name.removeprefix("AU") for name in self.units)


FACS = "FACS prototype"
_DU = "(Du et al. 2014: more than 70 % show it)"
_NO_FACS = "no FACS definition; nearest published:"


def _with(units: Strengths, **changes: float) -> Strengths:
    """`units` with some added or changed; 0 leaves one out."""
    return {name: value for name, value in {**units, **changes}.items() if value > 0}


_JOY = {"AU6": 0.6, "AU12": 1.0, "AU25": 0.55}
# lids that droop a little tell sadness from fear, a higher brow and a dropped jaw tell surprise
_SADNESS = {"AU1": 0.9, "AU4": 0.6, "AU15": 0.8, "AU17": 0.5, "AU43": 0.2}
_SURPRISE = {"AU1": 0.85, "AU2": 1.05, "AU5": 0.65, "AU25": 0.2, "AU26": 1.1}
_FEAR = {"AU1": 1.0, "AU2": 0.4, "AU4": 0.75, "AU5": 0.9, "AU20": 0.9, "AU25": 0.4, "AU26": 0.25}
_ANGER = {"AU4": 1.15, "AU5": 0.5, "AU7": 0.8, "AU23": 0.85, "AU24": 0.7}
# the eyes narrow as in photos of disgust, by which a recogniser tells it from anger
_DISGUST = {"AU9": 0.7, "AU10": 1.0, "AU17": 0.1, "AU6": 0.8, "AU7": 0.2, "AU43": 0.3,
            "AU25": 0.2}
_CONTEMPT = {"AU12R": 0.6, "AU14R": 1.15}
_TRUST = {"AU1": 0.25, "AU6": 0.25, "AU12": 0.6, "AU43": 0.08}
_ANTICIPATION = {"AU1": 0.55, "AU2": 0.7, "AU5": 0.5, "AU12": 0.4}

PROTOTYPES: Mapping[str, Prototype] = {
    proto.emotion: proto
    for proto in (
        Prototype("Joy", _JOY, f"{FACS} 6+12 with 25 {_DU}",
                  (_with(_JOY, AU25=0.0),)),
        Prototype("Trust", _TRUST,
                  f"{_NO_FACS} contentment 12+43; 43 only begun, so that the eyes stay open, with "
                  "a little of 6 and of 1: a design choice"),
        Prototype("Fear", _FEAR, f"{FACS} 1+2+4+5+20+26 with 25 {_DU}",
                  (_with(_FEAR, AU26=0.0, AU25=0.9), _with(_FEAR, AU26=0.0, AU27=0.25),
                   _with(_FEAR, AU7=0.4))),
        Prototype("Surprise", _SURPRISE, f"{FACS} 1+2+5+26 with 25 {_DU}",
                  (_with(_SURPRISE, AU26=0.0, AU27=0.55),)),
        Prototype("Sadness", _SADNESS,
                  f"{FACS} 1+4+15 with 17 (Du et al. 2014: 67 % show it), lids let down by some 43",
                  (_with(_SADNESS, AU17=0.0), _with(_SADNESS, AU6=0.4), _with(_SADNESS, AU11=0.5))),
        Prototype("Disgust", _DISGUST, f"9+10+17 {_DU}, the eyes narrowed by 6, 7 and some of 43",
                  ({"AU9": 1.0, "AU15": 0.5, "AU16": 0.3, "AU7": 0.5, "AU6": 0.4},
                   {"AU9": 1.0, "AU17": 0.5, "AU7": 0.6, "AU6": 0.5, "AU43": 0.2},
                   {"AU4": 0.4, "AU10": 1.0, "AU17": 0.5, "AU7": 0.5, "AU6": 0.5, "AU43": 0.2})),
        Prototype("Anger", _ANGER, f"{FACS} 4+5+7+23 with 24 {_DU}",
                  (_with(_ANGER, AU23=0.0, AU24=0.9), _with(_ANGER, AU10=0.4),
                   _with(_ANGER, AU17=0.4), _with(_ANGER, AU24=0.0, AU22=0.4, AU25=0.4))),
        Prototype("Anticipation", _ANTICIPATION,
                  f"{_NO_FACS} interest 1+2+12, with 5: a design choice"),
        Prototype(CONTEMPT, _CONTEMPT, f"{FACS} R12+R14, one side",
                  ({"AU4": 0.5, "AU14": 0.9, "AU25": 0.3},)),
        Prototype(NEUTRAL, {}, "the face at rest"),
    )
}
"""Emotion -> its prototype: the eight of the wheel, Contempt and Neutral."""

SHOWN_SHARE = 0.35
"""A unit counts as shown from this share of its basic strength (FACS intensity B, `slight`, begins
at about a quarter of full): a design choice."""

_SIDED = re.compile(r"(AU\d+)([LR])")


def strengths_for(names: Sequence[str], units: Strengths) -> tuple[Array, tuple[str, ...]]:
    """(U,) strengths of a head's units `names`, and the wanted units that the head has not.

    A unit for both sides goes to both of a head's one-sided units; where the head has only the
    unit for both sides, one side counts half.
    """
    index = {name: at for at, name in enumerate(names)}
    row = np.zeros(len(names))
    missing = []
    for unit, strength in units.items():
        sides = [name for name in (f"{unit}L", f"{unit}R") if name in index]
        whole = _SIDED.fullmatch(unit)
        if unit in index:
            row[index[unit]] += strength
        elif sides:
            for side in sides:
                row[index[side]] += strength
        elif whole and whole[1] in index:
            row[index[whole[1]]] += strength / 2
        else:
            missing.append(unit)
    return row, tuple(missing)


def agrees(emotion: str, names: Sequence[str], strengths: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """(N,) which of the faces with unit `strengths` (N,U) show the whole prototype of `emotion`.

    Every unit of the usual prototype must be shown (`SHOWN_SHARE`); units besides do not count.
    Units that the head lacks are not asked for.
    """
    wanted, _ = strengths_for(names, PROTOTYPES[emotion].units)
    shown = np.atleast_2d(np.asarray(strengths, dtype=np.float64)) >= SHOWN_SHARE * wanted
    whole: npt.NDArray[np.bool_] = shown.all(axis=1)
    return whole
