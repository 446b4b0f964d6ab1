# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the regressor: renders in, plain arrays out.

Sizes, noise and rounds were tried on the open head's tuning renders (5,100 samples trained on): a
ridge regression alone leaves 2.20 mm of identity and 1.67 of expression, with this network beside
it 2.19 and 1.55.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.part import cut_down
from .factors import factored
from .photo_errors import PhotoErrors
from .regressor import (
    JAW_AND_GAZE,
    TURN,
    MeanHead,
    Network,
    Placed,
    Regressor,
    network_inputs,
    turn_between,
)
from .rows import SurfacePoints
from .samples import FaceSamples

if TYPE_CHECKING:
    from torch import Tensor

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

COMPONENTS = 150  # of the landmarks' offsets; they hold 99.9 % of their variance
RIDGE = 30.0  # in samples, inputs at about unit variance
HIDDEN = (256, 256)
DROPOUT, INPUT_NOISE, WEIGHT_DECAY = 0.3, 0.15, 0.1
BATCH, STEPS, RATE = 128, 3000, 4e-3  # fewest steps of gradient descent, and its highest rate
FACES_A_STEP = 8  # more faces get more steps: each is looked at about 16 times
DISTURBED = 2  # copies of each sample, disturbed each in its own way
HELD_BACK = 5  # one sample of so many tells the errors
ERROR_FACTORS = 60
JAW_WORTH, GAZE_WORTH, TURN_WORTH = 50.0, 10.0, 50.0  # mm by rad: what an error costs in training


