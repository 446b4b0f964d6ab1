# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend to name the emotion of a face.

A photo stays where it is and only its path travels: both run on one machine.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .protocol import CodeBody

PATH_INFER = "/v1/infer"
CANNOT_TELL = "cannot tell"
"""The label of a reading that is not sure enough of any emotion."""


@dataclass(frozen=True)
class InferRequest:
    """A face: of a photo (absolute path), or as a rig stands (`code`, of `head`)."""

    head: str
    photo: str | None = None
    face: int | None = None  # which of several faces in the photo, 1 = largest
    code: CodeBody | None = None


@dataclass(frozen=True)
class EmotionBody:
    """`EmotionReading` on the wire."""

    label: str  # a name of the wheel, Contempt, Neutral or CANNOT_TELL
    probabilities: dict[str, float] = field(default_factory=dict)  # name -> 0..1, sum 1
    valence: float | None = None  # -1..1
    arousal: float | None = None  # -1..1


@dataclass(frozen=True)
class InferReply:
    """What the face shows, and of a photo its parameters too."""

    emotion: EmotionBody
    parameters: dict[str, Any] | None = None  # the JSON parameter file; None of a rig's face
    notes: list[str] = field(default_factory=list)
