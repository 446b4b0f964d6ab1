# SPDX-License-Identifier: GPL-3.0-or-later
"""What faces do: each emotion as action units (FACS) with strengths, and its usual variants.

Which units belong to an emotion is published: the prototypes and variants of FACS (Ekman, Friesen
and Hager) and, where FACS leaves a unit open, what more than 70 % of 230 people showed (Du, Tao
and Martinez, PNAS 111(15) E1454, 2014, table 1).  *How strongly* is a design choice: the
strengths of each ring were chosen by looking at renders, so that a stranger names the face at a
glance; that takes the units of the brows and the nose in full, in a mild face before the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..wheel_names import NEUTRAL
from .points import BASIC, CONTEMPT, INTENSE, MILD

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


_JOY = {"AU6": 0.8, "AU12": 1.2, "AU25": 0.7}
# lids that droop a little tell sadness from fear, a higher brow and a dropped jaw tell surprise
_SADNESS = {"AU1": 0.9, "AU4": 0.6, "AU15": 0.8, "AU17": 0.5, "AU43": 0.2}
_SURPRISE = {"AU1": 0.85, "AU2": 1.05, "AU5": 0.65, "AU25": 0.2, "AU26": 1.1}
_FEAR = {"AU1": 1.05, "AU2": 0.45, "AU4": 0.8, "AU5": 1.0, "AU20": 1.0, "AU25": 0.6, "AU26": 0.3}
_ANGER = {"AU4": 1.15, "AU5": 0.5, "AU7": 0.8, "AU23": 0.85, "AU24": 0.7}
# the eyes narrow as in photos of disgust, by which a recogniser and a person tell it from anger
_DISGUST = {"AU4": 0.1, "AU6": 0.85, "AU7": 0.2, "AU9": 1.25, "AU10": 1.05, "AU17": 0.2,
            "AU25": 0.3, "AU43": 0.55}
# lids let down and the other brow up make a one-sided smirk a scornful one
_CONTEMPT = {"AU2L": 0.25, "AU10R": 0.2, "AU12R": 0.6, "AU14R": 1.2, "AU17": 0.3, "AU43": 0.25}
_TRUST = {"AU1": 0.35, "AU6": 0.25, "AU12": 0.8, "AU43": 0.08}
_ANTICIPATION = {"AU1": 0.5, "AU2": 0.8, "AU5": 0.55, "AU7": 0.2, "AU12": 0.65, "AU25": 0.3}

PROTOTYPES: Mapping[str, Prototype] = {
    proto.emotion: proto
    for proto in (
        Prototype("Joy", _JOY, f"{FACS} 6+12 with 25 {_DU}",
                  (_with(_JOY, AU25=0.0),)),
        Prototype("Trust", _TRUST,
                  f"{_NO_FACS} contentment 12+43; 43 only begun, so that the eyes stay open, with "
                  "the inner brows up (1) and a little of 6: a design choice"),
        Prototype("Fear", _FEAR, f"{FACS} 1+2+4+5+20+26 with 25 {_DU}",
                  (_with(_FEAR, AU26=0.0, AU25=0.9), _with(_FEAR, AU26=0.0, AU27=0.25),
                   _with(_FEAR, AU7=0.4))),
        Prototype("Surprise", _SURPRISE, f"{FACS} 1+2+5+26 with 25 {_DU}",
                  (_with(_SURPRISE, AU26=0.0, AU27=0.55),)),
        Prototype("Sadness", _SADNESS,
                  f"{FACS} 1+4+15 with 17 (Du et al. 2014: 67 % show it), lids let down by some 43",
                  (_with(_SADNESS, AU17=0.0), _with(_SADNESS, AU6=0.4), _with(_SADNESS, AU11=0.5))),
        Prototype("Disgust", _DISGUST, f"9+10+17, some 4 {_DU}, the eyes narrowed by 6, 7, 43",
                  ({"AU9": 1.0, "AU15": 0.5, "AU16": 0.3, "AU7": 0.5, "AU6": 0.4},
                   {"AU9": 1.0, "AU17": 0.5, "AU7": 0.6, "AU6": 0.5, "AU43": 0.2},
                   {"AU4": 0.4, "AU10": 1.0, "AU17": 0.5, "AU7": 0.5, "AU6": 0.5, "AU43": 0.2})),
        Prototype("Anger", _ANGER, f"{FACS} 4+5+7+23 with 24 {_DU}",
                  (_with(_ANGER, AU23=0.0, AU24=0.9), _with(_ANGER, AU10=0.4),
                   _with(_ANGER, AU17=0.4), _with(_ANGER, AU24=0.0, AU22=0.4, AU25=0.4))),
        Prototype("Anticipation", _ANTICIPATION,
                  f"{_NO_FACS} interest 1+2+12, with 5, 7 and 25: a design choice"),
        Prototype(CONTEMPT, _CONTEMPT,
                  f"{FACS} R12+R14, one side, with some 10 there, 17, other brow up, lids down",
                  ({"AU4": 0.5, "AU14": 0.9, "AU25": 0.3},)),
        Prototype(NEUTRAL, {}, "the face at rest"),
    )
}
"""Emotion -> its prototype: the eight of the wheel, Contempt and Neutral."""

_RINGS: Mapping[str, tuple[Strengths, Strengths]] = {
    "Joy": ({"AU6": 0.45, "AU12": 0.8, "AU25": 0.1},
            {"AU6": 1.1, "AU12": 1.4, "AU25": 0.95, "AU26": 0.5}),
    "Trust": ({"AU1": 0.3, "AU6": 0.08, "AU12": 0.55, "AU43": 0.05},
              {"AU1": 0.8, "AU2": 0.2, "AU5": 0.3, "AU6": 0.35, "AU12": 1.1, "AU25": 0.5,
               "AU43": 0.08}),
    "Fear": ({"AU1": 0.75, "AU2": 0.35, "AU4": 0.45, "AU5": 0.7, "AU20": 0.62, "AU25": 0.4},
             {"AU1": 1.2, "AU2": 0.6, "AU4": 1.0, "AU5": 1.25, "AU16": 0.3, "AU20": 1.2,
              "AU25": 0.9, "AU26": 0.4, "AU27": 0.2}),
    "Surprise": ({"AU1": 0.5, "AU2": 0.7, "AU5": 0.35, "AU25": 0.15, "AU26": 0.45},
                 {"AU1": 1.05, "AU2": 1.25, "AU5": 1.1, "AU25": 0.3, "AU26": 1.1, "AU27": 0.4}),
    "Sadness": ({"AU1": 0.6, "AU4": 0.35, "AU15": 0.55, "AU17": 0.25, "AU43": 0.2},
                {"AU1": 1.2, "AU4": 0.9, "AU6": 0.5, "AU11": 0.5, "AU15": 1.15, "AU17": 0.9,
                 "AU43": 0.2}),
    "Disgust": ({"AU4": 0.05, "AU6": 0.55, "AU7": 0.1, "AU9": 0.85, "AU10": 0.65, "AU17": 0.2,
                 "AU25": 0.05, "AU43": 0.35},
                {"AU4": 0.15, "AU6": 1.0, "AU7": 0.2, "AU9": 1.4, "AU10": 1.35, "AU15": 0.15,
                 "AU16": 0.2, "AU17": 0.25, "AU25": 0.4, "AU43": 0.6}),
    "Anger": ({"AU4": 0.85, "AU5": 0.3, "AU7": 0.5, "AU23": 0.55, "AU24": 0.45},
              {"AU4": 1.35, "AU5": 0.8, "AU7": 1.1, "AU9": 0.4, "AU10": 0.7, "AU16": 0.6,
               "AU23": 0.85, "AU25": 0.8, "AU26": 0.3}),
    "Anticipation": ({"AU1": 0.28, "AU2": 0.5, "AU5": 0.35, "AU12": 0.42, "AU25": 0.1},
                     {"AU1": 0.7, "AU2": 1.1, "AU5": 0.9, "AU7": 0.5, "AU12": 1.05, "AU25": 0.55}),
    CONTEMPT: ({"AU2L": 0.12, "AU12R": 0.4, "AU14R": 0.9, "AU17": 0.15, "AU43": 0.18},
               {"AU2L": 0.5, "AU4R": 0.3, "AU10R": 0.5, "AU12R": 0.8, "AU14R": 1.4,
                "AU17": 0.4, "AU43": 0.35}),
}
"""Emotion -> its mild and its intense face; the basic one is its prototype.

