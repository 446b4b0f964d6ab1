# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel train emotion3d` and `emotion-looks`: recognisers of a person's own photos."""

from __future__ import annotations

import argparse
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .giving import say_where
from .options import add_every_subject_option, positive
from .places import check_ending, check_places
from .report import print_json, progress_line, say

if TYPE_CHECKING:
    from ..emotion.network_table import ParameterTable
    from ..training.train_emotion3d import Emotion3dConfig

Models = argparse._SubParsersAction  # the class has no public name
PARTS = ("expression", "jaw", "global", "shape", "detail")


def add_emotion_training(
    models: Models[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The parser's part."""
    _add_emotion3d(models, common)
    looks = models.add_parser(
        "emotion-looks", parents=[common], help="The small 2D model of emotions.",
        description="Train the embedded 2D model, gradients about a face's landmarks, on labelled "
        "photos.")
    looks.add_argument("folder", type=Path, metavar="FOLDER", help="labelled photos")
    looks.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                       help="model to write (.npz)")
    _shared_options(looks)
    looks.set_defaults(run=emotion_looks)


def _add_emotion3d(
    models: Models[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    model = models.add_parser(
        "emotion3d", parents=[common], help="The classifier of 3D parameters of EMOCA and Ig3D.",
        description="Train the classifier of 3D parameters (four layers; classes, valence and "
        "arousal; Ig3D eq. 1), on labelled photos, or on a table of parameters that DECA, EMOCA, "
        "SMIRK or Flamewheel made (docs/fusion.md).")
    model.add_argument("source", type=Path, metavar="FOLDER|FEATURES.npz")
    model.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                       help="network to write (.npz); beside it FILE.resume and FILE.curve.csv")
    model.add_argument("--preset", choices=("published", "small"),
                       help="the paper's width and rates, or a narrow network for a few thousand "
                       "faces; by default by the number of faces")
    model.add_argument("--parts", default="expression,jaw", metavar="NAMES",
                       help=f"what it is told by, of {','.join(PARTS)}")
    model.add_argument("--head", default="open", help="head the photos are encoded on")
    model.add_argument("--fuse", action="store_true", help="intermediate fusion with a 2D model's "
                       "features: of --image-model, or `image_features` of the table")
    model.add_argument("--image-model", type=Path, metavar="FILE", help="2D model (.onnx, .pt, "
                       ".npz) for --fuse; the embedded one by default")
    model.add_argument("--width", type=positive, help="of the four layers")
    model.add_argument("--epochs", type=positive, help="100 by default")
    model.add_argument("--patience", type=positive, help="epochs without a lower loss")
    model.add_argument("--batch", type=positive, help="faces a step; 64 by default")
    model.add_argument("--seed", type=int, default=0, help="the same seed trains the same network")
    model.add_argument("--device", default="cpu", help='"cpu" (by default) or "cuda"')
    model.add_argument("--resume", action="store_true", help="go on from FILE.resume")
    _shared_options(model)
    model.set_defaults(run=emotion3d)


def emotion3d(options: Namespace) -> None:
    """Folder or table -> classifier of 3D parameters."""
    from ..training.train_emotion3d import train

    check_ending(options.output, ".npz", "A trained network")
    check_places([("the source", options.source)], [("-o", options.output)])
    if options.image_model and not options.fuse:
        raise UsageError("unheard-option", "--image-model says nothing without --fuse.",
                         "Add --fuse, or leave it out.")
    table, checksum = _table(options)
    report = train(_config(options, len(table), checksum), table, say, resume=options.resume)
    if options.json:
        print_json({"path": str(options.output), **_plain(asdict(report))})
        return
    print(f"held-out subjects: accuracy {report.accuracy:.3f}, every emotion counting the same "
          f"{report.balanced_accuracy:.3f}, {report.faces} faces; {report.epochs} epochs")
    say_where(options.output)


def emotion_looks(options: Namespace) -> None:
    """Folder of labelled photos -> embedded 2D model."""
    from ..training.train_emotion_looks import train

    check_ending(options.output, ".npz", "A trained model")
    check_places([("the folder", options.folder)], [("-o", options.output)])
    with progress_line("looking") as progress:
        report = train(options.folder, options.output, say, fewest=options.fewest,
                       every_subject=options.every_subject, progress=progress)
    if options.json:
        print_json({"path": str(options.output), **_plain(asdict(report))})
        return
    print(f"held-out subjects: accuracy {report.accuracy:.3f}, every emotion counting the same "
          f"{report.balanced_accuracy:.3f}, {report.photos} photos of {len(report.classes)} "
          "emotions")
    say_where(options.output)


def _table(options: Namespace) -> tuple[ParameterTable, str]:
    """The labelled faces, and the checksum of the 2D model whose features are with them."""
    from ..emotion.image_model import load_image_model
    from ..emotion.network_table import read_table
    from ..labelled_photos import read_folder
    from ..training.datasets.encoded_faces import FacesWanted, encoded

    if options.source.suffix.lower() == ".npz":
        return read_table(options.source), ""
    photos = read_folder(options.source)
    model = load_image_model(options.image_model) if options.fuse else None
    kept = options.output.with_suffix(".faces.npz")
    with progress_line("encoding") as progress:
        table = encoded(FacesWanted(photos, options.head, model), kept, say, progress)
    return table, model.checksum if model else ""


FEW_FACES = 20_000
"""Below, the published width learns by heart: RAF-DB's 12,272 were its smallest set."""


def _config(options: Namespace, faces: int, checksum: str) -> Emotion3dConfig:
    from dataclasses import replace

    from ..training.train_emotion3d import Emotion3dConfig, for_few_faces

    parts = tuple(name.strip() for name in options.parts.split(","))
    wrong = [name for name in parts if name not in PARTS]
    if wrong or len(set(parts)) != len(parts):
        raise UsageError("unknown-part", f"{', '.join(wrong) or options.parts!r} is no list of "
                         "parts.", f"Take some of {','.join(PARTS)}.")
    plain = Emotion3dConfig(
        str(options.source), str(options.output), parts, options.fuse, checksum,
        fewest=options.fewest, every_subject=options.every_subject, seed=options.seed,
        device=options.device)
    preset = options.preset or ("small" if faces < FEW_FACES else "published")
    say(f"{faces} faces: preset {preset}")
    config = for_few_faces(plain) if preset == "small" else plain
    given = {name: getattr(options, name) for name in ("width", "epochs", "patience", "batch")
             if getattr(options, name) is not None}
    return replace(config, **given)


def _plain(report: dict[str, Any]) -> dict[str, Any]:
    """For JSON, which knows no NaN."""
    return {name: None if value != value else value for name, value in report.items()}


def _shared_options(model: argparse.ArgumentParser) -> None:
    model.add_argument("--fewest", type=positive, default=20,
                       help="faces of an emotion, below which it is left out")
    add_every_subject_option(model)
