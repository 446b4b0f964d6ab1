# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels' menus offer: emotions and sides."""

from __future__ import annotations

from ..core.wheel_names import DYADS, MILD_BASIC_INTENSE, NEUTRAL, WHEEL_ORDER

EMOTIONS = tuple((name, name, " · ".join(MILD_BASIC_INTENSE[name])) for name in WHEEL_ORDER)
PRIMARY = (
    *EMOTIONS,
    (NEUTRAL, NEUTRAL, "No expression"),
    *((name, f"{name}  ({first} + {second})", f"{first} + {second}")
      for name, (first, second) in DYADS.items()),
)
SECONDARY = (("NONE", "None", "The primary emotion alone"), *EMOTIONS)
TERTIARY = (("NONE", "None", "No third emotion"), *EMOTIONS)
SIDES = (
    ("BOTH", "Both", "Both sides of the face"),
    ("left", "Left", "The face's own left alone"),
    ("right", "Right", "The face's own right alone"),
)
