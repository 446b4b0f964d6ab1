# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math

from flamewheel.evaluation.measures import Measure


def test_a_ceiling_and_a_floor():
    assert Measure("residual", "", {"ours": 0.010, "theirs": 0.5}, aim=0.011).reached()
    assert not Measure("residual", "", {"ours": 0.012}, aim=0.011).reached()
    assert Measure("smile", "AUC", {"ours": 0.95}, aim=0.93, at_most=False).reached()
    assert Measure("turn", "degrees", {"ours": 2.0}).reached() is None


def test_no_number_is_null_in_json():
    row = Measure("spread", "", {"ours": 0.2, "mean face": math.nan}, aim=0.3).to_dict()
    assert json.loads(json.dumps(row, allow_nan=False))["values"]["mean face"] is None
