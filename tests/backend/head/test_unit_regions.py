# SPDX-License-Identifier: GPL-3.0-or-later
"""Every action unit belongs to one part of the face."""

import numpy as np

from flamewheel.head.registry import find_head
from flamewheel.head.unit_meanings import MEANINGS
from flamewheel.head.unit_regions import REGIONS, UNITS_OF, in_regions, region_of, region_rows

NAMES = find_head("open").units.names


def test_each_unit_of_facs_has_one_region_and_each_region_units():
    numbers = [number for region in UNITS_OF.values() for number in region]
    assert len(numbers) == len(set(numbers))
    assert {region_of(f"AU{number}") for number in MEANINGS} == set(REGIONS)


def test_regions_are_those_that_facs_shows():
    named = {"AU1L": "brows", "AU4": "brows", "AU43R": "eyes", "AU7L": "eyes", "AU9R": "nose",
             "AU6L": "cheeks", "AU34R": "cheeks", "AU12L": "mouth", "AU25R": "mouth",
             "AU17": "mouth", "AU26": "jaw", "AU30L": "jaw"}
    assert {name: region_of(name) for name in named} == named


def test_rows_follow_the_names_order_and_sides_share_a_region():
    rows = region_rows(NAMES)
    assert [REGIONS[row] for row in rows] == [region_of(name) for name in NAMES]
    assert all(region_of(name) == region_of(name[:-1] + "R") for name in NAMES if name[-1] == "L")
    both = in_regions(NAMES, ("brows", "jaw"))
    assert np.array_equal(both, np.isin(rows, (0, 5))) and both.any() and not both.all()
    assert not in_regions(NAMES, ()).any()
