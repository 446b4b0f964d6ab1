# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.head.registry import find_head
from flamewheel.metrics.expression_signs import SignReader


@pytest.fixture(scope="module")
def read_units():
    """Signs of named units of the open head at full strength."""
    head = find_head("open-light")
    points = head.landmarks["facemesh478"]
    numbers = np.arange(478) if points.indices is None else np.asarray(points.indices)
    reader = SignReader(head, numbers, np.asarray(points.triangles),
                        np.asarray(points.barycentrics))

    def read(name):
        strengths = np.zeros((2, len(head.units.names)))
        strengths[1, [row for row, side in enumerate(head.units.names)
                      if side in (name, f"{name}L", f"{name}R")]] = 1
        return reader(head.units.codes(strengths), head.units.poses(strengths)[:, 2])

    return read


@pytest.mark.parametrize(("unit", "sign"), [
    ("AU12", "smile"), ("AU26", "jaw"), ("AU2", "brow_raise"), ("AU1", "brow_raise"),
    ("AU4", "brow_lowering"),
])
def test_a_unit_shows_in_its_sign(read_units, unit, sign):
    none, full = getattr(read_units(unit), sign)
    assert none == pytest.approx(0, abs=1e-6) and full > 1.0  # mm


@pytest.mark.parametrize(("unit", "sign"), [
    ("AU15", "smile"), ("AU4", "brow_raise"), ("AU1", "brow_lowering"), ("AU24", "jaw"),
])
def test_the_opposite_unit_lowers_it(read_units, unit, sign):
    assert getattr(read_units(unit), sign)[1] < 0.3
