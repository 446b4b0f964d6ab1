# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawing of databases: which faces are shown, and that they differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel.head.registry import open_head_path
from flamewheel.pipeline import expression_database
from flamewheel.pipeline.database_drawing import CELL, _painter, draw_databases, faces_of
from flamewheel.wheel.dbex import database_from_arrays

pytestmark = pytest.mark.skipif(not open_head_path().is_file(),
                                reason="the embedded head is not built")


def test_spread_is_a_deviation_along_the_first_axis_of_the_agreeing_rows() -> None:
    labels = ["Joy"] * 4 + ["Fear"] * 2
    rows = np.zeros((6, 6))
    rows[:4, 0], rows[:3, 1] = (1.0, 2.0, 3.0, 99.0), (0.1, -0.2, 0.1)
    database = database_from_arrays("x", "", labels, rows, ["a photo of x"] * 6,
                                    agreeing=[True, True, True, False, True, True])
    faces = faces_of(database, "Joy")
    assert faces.captions == ("B1: 4 photos", "B2: 3 agree", "B2 - 1 sd", "B2 + 1 sd")
    b1, b2, down, up = faces.rows
    assert b1[0] == pytest.approx(26.25) and b2[0] == pytest.approx(2.0)
    assert up[0] - b2[0] == pytest.approx(np.std([1.0, 2.0, 3.0]), rel=0.05) and up[0] > b2[0]
    assert up + down == pytest.approx(2 * b2)


def test_both_databases_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def painter(_: object) -> object:
        def paint(row: np.ndarray) -> np.ndarray:
            seen.append(row)
            return np.zeros((CELL, CELL, 3), np.uint8)
        return paint

    monkeypatch.setattr("flamewheel.pipeline.database_drawing._painter", painter)
    told: list[tuple[int, int, str]] = []
    draw_databases(tmp_path / "wheel.png", progress=lambda *said: told.append(said))
    assert len(seen) == 2 * 9 * 4 and told[-1][:2] == (17, 18)
    two = Image.open(tmp_path / "wheel.png").size
    draw_databases(tmp_path / "wheel.png", database="facs")
    one = Image.open(tmp_path / "wheel.png").size
    assert one[1] == two[1] and one[0] < 0.6 * two[0]


def test_a_smile_and_a_dropped_jaw_are_painted() -> None:
    from flamewheel.head.registry import find_head

    database = expression_database("open")
    paint = _painter(find_head("open"))
    rest = paint(np.zeros(database.vectors.shape[1])).astype(float)
    assert (paint(np.zeros(database.vectors.shape[1])) == rest).all()  # the same person and light
    for emotion in ("Joy", "Surprise"):
        moved = np.abs(paint(database.b2[database.index(emotion)]) - rest).mean(axis=2)
        assert moved[CELL // 2:].mean() > 2 * moved[:CELL // 8].mean()
