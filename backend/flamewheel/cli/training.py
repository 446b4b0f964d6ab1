# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train`: the papers' models on a person's own photos."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .giving import say_where
from .options import above_zero, add_every_subject_option, positive
from .places import check_ending, check_places
from .report import print_json, progress_line, say
from .training_emotion import add_emotion_training
from .training_instruction import add_instruction_training
from .training_recogniser import add_recogniser_training

if TYPE_CHECKING:
    from ..training.face_losses import CoarseWeights
    from ..training.train_detail import DetailReport
    from ..training.train_emotion_image import EmotionReport
    from ..training.train_encoder import EncoderReport

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
    emotion.add_argument("--fewest", type=positive, default=20,
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
    add_emotion_training(models, common)
    add_recogniser_training(models, common)
    add_instruction_training(models, common)


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
    model.add_argument("--renders", type=positive, default=3000, help="pictures to make and keep")
    model.add_argument("--teaching", type=int, default=600, help="steps on renders alone")
    model.add_argument("--photos", type=positive, default=8, help="photos a step thereafter")
    model.add_argument("--photo-share", type=above_zero, default=1.0,
                       help="how much the photos' loss counts beside the renders', in mm2")
    model.add_argument("--weight", action="append", default=[], metavar="LOSS=NUMBER",
                       help="a weight of eq. 7 other than the paper's, e.g. emotion=0")
    model.set_defaults(run=encoder)


def emotion_image(options: Namespace) -> None:
    """Folder of labelled photos -> emotion network."""
    from ..training.train_emotion_image import EmotionImageConfig, train

    _check_output(options)
    config = EmotionImageConfig(
        str(options.folder), str(options.output), options.backbone, steps=options.steps,
        batch=options.batch, learning_rate=options.learning_rate, fewest=options.fewest,
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("cutting faces") as progress:
        report = train(config, say, resume=options.resume, progress=progress)
    _tell(report, options, f"held-out subjects: accuracy {report.accuracy:.3f}, every emotion "
          f"counting the same {report.balanced_accuracy:.3f}, {report.photos} photos")


def encoder(options: Namespace) -> None:
    """Folder of photos -> image encoder."""
    from ..training.train_encoder import EncoderConfig, train

    _check_output(options)
    config = EncoderConfig(
        str(options.folder), str(options.output), options.head, str(options.emotion),
        str(options.start or ""), renders=options.renders, teaching=options.teaching,
        steps=options.steps,
        batch=options.batch, photos=options.photos, learning_rate=options.learning_rate,
        photo_share=options.photo_share, weights=_weights(options.weight),
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("preparing") as progress:
        report = train(config, say, resume=options.resume, progress=progress)
    _tell(report, options, f"on other renders: {report.error:.2f} mm; by landmarks alone "
          f"{report.landmarks_alone:.2f} mm, no expression {report.zero:.2f} mm")


def train_detail(options: Namespace) -> None:
    """Folder of photos -> networks of the detail stage."""
    from ..training.train_detail import DetailConfig, train

    _check_output(options)
    config = DetailConfig(
        str(options.folder), str(options.output), options.head, steps=options.steps,
        pairs=(options.batch + 1) // 2, learning_rate=options.learning_rate,
        every_subject=options.every_subject, seed=options.seed, device=options.device,
        save_every=options.save_every)
    with progress_line("preparing") as progress:
        report = train(config, say, resume=options.resume, progress=progress)
    _tell(report, options, f"photometric loss: without relief {report.smooth:.4f}, with it "
          f"{report.detailed:.4f}")


def _check_output(options: Namespace) -> None:
    """What would be refused after hours of training is refused before them."""
    check_ending(options.output, ".npz", "A trained network")
    check_places([("the folder", options.folder)], [("-o", options.output)])


def _tell(
    report: EmotionReport | EncoderReport | DetailReport, options: Namespace, words: str
) -> None:
    """The report in words, or for machines, once the weights are written."""
    if options.json:
        print_json({"path": str(options.output), **asdict(report)})
        return
    print(words)
    say_where(options.output)


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
    model.add_argument("folder", type=Path, metavar="FOLDER", help="labelled photos")
    model.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                       help="weights to write (.npz); beside them FILE.resume, to go on from")
    model.add_argument("--steps", type=positive, default=steps, metavar="NUMBER",
                       help=f"how long to train; {steps} by default")
    model.add_argument("--batch", type=positive, default=batch, metavar="NUMBER",
                       help=f"pictures a step; {batch} by default")
    model.add_argument("--learning-rate", type=above_zero, default=learning_rate,
                       metavar="NUMBER", help=f"{learning_rate:g} by default")
    model.add_argument("--seed", type=_seed, default=0, metavar="NUMBER",
                       help="the same seed trains the same network; 0 by default")
    model.add_argument("--device", default="cpu", help='"cpu" (by default) or "cuda"')
    model.add_argument("--save-every", type=positive, default=100, metavar="STEPS",
                       help="how often to write FILE.resume; every 100 steps by default")
    model.add_argument("--resume", action="store_true",
                       help="go on from FILE.resume, with the same options")
    add_every_subject_option(model)


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 63:  # what torch takes
        raise argparse.ArgumentTypeError("must be from 0 to 2^63 - 1")
    return value
