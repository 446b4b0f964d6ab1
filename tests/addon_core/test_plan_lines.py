# SPDX-License-Identifier: GPL-3.0-or-later
from blender_addon.core.plan_lines import plan_lines
from blender_addon.core.protocol_plan import PlanStep


def test_a_plan_is_read_at_a_glance() -> None:
    steps = [
        PlanStep("Disgust", 1.0, 0.0, "hold"),
        PlanStep("Joy", 1.5, 2.0, "smooth", "thrilled"),
        PlanStep("Joy", 1.5, 1.0, "hold"),
    ]
    assert plan_lines(steps) == [
        "from Disgust", "0.0 s  Joy × 1.5, 2 s smooth", "2.0 s  Joy × 1.5, 1 s hold",
    ]
