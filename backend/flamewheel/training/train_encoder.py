# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the small image encoder for any head: on its renders, then as EMOCA does on photos.

First on pictures whose codes are known; then each step adds a batch of photos with the losses of
EMOCA's coarse stage (Danecek et al. 2022, eq. 7), shape, pose, camera and light being kept as the
landmark encoder sees them.  Unlike EMOCA's, the jaw is learned too: renders give it the prior that
the paper found missing (section 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..encoders.image_network import (
    EXPRESSION_COUNT,
    HEAD,
    KIND,
    ImageEncoderNetwork,
    encoder_weights,
)
from ..encoders.small_network import SIZE, SmallTrunk
from ..errors import UsageError
from ..head.data import HeadData
from ..head.registry import find_head
from ..labelled_photos import is_held_out, read_folder
from ..weight_file import load_strictly, write_weights
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .coarse_stage import PhotoBatches
from .code_metric import answer_by_landmarks, code_metric, square_distance
from .datasets.augment import MARGIN, plain, spoiled
from .datasets.crops import Progress, face_crops
from .datasets.renders import RenderedFaces, rendered_faces
from .devices import usable_device
from .emotion_network import EmotionNetwork, load_emotion_network
from .face_losses import CoarseWeights
from .train_emotion_image import schedule

Say = Callable[[str], None]

TRUNK_SHARE = 0.1  # of the learning rate: it can see already, and forgets at the full one
TUNING_SEED = 1000  # renders from this seed measure; those below it teach


@dataclass(frozen=True)
class EncoderConfig:
    """What a training of the image encoder is made of; the defaults are for a CPU."""

    folder: str
    output: str
    head: str = "open"
    emotion: str = ""  # file of `train emotion-image`; needed where the emotion loss counts
    start: str = ""  # an image encoder to start from instead of the landmarks' linear answer
    renders: int = 3000
    teaching: int = 600  # steps on renders alone
    steps: int = 900  # all of them
    batch: int = 24  # renders a step
    photos: int = 8  # photos a step, after the teaching
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    photo_share: float = 1.0  # of the photos' loss beside the renders' in mm²
    weights: CoarseWeights = field(default_factory=CoarseWeights)
    every_subject: bool = False  # learn from the held-out subjects, too
    seed: int = 0
    device: str = "cpu"
    save_every: int = 50

    def binding(self) -> dict[str, Any]:
        """What must not change when a training is resumed: all but where and how often."""
        return {name: value for name, value in asdict(self).items()
                if name not in ("output", "device", "save_every", "emotion", "folder", "start")}


@dataclass(frozen=True)
class EncoderReport:
    """On renders of other seeds, mean over faces of the root mean square over landmarks, in mm."""

    error: float
    landmarks_alone: float  # the linear answer from which the training started
    zero: float  # no expression at all


def train(config: EncoderConfig, say: Say, *, resume: bool = False,
          progress: Progress | None = None) -> EncoderReport:
    """Trains, writes `config.output`, measures on renders not learned from; a line of `say` a step.

    Raises UsageError `no-device` and `emotion-needed`, InputFileError for the folder,
    CheckpointError for the emotion network, HeadError, FlamewheelError `training-diverged`.
    """
    usable_device(config.device)
    head, emotion = find_head(config.head), _emotion(config)
    torch.manual_seed(config.seed)
    renders = rendered_faces(head, config.renders, config.seed, round(SIZE * MARGIN), progress)
    metric = code_metric(head).to(config.device)
    network = _network(config, head, renders, metric, emotion)
    standing, output = _standing(config, network), Path(config.output)
    step = load_standing(resume_path(output), standing) if resume else 0
    photos = _photos(config, head, emotion, say, progress) if config.steps > config.teaching else (
        None)
    network.train()
    network.trunk.train(not isinstance(emotion.trunk, SmallTrunk))
    while step < config.steps:
        codes, truth = _render_batch(config, network, renders, standing.generator)
        loss = square_distance(metric, codes, truth).mean()
        told = f"renders {float(loss.detach()):.3f} mm2"
        if photos is not None and step >= config.teaching:
            terms = photos.terms(network, metric, config.photos, standing.generator)
            loss = loss + config.photo_share * terms.total(config.weights)
            told += " " + terms.line()
        for group, share in zip(standing.optimizer.param_groups, (1.0, TRUNK_SHARE), strict=True):
            group["lr"] = share * config.learning_rate * schedule(step, config.steps)
        checked_loss(loss, step, resume_path(output))
        standing.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        standing.optimizer.step()
        step += 1
        say(f"step {step}/{config.steps} {told}")
        if step % config.save_every == 0 or step == config.steps:
            save_standing(resume_path(output), standing, step)
    save_encoder(output, network, head)
    return measure(network, head, metric, progress)


def save_encoder(path: Path, network: ImageEncoderNetwork, head: HeadData) -> None:
    """The network as a file.  Raises OutputError."""
    facts = {HEAD: head.name, EXPRESSION_COUNT: head.expression_count,
             "head_checksum": head.checksum}
    write_weights(path, KIND, facts, network.state_dict())


@torch.no_grad()
def measure(network: ImageEncoderNetwork, head: HeadData, metric: Tensor,
            progress: Progress | None = None, count: int = 300) -> EncoderReport:
    """The network's errors on renders of `TUNING_SEED`."""
    network.eval()
    faces = rendered_faces(head, count, TUNING_SEED, round(SIZE * MARGIN), progress)
    device = next(network.parameters()).device
    truth = torch.tensor(faces.codes(), dtype=torch.float32, device=device)
    landmarks = torch.tensor(faces.landmarks, dtype=torch.float32, device=device)
    found, direct = [], network.by_landmarks(landmarks)
    for part in torch.split(torch.arange(len(truth)), 64):
        pictures = plain(torch.from_numpy(faces.pixels[part.numpy()]), SIZE).to(device)
        found.append(network(pictures, landmarks[part]))

    def error(codes: Tensor) -> float:
        return float(square_distance(metric, codes, truth).sqrt().mean())

    return EncoderReport(error(torch.cat(found)), error(direct), error(torch.zeros_like(truth)))


def _render_batch(
    config: EncoderConfig, network: ImageEncoderNetwork, renders: RenderedFaces,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Codes found in a batch of renders, and the true ones."""
    rows = torch.randint(len(renders.pixels), (config.batch,), generator=generator).numpy()
    pictures = spoiled(plain(torch.from_numpy(renders.pixels[rows]), SIZE), generator)
    landmarks = torch.tensor(renders.landmarks[rows], dtype=torch.float32)
    truth = torch.tensor(renders.codes()[rows], dtype=torch.float32)
    codes = network(pictures.to(config.device), landmarks.to(config.device))
    return codes, truth.to(config.device)


def _emotion(config: EncoderConfig) -> EmotionNetwork:
    if not config.emotion:
        raise UsageError("emotion-needed", "The encoder listens to an emotion network.",
                         "Train one with `flamewheel train emotion-image`, give it as --emotion.")
    return load_emotion_network(Path(config.emotion), config.device)


def _network(
    config: EncoderConfig, head: HeadData, renders: RenderedFaces, metric: Tensor,
    emotion: EmotionNetwork,
) -> ImageEncoderNetwork:
    """Answers by landmarks at first; sees as the emotion network does where that is of its kind.

    Photos and renders would give batch norms different statistics; the emotion network's stay.
    """
    network = ImageEncoderNetwork(head.expression_count)
    if config.start:
        load_strictly(network, encoder_weights(Path(config.start), head), Path(config.start).name)
        return network.to(config.device)
    answer_by_landmarks(network, renders, metric)
    if isinstance(emotion.trunk, SmallTrunk):
        network.trunk.load_state_dict(emotion.trunk.state_dict())
    return network.to(config.device)


def _photos(
    config: EncoderConfig, head: HeadData, emotion: EmotionNetwork, say: Say,
    progress: Progress | None,
) -> PhotoBatches:
    crops = face_crops(read_folder(Path(config.folder)), round(SIZE * MARGIN), progress)
    if crops.skipped:
        say(f"skipped {len(crops.skipped)} photos: {'; '.join(crops.skipped)}")
    rows = [row for row, photo in enumerate(crops.photos)
            if config.every_subject or not is_held_out(photo.subject)]
    return PhotoBatches(crops.take(rows), head, emotion, config.device, progress)


def _standing(config: EncoderConfig, network: ImageEncoderNetwork) -> Standing:
    trunk = list(network.trunk.parameters())
    others = [part for name, part in network.named_parameters()
              if part.requires_grad and not name.startswith("trunk.")]
    optimizer = torch.optim.AdamW([{"params": others}, {"params": trunk}],
                                  lr=config.learning_rate, weight_decay=config.weight_decay)
    return Standing(network, optimizer, torch.default_generator, config.binding())
