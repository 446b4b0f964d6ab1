# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest
from PIL import Image

from flamewheel.evaluation import wheel_sheets
from flamewheel.evaluation.wheel_drawing import Cell, row_sheet, wheel_sheet
from flamewheel.evaluation.wheel_faces import Pair
from flamewheel.evaluation.wheel_sheets import CLOCKWISE, COUNTER, wheel_pairs, write_sheets

SIDE = 40


class Painter:
    """Stands for the photographer: a plain colour each time."""

    def __init__(self, _head, side):
        self.side, self.taken = side, []

    def picture(self, code, yaw=0.0):
        self.taken.append(yaw)
        return np.full((self.side, self.side, 3), 90, np.uint8)


def cell(tone, name="Joy"):
    return Cell(np.full((SIDE, SIDE, 3), tone, np.uint8), name, "detail", ("Joy",))


def test_the_primary_is_met_first_on_the_way_round():
    assert wheel_pairs(CLOCKWISE)[0] == Pair("Joy", "Trust")
    assert wheel_pairs(COUNTER)[0] == Pair("Trust", "Joy")
    assert wheel_pairs(CLOCKWISE)[7] == Pair("Anticipation", "Joy")


def test_no_face_of_the_wheel_covers_another():
    sheet = wheel_sheet("t", cell(1), [cell(2 + n) for n in range(8)],
                        [cell(10 + n) for n in range(8)])
    for tone in range(1, 18):  # corners are rounded, chips and nothing else lie on a picture
        assert (sheet == tone).all(2).sum() > 0.965 * SIDE**2


def test_rows_hold_every_face_and_their_heads():
    sheet = row_sheet("title", [cell(3 + n) for n in range(5)], 2, ("front", "side"))
    places = [np.argwhere((sheet == 3 + n).all(2)).mean(0) for n in range(5)]
    assert places[0][1] < places[1][1] and places[0][0] == pytest.approx(places[1][0], abs=1)
    assert places[2][0] > places[0][0] and places[4][1] == pytest.approx(places[0][1], abs=1)


def test_all_sheets_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(wheel_sheets, "Photographer", Painter)
    made = write_sheets(tmp_path / "new", "open-light", None, ("linear", "pca"),
                        lambda *_: None, SIDE)
    assert sorted(path.name for path in made) == [
        "dyads_linear.png", "dyads_linear_turned.png", "emotions.png",
        "wheel_linear_clockwise.png", "wheel_linear_counter-clockwise.png",
        "wheel_pca_clockwise.png", "wheel_pca_counter-clockwise.png"]
    assert all(Image.open(path).size[0] > 6 * SIDE for path in made)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
        path.name for path in made)
