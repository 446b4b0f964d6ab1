# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains NED, the neutral encoder-decoder of paper 002 (section IV-F).

The paper gives no rates for it: those of I2FET are taken.  It learns from every face whose person's
neutral face is in the set, that one included, which must come out as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import InputFileError, UsageError
from ..head.registry import find_head
from ..instruction.networks.layout import NeutralLayout
from ..instruction.networks.ned import Ned
from ..instruction.networks.trained import NEUTRAL_KIND, Standard, Trained, save_network
from ..instruction.transition_set import NO_NEUTRAL, TransitionSet
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .devices import usable_device
from .instruction_course import MOST_EPOCHS, InstructionCourse, write_curves
from .instruction_lessons import drawn_subjects, standard_of
from .train_i2fet import check_set

Say = Callable[[str], None]
PARTS = ("expression", "pose")
FREE = ("output", "device", "epochs", "save_every")
FEWEST_FACES = 8


@dataclass(frozen=True)
class NedConfig:
    """What a training is made of."""

    source: str
    output: str  # .npz
    head: str = "open"
    hidden: int = 128
    code: int = 32
    learning_rate: float = 8e-4
    batch: int = 128
    epochs: int = 200
    validation: float = 0.1  # share of the learning people
    every_subject: bool = False
    save_every: int = 20  # epochs
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise UsageError("bad-epochs", f"{self.epochs} epochs are not within 1 and "
                             f"{MOST_EPOCHS}.", "200 is usual.")

    def binding(self) -> dict[str, object]:
        """What must not change when a training is resumed."""
        return {name: value for name, value in asdict(self).items() if name not in FREE}


@dataclass(frozen=True)
class NedReport:
    """How far NED's neutral is from people's own, in shares of the set's spread (mean squares)."""

    epochs: int
    faces: int
    error: float  # on the held-out people; NaN without any
    error_of_rest: float  # of the head at rest in its place, which is FLAME's ψ = 0 of fig. 17
    error_of_mean: float  # of the learning people's mean neutral


@dataclass(frozen=True, eq=False)
class NeutralLessons:
    """Faces with the same person's neutral one; standardised."""

    faces: Tensor  # (P,E+3)
    neutral: Tensor  # (P,E+3)
    learning: Tensor  # (n,) rows
    validating: Tensor  # (v,)
    measuring: Tensor  # (h,) of held-out people
    standard: Standard


def train(config: NedConfig, transitions: TransitionSet, say: Say, *, resume: bool = False
          ) -> NedReport:
    """Trains on `transitions`; writes `config.output`, FILE.resume, FILE.curve.csv and .png.

    Raises as `train_i2fet.train`; InputFileError `too-few-faces` where no neutral is known.
    """
    device = usable_device(config.device)
    head = find_head(config.head)
    check_set(transitions, head.name, head.checksum)
    lessons = neutral_lessons(transitions, config)
    torch.manual_seed(config.seed)
    layout = NeutralLayout(transitions.expression.shape[1], config.hidden, config.code)
    course = InstructionCourse(Ned(layout), PARTS).to(device)
    learn(config, lessons, course, say, resume=resume)
    origin = (f"flamewheel train ned, {config.epochs} epochs, seed {config.seed}: "
              f"{len(lessons.learning)} faces of {Path(config.source).name} "
              f"({transitions.provenance[:600]})")
    about = Trained(head.name, head.checksum, "", origin, ("Neutral",))
    save_network(Path(config.output), NEUTRAL_KIND, layout, about, lessons.standard,
                 course.best.cpu())
    return measure(lessons, course)


def neutral_lessons(transitions: TransitionSet, config: NedConfig) -> NeutralLessons:
    """Every face whose person's neutral face is known.  Raises InputFileError `too-few-faces`."""
    known = transitions.neutral != NO_NEUTRAL
    kept = transitions.held_out & ~np.bool_(config.every_subject)
    free = known & ~kept
    watched = free & np.isin(transitions.subject, drawn_subjects(
        transitions.subject[free], config.validation, config.seed))
    learning = np.flatnonzero(free & ~watched)
    if len(learning) < FEWEST_FACES:
        raise InputFileError("too-few-faces", f"{len(learning)} faces have a neutral face of the "
                             "same person.", "Build a set with neutral faces.")
    standard = standard_of(transitions.codes[learning])
    rows = torch.from_numpy(standard.inward(transitions.codes).astype(np.float32))
    measuring = np.flatnonzero(known & transitions.held_out)
    return NeutralLessons(
        rows, rows[torch.from_numpy(np.maximum(transitions.neutral, 0))],
        torch.from_numpy(learning), torch.from_numpy(np.flatnonzero(watched)),
        torch.from_numpy(measuring), standard)


def learn(config: NedConfig, lessons: NeutralLessons, course: InstructionCourse, say: Say, *,
          resume: bool = False) -> None:
    """Epoch after epoch."""
    optimizer = torch.optim.Adam(course.network.parameters(), lr=config.learning_rate)
    standing = Standing(course, optimizer, torch.default_generator, config.binding())
    kept = resume_path(Path(config.output))
    epoch = load_standing(kept, standing) if resume else 0
    device = next(course.network.parameters()).device
    while epoch < config.epochs:
        course.network.train()
        order = lessons.learning[torch.randperm(len(lessons.learning),
                                                generator=standing.generator)]
        batches = torch.split(order, config.batch)
        total = torch.zeros((), device=device)
        for rows in batches:
            loss = torch.stack(losses(lessons, course.network, rows)).sum()
            standing.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            standing.optimizer.step()
            total += loss.detach()
        course.judge(epoch, checked_loss(total / len(batches), epoch, kept),
                     _validation(lessons, course))
        epoch += 1
        if epoch % config.save_every == 0 or epoch == config.epochs:
            say(f"epoch {epoch}/{config.epochs} {course.line(epoch - 1)}")
            save_standing(kept, standing, epoch)
            write_curves(kept.with_suffix(".curve.csv"), course)


def losses(lessons: NeutralLessons, network: torch.nn.Module, rows: Tensor
           ) -> tuple[Tensor, Tensor]:
    """Mean squares of expression and pose."""
    device = next(network.parameters()).device
    missed = (network(lessons.faces[rows].to(device)) - lessons.neutral[rows].to(device)) ** 2
    return missed[:, :-3].mean(), missed[:, -3:].mean()


@torch.no_grad()
def _validation(lessons: NeutralLessons, course: InstructionCourse) -> tuple[float, ...]:
    if not len(lessons.validating):
        return (float("nan"),) * (1 + len(PARTS))
    course.network.eval()
    parts = [float(part) for part in losses(lessons, course.network, lessons.validating)]
    return (sum(parts), *parts)


@torch.no_grad()
def measure(lessons: NeutralLessons, course: InstructionCourse) -> NedReport:
    """The kept network on the held-out people, beside two that need none."""
    rows, nothing = lessons.measuring, float("nan")
    if not len(rows):
        return NedReport(course.epochs_done(), 0, nothing, nothing, nothing)
    wanted = lessons.neutral[rows]
    told = course.best.cpu().eval()(lessons.faces[rows])
    rest = torch.from_numpy(lessons.standard.inward(
        np.zeros(wanted.shape[1])).astype(np.float32))
    mean = lessons.neutral[lessons.learning].mean(dim=0)
    errors = [float(((guess - wanted) ** 2).mean()) for guess in (told, rest, mean)]
    return NedReport(course.epochs_done(), len(rows), *errors)
