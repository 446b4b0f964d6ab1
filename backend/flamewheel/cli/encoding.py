# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode`: photos to parameter files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from .. import pipeline
from ..errors import UsageError
from .giving import give_parameters
from .report import progress_line


def encode(options: Namespace) -> None:
    """Photo -> parameter file."""
    if options.preview:
        _must_not_replace(options.photo, options.preview)
    with progress_line("encoding") as progress:
        face = pipeline.encode(
            options.photo, head=options.head, face=options.face, progress=progress
        )
    if options.preview:
        pipeline.write_preview(options.photo, face, options.preview, head=options.head)
    give_parameters(face, options)
    if not options.json and face.error is not None:
        print(f"residual: {100 * face.error:.2f} % of the inter-ocular distance")


def _must_not_replace(photo: Path, preview: Path) -> None:
    """A person's photo is not overwritten by the picture of what was made of it."""
    if photo.exists() and preview.exists() and preview.samefile(photo):
        raise UsageError("same-file", f"The preview would take the place of the photo {photo}.",
                         "Give --preview another name.")
