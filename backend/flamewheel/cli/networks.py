# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode --encoder …`: what the papers' networks add to `encode`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path

from ..encoders.networks.registry import LANDMARK
from ..errors import UsageError
from ..parameters import FaceParameters
from ..pipeline import Progress
from ..pipeline.detail import check_map_name, keeping_detail, ready_detail, write_detail
from ..pipeline.networks import (
    EncoderChoice,
    choose_encoder,
    encode_with,
    ready_encoder,
)
from .places import refuse_unheard

PhotoEncoder = Callable[[Path, Progress | None], FaceParameters]
"""One photo -> its face; raises PhotoError where there is none."""

ENCODER_WORDS = "landmark, deca, emoca, smirk, mica or image"


def add_network_options(encode: ArgumentParser) -> None:
    """The options of `encode` that choose an encoder and its weights."""
    networks = encode.add_argument_group(
        "networks", "DECA, EMOCA, SMIRK and MICA know FLAME heads only and need their authors' "
        "checkpoints, image needs what `flamewheel train encoder` made: given here, or found in "
        "the folder that FLAMEWHEEL_CHECKPOINTS names.")
    networks.add_argument("--encoder", metavar="NAME",
                          help=f"{ENCODER_WORDS}; landmark by default, which needs nothing")
    networks.add_argument("--shape-from", metavar="NAME",
                          help="another encoder for the identity, e.g. mica")
    networks.add_argument("--expression-from", metavar="NAME",
                          help="another encoder for expression, jaw, pose and camera, e.g. emoca")
    networks.add_argument("--checkpoint", metavar="NAME=FILE", action="append", default=[],
                          type=named_file, help="a network's checkpoint, e.g. mica=mica.tar; for "
                          "emoca also its folder; may be repeated")
    networks.add_argument("--detail", type=Path, metavar="MAP", help="write the wrinkles that deca "
                          "or emoca sees as a map of displacements: .npz for Blender's Apply "
                          "Detail, .png (height of 16 bits, and normals) for other programs")


def photo_encoder(options: Namespace) -> PhotoEncoder | None:
    """The encoder that the options ask for; None is the landmark encoder.

    `encode` asks once, before any photo is read: a missing checkpoint is refused here.
    """
    choice = choose_encoder(options.encoder, options.shape_from, options.expression_from,
                            dict(options.checkpoint))
    if options.preview and choice.is_identity_only:
        raise UsageError("no-camera", "MICA says who it is, not where the face is: there is "
                         "nothing to preview.", "Leave --preview out, or take the expression from "
                         "another encoder, e.g. --expression-from emoca.")
    if options.detail:
        return _detailed(choice, options)
    if choice.is_landmark:
        refuse_unheard([("--checkpoint", options.checkpoint)], "the landmark encoder",
                       "Name the network, e.g. --encoder deca; or leave it out.")
        return None
    encoder = ready_encoder(choice, options.head)

    def encode(photo: Path, _progress: Progress | None) -> FaceParameters:
        return encode_with(encoder, photo, head=options.head, face=options.face)

    return encode


def refuse_networks(options: Namespace) -> None:
    """For what the landmark encoder does alone, videos: no option of this file goes unheard.

    Raises UsageError `landmarks-only`.
    """
    asked = (options.encoder, options.shape_from, options.expression_from, options.detail,
             options.checkpoint)
    if any(asked) and asked != (LANDMARK, None, None, None, []):
        raise UsageError("landmarks-only", "Videos are encoded by landmarks only, not by networks.",
                         "Leave the networks' options out. A network's identity can be used: "
                         "encode a photo with it, and give the file as --identity.")


def _detailed(choice: EncoderChoice, options: Namespace) -> PhotoEncoder:
    """An encoder that writes the wrinkles it sees to `--detail`."""
    check_map_name(options.detail)
    encoder = ready_encoder(choice, options.head)
    wrinkles = ready_detail(choice)
    seeing = keeping_detail(encoder, wrinkles)

    def encode(photo: Path, _progress: Progress | None) -> FaceParameters:
        face = encode_with(seeing, photo, head=options.head, face=options.face)
        return write_detail(face, wrinkles, options.detail, options.head)

    return encode


def named_file(text: str) -> tuple[str, Path]:
    """NAME=FILE of `--checkpoint`."""
    name, is_there, file = text.partition("=")
    if not is_there or not name or not file:
        raise ArgumentTypeError(f"{text!r} is not NAME=FILE, such as mica=mica.tar")
    return name.lower(), Path(file)
