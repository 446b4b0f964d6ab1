# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees: panels, the wheel, preferences."""

from .emotion_panel import FLAMEWHEEL_PT_emotion
from .panels import PANELS as _PANELS
from .sentence_panel import SENTENCE_CLASSES
from .unit_panels import UNIT_PANELS

_AFTER_PHOTO = 2  # the panels of head and photo come first
PANELS = (*_PANELS[:_AFTER_PHOTO], FLAMEWHEEL_PT_emotion, *_PANELS[_AFTER_PHOTO:-1],
          *SENTENCE_CLASSES, *UNIT_PANELS, _PANELS[-1])
"""From top to bottom: the backend's stays last."""

__all__ = ["PANELS"]
