# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel blend`: emotions of the wheel to an expression."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path

import numpy as np

from .. import pipeline
from ..parameter_file import load
from ..parameters import FaceParameters, Identity
from .giving import give_parameters
from .options import Subparsers, add_database_option, add_head_option, add_output_option, add_verb
from .places import refuse_unheard


def add_blend(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command."""
    blend = add_verb(verbs, common, "blend", "Mix up to three emotions of the wheel.")
    blend.add_argument("primary", help='an emotion, e.g. "joy", "furious", "awe"; "own": '
                       "what --own was read as")
    blend.add_argument("secondary", nargs="?")
    blend.add_argument("tertiary", nargs="?")
    blend.add_argument("--weight", type=float, help="share of the primary, 0..1")
    blend.add_argument("--weights", metavar="W,W[,W]", help="shares of all, together 1; without "
                       "either, the method's own")
    blend.add_argument("--intensity", type=float, help="of the primary; 1 = basic")
    blend.add_argument("--secondary-intensity", type=float, help="of the secondary; 1 = basic")
    blend.add_argument("--tertiary-intensity", type=float, help="of the tertiary; 1 = basic")
    blend.add_argument("--method", default="units", help="units (default), correlation, pca or "
                       "linear")
    blend.add_argument("--own", type=Path, metavar="FILE", help="parameter file of a person's own "
                       "face, in the place of the primary, whose word says what it shows")
    blend.add_argument("--side", help="left or right, the face's own: that side alone")
    blend.add_argument("--asymmetry", type=float, metavar="SHARE",
                       help="with --side, how much more that side shows; 0 even, 1 alone (default)")
    add_database_option(blend)
    add_output_option(blend, "parameter file to write (.json or .npz)")
    add_head_option(blend)
    blend.set_defaults(run=run_blend)


def run_blend(options: Namespace) -> None:
    """Emotion words -> parameter file, of a neutral identity or of the person of `--own`."""
    _refuse_what_is_not_used(options)
    own = load(options.own) if options.own else None
    result = pipeline.blend(
        options.primary,
        options.secondary,
        options.tertiary,
        primary_intensity=options.intensity,
        secondary_intensity=options.secondary_intensity,
        tertiary_intensity=options.tertiary_intensity,
        weight=options.weight,
        weights=options.weights.split(",") if options.weights is not None else None,
        method=options.method,
        head=options.head,
        database=options.database,
        own=own,
        side=options.side,
        asymmetry=1.0 if options.asymmetry is None else options.asymmetry,
    )
    name = pipeline.head_name(options.head)
    same_head = own is not None and own.head == name
    identity = own.identity if own is not None and same_head else Identity(np.zeros(0))
    face = FaceParameters(name, identity, result.code, notes=result.notes)
    give_parameters(face, options)
    if not options.json:
        print(f"blended: {result.name}")


def _refuse_what_is_not_used(options: Namespace) -> None:
    """Options about an emotion or a side that is not there."""
    from ..wheel.words import spots_of

    for given, about, what, hint in (
        ("asymmetry", options.side, "a face of two even sides", "Add --side left or right."),
        ("secondary_intensity", options.secondary, "one emotion", "Name a second emotion."),
        ("tertiary_intensity", options.tertiary, "fewer than three emotions", "Name a third one."),
    ):
        unheard = about is None and getattr(options, given) is not None
        refuse_unheard([(f"--{given.replace('_', '-')}", unheard)], what, hint)
    if options.weight is not None and options.secondary is None:
        alone = options.own is not None or len(spots_of(options.primary)) == 1
        refuse_unheard([("--weight", alone)], "one emotion", "Name a second one, or give "
                       "--intensity.")
