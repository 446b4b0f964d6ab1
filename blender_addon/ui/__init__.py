# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees: panels, the wheel, preferences."""

from .panels import PANELS

__all__ = ["PANELS"]
