# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the emotion network that EMOCA's encoder listens to, on any folder of labelled photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..labelled_photos import LabelledPhoto, read_folder, split_by_subject, with_enough_photos
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .datasets.augment import MARGIN, augmented, plain
from .datasets.crops import FaceCrops, Progress, face_crops
from .devices import usable_device
from .emotion_losses import emotion_loss
from .emotion_network import SIZES, EmotionNetwork, save_emotion_network

Say = Callable[[str], None]


@dataclass(frozen=True)
class EmotionImageConfig:
    """What a training of the emotion network is made of; the defaults are for a CPU."""

    folder: str
    output: str
    backbone: str = "small"
    steps: int = 1500
    batch: int = 32
    learning_rate: float = 2e-3  # peak of a cosine with a short rise
    weight_decay: float = 0.05
    smoothing: float = 0.1  # of labels, which people disagree on
    fewest: int = 20  # photos of an emotion, below which it is left out
    every_subject: bool = False  # learn from the held-out subjects, too
    seed: int = 0
    device: str = "cpu"
    save_every: int = 100  # steps

    def binding(self) -> dict[str, object]:
        """What must not change when a training is resumed: all but where and how often."""
        return {name: value for name, value in asdict(self).items()
                if name not in ("output", "device", "save_every")}


@dataclass(frozen=True, eq=False)
class EmotionReport:
    """How well the network does on subjects it has not seen."""

    accuracy: float
    balanced_accuracy: float
    photos: int


def train(config: EmotionImageConfig, say: Say, *, resume: bool = False,
          progress: Progress | None = None) -> EmotionReport:
    """Trains, writes `config.output`, and measures on held-out subjects; one line of `say` a step.

    Raises UsageError `no-device`, InputFileError for the folder, FlamewheelError
    `training-diverged`.
    """
    usable_device(config.device)
    torch.manual_seed(config.seed)
    crops, classes = _data(config, say, progress)
    split = split_by_subject(crops.photos)
    learn = crops.photos if config.every_subject else split.train
    rows = _rows_of(crops, learn)
    network = EmotionNetwork(config.backbone, classes).to(config.device)
    labels, affect = _labels(crops, classes)
    output, standing = Path(config.output), _standing(config, network)
    step = load_standing(resume_path(output), standing) if resume else 0
    chances = _chances(labels[rows])
    network.train()
    while step < config.steps:
        chosen = rows[torch.multinomial(chances, config.batch, replacement=True,
                                        generator=standing.generator)]
        pictures = augmented(torch.from_numpy(crops.pixels[chosen.numpy()]), network.size,
                             standing.generator, flips=0.5)
        weights = torch.rand(3, generator=standing.generator)
        guess = network(pictures.to(config.device))
        loss = emotion_loss(guess, labels[chosen].to(config.device),
                            affect[chosen].to(config.device), weights.to(config.device),
                            config.smoothing)
        value = checked_loss(loss, step, resume_path(output))
        descend(standing.optimizer, loss, config.learning_rate * schedule(step, config.steps))
        right = float((guess.logits.argmax(1).cpu() == labels[chosen]).float().mean())
        step += 1
        say(f"step {step}/{config.steps} loss {value:.4f} right {right:.2f}")
        if step % config.save_every == 0 or step == config.steps:
            save_standing(resume_path(output), standing, step)
    save_emotion_network(output, network)
    return measure(network, crops, _rows_of(crops, split.held_out), labels)


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor, learning_rate: float) -> None:
    """One step of the optimizer down the loss."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def schedule(step: int, steps: int) -> float:
    """Rises over the first twentieth, then falls along a cosine to 0 (Loshchilov, Hutter 2017)."""
    rise = max(1, steps // 20)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1.0 + float(np.cos(np.pi * (step - rise) / max(1, steps - rise))))


@torch.no_grad()
def measure(network: EmotionNetwork, crops: FaceCrops, rows: Tensor, labels: Tensor
            ) -> EmotionReport:
    """Accuracy on some of the faces, as it is and with every emotion counting the same."""
    if not len(rows):
        return EmotionReport(float("nan"), float("nan"), 0)
    network.eval()
    device = next(network.parameters()).device
    guesses = torch.cat([
        network(plain(torch.from_numpy(crops.pixels[part.numpy()]), network.size).to(device))
        .logits.argmax(1).cpu() for part in torch.split(rows, 64)])
    right = (guesses == labels[rows]).float()
    recalls = [float(right[labels[rows] == name].mean()) for name in torch.unique(labels[rows])]
    return EmotionReport(float(right.mean()), float(np.mean(recalls)), len(rows))


def _data(config: EmotionImageConfig, say: Say, progress: Progress | None
          ) -> tuple[FaceCrops, tuple[str, ...]]:
    photos = read_folder(Path(config.folder))
    every = face_crops(photos, round(SIZES.get(config.backbone, 112) * MARGIN), progress)
    if every.skipped:
        say(f"skipped {len(every.skipped)} photos: {'; '.join(every.skipped)}")
    kept, rare = with_enough_photos(every.photos, config.fewest)
    for name, count in rare.items():
        say(f"left out: {name} has only {count} photos (--fewest {config.fewest})")
    crops = every.take(_rows_of(every, kept).numpy())
    return crops, tuple(sorted({photo.emotion for photo in crops.photos}))


def _rows_of(crops: FaceCrops, photos: tuple[LabelledPhoto, ...]) -> Tensor:
    wanted = set(photos)
    return torch.tensor([row for row, photo in enumerate(crops.photos) if photo in wanted],
                        dtype=torch.int64)


def _labels(crops: FaceCrops, classes: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """(N,) class numbers, (N,2) valence and arousal, NaN where unknown."""
    numbers = torch.tensor([classes.index(photo.emotion) for photo in crops.photos])
    nothing = float("nan")
    affect = [[nothing if photo.valence is None else photo.valence,
               nothing if photo.arousal is None else photo.arousal] for photo in crops.photos]
    return numbers, torch.tensor(affect, dtype=torch.float32)


def _chances(labels: Tensor) -> Tensor:
    """(N,) of drawing each photo: every emotion as often as any other."""
    return 1.0 / torch.bincount(labels)[labels].double()


def _standing(config: EmotionImageConfig, network: EmotionNetwork) -> Standing:
    optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate,
                                  weight_decay=config.weight_decay)
    # dropout draws from torch's own generator, so all else does, too
    return Standing(network, optimizer, torch.default_generator, config.binding())
