# SPDX-License-Identifier: GPL-3.0-or-later
"""The sheet of units shows faces that differ, on every head that is given."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.head.registry import find_head
from flamewheel.render.unit_sheet import CAPTION, SIDE, unit_sheet


def test_each_unit_is_a_face_of_its_own() -> None:
    head = find_head("open-light")
    told: list[int] = []
    sheet = unit_sheet([(head, head.units)] * 2, ["AU12", "AU26"],
                       lambda done, total, text: told.append(done))
    assert sheet.shape == (SIDE + CAPTION, 6 * SIDE, 3) and told == [0, 1, 2]
    faces = [sheet[CAPTION:, at * SIDE:(at + 1) * SIDE].astype(int) for at in range(6)]
    assert (faces[0] == faces[1]).all() and (faces[4] == faces[5]).all()
    for one, other in ((0, 2), (0, 4), (2, 4)):
        assert np.abs(faces[one] - faces[other]).mean() > 0.3
    with pytest.raises(UsageError) as refused:
        unit_sheet([(head, head.units)], ["AU99"])
    assert refused.value.code == "unknown-unit"
