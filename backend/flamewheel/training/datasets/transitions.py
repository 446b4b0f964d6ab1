# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of faces with instructions, to learn from: see `instruction.transition_set`."""

from __future__ import annotations

from ...instruction.transition_set import (
    TransitionSet,
    load_transitions,
    save_transitions,
)

__all__ = ["TransitionSet", "load_transitions", "save_transitions"]
