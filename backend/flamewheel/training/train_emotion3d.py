# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the classifier of 3D parameters of EMOCA and Ig3D, alone or with a 2D model's features.

Ig3D (Dong et al. 2024) eq. 1, the loss of Toisoul et al. 2021: CE + (a MSE + b (1 - CCC) +
c (1 - PCC)) / (a + b + c), a, b and c drawn from 0..1 for each batch.  Its table 1: batches of 64,
weight decay 1e-5, at most 100 epochs, patience 3, CyclicLR "triangular" from 1e-6 to 1e-4 with a
step size of half an epoch, momentum not cycled (which is Adam's way; the paper names no optimizer).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..emotion.network_file import save_network
from ..emotion.network_layout import PUBLISHED_DROPOUTS, PUBLISHED_WIDTH
from ..emotion.network_table import ParameterTable
from ..errors import UsageError
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .devices import usable_device
from .emotion3d_course import MOST_EPOCHS, Course, write_curve
from .emotion3d_data import LearningSet, learning_set
from .emotion_losses import affect_loss
from .emotion_network import EmotionGuess

Say = Callable[[str], None]


@dataclass(frozen=True)
class Emotion3dConfig:
    """What a training is made of; the defaults are the published ones."""

    source: str  # folder of labelled photos, or features (.npz)
    output: str
    parts: tuple[str, ...] = ("expression", "jaw")
    fuse_image: bool = False  # intermediate fusion with the features file's `image_features`
    image_model: str = ""  # checksum of the 2D model that made them
    width: int = PUBLISHED_WIDTH
    dropouts: tuple[float, ...] = PUBLISHED_DROPOUTS
    projection: int = 128  # of the 3D parameters before fusion; Ig3D does not say
    batch: int = 64
    weight_decay: float = 1e-5
    epochs: int = 100
    patience: int = 3  # epochs without a lower loss on the stopping subjects
    lowest_rate: float = 1e-6
    highest_rate: float = 1e-4
    balance: float = 0.0  # classes count as their share to the power of minus this
    smoothing: float = 0.0  # of labels
    fewest: int = 20  # faces of an emotion, below which it is left out
    every_subject: bool = False  # learn from the held-out subjects, too
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise UsageError("bad-epochs", f"{self.epochs} epochs are not within 1 and "
                             f"{MOST_EPOCHS}.", "Give fewer; early stopping ends them anyway.")

    def binding(self) -> dict[str, object]:
        """What must not change when a training is resumed; more epochs may be asked for."""
        free = ("output", "device", "epochs")
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(self).items() if name not in free}


def for_few_faces(config: Emotion3dConfig) -> Emotion3dConfig:
    """The same for a few thousand faces rather than AffectNet's 287,651.

    13 million weights at the published rates stand still for 1,500 faces: narrower, quicker, with
    weighed classes and softer labels.  Chosen by subject-disjoint folds over the faces set.
    """
    return replace(config, width=SMALL_WIDTH, lowest_rate=1e-5, highest_rate=5e-4, patience=15,
                   weight_decay=1e-3, balance=0.8, smoothing=0.1, projection=32)


SMALL_WIDTH = 96


@dataclass(frozen=True)
class Emotion3dReport:
    """How well the network does on subjects it has not seen; NaN where none were kept."""

    accuracy: float
    balanced_accuracy: float
    faces: int
    concordance_valence: float
    concordance_arousal: float
    epochs: int


def train(config: Emotion3dConfig, table: ParameterTable, say: Say, *, resume: bool = False
          ) -> Emotion3dReport:
    """Trains on `table`, writes `config.output` and its curve; a line of `say` for each epoch.

    Raises UsageError `no-device`, `missing-part`; InputFileError `too-few-photos`; CheckpointError
    where there is nothing to resume; FlamewheelError `training-diverged`.
    """
    device = usable_device(config.device)
    torch.manual_seed(config.seed)
    data = learning_set(table, config.parts, config.fewest, every_subject=config.every_subject,
                        fuse_image=config.fuse_image, say=say)
    course = course_of(config, data).to(device)
    learn(config, data, course, say, resume=resume)
    save_network(Path(config.output), course.best)
    return measure(course, data)


def course_of(config: Emotion3dConfig, data: LearningSet) -> Course:
    """A fresh network for the data, its inputs' spread taken from the learning faces."""
    layout = data.layout(width=config.width, dropouts=config.dropouts,
                         projection=config.projection, image_model=config.image_model)
    course = Course(layout)
    rows = data.learning
    pictures = None if data.pictures is None else data.pictures[rows]
    course.network.standardise(data.inputs[rows], pictures)
    return course


