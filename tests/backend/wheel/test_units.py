# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units as database rows."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.data import HeadData, NamedUnits
from flamewheel.wheel.units import eye_distance, face_rows, unit_rows


def test_rows_are_expression_then_jaw(head: HeadData) -> None:
    rows = unit_rows(head.units)
    names = head.units.names
    assert rows.shape == (len(names), head.expression_count + 3)
    assert rows[names.index("AU26"), -3] == pytest.approx(0.2)
    assert rows[0, 0] == 1 and not rows[0, 1:].any()


def test_faces_hold_the_pairs_correctives() -> None:
    units = NamedUnits(("AU1", "AU2"), np.eye(2, 3), np.zeros((2, 5, 3)),
                       np.array([[0, 1]], np.int32), np.array([[0.0, 0.0, -1.0]]))
    assert face_rows(units, [[1.0, 0.5]])[0] == pytest.approx([1.0, 0.5, -0.5, 0, 0, 0])


def test_eyes_tell_the_size(head: HeadData) -> None:
    assert eye_distance(head) == pytest.approx(0.06)
