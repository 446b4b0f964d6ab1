# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions carried from one sheet to another of the same mesh."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.deformation_transfer import DeformationTransfer
from flamewheel.head.open_head.mesh_tools import grid_triangles
from flamewheel.head.registration import Sheet

ROWS = 12


@pytest.fixture
def sheet() -> Sheet:
    """A bent square of 1 by 1."""
    x, y = np.meshgrid(np.linspace(0, 1, ROWS), np.linspace(0, 1, ROWS))
    points = np.stack([x, y, 0.2 * x * x], axis=-1).reshape(-1, 3)
    return Sheet(points, np.asarray(grid_triangles(ROWS, ROWS, False), np.int64))


def bump(sheet: Sheet) -> np.ndarray:
    """(n,3) a hill in the middle that leans."""
    near = np.exp(-20 * ((sheet.points[:, :2] - 0.5) ** 2).sum(1))
    return np.stack([0.1 * near, 0.05 * near, 0.2 * near], axis=1)


def test_the_same_face_moves_the_same(sheet: Sheet) -> None:
    field = bump(sheet)
    carried = DeformationTransfer(sheet, sheet, 1.0)(sheet.points + field[None], field[None])[0]
    assert np.abs(carried - field).max() < 1e-9


def test_a_larger_face_moves_as_much_further(sheet: Sheet) -> None:
    field = bump(sheet)
    large = Sheet(3 * sheet.points + 5, sheet.triangles)
    carried = DeformationTransfer(sheet, large, 3.0)(
        sheet.points + field[None], 3 * field[None])[0]
    assert np.abs(carried - 3 * field).max() < 1e-9


def test_what_stretches_to_shut_shuts_on_a_longer_face(sheet: Sheet) -> None:
    """The upper half stretches; where it is longer it goes further, though the map says less."""
    high = np.clip(sheet.points[:, 1] - 0.5, 0, None)
    field = np.stack([0 * high, high, 0 * high], axis=1)  # twice as long
    longer = sheet.points.copy()
    longer[:, 1] += 0.4 * np.clip(longer[:, 1] - 0.5, 0, None)
    carried = DeformationTransfer(sheet, Sheet(longer, sheet.triangles), 1.0)(
        sheet.points + field[None], field[None])[0]
    top = sheet.points[:, 1] == 1
    assert field[top, 1].mean() == pytest.approx(0.5)
    assert 0.55 < carried[top, 1].mean() < 0.7  # 0.7 without the hold


def test_motions_add_up_where_nothing_turns(sheet: Sheet) -> None:
    carry = DeformationTransfer(sheet, sheet, 1.0)
    none = carry(sheet.points[None], np.zeros((1, *sheet.points.shape)))
    assert np.abs(none).max() < 1e-12
