# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job's shots: places on the wheel and sentences; see `job_file`.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .strict_toml import Check, Spot, checked_table, listed, number, text, truth, whole

MOST_SECONDS = 3600.0
"""The longest single step, s: an hour is a typing mistake."""

@dataclass(frozen=True)
class WheelStep:
    """Go to a place on the wheel, then stay."""

    wheel: str  # an emotion in any common form; the primary one
    intensity: float | None  # 1 is the basic emotion; None: the word's own
    secondary: str | None  # key `with`: the emotion that is mixed in
    secondary_intensity: float | None  # key `with_intensity`
    tertiary: str | None  # key `and`: a third emotion
    tertiary_intensity: float | None  # key `and_intensity`
    weight: float | None  # 0..1, the primary's share; None: the method's own
    weights: tuple[float, ...] | None  # the shares of all, together 1
    method: str  # "units", "correlation", "linear" or "pca"
    side: str | None  # "left" or "right", the face's own; None: both
    asymmetry: float  # with a side: 0 even .. 1 that side alone
    seconds: float  # s, the way there
    hold: float  # s, how long it stays
    easing: str  # of the way there
    line: int


@dataclass(frozen=True)
class SentenceStep:
    """Act a sentence."""

    sentence: str
    seed: int | None
    line: int
    living: bool = False  # moves as faces move, densely keyed; else few keys, as eq. 16 joins them


def read_step(value: Any, spot: Spot) -> WheelStep | SentenceStep:
    """One entry of `steps`, checked.  Raises Mistake."""
    spot = Spot(spot.path, spot.lines, spot.place, f"{spot.what}, step {int(spot.place[-1]) + 1}")
    if isinstance(value, dict) and ("wheel" in value) == ("sentence" in value):
        raise spot.mistake("bad-step", "a step has either wheel or sentence.",
                           'Write {wheel = "Joy"} or {sentence = "..."}.')
    if isinstance(value, dict) and "sentence" in value:
        return SentenceStep(**{"seed": None, **checked_table(value, _SENTENCE, spot)},
                            line=spot.line)
    read = checked_table(value, _WHEEL, spot)
    read["secondary"] = read.pop("with", None)
    read["secondary_intensity"] = read.pop("with_intensity", None)
    read["tertiary"] = read.pop("and", None)
    read["tertiary_intensity"] = read.pop("and_intensity", None)
    if read["secondary"] is None and _OF_A_MIX & set(value):
        raise spot.mistake("bad-step", "weight, weights, method, and, with_intensity and "
                           "and_intensity need a second emotion.",
                           'Add with = "...", or take them out.')
    plain = {"intensity": None, "weight": None, "weights": None, "method": "units", "side": None,
             "asymmetry": 1.0, "seconds": 1.0, "hold": 0.0, "easing": "smooth"}
    return WheelStep(**{**plain, **read}, line=spot.line)


_INTENSITY = number(0, 3)  # 1 is the basic emotion; the wheel's three rings are well within
_WHEEL: dict[str, Check] = {
    "wheel": text(most=100),
    "intensity": _INTENSITY,
    "with": text(most=100),
    "with_intensity": _INTENSITY,
    "and": text(most=100),
    "and_intensity": _INTENSITY,
    "weight": number(0, 1),
    "weights": listed(number(0, 1), 2, 3, "the shares of all, together 1"),
    "method": text("units", "correlation", "linear", "pca"),
    "side": text("left", "right"),
    "asymmetry": number(0, 1),
    "seconds": number(0.01, MOST_SECONDS),
    "hold": number(0, MOST_SECONDS),
    "easing": text("smooth", "linear", "ease_in", "ease_out", "hold"),
}
_OF_A_MIX = {"with_intensity", "and", "and_intensity", "weight", "weights", "method"}
_SENTENCE: dict[str, Check] = {
    "sentence": text(most=2000), "seed": whole(0, 2**31 - 1), "living": truth,
}