def train_regressor(
    head: HeadData, points: SurfacePoints, samples: FaceSamples, photos: PhotoErrors
) -> Regressor:
    """Of `samples` of `head`, a face found in all of them, disturbed as `photos` are."""
    mean_head = mean_head_of(head, points)
    placed = mean_head.placed(samples.landmarks)
    wanted = np.repeat(wanted_parameters(samples, placed), DISTURBED, axis=0)
    placed = _disturbed(placed, points, photos)
    components = _components(placed.off, min(COMPONENTS, len(wanted) // 4))
    inputs = network_inputs(placed, components)
    worth = _worth(head, points)
    back = np.arange(len(wanted)) // DISTURBED % HELD_BACK == 0
    tried = train_network(inputs[~back], wanted[~back], worth)
    errors = tried(inputs[back]) - wanted[back]
    factor, floor = factored(errors.T @ errors / len(errors), ERROR_FACTORS)
    return Regressor(mean_head, components, train_network(inputs, wanted, worth),
                     factor.astype(np.float32), floor.astype(np.float32), head.identity_count)


def _disturbed(placed: Placed, points: SurfacePoints, photos: PhotoErrors) -> Placed:
    """Each face so many times, as it might be on photos."""
    off = np.repeat(placed.off, DISTURBED, axis=0)
    off += photos.drawn(points.landmarks, len(off), np.random.default_rng(0))
    return Placed(off, np.repeat(placed.roll, DISTURBED, axis=0),
                  np.repeat(placed.rest, DISTURBED, axis=0))


def mean_head_of(head: HeadData, points: SurfacePoints) -> MeanHead:
    """The landmarks of the mean head, offsets included."""
    corners = np.asarray(head.template, np.float64)[np.asarray(head.triangles)[points.triangles]]
    places = (corners * points.barycentrics[:, :, None]).sum(1) + points.offsets
    return MeanHead(points.landmarks, places - places.mean(0))


def wanted_parameters(samples: FaceSamples, placed: Placed) -> Floats:
    """(N,P) what the regressor should say."""
    gaze = samples.eyes[:, :, :2].reshape(len(samples.eyes), -1)
    return np.concatenate([samples.shape, samples.expression, samples.jaw, gaze,
                           turn_between(placed, samples.global_rotation)], axis=1)


def _components(off: Floats, count: int) -> Singles:
    """(2L,C) principal directions, each scaled so that larger ones count more, but not all."""
    values, vectors = np.linalg.eigh(np.cov(off.T))
    vectors, spread = vectors[:, ::-1][:, :count], np.sqrt(np.maximum(values[::-1][:count], 1e-6))
    return np.asarray(vectors / np.sqrt(spread * spread.mean()), dtype=np.float32)


def _worth(head: HeadData, points: SurfacePoints) -> Floats:
    """(P,) mm that a unit of each parameter moves the landmarks, root mean square."""
    corners = np.asarray(head.triangles)[points.triangles]
    part, places = cut_down(head, corners.ravel())

    def moved(basis: npt.ArrayLike) -> Floats:
        square = np.square(np.asarray(basis, np.float64)[places]).sum(1)
        return np.asarray(1e3 * np.sqrt(square.mean(0)))

    turns = [JAW_WORTH] * 3 + [GAZE_WORTH] * (JAW_AND_GAZE - 3) + [TURN_WORTH] * TURN
    return np.concatenate([moved(part.identity_basis), moved(part.expression_basis), turns])


def train_network(inputs: Singles, wanted: Floats, worth: Floats) -> Network:
    """The network that gives `wanted` (N,P) from `inputs` (N,I); the same each time.

    Dropout and noise keep it from learning the renders by heart; so it carries over to photos.
    """
    import torch

    middle, aim = inputs.mean(0), wanted.mean(0)
    spread = np.maximum(wanted.std(0), 1e-6)
    centred = (inputs - middle).astype(np.float64)
    system = centred.T @ centred + RIDGE * np.eye(centred.shape[1])
    first = np.linalg.solve(system, centred.T @ ((wanted - aim) / spread))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers, linear = _trained(
            torch.tensor(centred, dtype=torch.float32),
            torch.tensor((wanted - aim) / spread, dtype=torch.float32),
            torch.tensor(worth * spread / np.mean(worth * spread), dtype=torch.float32),
            torch.tensor(first, dtype=torch.float32))
    hidden = list(layers)
    output = hidden.pop() * spread.astype(np.float32)
    hidden[0][-1] -= middle @ hidden[0][:-1]
    linear = linear * spread.astype(np.float32)
    output[-1] += (aim - middle @ linear).astype(np.float32)
    return Network(linear, tuple(hidden), output)


def _trained(inputs: Tensor, wanted: Tensor, worth: Tensor, first: Tensor) -> tuple[
        list[Singles], Singles]:
    """Layers (I+1,O) of the perceptron, and the linear map beside it, which begins at `first`."""
    import torch
    from torch import nn

    sizes = [inputs.shape[1], *HIDDEN, wanted.shape[1]]
    parts: list[nn.Module] = []
    for size, following in pairwise(sizes):
        parts += [nn.Linear(size, following), nn.ReLU(), nn.Dropout(DROPOUT)]
    perceptron, linear = nn.Sequential(*parts[:-2]), nn.Parameter(first.clone())
    dense = [part for part in perceptron if isinstance(part, nn.Linear)]
    with torch.no_grad():
        dense[-1].weight *= 0.1  # the linear map already says most of it
    every = [*perceptron.parameters(), linear]
    descent = torch.optim.AdamW(every, RATE, weight_decay=WEIGHT_DECAY, fused=True)
    steps = max(STEPS, len(inputs) // FACES_A_STEP)
    rates = torch.optim.lr_scheduler.OneCycleLR(descent, RATE, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(len(inputs), (BATCH,))
        seen = inputs[rows] + INPUT_NOISE * torch.randn(BATCH, inputs.shape[1])
        loss = ((perceptron(seen) + seen @ linear - wanted[rows]) * worth).square().mean()
        descent.zero_grad()
        loss.backward()
        descent.step()
        rates.step()
    return [torch.cat([part.weight.T, part.bias[None]]).detach().numpy().copy()
            for part in dense], linear.detach().numpy().copy()
