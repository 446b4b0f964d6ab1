# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of heads: rasteriser and shader."""

from .grey import render_grey
from .rasterise import Fragments, rasterise

__all__ = ["Fragments", "rasterise", "render_grey"]
