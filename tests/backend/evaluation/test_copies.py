# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np

from flamewheel.evaluation.copies import COPIES, copies


def test_copies_are_turned_scaled_and_whole():
    picture = np.zeros((200, 100, 3), np.uint8)
    picture[80:120, 30:70] = 255
    made = copies(picture, seed=1)
    areas = [(copy[..., 0] > 127).sum() for copy in made]
    assert len(made) == COPIES and max(areas) > 2 * min(areas) > 0
    again = copies(picture, seed=1)
    assert all((one == other).all() for one, other in zip(made, again, strict=True))
