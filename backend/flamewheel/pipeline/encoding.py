# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos to parameters."""

from __future__ import annotations

from pathlib import Path

from ..parameters import FaceParameters
from .progress import Progress


def encode(
    photo: Path | bytes,
    *,
    head: str = "open",
    face: int | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """A photo of a person as parameters of `head`.

    `photo` is a file or the bytes of one; `face` chooses among several (1 = largest).
    Raises PhotoError where there is no such face or no readable picture, HeadError for the head.
    """
    from ..encoders.landmark import encode_photo
    from ..encoders.photo import load_photo
    from ..head.registry import find_head

    return encode_photo(load_photo(photo), find_head(head), face=face, progress=progress)


def write_preview(photo: Path, face: FaceParameters, output: Path, *, head: str = "open") -> None:
    """The photo and the head that was made of it, side by side, as a PNG."""
    from PIL import Image

    from ..encoders.preview import preview
    from ..files import written_aside
    from ..head.registry import find_head

    picture = Image.fromarray(preview(photo, face, find_head(head)))
    with written_aside(output) as aside:
        picture.save(aside, format="PNG")
