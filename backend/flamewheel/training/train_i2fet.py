# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains I2FET, its ablation without IFED, or the MotionCLIP-style baseline (paper 002, IV-B).

As published: Adam with 8e-4, batches of 128, 200 epochs, a tenth of the learning people to
validate with.  The network of the lowest validation loss is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import UsageError
from ..head.registry import find_head
from ..instruction.networks.i2fet import I2fet, Losses, Told, divergence
from ..instruction.networks.layout import VARIANTS, GeneratorLayout
from ..instruction.networks.motionclip import MotionClip, misalignment
from ..instruction.networks.trained import KIND, Trained, new_network, save_network
from ..instruction.text_encoders import EMBEDDED, TextEncoder, text_encoder
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .datasets.transitions import TransitionSet
from .devices import usable_device
from .instruction_course import MOST_EPOCHS, InstructionCourse, write_curves
from .instruction_lessons import FaceVertices, PairLessons, pair_lessons
from .instruction_meter import unit_meter

Say = Callable[[str], None]
PARTS = ("expression", "pose", "divergence", "vertices")
FREE = ("output", "device", "epochs", "save_every")  # may change when a training is resumed


@dataclass(frozen=True)
class I2fetConfig:
    """What a training is made of; rates, batches and epochs by default as published."""

    source: str  # what the pairs were read from, for the file's origin
    output: str  # .npz
    head: str = "open"  # a name or a file; its codes are the set's
    variant: str = "i2fet"  # of VARIANTS
    vertex_loss: bool = True  # eq. 14
    pose_loss: bool = True  # eq. 12; without it and eq. 14: L_e alone of table VI
    encoder: str = EMBEDDED  # or the folder of a CLIP
    divergence: float = 0.02
    """Weight of the divergence in eq. 11 and 12; printed 1, which beside a mean over 100 numbers
    leaves the latents little to say (docs/generation.md)."""
    alignment: float = 0.3
    """Of the cosine beside the reconstruction, MotionCLIP's λ_text; published 0.01, with which the
    latents of two faces do not come near their sentences (a cosine of 0.03 after five epochs)."""
    hidden: int = 160
    feed_forward: float = 1.0
    face_layers: int = 2
    text_layers: int = 1
    caft_layers: int = 1
    motion_width: int = 128
    motion_layers: int = 2
    learning_rate: float = 8e-4
    batch: int = 128
    epochs: int = 200
    validation: float = 0.1  # share of the learning people
    every_subject: bool = False  # learn from the held-out subjects, too
    save_every: int = 20  # epochs
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise UsageError("unknown-variant", f"There is no variant {self.variant!r}.",
                             f"Take one of {', '.join(VARIANTS)}.")
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise UsageError("bad-epochs", f"{self.epochs} epochs are not within 1 and "
                             f"{MOST_EPOCHS}.", "The paper takes 200.")

    def binding(self) -> dict[str, object]:
        """What must not change when a training is resumed."""
        return {name: value for name, value in asdict(self).items() if name not in FREE}

    def layout(self, expression: int, encoder: TextEncoder) -> GeneratorLayout:
        """The network's sizes for faces of `expression` numbers."""
        return GeneratorLayout(
            expression, encoder.tokens, encoder.dim, encoder.overall, self.variant,
            face_layers=self.face_layers, text_layers=self.text_layers,
            caft_layers=self.caft_layers, hidden=self.hidden, feed_forward=self.feed_forward,
            motion_width=self.motion_width, motion_layers=self.motion_layers)


def published(config: I2fetConfig) -> I2fetConfig:
    """Sizes for CLIP's rows: MotionCLIP's own, and wider inner layers where the paper is silent."""
    return replace(config, hidden=512, feed_forward=2.0, motion_width=512, motion_layers=8)


@dataclass(frozen=True)
class I2fetReport:
    """What came of it."""

    epochs: int
    best_epoch: int
    learning_pairs: int
    validation_pairs: int
    validation_loss: float  # NaN without people to validate with
    weights: int  # numbers in the network


def train(config: I2fetConfig, transitions: TransitionSet, say: Say, *, resume: bool = False
          ) -> I2fetReport:
    """Trains on `transitions`; writes `config.output`, FILE.resume, FILE.curve.csv and .png.

    The same seed trains the same network on one machine.  Raises UsageError `other-head`,
    `no-device`; InputFileError `too-few-pairs`; CheckpointError; FlamewheelError
    `training-diverged`.
    """
    device = usable_device(config.device)
    head = find_head(config.head)
    check_set(transitions, head.name, head.checksum)
    encoder = text_encoder(config.encoder)
    lessons = pair_lessons(transitions, encoder, config.validation, config.seed,
                           every_subject=config.every_subject)
    torch.manual_seed(config.seed)
    layout = config.layout(transitions.expression.shape[1], encoder)
    network = new_network(layout)
    if isinstance(network, MotionClip):
        network.know(lessons.told.overall[lessons.sentence[lessons.learning]])
    course = InstructionCourse(network, PARTS).to(device)
    vertices = FaceVertices(head, lessons, device) if config.vertex_loss else None
    learn(config, lessons, course, vertices, say, resume=resume)
    about = Trained(head.name, head.checksum, encoder.name, origin_of(config, transitions, lessons),
                    taught(transitions, lessons))
    save_network(Path(config.output), KIND, layout, about, lessons.standard, course.best.cpu(),
                 unit_meter(head, lessons))
    return I2fetReport(course.epochs_done(), course.best_epoch(), len(lessons.learning),
                       len(lessons.validating), float(course.lowest),
                       sum(part.numel() for part in course.network.parameters()))


