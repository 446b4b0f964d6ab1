# SPDX-License-Identifier: GPL-3.0-or-later
"""The small image encoder's network: a face's pixels and FaceMesh's landmarks -> expression code.

A linear map of the landmarks gives most of the code; a network that sees the pixels as well adds
what landmarks do not tell: FaceMesh smooths brows and lids towards what faces usually do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import CheckpointError
from ..head.data import HeadData
from ..weight_file import Weights, read_weights
from .small_network import FEATURES, SmallTrunk

KIND = "image-encoder"  # of file
HEAD, EXPRESSION_COUNT = "head", "expression_count"  # facts that the file tells
LANDMARKS = 468  # without the irises, which are FaceMesh's last ten
IRIS_CENTRES = (468, 473)
EYE_CORNERS = ((33, 133), (362, 263))  # right, left
JAW_SIZE, EYES_SIZE = 3, 4
SQUEEZED, INSIDE = 24, 192  # channels and numbers between pixels and code
WAYS = 48  # directions in which codes are corrected: the strongest of what landmarks leave open
MAP_SIDE = 7
MUTED = 0.1
"""Of landmarks beside pixels: 940 numbers that move together would rule the first layer, and its
training would not settle (seen at the learning rate that the pixels need)."""


@dataclass(frozen=True, eq=False)
class Code:
    """What B faces do."""

    expression: Tensor  # (B,E) standard deviations
    jaw: Tensor  # (B,3) axis-angle rad
    eyes: Tensor  # (B,4) rad: left eye down, left; right eye down, left

    def joined(self) -> Tensor:
        """(B,E+7)."""
        return torch.cat([self.expression, self.jaw, self.eyes], dim=1)

    @staticmethod
    def of(joined: Tensor) -> Code:
        """The inverse of `joined`."""
        count = joined.shape[1] - JAW_SIZE - EYES_SIZE
        return Code(joined[:, :count], joined[:, count:count + JAW_SIZE],
                    joined[:, count + JAW_SIZE:])

    def pose(self, turn: Tensor) -> Tensor:
        """(B,5,3) axis-angle of root, neck, jaw, left and right eye; turn: (B,3) of the root."""
        rest = torch.zeros_like(self.jaw)
        eyes = functional.pad(self.eyes.view(-1, 2, 2), (0, 1))
        return torch.stack([turn, rest, self.jaw, eyes[:, 0], eyes[:, 1]], dim=1)


class ImageEncoderNetwork(nn.Module):
    """(B,3,112,112) RGB in 0..1 and (B,478,2) landmarks in any upright pixels -> (B,E+7) codes."""

    landmark_mean: Tensor
    landmark_deviation: Tensor
    ways: Tensor  # (WAYS,E+7) a standard deviation of each

    def __init__(self, expression_count: int) -> None:
        super().__init__()
        codes, seen = expression_count + JAW_SIZE + EYES_SIZE, 2 * (LANDMARKS + len(IRIS_CENTRES))
        self.trunk = SmallTrunk()
        self.squeeze = nn.Conv2d(FEATURES, SQUEEZED, 1)
        self.register_buffer("landmark_mean", torch.zeros(seen))
        self.register_buffer("landmark_deviation", torch.ones(seen))
        self.direct = nn.Linear(seen, codes).requires_grad_(False)  # solved for, not trained
        self.inside = nn.Sequential(
            nn.Linear(SQUEEZED * MAP_SIDE * MAP_SIDE + seen, INSIDE), nn.ReLU(),
            nn.Linear(INSIDE, INSIDE), nn.ReLU())
        self.register_buffer("ways", torch.zeros(WAYS, codes))
        self.correction = nn.Linear(INSIDE, WAYS)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)

    def forward(self, pictures: Tensor, landmarks: Tensor) -> Tensor:
        """The codes; `Code.of` takes them apart."""
        points = self._standard(landmarks)
        squeezed = functional.relu(self.squeeze(self.trunk.maps(pictures))).flatten(1)
        inside = self.inside(torch.cat([squeezed, MUTED * points], dim=1))
        codes: Tensor = self.direct(points) + self.correction(inside) @ self.ways
        return codes

    def by_landmarks(self, landmarks: Tensor) -> Tensor:
        """(B,E+7) codes by the landmarks alone."""
        codes: Tensor = self.direct(self._standard(landmarks))
        return codes

    def _standard(self, landmarks: Tensor) -> Tensor:
        standard: Tensor = (eye_frame(landmarks) - self.landmark_mean) / self.landmark_deviation
        return standard


def encoder_weights(path: Path, head: HeadData) -> Weights:
    """The weights of an image encoder that was trained for `head`.

    Raises CheckpointError as `read_weights`, and `wrong-head` for another head's.
    """
    weights = read_weights(path, KIND)
    name, count = weights.facts.get(HEAD), weights.facts.get(EXPRESSION_COUNT)
    if (name, count) != (head.name, head.expression_count):
        raise CheckpointError(
            "wrong-head", f"{path.name} was trained for the head {name} with {count} expressions, "
            f"not for {head.name} with {head.expression_count}.",
            "Train one for this head: `flamewheel train encoder --head`.")
    return weights


def eye_frame(landmarks: Tensor) -> Tensor:
    """(B,940) landmarks (B,478,2) from between the eyes, in distances of the eyes, irises last."""
    right, left = (landmarks[:, list(pair)].mean(1) for pair in EYE_CORNERS)
    size = (left - right).norm(dim=1).clamp_min(1e-6)[:, None, None]
    chosen = torch.cat([landmarks[:, :LANDMARKS], landmarks[:, list(IRIS_CENTRES)]], dim=1)
    framed: Tensor = (chosen - ((left + right) / 2)[:, None]) / size
    return framed.flatten(1)
