# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the detail stage for any head with texture coordinates: wrinkles as a relief that moves.

As in EMOCA (section 4), shape, expression, pose, camera and light stay as they are; the relief is
what makes the rendering's shading the photo's.  Photos of one person share their code of wrinkles
at every other step (DECA's detail consistency, section 4.2.4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..encoders.image_network import Code
from ..encoders.small_network import SIZE
from ..head.registry import find_head
from ..labelled_photos import is_held_out, read_folder
from ..weight_file import write_weights
from . import detail_losses as losses
from .checkpoints import Standing, checked_loss, load_standing, resume_path, save_standing
from .coarse_stage import KnownPhotos
from .datasets.augment import MARGIN
from .datasets.crops import FaceCrops, Progress, face_crops
from .detail_losses import DetailWeights
from .detail_network import DetailNetwork
from .detailed_face import DetailedFace
from .devices import usable_device
from .face_losses import photometric
from .train_emotion_image import descend, schedule

Say = Callable[[str], None]

KIND = "detail"


@dataclass(frozen=True)
class DetailConfig:
    """What a training of the detail stage is made of; the defaults are for a CPU."""

    folder: str
    output: str
    head: str = "open"
    steps: int = 600
    pairs: int = 3  # of photos of one person, a step
    learning_rate: float = 1e-3
    weights: DetailWeights = field(default_factory=DetailWeights)
    every_subject: bool = False
    seed: int = 0
    device: str = "cpu"
    save_every: int = 50

    def binding(self) -> dict[str, Any]:
        """What must not change when a training is resumed: all but where and how often."""
        return {name: value for name, value in asdict(self).items()
                if name not in ("output", "device", "save_every", "folder")}


@dataclass(frozen=True)
class DetailReport:
    """Photometric loss over the last steps: without relief and with it."""

    smooth: float
    detailed: float


def train(config: DetailConfig, say: Say, *, resume: bool = False,
          progress: Progress | None = None) -> DetailReport:
    """Trains and writes `config.output`; a line of `say` a step.

    Raises UsageError `no-device`, InputFileError for the folder, HeadError (`no-uv` too),
    FlamewheelError `training-diverged`.
    """
    usable_device(config.device)
    head = find_head(config.head)
    torch.manual_seed(config.seed)
    face = DetailedFace(head, SIZE, DetailNetwork.side, config.device)
    crops = _crops(config, say, progress)
    photos = KnownPhotos(crops, head, config.device, progress)
    pairs = pairs_of_one_person(crops)
    network = DetailNetwork(head.expression_count).to(config.device)
    standing, output = _standing(config, network), Path(config.output)
    step = load_standing(resume_path(output), standing) if resume else 0
    recent: list[tuple[float, float]] = []
    while step < config.steps:
        rows = _draw(pairs, config.pairs, standing.generator)
        found = _seen_with_relief(face, network, photos, rows, swapped=step % 2 == 1)
        loss = found.weighed(config.weights)
        checked_loss(loss, step, resume_path(output))
        descend(standing.optimizer, loss, config.learning_rate * schedule(step, config.steps))
        step += 1
        recent = [*recent[-19:], (found.smooth, float(found.photometric.detach()))]
        say(f"step {step}/{config.steps} {found}")
        if step % config.save_every == 0 or step == config.steps:
            save_standing(resume_path(output), standing, step)
    facts = {"head": head.name, "expression_count": head.expression_count}
    write_weights(output, KIND, facts, network.state_dict())
    means = np.mean(recent, axis=0) if recent else (float("nan"), float("nan"))
    return DetailReport(float(means[0]), float(means[1]))


@dataclass(frozen=True, eq=False)
class _Losses:
    """Of one step."""

    photometric: Tensor
    symmetry: Tensor
    size: Tensor
    smooth: float  # photometric, of the face without relief

    def weighed(self, weights: DetailWeights) -> Tensor:
        """What is descended."""
        return (weights.photometric * self.photometric + weights.symmetry * self.symmetry
                + weights.size * self.size)

    def __str__(self) -> str:
        return (f"photometric {float(self.photometric.detach()):.4f} (smooth {self.smooth:.4f}) "
                f"symmetry {float(self.symmetry.detach()):.4f} "
                f"size {float(self.size.detach()):.4f}")


def _seen_with_relief(face: DetailedFace, network: DetailNetwork, photos: KnownPhotos,
                      rows: Tensor, *, swapped: bool) -> _Losses:
    """Photos beside the heads drawn over them; swapped: each with the wrinkles of the person's
    other photo."""
    pictures, code = photos.pictures(rows), Code.of(photos.codes(rows))
    lit = face.lit(photos.shape(rows), code, photos.turn(rows), photos.cameras(rows),
                   pictures, photos.inside(rows))
    codes = network.codes(pictures)
    relief = network.relief(code.jaw, code.expression, codes.flip(0) if swapped else codes)
    return _Losses(
        photometric(pictures, face.picture(lit, relief), lit.skin),
        losses.symmetry(relief, face.across, face.paired),
        losses.relief_size(relief, face.counted),
        float(photometric(pictures, lit.smooth, lit.skin)))


def pairs_of_one_person(crops: FaceCrops) -> Tensor:
    """(P,2) rows of photos: every photo with the person's next, a lone one with itself."""
    of_person: dict[str, list[int]] = defaultdict(list)
    for row, photo in enumerate(crops.photos):
        of_person[photo.subject].append(row)
    return torch.tensor([pair for rows in of_person.values()
                         for pair in zip(rows, [*rows[1:], rows[0]], strict=True)])


def _draw(pairs: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """(2*count,) rows: one of each pair, then the others from the last to the first.

    Read backwards, each stands where the other photo of its person stood.
    """
    chosen = pairs[torch.randint(len(pairs), (count,), generator=generator)]
    return torch.cat([chosen[:, 0], chosen[:, 1].flip(0)])


def _crops(config: DetailConfig, say: Say, progress: Progress | None) -> FaceCrops:
    crops = face_crops(read_folder(Path(config.folder)), round(SIZE * MARGIN), progress)
    if crops.skipped:
        say(f"skipped {len(crops.skipped)} photos: {'; '.join(crops.skipped)}")
    return crops.take([row for row, photo in enumerate(crops.photos)
                       if config.every_subject or not is_held_out(photo.subject)])


def _standing(config: DetailConfig, network: DetailNetwork) -> Standing:
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    return Standing(network, optimizer, torch.default_generator, config.binding())