def check_set(transitions: TransitionSet, head: str, checksum: str) -> None:
    """Raises UsageError `other-head` where the set's codes are another head's."""
    known = bool(transitions.head_checksum and checksum)
    if (transitions.head_checksum != checksum) if known else (transitions.head != head):
        raise UsageError("other-head", f"The set was made for the head {transitions.head}, not "
                         f"for {head} as it is now.", "Name its head, or build the set again.")


def origin_of(config: I2fetConfig, transitions: TransitionSet, lessons: PairLessons) -> str:
    """For a person who wonders what a file was trained on."""
    return (f"flamewheel train i2fet, variant {config.variant}, "
            f"{'with' if config.vertex_loss else 'without'} vertex loss, {config.epochs} epochs, "
            f"seed {config.seed}: {len(lessons.learning)} pairs of {Path(config.source).name}"
            f" ({transitions.provenance[:600]})")


def taught(transitions: TransitionSet, lessons: PairLessons) -> tuple[str, ...]:
    """Names of the emotions that the learning pairs show."""
    shown = transitions.emotion[transitions.pairs[lessons.learning.numpy()]]
    return tuple(str(name) for name in np.unique(shown))


def learn(config: I2fetConfig, lessons: PairLessons, course: InstructionCourse,
          vertices: FaceVertices | None, say: Say, *, resume: bool = False) -> None:
    """Epoch after epoch."""
    fused = config.device == "cpu" or None
    optimizer = torch.optim.Adam(course.network.parameters(), lr=config.learning_rate, fused=fused)
    standing = Standing(course, optimizer, torch.default_generator, config.binding())
    kept = resume_path(Path(config.output))
    epoch = load_standing(kept, standing) if resume else 0
    while epoch < config.epochs:
        loss = _epoch(config, lessons, standing, course, vertices, kept)
        course.judge(epoch, loss, validation_loss(config, lessons, course, vertices))
        epoch += 1
        if epoch % config.save_every == 0 or epoch == config.epochs:
            say(f"epoch {epoch}/{config.epochs} {course.line(epoch - 1)}")
            save_standing(kept, standing, epoch)
            write_curves(kept.with_suffix(".curve.csv"), course)


def _epoch(config: I2fetConfig, lessons: PairLessons, standing: Standing,
           course: InstructionCourse, vertices: FaceVertices | None, kept: Path) -> float:
    """The mean loss of one pass over the learning pairs in a new order."""
    course.network.train()
    device = next(course.network.parameters()).device
    order = lessons.learning[torch.randperm(len(lessons.learning), generator=standing.generator)]
    batches = torch.split(order, config.batch)
    total = torch.zeros((), device=device)
    for rows in batches:
        faces, told = lessons.batch(rows, device)
        drawn = torch.randn(len(rows), 2, 2 * LATENT, generator=standing.generator).to(device)
        loss = total_loss(config, course.network, faces, told, drawn, vertices)[0]
        standing.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        standing.optimizer.step()
        total += loss.detach()
    return checked_loss(total / len(batches), course.epochs_done(), kept)


LATENT = GeneratorLayout(1, 1, 1, 1).latent


def total_loss(
    config: I2fetConfig, network: torch.nn.Module, faces: Tensor, told: Told, drawn: Tensor,
    vertices: FaceVertices | None,
) -> tuple[Tensor, Losses]:
    """Eq. 15 of a batch, or MotionCLIP's loss, and its parts."""
    weight = config.divergence
    if isinstance(network, MotionClip):
        latents = network.encoded(faces)
        rebuilt = network.decoded(latents)
        apart, weight = misalignment(latents, network.aim(told.overall)), config.alignment
    else:
        assert isinstance(network, I2fet)
        rebuilt, found = network(faces, told, drawn)
        apart = divergence(found.mean_expression, found.log_expression)
        if config.pose_loss:
            apart = apart + divergence(found.mean_pose, found.log_pose)
    missed = (rebuilt - faces) ** 2
    count = network.layout.expression
    shown = faces.new_zeros(()) if vertices is None else vertices.loss(faces, rebuilt)
    turned = missed[..., count:].mean() if config.pose_loss else faces.new_zeros(())
    parts = Losses(missed[..., :count].mean(), turned, apart, shown)
    return parts.total(weight), parts


@torch.no_grad()
def validation_loss(config: I2fetConfig, lessons: PairLessons, course: InstructionCourse,
                    vertices: FaceVertices | None) -> tuple[float, ...]:
    """Total and parts on the validation people, with the same noise each time; NaN without."""
    rows = lessons.validating
    if not len(rows):
        return (float("nan"),) * (1 + len(PARTS))
    course.network.eval()
    device = next(course.network.parameters()).device
    noise = torch.from_numpy(np.random.default_rng(config.seed).standard_normal(
        (len(rows), 2, 2 * LATENT)).astype(np.float32))
    faces, told = lessons.batch(rows, device)
    total, parts = total_loss(config, course.network, faces, told, noise.to(device), vertices)
    return (float(total), *map(float, parts))
