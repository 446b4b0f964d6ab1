# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode`: photos to parameter files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from .. import pipeline
from ..errors import UsageError
from .giving import give_parameters
from .networks import photo_encoder
from .report import progress_line
from .video import encode_video

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".webm", ".mkv", ".m4v"})


def encode(options: Namespace) -> None:
    """Photo -> parameter file."""
    photo, *more = options.sources
    if more:
        raise UsageError("several-photos", f"{len(more) + 1} photos were given.",
                         "Encode them one by one.")
    if photo.suffix.lower() in VIDEO_SUFFIXES:
        encode_video(options)
        return
    if options.preview:
        _must_not_replace(photo, options.preview)
    encoder = photo_encoder(options)
    with progress_line("encoding") as progress:
        if encoder is None:
            face = pipeline.encode(photo, head=options.head, face=options.face, progress=progress)
        else:
            face = encoder(photo, progress)
    if options.preview:
        pipeline.write_preview(photo, face, options.preview, head=options.head)
    give_parameters(face, options)
    if not options.json and face.error is not None:
        print(f"residual: {100 * face.error:.2f} % of the inter-ocular distance")


def _must_not_replace(photo: Path, preview: Path) -> None:
    """A person's photo is not overwritten by the picture of what was made of it."""
    if photo.exists() and preview.exists() and preview.samefile(photo):
        raise UsageError("same-file", f"The preview would take the place of the photo {photo}.",
                         "Give --preview another name.")