def learn(config: Emotion3dConfig, data: LearningSet, course: Course, say: Say, *,
          resume: bool = False) -> None:
    """Epoch after epoch until the stopping subjects' loss no longer falls."""
    optimizer = torch.optim.Adam(course.network.parameters(), lr=config.lowest_rate,
                                 weight_decay=config.weight_decay)
    standing = Standing(course, optimizer, torch.default_generator, config.binding())
    kept = resume_path(Path(config.output)) if config.output else None
    epoch = load_standing(kept, standing) if resume and kept else 0
    while epoch < config.epochs and course.patience_left(config.patience):
        loss = _epoch(config, data, standing, course, epoch, kept)
        course.judge(epoch, loss, stopping_loss(config, course, data))
        epoch += 1
        say(f"epoch {epoch}/{config.epochs} {course.line(epoch - 1)}")
        if kept is not None:
            save_standing(kept, standing, epoch)
            write_curve(kept.with_suffix(".curve.csv"), course)
    if epoch < config.epochs:
        say(f"stopped early: no lower loss in {config.patience} epochs")


def _epoch(config: Emotion3dConfig, data: LearningSet, standing: Standing, course: Course,
           epoch: int, kept: Path | None) -> float:
    course.network.train()
    order = data.learning[torch.randperm(len(data.learning), generator=standing.generator)]
    batches = [part for part in torch.split(order, config.batch) if len(part) > 1]
    total = 0.0
    for number, rows in enumerate(batches):
        step = epoch * len(batches) + number
        for group in standing.optimizer.param_groups:
            group["lr"] = triangular_rate(step, max(1, len(batches) // 2), config.lowest_rate,
                                          config.highest_rate)
        weights = torch.rand(3, generator=standing.generator)
        loss = batch_loss(config, course, data, rows, weights)
        total += checked_loss(loss, step, kept)
        standing.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        standing.optimizer.step()
    return total / max(1, len(batches))


def triangular_rate(step: int, half: int, lowest: float, highest: float) -> float:
    """CyclicLR of mode "triangular" (Smith 2017): up for `half` steps, down for as many."""
    phase = step / half % 2.0
    return lowest + (highest - lowest) * (1.0 - abs(phase - 1.0))


def batch_loss(config: Emotion3dConfig, course: Course, data: LearningSet, rows: Tensor,
               weights: Tensor) -> Tensor:
    """Eq. 1 of a batch; without valence and arousal in the labels its first term alone.

    weights: (3,) of the mean square, Pearson's and the concordance term.
    """
    device = next(course.network.parameters()).device
    pictures = None if data.pictures is None else data.pictures[rows].to(device)
    guess = course.network(data.inputs[rows].to(device), pictures)
    loss = functional.cross_entropy(
        guess.logits, data.labels[rows].to(device), label_smoothing=config.smoothing,
        weight=class_weights(data, config.balance).to(device))
    if not data.knows_affect:
        return loss
    told = EmotionGuess(guess.logits, guess.affect[:, 0], guess.affect[:, 1])
    return loss + affect_loss(told, data.affect[rows].to(device), weights.to(device))


def class_weights(data: LearningSet, balance: float) -> Tensor:
    """(K,) weights of the classes, 1 on the mean over the learning faces."""
    counts = torch.bincount(data.labels[data.learning], minlength=len(data.classes)).float()
    weights = counts.clamp(min=1.0).pow(-balance)
    return weights * counts.sum() / (weights * counts).sum()


@torch.no_grad()
def stopping_loss(config: Emotion3dConfig, course: Course, data: LearningSet) -> float:
    """Eq. 1 on the stopping subjects, all three terms of affect counting the same."""
    if not len(data.stopping):
        return float("nan")
    course.network.eval()
    return float(batch_loss(config, course, data, data.stopping, torch.ones(3)))


@torch.no_grad()
def measure(course: Course, data: LearningSet) -> Emotion3dReport:
    """The best network on the subjects that were held out."""
    from ..metrics.concordance import agreement

    nothing = float("nan")
    epochs = course.epochs_done()
    if not len(data.measuring):
        return Emotion3dReport(nothing, nothing, 0, nothing, nothing, epochs)
    network, rows = course.best.eval().cpu(), data.measuring
    guess = network(data.inputs[rows], None if data.pictures is None else data.pictures[rows])
    labels = data.labels[rows]
    right = (guess.logits.argmax(1) == labels).float()
    recalls = [float(right[labels == name].mean()) for name in torch.unique(labels)]
    told = [agreement(guess.affect[:, at].numpy(), data.affect[rows, at].numpy()).concordance
            if data.knows_affect else nothing for at in range(2)]
    return Emotion3dReport(float(right.mean()), float(np.mean(recalls)), len(rows), told[0],
                           told[1], epochs)


