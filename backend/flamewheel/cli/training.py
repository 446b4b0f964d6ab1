# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train`: the papers' models on a person's own photos."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .report import print_json, progress_line

if TYPE_CHECKING:
    from ..training.face_losses import CoarseWeights

BACKBONES = ("small", "resnet50")


def add_training(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The parser's part: `train emotion-image`, `train encoder` and `train detail`."""
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
    _add_encoder(models, common)
    detail = models.add_parser(
        "detail", parents=[common], help="Wrinkles that move with the face.",
        description="Train the detail stage of DECA and EMOCA for a head with texture "
        "coordinates: a relief of the skin from a photo, jaw and expression.")
    _common_options(detail, steps=600, batch=6, learning_rate=1e-3)
    detail.add_argument("--head", default="open", help="a head's name or file")
    detail.set_defaults(run=train_detail)


def _add_encoder(
    models: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    model = models.add_parser(
        "encoder", parents=[common], help="The small image encoder of a head.",
        description="Train the small image encoder of a head, on renders of it with known codes "
        "and then on photos as EMOCA does (eq. 7).")
    _common_options(model, steps=900, batch=24, learning_rate=1e-3)
    model.add_argument("--head", default="open", help="a head's name or file")
    model.add_argument("--emotion", type=Path, required=True,
                       help="emotion network of `train emotion-image`")
    model.add_argument("--start", type=Path, help="image encoder to start from")
    model.add_argument("--renders", type=_positive, default=3000, help="pictures to make and keep")
    model.add_argument("--teaching", type=int, default=600, help="steps on renders alone")
    model.add_argument("--photos", type=_positive, default=8, help="photos a step thereafter")
    model.add_argument("--photo-share", type=_above_zero, default=1.0,
                       help="how much the photos' loss counts beside the renders', in mm2")
    model.add_argument("--weight", action="append", default=[], metavar="LOSS=NUMBER",
                       help="a weight of eq. 7 other than the paper's, e.g. emotion=0")
    model.set_defaults(run=encoder)


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


def encoder(options: Namespace) -> None:
    """Folder of photos -> image encoder."""
    from ..training.train_encoder import EncoderConfig, train

    config = EncoderConfig(
        str(options.folder), str(options.output), options.head, str(options.emotion),
        str(options.start or ""), renders=options.renders, teaching=options.teaching,
        steps=options.steps,
        batch=options.batch, photos=options.photos, learning_rate=options.learning_rate,
        photo_share=options.photo_share, weights=_weights(options.weight),
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("preparing") as progress:
        report = train(config, _say, resume=options.resume, progress=progress)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"on other renders: {report.error:.2f} mm; by landmarks alone "
          f"{report.landmarks_alone:.2f} mm, no expression {report.zero:.2f} mm")
    print(f"wrote {options.output}")


def train_detail(options: Namespace) -> None:
    """Folder of photos -> networks of the detail stage."""
    from ..training.train_detail import DetailConfig, train

    config = DetailConfig(
        str(options.folder), str(options.output), options.head, steps=options.steps,
        pairs=(options.batch + 1) // 2, learning_rate=options.learning_rate,
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("preparing") as progress:
        report = train(config, _say, resume=options.resume, progress=progress)
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(f"photometric loss: without relief {report.smooth:.4f}, with it {report.detailed:.4f}")
    print(f"wrote {options.output}")


def _weights(given: list[str]) -> CoarseWeights:
    """The paper's weights with those that were given in their place."""
    from ..training.face_losses import CoarseWeights

    names = tuple(CoarseWeights.__dataclass_fields__)
    changed: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if name not in names or not 0.0 <= value < 1e6:
            raise UsageError("bad-weight", f"{text!r} is no weight.",
                             f"Give NAME=NUMBER, 0 or more; names: {', '.join(names)}.")
        changed[name] = value
    return CoarseWeights(**changed)


def _common_options(
    model: argparse.ArgumentParser, *, steps: int, batch: int, learning_rate: float
) -> None:
    model.add_argument("folder", type=Path, help="photos")
    model.add_argument("-o", "--output", type=Path, required=True, help="weights to write (.npz)")
    model.add_argument("--steps", type=_positive, default=steps)
    model.add_argument("--batch", type=_positive, default=batch)
    model.add_argument("--learning-rate", type=_above_zero, default=learning_rate)
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


def _above_zero(text: str) -> float:
    value = float(text)
    if not 0.0 < value < 1e6:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def _say(line: str) -> None:
    """One line of progress."""
    print(line, file=sys.stderr, flush=True)
