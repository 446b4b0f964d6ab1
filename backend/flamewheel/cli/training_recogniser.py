# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train recogniser`: the stacked recogniser of a person's own photos."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from .giving import say_where
from .places import check_ending, check_places
from .report import one_line, print_json, progress_line

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
    model.add_argument("--fewest", type=_positive, default=3,
                       help="photos of an emotion, below which they are left out; 3 by default")
    model.add_argument("--enough", type=_positive, default=20, help="photos of an emotion, below "
                       "which FACS prototypes help out; 20 by default")
    model.add_argument("--no-prototypes", action="store_true", help="learn from photos alone")
    model.add_argument("--seed", type=_positive_or_zero, default=0, metavar="NUMBER",
                       help="the same seed trains the same recogniser; 0 by default")
    model.add_argument("--every-subject", action="store_true",
                       help="learn from the held-out subjects, too: nothing can be measured then")
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
        report = train(config, _say, progress)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"{', '.join(report.classes)}: {report.faces} faces of {report.people} people")
    say_where(options.output)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _positive_or_zero(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 32:
        raise argparse.ArgumentTypeError("must be from 0 to 2^32 - 1")
    return value


def _say(line: str) -> None:
    print(one_line(line), file=sys.stderr, flush=True)
