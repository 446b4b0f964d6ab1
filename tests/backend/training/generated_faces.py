# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a head itself, in place of photos and of renders with known codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from flamewheel.encoders.image_network import Code
from flamewheel.head.data import HeadData
from flamewheel.labelled_photos import LabelledPhoto
from flamewheel.training.datasets.crops import FaceCrops
from flamewheel.training.datasets.renders import RenderedFaces
from flamewheel.training.differentiable_face import CropCamera, DifferentiableFace
from flamewheel.training.seen_faces import SeenFaces

LARGE = 128  # px of stored crops


def camera(count: int, size: int = 112) -> CropCamera:
    """The head's face fills the crop."""
    scale = 4.8 * size
    one = torch.tensor([[scale, 0.0, 0.0, size / 2], [0.0, -scale, 0.0, 0.42 * size]])
    return CropCamera(one.expand(count, 2, 4).clone(), size)


def random_codes(count: int, expressions: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    codes = 0.5 * torch.randn(count, expressions + 7, generator=generator)
    codes[:, 20:] *= 0.1
    return codes


def generated(head: HeadData, count: int) -> tuple[FaceCrops, SeenFaces, RenderedFaces]:
    """The head's pictures as photos that the landmark encoder takes for neutral, and as renders."""
    large = DifferentiableFace(head, LARGE)
    codes = random_codes(count, head.expression_count, 1)
    shape, turn = torch.zeros(count, 1), torch.zeros(count, 3)
    light = torch.zeros(count, 9, 3)
    light[:, 0], light[:, 2] = 1.8, 0.3
    vertices = large.vertices(shape, Code.of(codes), turn)
    view = camera(count, LARGE)
    pictures, covered, _ = large.smooth_picture(vertices, view, light)
    pictures = pictures + 0.4 * (1.0 - covered)
    landmarks = large.landmarks(vertices, turn, view).numpy().astype(np.float64)
    pixels = (pictures.clamp(0, 1) * 255).byte().permute(0, 2, 3, 1).numpy()
    photos = tuple(LabelledPhoto(Path(f"{n}.png"), f"person {n}", ("anger", "joy")[n % 2])
                   for n in range(count))
    frames = np.tile(np.eye(2, 3), (count, 1, 1))
    parts = Code.of(codes)
    eyes = np.pad(parts.eyes.view(-1, 2, 2).numpy(), ((0, 0), (0, 0), (0, 1)))
    crops = FaceCrops(photos, pixels, landmarks, frames, ())
    seen = SeenFaces(shape.numpy(), 0 * parts.expression.numpy(), 0 * parts.jaw.numpy(), 0 * eyes,
                     turn.numpy(), view.matrix.numpy().astype(np.float64))
    renders = RenderedFaces(pixels, landmarks, parts.expression.numpy(), parts.jaw.numpy(), eyes)
    return crops, seen, renders
