# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in words, for a person to check before any key is touched."""

from __future__ import annotations

from .plan import CURRENT, TransitionPlan


def describe(plan: TransitionPlan) -> str:
    """The plan as lines for a person: start, one line a step with its times, notes."""
    said = "" if plan.start_said else " (not said: the face as it is, else neutral)"
    first = "the current expression" if plan.start.primary == CURRENT else plan.start.title()
    lines = [f"start: {first}{said}"]
    clock = 0.0
    for number, step in enumerate(plan.steps, 1):
        until = clock + step.seconds
        verb = "hold" if step.kind == "hold" else "go to"
        extra = "" if step.kind == "hold" or step.easing == "smooth" else f", {step.easing}"
        extra += ", on the way" if step.inserted else ""
        read = f"   from '{step.words}'" if step.words else ""
        lines.append(
            f"{number}. {clock:.4g} to {until:.4g} s: {verb} {step.target.title()}{extra}{read}"
        )
        clock = until
    lines += [f"note: {note}" for note in plan.notes]
    return "\n".join(lines)
