# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel blend`: emotions of the wheel to an expression."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path

import numpy as np

from .. import pipeline
from ..parameters import FaceParameters, Identity
from .giving import give_parameters
from .options import Subparsers, add_head_option, add_output_option, add_verb


def add_blend(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command."""
    blend = add_verb(verbs, common, "blend", "Mix one or two emotions of the wheel.")
    blend.add_argument("primary", help='an emotion, e.g. "joy", "furious", "awe"')
    blend.add_argument("secondary", nargs="?")
    blend.add_argument("--weight", type=float, help="share of the primary, 0..1; 0.75 by default")
    blend.add_argument("--intensity", type=float, help="of the primary; 1 = basic")
    blend.add_argument("--secondary-intensity", type=float, help="of the secondary; 1 = basic")
    blend.add_argument("--method", default="correlation", help="correlation, linear or pca")
    blend.add_argument("--database", type=Path, help="a file of `dbex build`")
    add_output_option(blend, "parameter file to write (.json or .npz)")
    add_head_option(blend)
    blend.set_defaults(run=run_blend)


def run_blend(options: Namespace) -> None:
    """Emotion words -> parameter file with a neutral identity."""
    result = pipeline.blend(
        options.primary,
        options.secondary,
        primary_intensity=options.intensity,
        secondary_intensity=options.secondary_intensity,
        weight=options.weight,
        method=options.method,
        head=options.head,
        database=options.database,
    )
    name = pipeline.head_name(options.head)
    face = FaceParameters(name, Identity(np.zeros(0)), result.code, notes=result.notes)
    give_parameters(face, options)
    if not options.json:
        print(f"blended: {result.name}")
