# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train i2fet` and `ned`: the networks of paper 002 on a set of transitions."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from .giving import say_where
from .options import above_zero, add_every_subject_option, positive
from .places import check_ending, check_places
from .report import print_json, say

Models = argparse._SubParsersAction  # the class has no public name
VARIANTS = ("i2fet", "no-ifed", "motionclip")


def add_instruction_training(
    models: Models[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The parser's part."""
    model = models.add_parser(
        "i2fet", parents=[common], help="Faces from instructions: paper 002's I2FET.",
        description="Train I2FET on a set of `flamewheel dataset build transitions`, or one of "
        "the two networks that the paper compares it with (docs/generation.md).")
    _shared_options(model)
    model.add_argument("--variant", choices=VARIANTS, default="i2fet",
                       help="i2fet (by default), without IFED, or the MotionCLIP-style baseline")
    model.add_argument("--no-vertex-loss", action="store_true", help="leave eq. 14 out")
    model.add_argument("--no-pose-loss", action="store_true", help="leave eq. 12 out")
    model.add_argument("--encoder", default="embedded", metavar="embedded|FOLDER",
                       help="text encoder: the embedded one (by default), or the folder of a CLIP")
    model.add_argument("--preset", choices=("small", "published"), default="small",
                       help="sizes: small trains on a CPU; published for CLIP's rows")
    model.add_argument("--divergence", type=above_zero, metavar="NUMBER",
                       help="weight of the divergence in eq. 11 and 12; 0.02 by default, printed "
                       "1")
    model.add_argument("--alignment", type=above_zero, metavar="NUMBER",
                       help="weight of the cosine of the MotionCLIP-style baseline; 0.3 by "
                       "default, published 0.01")
    model.set_defaults(run=i2fet)
    neutral = models.add_parser(
        "ned", parents=[common], help="People's neutral faces: paper 002's NED.",
        description="Train the neutral encoder-decoder on a set of `flamewheel dataset build "
        "transitions`.")
    _shared_options(neutral)
    neutral.set_defaults(run=ned)


def i2fet(options: Namespace) -> None:
    """Set of transitions -> generator."""
    from dataclasses import replace

    from ..training.datasets.transitions import load_transitions
    from ..training.train_i2fet import I2fetConfig, published, train

    _check(options)
    config = I2fetConfig(
        str(options.set), str(options.output), options.head, options.variant,
        not options.no_vertex_loss, not options.no_pose_loss, options.encoder,
        epochs=options.epochs, batch=options.batch,
        learning_rate=options.learning_rate, every_subject=options.every_subject,
        seed=options.seed, device=options.device)
    given = {name: getattr(options, name) for name in ("divergence", "alignment")
             if getattr(options, name) is not None}
    config = replace(config, **given)
    if options.preset == "published":
        config = published(config)
    report = train(config, load_transitions(options.set), say, resume=options.resume)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"{report.learning_pairs} pairs, {report.epochs} epochs; the best is epoch "
          f"{report.best_epoch}, validation loss {report.validation_loss:.4f}")
    say_where(options.output)


def ned(options: Namespace) -> None:
    """Set of transitions -> NED."""
    from ..training.datasets.transitions import load_transitions
    from ..training.train_ned import NedConfig, train

    _check(options)
    config = NedConfig(
        str(options.set), str(options.output), options.head, epochs=options.epochs,
        batch=options.batch, learning_rate=options.learning_rate,
        every_subject=options.every_subject, seed=options.seed, device=options.device)
    report = train(config, load_transitions(options.set), say, resume=options.resume)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"{report.faces} faces of held-out people: error {report.error:.4f} of the set's "
          f"spread; the head at rest {report.error_of_rest:.4f}, a mean neutral "
          f"{report.error_of_mean:.4f}")
    say_where(options.output)


def _check(options: Namespace) -> None:
    check_ending(options.output, ".npz", "A trained network")
    check_places([("the set", options.set)], [("-o", options.output)])


def _shared_options(model: argparse.ArgumentParser) -> None:
    model.add_argument("set", type=Path, metavar="SET.npz", help="set of transitions")
    model.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                       help="weights to write (.npz); beside it FILE.resume and FILE.curve.csv")
    model.add_argument("--head", default="open", help="head that the set was made for")
    model.add_argument("--epochs", type=positive, default=200, metavar="NUMBER",
                       help="200 by default, as published")
    model.add_argument("--batch", type=positive, default=128, metavar="NUMBER",
                       help="pairs a step; 128 by default, as published")
    model.add_argument("--learning-rate", type=above_zero, default=8e-4, metavar="NUMBER",
                       help="of Adam; 8e-4 by default, as published")
    model.add_argument("--seed", type=_seed, default=0, metavar="NUMBER",
                       help="the same seed trains the same network; 0 by default")
    model.add_argument("--device", default="cpu", help='"cpu" (by default) or "cuda"')
    model.add_argument("--resume", action="store_true",
                       help="go on from FILE.resume, with the same options")
    add_every_subject_option(model)


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 32:
        raise argparse.ArgumentTypeError("must be from 0 to 2^32 - 1")
    return value
