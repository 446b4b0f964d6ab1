# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's fields of a mix: what of them is shown, and what they mean to the verb."""

from __future__ import annotations

from typing import Any


def draw_mix(column: Any, state: Any) -> None:
    """The fields below the first emotion; a third emotion needs a second."""
    column.prop(state, "use_present")
    column.prop(state, "secondary")
    second = state.secondary != "NONE"
    mixed = column.column()
    mixed.enabled = second
    mixed.prop(state, "tertiary")
    mixed.prop(state, "weight")
    if second and state.tertiary != "NONE":
        mixed.prop(state, "rest")
        mixed.label(text=" · ".join(f"{100 * share:.0f} %" for share in shares_of(state)))
    mixed.prop(state, "method")
    column.prop(state, "side")
    if state.side != "BOTH":
        column.prop(state, "asymmetry")


def fill_mix(operator: Any, state: Any) -> None:
    """The verb's keywords from the panel's fields."""
    shares = shares_of(state)
    operator.primary = state.primary
    operator.intensity = state.intensity
    operator.use_present = state.use_present
    operator.secondary = state.secondary if len(shares) > 1 else ""
    operator.secondary_intensity = state.intensity
    operator.tertiary = state.tertiary if len(shares) > 2 else ""
    operator.tertiary_intensity = state.intensity
    operator.weight = state.weight
    operator.weights = (*shares, 0.0) if len(shares) == 2 else shares if len(shares) == 3 else (
        -1.0, -1.0, -1.0)
    operator.method = state.method
    operator.side = "" if state.side == "BOTH" else state.side
    operator.asymmetry = state.asymmetry
    operator.seconds = state.seconds


def shares_of(state: Any) -> tuple[float, ...]:
    """One to three shares that are one together, however the fields stand."""
    if state.secondary == "NONE":
        return (1.0,)
    rest = 1.0 - state.weight
    if state.tertiary == "NONE":
        return (state.weight, rest)
    return (state.weight, rest * state.rest, rest * (1.0 - state.rest))
