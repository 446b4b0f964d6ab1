# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel render-photo`: a photo whose face acts a trajectory or a sentence."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import pipeline
from ..errors import UsageError
from .giving import say_where
from .options import Subparsers, add_head_option, add_verb
from .places import check_places, named_path, refuse_unheard
from .report import print_json, print_notes, progress_line

if TYPE_CHECKING:
    from ..pipeline.photo_rendering import ActingPhoto
    from ..trajectory import Trajectory


def add_render_photo(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command."""
    parser = add_verb(verbs, common, "render-photo",
                      "Let the face in a photo act: the photo itself, with new expressions.")
    parser.add_argument("photo", type=named_path, metavar="PHOTO")
    acts = parser.add_mutually_exclusive_group(required=True)
    acts.add_argument("--trajectory", type=Path, metavar="FILE",
                      help="performance of `flamewheel transition` or `encode` of a video (.json)")
    acts.add_argument("--text", metavar="SENTENCE", help='from the photo\'s own expression on, '
                      'e.g. "to joy over two seconds"')
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                        help="video (.mp4), one moment (.png, .jpg), or every frame "
                        "(frames_%%04d.png)")
    parser.add_argument("--at", type=float, metavar="SECONDS",
                        help="the moment of a single picture; the end by default")
    parser.add_argument("--fps", type=float, metavar="RATE", help="frames a second; 24 by default")
    parser.add_argument("--size", type=int, metavar="PIXELS", help="of the result's longer side; "
                        "the photo's, at most 1080, by default")
    parser.add_argument("--face", type=int, metavar="NUMBER",
                        help="which of several faces, 1 = largest; the largest by default")
    parser.add_argument("--still", action="store_true", help="of --text: no blinks, nothing that "
                        "settles or runs ahead")
    parser.add_argument("--seed", type=int, help="vary what --text makes; a seed repeats it")
    add_head_option(parser)
    parser.set_defaults(run=render_photo)


def render_photo(options: Namespace) -> None:
    """Photo and performance -> video or pictures."""
    from ..pipeline.photo_rendering import FRAME_RATE, check_output

    fps = FRAME_RATE if options.fps is None else options.fps
    check_output(options.output, options.at, fps)
    check_places([("the photo", options.photo), ("the trajectory", options.trajectory)],
                 [("-o", options.output)])
    if options.trajectory:
        refuse_unheard([("--seed", options.seed is not None), ("--still", options.still)],
                       "a trajectory",
                       "Give it to `flamewheel transition`.")
    elif options.text:
        pipeline.understand(options.text)  # a wrong word is told before the photo is looked at
    elif not options.trajectory:
        raise UsageError("no-text", "--text says nothing.", 'Give such as --text "to joy".')
    acted = _read(options.trajectory) if options.trajectory else None
    with progress_line("looking") as progress:
        photo = pipeline.acting_photo(options.photo, head=options.head, face=options.face,
                                      size=options.size, progress=progress)
        if acted is None:
            photo, acted = _acted(photo, options)
        written = pipeline.render_photo(
            photo, acted, options.output, at=options.at, progress=progress,
            fps=fps)
    notes = photo.notes
    if acted.global_rotation is not None:
        notes = (*notes, "The head's turn in the trajectory is left out: a photo shows the head "
                         "from one side.")
    print_notes(notes)
    if options.json:
        print_json({"files": [str(path) for path in written], "seconds": acted.seconds,
                    "error": photo.face.error, "notes": list(notes)})
        return
    say_where(written[0], *((written[-1],) if len(written) > 1 else ()))


def _read(path: Path) -> Trajectory:
    from ..trajectory import load_trajectory

    return load_trajectory(path)


def _acted(photo: ActingPhoto, options: Namespace) -> tuple[ActingPhoto, Trajectory]:
    """The sentence, from the photo's own expression on."""
    from ..motion.style import ALIVE

    result = pipeline.transition(options.text, head=options.head, start=photo.code,
                                 seed=options.seed, motion=None if options.still else ALIVE)
    return replace(photo, notes=(*photo.notes, *result.notes)), result.trajectory
