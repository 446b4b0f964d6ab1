# SPDX-License-Identifier: GPL-3.0-or-later
"""FACS action units by number: what they are called, and which part of the face they move.

Names are those of the FACS manual (Ekman, Friesen and Hager 2002), those of the eyes' units 41 to
44 of its 1978 edition, as the open head shows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REGIONS = ("brows", "eyes", "nose", "mouth", "jaw", "tongue")
"""From top to bottom; what is none of these is "other"."""
REGION_LABELS = {
    "brows": "Brows", "eyes": "Eyes and Lids", "nose": "Nose and Cheeks", "mouth": "Mouth",
    "jaw": "Jaw", "tongue": "Tongue", "other": "Other",
}
DIRECTIONS = frozenset({"AU30"})
"""Units whose two names are ways to go, not sides of the face: both at once cancel."""
SIDES = {"L": "left", "R": "right"}
"""The face's own left and right, as FACS has them."""

_FACS = {
    1: ("Inner brow raiser", "brows"), 2: ("Outer brow raiser", "brows"),
    4: ("Brow lowerer", "brows"), 5: ("Upper lid raiser", "eyes"),
    6: ("Cheek raiser", "nose"), 7: ("Lid tightener", "eyes"), 8: ("Lips toward", "mouth"),
    9: ("Nose wrinkler", "nose"), 10: ("Upper lip raiser", "mouth"),
    11: ("Nasolabial deepener", "nose"), 12: ("Lip corner puller", "mouth"),
    13: ("Sharp lip puller", "mouth"), 14: ("Dimpler", "mouth"),
    15: ("Lip corner depressor", "mouth"), 16: ("Lower lip depressor", "mouth"),
    17: ("Chin raiser", "mouth"), 18: ("Lip pucker", "mouth"), 19: ("Tongue show", "tongue"),
    20: ("Lip stretcher", "mouth"), 21: ("Neck tightener", "other"),
    22: ("Lip funneler", "mouth"), 23: ("Lip tightener", "mouth"), 24: ("Lip presser", "mouth"),
    25: ("Lips part", "mouth"), 26: ("Jaw drop", "jaw"), 27: ("Mouth stretch", "jaw"),
    28: ("Lips suck", "mouth"), 29: ("Jaw thrust", "jaw"), 30: ("Jaw sideways", "jaw"),
    31: ("Jaw clencher", "jaw"), 32: ("Lip bite", "mouth"), 33: ("Cheek blow", "nose"),
    34: ("Cheek puff", "nose"), 35: ("Cheek suck", "nose"), 36: ("Tongue bulge", "tongue"),
    37: ("Lip wipe", "tongue"), 38: ("Nostril dilator", "nose"),
    39: ("Nostril compressor", "nose"), 41: ("Lid droop", "eyes"), 42: ("Slit", "eyes"),
    43: ("Eyes closed", "eyes"), 44: ("Squint", "eyes"), 45: ("Blink", "eyes"),
    46: ("Wink", "eyes"),
}
_NAME = re.compile(r"AU(\d+)([LR]?)")


@dataclass(frozen=True)
class UnitRow:
    """What a person sees as one unit: both sides beside each other, or one for both."""

    code: str  # AU12
    label: str  # Lip corner puller
    region: str  # one of REGIONS, or "other"
    single: str | None = None  # the head's own name where it has no sides
    left: str | None = None
    right: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The head's own names, left before right."""
        return tuple(name for name in (self.single, self.left, self.right) if name is not None)


def unit_label(name: str) -> str:
    """"AU12 Lip corner puller, left" of AU12L; a name that is not FACS's as it is."""
    code, side = _parts(name)
    known = _FACS.get(_number(code))
    text = f"{code} {known[0]}" if known else code
    return f"{text}, {SIDES[side]}" if side else text


def other_side(name: str) -> str:
    """AU12R of AU12L and the other way round; a unit of both sides is its own."""
    code, side = _parts(name)
    return code + {"L": "R", "R": "L", "": ""}[side]


def linked_left(names: tuple[str, ...]) -> tuple[int | None, ...]:
    """For each unit the place of the left one that it follows where sides are linked, or None."""
    return tuple(
        names.index(other_side(name))
        if _parts(name)[1] == "R" and _parts(name)[0] not in DIRECTIONS
        and other_side(name) in names else None
        for name in names
    )


def unit_rows(names: tuple[str, ...]) -> tuple[UnitRow, ...]:
    """The units as rows, by region from top to bottom and by number within one."""
    sides: dict[str, dict[str, str]] = {}
    for name in names:
        code, side = _parts(name)
        sides.setdefault(code, {})[side] = name
    rows = []
    for code, own in sides.items():
        label, region = _FACS.get(_number(code), ("", "other"))
        rows.append(UnitRow(code, label, region, own.get(""), own.get("L"), own.get("R")))
    order = (*REGIONS, "other")
    return tuple(sorted(rows, key=lambda row: (order.index(row.region), _number(row.code))))


def _parts(name: str) -> tuple[str, str]:
    """(AU12, L) of AU12L; (name, "") of what is no FACS name."""
    read = _NAME.fullmatch(name)
    return (f"AU{read[1]}", read[2]) if read else (name, "")


def _number(code: str) -> int:
    read = _NAME.fullmatch(code)
    return int(read[1]) if read else 1000
