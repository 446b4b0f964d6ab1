# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the command line: commands, options and their help."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import __version__
from . import commands, encoding, evaluation
from .blending import add_blend
from .calibrating import add_calibrate
from .databases import add_dbex
from .datasets import add_dataset
from .evaluation_i2fet import add_i2fet_options
from .evaluation_recogniser import add_recogniser_options
from .evaluation_rendering import add_rendering_options
from .evaluation_wheel import add_wheel_options
from .inferring import add_infer
from .networks import add_network_options
from .options import Subparsers, add_head_option, add_output_option, add_verb
from .photo_rendering import add_render_photo
from .places import named_path
from .training import add_training
from .transitions import add_transition
from .units import add_units
from .video import add_video_options


def make_parser() -> argparse.ArgumentParser:
    """The parser; each command sets `run`, a function of the parsed options."""
    parser = argparse.ArgumentParser(
        prog="flamewheel",
        description="Photo, emotion wheel and sentence to editable facial animation.",
        epilog="Exit codes: 0 done, 1 refused with a message, 2 usage.",
    )
    parser.add_argument("--version", action="version", version=f"flamewheel {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object, for machines")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_encoding(verbs, common)
    add_infer(verbs, common)
    add_blend(verbs, common)
    _add_verbs(verbs, common)
    add_render_photo(verbs, common)
    _add_head(verbs, common)
    add_dbex(verbs, common)
    _add_evaluation(verbs, common)
    _add_processes(verbs, common)
    add_training(verbs, common)
    add_dataset(verbs, common)
    return parser


def _add_encoding(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    encode = add_verb(
        verbs, common, "encode", "Take faces in photos or a video as head parameters.")
    encode.add_argument(
        "sources", type=named_path, nargs="+", metavar="SOURCE",
        help="a photo; several photos or a folder of them, of one person; or a video",
    )
    encode.add_argument("--face", type=int, metavar="NUMBER",
                        help="which of several faces, 1 = largest; the largest by default")
    encode.add_argument(
        "--neutral", type=Path, metavar="PHOTO",
        help="the person's neutral face, which expressions are measured against",
    )
    encode.add_argument(
        "--separate", action="store_true",
        help="several photos are of several people: an identity for each",
    )
    encode.add_argument("--preview", type=Path, metavar="FILE",
                        help="show what was made beside what was given: .png, of a video .mp4")
    add_output_option(
        encode, "what to write: of a photo a parameter file (.json or .npz), of several "
        "a folder of them, of a video a trajectory (.json)")
    add_head_option(encode)
    add_video_options(encode)
    add_network_options(encode)
    encode.epilog = (
        "The residual that is printed says how far the head's landmarks miss the picture's. "
        "A small one does not prove the likeness: look at the preview.")
    encode.set_defaults(run=encoding.encode)


def _add_verbs(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    add_transition(verbs, common)
    retarget = add_verb(verbs, common, "retarget", "Put one face's expression onto another face.")
    retarget.add_argument("source", type=Path, help="parameter file that gives the expression")
    retarget.add_argument("target", type=Path, nargs="?", help="parameter file that gives identity")
    add_output_option(retarget, "parameter file to write (.json or .npz)")
    add_head_option(retarget)
    retarget.set_defaults(run=commands.retarget)


def _add_head(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    group = verbs.add_parser("head", help="List, inspect and convert heads.")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    head_list = add_verb(actions, common, "list", "The heads that can be named.")
    head_list.set_defaults(run=commands.head_list)
    inspect = add_verb(actions, common, "inspect", "What a head is made of.")
    inspect.add_argument("head", nargs="?", default="open")
    inspect.set_defaults(run=commands.head_inspect)
    convert = add_verb(actions, common, "convert", "Turn a FLAME pickle into a head file.")
    convert.add_argument("source", type=Path)
    convert.add_argument("-o", "--output", type=Path, required=True, help="head file (.npz)")
    convert.add_argument(
        "--landmarks", type=Path, action="append", default=[],
        help="landmark embedding (FLAME_PyTorch, DECA or MediaPipe layout); may be repeated",
    )
    convert.add_argument("--uv", type=Path, help="OBJ with texture coordinates (head_template.obj)")
    convert.add_argument("--masks", type=Path, help="FLAME_masks.pkl")
    convert.set_defaults(run=commands.head_convert)
    build = add_verb(actions, common, "build-open", "Build the embedded open head anew.")
    build.add_argument("-o", "--output", type=Path, required=True, help="head file (.npz)")
    build.add_argument(
        "--light", action="store_const", dest="level", const="light", default="full",
        help="the light version of about 2,500 vertices: same identities, expressions and units",
    )
    build.set_defaults(run=commands.head_build_open)
    add_calibrate(actions, common)
    add_units(actions, common)


def _add_evaluation(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    group = verbs.add_parser("evaluate", help="Measure the models, beside naive ways.")
    actions = group.add_subparsers(metavar="WHAT", required=True)
    encoder = add_verb(actions, common, "encoder",
                   "The landmark encoder on renders with known truth and on labelled photos.")
    evaluation.add_encoder_options(encoder)
    wheel = add_verb(actions, common, "wheel",
                     "Whether faces of the wheel can be told apart: emotions, dyads, methods.")
    add_wheel_options(wheel)
    recogniser = add_verb(actions, common, "recogniser",
                          "How well emotions are named on people not learned from.")
    add_recogniser_options(recogniser)
    i2fet = add_verb(actions, common, "i2fet",
                     "Whether instructions become the faces they name, on held-out people.")
    add_i2fet_options(i2fet)
    rendering = add_verb(actions, common, "rendering",
                         "Photos given another expression, beside real ones: table IV.")
    add_rendering_options(rendering)


def _add_processes(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    serve = add_verb(
        verbs, common, "serve", "Serve Blender on loopback (Blender starts this itself).")
    serve.add_argument("--port", type=int, default=0, help="0 takes a free one")
    serve.set_defaults(run=commands.serve)
    batch = add_verb(verbs, common, "batch", "Render a job file in Blender, without a window.")
    batch.add_argument("job", type=Path)
    batch.add_argument("--blender", help="Blender's program; default: FLAMEWHEEL_BLENDER or PATH")
    batch.set_defaults(run=commands.batch)
    doctor = add_verb(verbs, common, "doctor", "Check what is installed and what is missing.")
    doctor.set_defaults(run=commands.doctor)
