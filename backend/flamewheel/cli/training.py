# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train`: the papers' models on a person's own photos."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from .report import print_json, progress_line

BACKBONES = ("small", "resnet50")


def add_training(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The parser's part: `train emotion-image`."""
    group = verbs.add_parser("train", help="Train a model on a folder of photos.")
    models = group.add_subparsers(metavar="MODEL", required=True)
    emotion = models.add_parser(
        "emotion-image", parents=[common], help="The emotion network the encoder listens to.",
        description="Train the frozen emotion network of EMOCA on labelled photos: labels.csv "
        "(image,subject,emotion[,valence,arousal]), AffectNet's folders, or a folder for each "
        "emotion.")
    _common_options(emotion, steps=1500, batch=32, learning_rate=2e-3)
    emotion.add_argument("--backbone", choices=BACKBONES, default="small",
                         help="small trains on a CPU; resnet50 is the paper's")
    emotion.add_argument("--fewest", type=_positive, default=20,
                         help="photos of an emotion, below which it is left out")
    emotion.set_defaults(run=emotion_image)


def emotion_image(options: Namespace) -> None:
    """Folder of labelled photos -> emotion network."""
    from ..training.train_emotion_image import EmotionImageConfig, train

    config = EmotionImageConfig(
        str(options.folder), str(options.output), options.backbone, steps=options.steps,
        batch=options.batch, learning_rate=options.learning_rate, fewest=options.fewest,
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("cutting faces") as progress:
        report = train(config, _say, resume=options.resume, progress=progress)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"held-out subjects: accuracy {report.accuracy:.3f}, every emotion counting the same "
          f"{report.balanced_accuracy:.3f}, {report.photos} photos")
    print(f"wrote {options.output}")


def _common_options(
    model: argparse.ArgumentParser, *, steps: int, batch: int, learning_rate: float
) -> None:
    model.add_argument("folder", type=Path, help="photos")
    model.add_argument("-o", "--output", type=Path, required=True, help="weights to write (.npz)")
    model.add_argument("--steps", type=_positive, default=steps)
    model.add_argument("--batch", type=_positive, default=batch)
    model.add_argument("--learning-rate", type=float, default=learning_rate)
    model.add_argument("--seed", type=int, default=0)
    model.add_argument("--device", default="cpu", help='"cpu" or "cuda"')
    model.add_argument("--save-every", type=_positive, default=100, help="steps")
    model.add_argument("--resume", action="store_true", help="go on where the training stopped")
    model.add_argument("--every-subject", action="store_true",
                       help="learn from the held-out subjects, too: nothing can be measured then")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _say(line: str) -> None:
    """One line of progress."""
    print(line, file=sys.stderr, flush=True)
