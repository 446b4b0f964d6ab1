# SPDX-License-Identifier: GPL-3.0-or-later
"""What was understood of a sentence, in words a person checks at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from .protocol_plan import PlanStep


def plan_lines(steps: Sequence[PlanStep]) -> list[str]:
    """One line for each step: when it begins, what it does, how long."""
    lines = []
    begin = 0.0
    for step in steps:
        strength = "" if step.intensity == 1 else f" × {step.intensity:.2g}"
        if step.seconds == 0:  # where the performance begins
            lines.append(f"from {step.emotion}{strength}")
            continue
        lines.append(f"{begin:.1f} s  {step.emotion}{strength}, {step.seconds:.2g} s {step.easing}")
        begin += step.seconds
    return lines
