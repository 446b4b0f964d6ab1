# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend for several photos of one person.

Both run on one machine, so that the photos stay where they are and only their paths travel; the
work is a job, as a video is (`protocol_video`).

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PATH_PHOTOS = "/v1/encode/photos"
MAX_PHOTOS = 1000
"""In one request; a design choice: minutes of work, and an answer of a few megabytes."""


@dataclass(frozen=True)
class PhotosRequest:
    """Photos of one person, as absolute paths on this machine."""

    head: str
    photos: list[str]
    neutral: str | None = None  # the person's neutral face, among the photos or not
    face: int | None = None  # which of several faces in each photo, 1 = largest


@dataclass(frozen=True)
class PhotoFace:
    """The face in one photo."""

    photo: str  # as in the request
    parameters: dict[str, Any]  # the JSON parameter file; all have the same "shape"


@dataclass(frozen=True)
class PhotosReply:
    """The photos that have a face, in the order asked; what is missing is told in the notes."""

    faces: list[PhotoFace]
    notes: list[str] = field(default_factory=list)
