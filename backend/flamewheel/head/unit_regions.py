# SPDX-License-Identifier: GPL-3.0-or-later
"""In which part of the face an action unit shows: brows, eyes, nose, cheeks, mouth or jaw.

By the muscle that FACS names for each unit (Ekman, Friesen and Hager, 2002): the frontalis and
corrugator move the brows; the levator palpebrae and the orbicularis oculi's palpebral part the
lids, its orbital part (6) the cheeks; the levator labii alaeque nasi (9) and the nasalis the nose;
the zygomaticus, risorius, depressors, mentalis and orbicularis oris the mouth; the masseter and
pterygoids the jaw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from .unit_meanings import unit_number

REGIONS = ("brows", "eyes", "nose", "cheeks", "mouth", "jaw")
"""The parts of a face that units show in, from above; `eyes` are the lids."""

UNITS_OF: Mapping[str, tuple[int, ...]] = {
    "brows": (1, 2, 4),
    "eyes": (5, 7, 41, 42, 43, 44, 45, 46),
    "nose": (9, 38, 39),
    "cheeks": (6, 11, 13, 33, 34, 35),
    "jaw": (26, 27, 29, 30, 31),
}
"""Region -> numbers of its units; every other unit is the mouth's.  That 11 and 13, which end at
the lip, count as the cheeks', whose folds they draw, is a design choice."""

_REGION_OF = {number: region for region, numbers in UNITS_OF.items() for number in numbers}


def region_of(unit_name: str) -> str:
    """One of REGIONS for a unit's name (`AU2L`); what is no action unit counts as the mouth's."""
    return _REGION_OF.get(unit_number(unit_name) or 0, "mouth")


def region_rows(names: Sequence[str]) -> npt.NDArray[np.int64]:
    """(U,) the region of each of a head's units `names`, as an index into REGIONS."""
    return np.array([REGIONS.index(region_of(name)) for name in names], dtype=np.int64)


def in_regions(names: Sequence[str], regions: Sequence[str]) -> npt.NDArray[np.bool_]:
    """(U,) which of a head's units `names` show in any of `regions`."""
    return np.isin(region_rows(names), [REGIONS.index(region) for region in regions])
