# SPDX-License-Identifier: GPL-3.0-or-later
"""Several photos of one person, asked for by their paths."""

from __future__ import annotations

from pathlib import Path

from .. import parameter_file, pipeline
from ..errors import PhotoError
from ..protocol_photos import MAX_PHOTOS, PhotoFace, PhotosReply, PhotosRequest


def encode_photos(
    asked: PhotosRequest, progress: pipeline.Progress | None = None
) -> PhotosReply:
    """The faces in the photos asked for, of one identity.

    Raises PhotoError `no-photos`, `too-many-photos`, and what `pipeline.encode_photos` raises.
    """
    if not asked.photos:
        raise PhotoError("no-photos", "There is no photo.", "Choose at least one.")
    if len(asked.photos) > MAX_PHOTOS:
        raise PhotoError("too-many-photos", f"{len(asked.photos)} photos were chosen.",
                         f"Choose at most {MAX_PHOTOS}.")
    gathered = pipeline.gather_photos([Path(photo) for photo in asked.photos])
    result = pipeline.encode_photos(
        gathered.photos, head=asked.head, face=asked.face, progress=progress,
        neutral=None if asked.neutral is None else Path(asked.neutral),
    )
    left_out = tuple(f"{refused.photo.name} was left out: {refused.refusal.message}"
                     for refused in result.refused)
    of_faces = tuple(f"{each.photo.name}: {note}"
                     for each in result.photos for note in each.face.notes)
    return PhotosReply(
        [PhotoFace(str(each.photo), parameter_file.to_dict(each.face)) for each in result.photos],
        [*gathered.notes, *left_out, *of_faces, *result.notes],
    )