FACS scores intensity unit by unit (A trace to E maximum), so that a weaker face is not the same
face scaled: what names it comes first, and jaw and teeth join late.
"""


def ring_strengths(emotion: str, intensity: float) -> Strengths:
    """The units of `emotion` at `intensity` (0 neutral, 0.5 mild, 1 basic, 1.5 intense).

    Straight from ring to ring, so continuous; beyond the intense ring there is no more.  What names
    an emotion (`CHARACTERISTIC`) never weakens as intensity rises; lips that press give way to
    bared teeth.  Raises KeyError for a word that is none of `PROTOTYPES`.
    """
    basic = PROTOTYPES[emotion].units
    if not basic:
        return {}
    mild, intense = _RINGS[emotion]
    names = list(dict.fromkeys((*basic, *mild, *intense)))
    knots = np.array([[ring.get(name, 0.0) for name in names]
                      for ring in ({}, mild, basic, intense)])
    at = np.clip(np.interp(intensity, (0.0, MILD, BASIC, INTENSE), range(4)), 0, 3)
    low = min(int(at), 2)
    row = knots[low] + (at - low) * (knots[low + 1] - knots[low])
    return {name: float(value) for name, value in zip(names, row, strict=True) if value > 0}


@dataclass(frozen=True)
class Characteristic:
    """What a face must show for an emotion to be named: all units of any one of `sets`."""

    sets: tuple[tuple[str, ...], ...]
    source: str
    without: tuple[str, ...] = ()  # units that make it another emotion


_FACS_TABLE = "emotion table of the FACS manual and Investigator's Guide (Ekman, Friesen, Hager)"
CHARACTERISTIC: Mapping[str, Characteristic] = {
    "Joy": Characteristic((("AU6", "AU12"), ("AU12", "AU25")), f"6+12: {FACS}; 12+25: {_DU}"),
    "Trust": Characteristic((("AU1", "AU12"),), "12 of contentment 12+43, with 1: a design choice",
                            without=("AU2", "AU26")),
    "Fear": Characteristic((("AU1", "AU4", "AU20"), ("AU1", "AU4", "AU5"), ("AU5", "AU20")),
                           f"1+4+20: {_DU}; 1+2+4+5 and 5+20: {_FACS_TABLE}"),
    "Surprise": Characteristic(
        (*(("AU1", "AU2", unit) for unit in ("AU5", "AU25", "AU26", "AU27")),
         ("AU5", "AU26"), ("AU5", "AU27")),
        f"1+2+25: {_DU}; 1+2+5, 1+2+26, 1+2+27, 5+26, 5+27: {_FACS_TABLE}; 4 and 20 would be fear",
        without=("AU4", "AU20")),
    "Sadness": Characteristic(
        (("AU4", "AU15"), ("AU6", "AU15"), ("AU1", "AU4", "AU11"), ("AU1", "AU4", "AU17"),
         ("AU11", "AU15"), ("AU11", "AU17")),
        f"4+15: {_DU}; 6+15, 1+4+11, 11+15, 11+17: {_FACS_TABLE}; 1+4+17 from the same people (1 "
        "in 60 %, 17 in 67 %); 9+15 is disgust",
        without=("AU9",)),
    "Disgust": Characteristic(
        (("AU9",), ("AU10", "AU17"), ("AU10", "AU16")),
        f"9, 10+16, 10+17: {_FACS_TABLE}; 9+10+17: {_DU}; 12 would be happy disgust",
        without=("AU12",)),
    "Anger": Characteristic(
        (*(("AU4", eyes, lips) for eyes in ("AU5", "AU7") for lips in ("AU22", "AU23", "AU24")),
         ("AU4", "AU10", "AU25")),
        f"4+7+24: {_DU}; 4+5+7 with 22, 23 or 24, one of 5 and 7 left out at most, and what can be "
        f"seen of 4+5+7+10+22+23+25 in a shout: {_FACS_TABLE}", without=("AU12",)),
    "Anticipation": Characteristic((("AU1", "AU2", "AU12"),), "interest 1+2+12: a design choice"),
    CONTEMPT: Characteristic((("AU14R",), ("AU14L",), ("AU4", "AU14", "AU25")),
                             f"14 of one side, 12 with it or not: {_FACS_TABLE}"),
    NEUTRAL: Characteristic(((),), "nothing"),
}
"""Emotion -> the units that name it.  A unit without a side is asked for on both."""

SHOWN_SHARE = 0.35
"""A unit counts as shown from this share of its basic strength (FACS intensity B, `slight`, begins
at about a quarter of full): a design choice."""
ONE_SIDED_SHARE = 0.5
"""A unit of one side must be more than the other side by half of itself, and one of both sides
not: a design choice."""

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
    """(N,) which of the faces with unit `strengths` (N,U) show what names `emotion`.

    A face agrees when it shows all units of one of the emotion's characteristic sets (the
    prototype's or a variant's), each from `SHOWN_SHARE` of its basic strength and on the sides
    asked for, and none of the units that make it another emotion.  Units that the head lacks are
    not asked for; further units do not count.
    """
    faces = np.atleast_2d(np.asarray(strengths, dtype=np.float64))
    wanted = CHARACTERISTIC[emotion]
    fits = np.zeros(len(faces), dtype=bool)
    for units in wanted.sets:
        fits |= np.all([_shows(unit, emotion, names, faces, True) for unit in units], axis=0)
    for unit in wanted.without:
        fits &= ~_shows(unit, emotion, names, faces, False)
    return fits


def _shows(unit: str, emotion: str, names: Sequence[str], faces: Array, unknown: bool
           ) -> npt.NDArray[np.bool_]:
    """(N,) whether `unit` is shown; `unknown` where the head has no such unit."""
    whole = _SIDED.fullmatch(unit)
    base = whole[1] if whole else unit
    sides = [names.index(name) for name in (f"{base}L", f"{base}R") if name in names]
    least = SHOWN_SHARE * _basic_strength(emotion, base)
    if len(sides) < 2:
        only = [names.index(name) for name in (base, unit) if name in names] or sides
        return faces[:, only[0]] >= least if only else np.full(len(faces), unknown)
    pair = faces[:, sides]
    if whole:
        own, other = pair.T if whole[2] == "L" else pair[:, ::-1].T
        return np.asarray((own >= least) & (other <= ONE_SIDED_SHARE * own))
    return np.asarray((pair.mean(axis=1) >= least)
                      & (pair.min(axis=1) >= ONE_SIDED_SHARE * pair.max(axis=1)))


def _basic_strength(emotion: str, base: str) -> float:
    """The most that the emotion's prototype or a variant shows of a unit; 1 where none does."""
    prototype = PROTOTYPES[emotion]
    shown = [units[name] for units in (prototype.units, *prototype.variants)
             for name in (base, f"{base}R") if name in units]
    return max(shown, default=1.0)
