# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode`: one photo, several of one person, or a video, to parameter files."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .. import pipeline
from ..errors import UsageError
from ..pipeline import EncodedPhotos, Gathered
from ..pipeline.detail import map_files
from .giving import give_parameters
from .networks import photo_encoder
from .photo_folder import check_folder, give_photos
from .places import Named, check_ending, check_places, refuse_unheard
from .report import progress_line
from .video import encode_video, given_to_video


def encode(options: Namespace) -> None:
    """Photo -> parameter file; photos or a folder -> a folder of them; video -> trajectory."""
    sources: list[Path] = options.sources
    videos = [source for source in sources if pipeline.is_video(source)]
    if videos and len(sources) > 1:
        raise UsageError("one-video", f"{videos[0].name} is a video, and there is more.",
                         "Encode a video by itself.")
    if videos:
        encode_video(options)
    elif len(sources) == 1 and not os.path.isdir(sources[0]):
        _encode_one(sources[0], options)
    else:
        _encode_several(pipeline.gather_photos(sources), options)


def _encode_one(photo: Path, options: Namespace) -> None:
    maps = map_files(options.detail)
    _check(options, [photo], [("-o", options.output), *(("--detail", path) for path in maps)])
    if options.neutral:
        result = _together((photo,), options)
        face = replace(result.photos[0].face,
                       notes=(*result.photos[0].face.notes, *result.notes))
    else:
        encoder = photo_encoder(options)
        with progress_line("encoding") as progress:
            face = encoder(photo, progress) if encoder else pipeline.encode(
                photo, head=options.head, face=options.face, progress=progress)
    if options.preview:
        pipeline.write_preview(photo, face, options.preview, head=options.head)
    give_parameters(face, options, *maps, options.preview)
    if not options.json and face.error is not None:
        print(f"residual: {100 * face.error:.2f} % of the inter-ocular distance")


def _encode_several(gathered: Gathered, options: Namespace) -> None:
    """Everything that can be refused is, before the first photo is read."""
    if options.separate and options.neutral:
        raise UsageError("neutral-of-nobody", "With --separate every photo is somebody else's, so "
                         "that one neutral face cannot serve all.",
                         "Leave out --separate, or --neutral.")
    if options.detail:
        raise UsageError("detail-of-several", "Several photos would write one map over another.",
                         "Give --detail with one photo.")
    _check(options, gathered.photos, [])
    if options.output:
        check_folder(options.output)
    result = (_each if options.separate else _together)(gathered.photos, options)
    result = replace(result, notes=(*gathered.notes, *result.notes))
    give_photos(result, options)
    if options.preview:
        with progress_line("contact sheet") as progress:
            pipeline.write_contact_sheet(result.photos, options.preview, head=options.head,
                                         progress=progress)
        if not options.json:
            print(f"wrote {options.preview}")


def _together(photos: tuple[Path, ...], options: Namespace) -> EncodedPhotos:
    """As pictures of one person."""
    encoder = photo_encoder(options)
    with progress_line("encoding") as progress:
        if encoder is None:
            return pipeline.encode_photos(photos, head=options.head, neutral=options.neutral,
                                          face=options.face, progress=progress)
        if options.neutral:
            raise UsageError("neutral-needs-landmarks", "Networks measure every expression against "
                             "their own idea of a neutral face.", "Leave out --neutral.")
        return pipeline.with_mean_identity(
            pipeline.encode_each(photos, encoder, progress=progress))


def _each(photos: tuple[Path, ...], options: Namespace) -> EncodedPhotos:
    """As pictures that have nothing to do with one another."""
    encoder = photo_encoder(options)
    with progress_line("encoding") as progress:
        return pipeline.encode_each(
            photos, encoder or pipeline.landmark_encoder(options.head, options.face),
            progress=progress)


def _check(options: Namespace, photos: Sequence[Path], files: Sequence[Named]) -> None:
    """What can be told before a photo is read.  Raises UsageError, OutputError."""
    refuse_unheard(given_to_video(options), "photos", "Leave out what is for videos.")
    check_ending(options.preview, ".png", "The preview of photos")
    check_places([("the photo", photo) for photo in (*photos, options.neutral)],
                 [*files, ("--preview", options.preview)])
