# SPDX-License-Identifier: GPL-3.0-or-later
"""What action units are called in FACS (Ekman, Friesen and Hager, 2002), for people to read."""

from __future__ import annotations

import re
from collections.abc import Mapping

MEANINGS: Mapping[int, str] = {
    1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser",
    6: "cheek raiser", 7: "lid tightener", 8: "lips toward each other", 9: "nose wrinkler",
    10: "upper lip raiser", 11: "nasolabial deepener", 12: "lip corner puller",
    13: "sharp lip puller", 14: "dimpler", 15: "lip corner depressor",
    16: "lower lip depressor", 17: "chin raiser", 18: "lip pucker", 19: "tongue show",
    20: "lip stretcher", 21: "neck tightener", 22: "lip funneler", 23: "lip tightener",
    24: "lip pressor", 25: "lips part", 26: "jaw drop", 27: "mouth stretch", 28: "lip suck",
    29: "jaw thrust", 30: "jaw sideways", 31: "jaw clencher", 32: "lip bite", 33: "cheek blow",
    34: "cheek puff", 35: "cheek suck", 36: "tongue bulge", 37: "lip wipe",
    38: "nostril dilator", 39: "nostril compressor", 41: "lid droop", 42: "eyes slit",
    43: "eyes closed", 44: "squint", 45: "blink", 46: "wink",
}
"""Number of a unit -> its name; 41 and 42 as in the edition of 1978, which had them as units."""

_SIDES = {"L": "left", "R": "right", "": ""}
_NAME = re.compile(r"AU(\d+)([LR]?)")


def unit_number(name: str) -> int | None:
    """12 of `AU12L`; None where the name is no action unit's."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def unit_meaning(name: str) -> str:
    """`AU12L` -> "lip corner puller, left" (the face's own left); "" for an unknown name."""
    found = _NAME.fullmatch(name)
    if found is None or int(found[1]) not in MEANINGS:
        return ""
    meaning, side = MEANINGS[int(found[1])], _SIDES[found[2]]
    return f"{meaning}, {side}" if side else meaning
