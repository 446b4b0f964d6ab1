# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees: panels, the wheel, preferences."""

from .panels import PANELS as _PANELS
from .unit_panels import UNIT_PANELS

PANELS = (*_PANELS[:-1], *UNIT_PANELS, _PANELS[-1])
"""From top to bottom: the backend's stays last."""

__all__ = ["PANELS"]
