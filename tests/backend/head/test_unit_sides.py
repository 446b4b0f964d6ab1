# SPDX-License-Identifier: GPL-3.0-or-later
"""Left and right of faces in action units, and what the units are called."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.head.registry import find_head
from flamewheel.head.unit_meanings import unit_meaning, unit_number
from flamewheel.head.unit_sides import (
    evened,
    mirror_rows,
    mirrored_strengths,
    one_side,
    sides_of,
    unevenness,
    unit_side,
)

NAMES = ("AU12L", "AU17", "AU12R", "AU4L", "AU26")
FACE = [0.9, 0.5, 0.1, 0.4, 0.3]


def test_the_mirror_exchanges_sides() -> None:
    mirrored = mirrored_strengths(NAMES, FACE)
    assert mirrored == pytest.approx([0.1, 0.5, 0.9, 0.4, 0.3])  # AU4 has one side here
    assert mirrored_strengths(NAMES, mirrored) == pytest.approx(FACE)
    assert mirrored_strengths(NAMES, [FACE, FACE]).shape == (2, 5)


def test_one_side_leaves_the_middle() -> None:
    assert one_side(NAMES, FACE, "left") == pytest.approx([0.9, 0.5, 0.0, 0.4, 0.3])
    assert one_side(NAMES, FACE, "right") == pytest.approx([0.0, 0.5, 0.1, 0.0, 0.3])
    with pytest.raises(UsageError) as refused:
        one_side(NAMES, FACE, "top")
    assert refused.value.code == "bad-side"


def test_two_faces_give_a_side_each() -> None:
    both = sides_of(NAMES, FACE, np.zeros(5))
    assert both == pytest.approx([0.9, 0.25, 0.0, 0.4, 0.15])
    assert sides_of(NAMES, FACE, FACE) == pytest.approx(FACE)


def test_evenness() -> None:
    assert evened(NAMES, FACE) == pytest.approx([0.5, 0.5, 0.5, 0.4, 0.3])
    assert unevenness(NAMES, FACE) == pytest.approx([0.8, 0.0, -0.8, 0.0, 0.0])


def test_wrong_counts_are_refused() -> None:
    with pytest.raises(UsageError):
        mirrored_strengths(NAMES, [1.0, 2.0])


def test_mirrored_strengths_mirror_the_open_head() -> None:
    """What the mirrored strengths show is the mirror image of what the strengths show."""
    head = find_head("open")
    units = head.units
    strengths = np.zeros((1, len(units.names)))
    for name, value in (("AU12L", 0.9), ("AU4R", 0.6), ("AU43L", 0.4), ("AU17", 0.3)):
        strengths[0, units.names.index(name)] = value
    field = head.expression_basis @ units.codes(strengths)[0]
    image = head.expression_basis @ units.codes(mirrored_strengths(units.names, strengths))[0]
    assert head.mirror is not None
    flipped = field[head.mirror] * (-1.0, 1.0, 1.0)
    assert np.abs(image - flipped).max() < 0.05 * np.abs(field).max()
    assert (mirror_rows(units.names)[mirror_rows(units.names)] == np.arange(68)).all()


def test_names_say_what_they_mean() -> None:
    assert unit_meaning("AU12L") == "lip corner puller, left"
    assert unit_meaning("AU17") == "chin raiser"
    assert unit_meaning("smile") == "" and unit_meaning("AU99") == ""
    assert unit_number("AU4R") == 4 and unit_number("Exp1") is None
    assert unit_side("AU4R") == "right" and unit_side("AU17") is None and unit_side("L") is None
    assert all(unit_meaning(name) for name in find_head("open").units.names)
