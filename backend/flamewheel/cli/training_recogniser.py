# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train recogniser`: the stacked recogniser of a person's own photos."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from .giving import say_where
from .options import add_every_subject_option, positive
from .places import check_ending, check_places
from .report import print_json, progress_line, say

Models = argparse._SubParsersAction  # the class has no public name


def add_recogniser_training(
    models: Models[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The parser's part."""
    model = models.add_parser(
        "recogniser", parents=[common], help="The stacked recogniser of emotions.",
        description="Train the stacked recogniser on labelled photos: what it takes for an "
        "emotion, from a head's parameters and a photo's landmarks. FACS prototypes help out for "
        "emotions with few photos.")
    model.add_argument("folder", type=Path, metavar="FOLDER", help="labelled photos")
    model.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                       help="recogniser to write (.npz)")
    model.add_argument("--fewest", type=positive, default=3,
                       help="photos of an emotion, below which they are left out; 3 by default")
    model.add_argument("--enough", type=positive, default=20, help="photos of an emotion, below "
                       "which FACS prototypes help out; 20 by default")
    model.add_argument("--no-prototypes", action="store_true", help="learn from photos alone")
    model.add_argument("--seed", type=_positive_or_zero, default=0, metavar="NUMBER",
                       help="the same seed trains the same recogniser; 0 by default")
    add_every_subject_option(model)
    model.set_defaults(run=recogniser)


def recogniser(options: Namespace) -> None:
    """Folder of labelled photos -> recogniser."""
    from ..training.train_recogniser import RecogniserConfig, train

    check_ending(options.output, ".npz", "A recogniser")
    check_places([("the folder", options.folder)], [("-o", options.output)])
    config = RecogniserConfig(
        str(options.folder), str(options.output), options.fewest, options.enough,
        not options.no_prototypes, options.every_subject, options.seed)
    with progress_line("training") as progress:
        report = train(config, say, progress)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"{', '.join(report.classes)}: {report.faces} faces of {report.people} people")
    say_where(options.output)


def _positive_or_zero(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 32:
        raise argparse.ArgumentTypeError("must be from 0 to 2^32 - 1")
    return value
