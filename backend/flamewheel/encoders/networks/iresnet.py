# SPDX-License-Identifier: GPL-3.0-or-later
"""ArcFace's improved ResNet-100 (Deng et al. 2019, Duta et al. 2020): MICA's eye for identity.

The keys are insightface's (`recognition/arcface_torch/backbones/iresnet.py`, `iresnet100`), as in
the entry `arcface` of MICA's checkpoint: 925 tensors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BLOCKS = (3, 13, 30, 3)  # in layer1 to layer4: iresnet100
WIDTHS = (64, 128, 256, 512)  # channels out of them
LAST_PLACES = 7 * 7  # of a picture of 112 pixels, halved four times
FEATURES = 512
"""Numbers that come out for each picture."""
EPSILON = 1e-5  # insightface gives it; it is torch's own


class Block(nn.Module):
    """Two 3x3 convolutions beside a short cut, batch norms before, between and after."""

    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.bn1 = _norm(entering)
        self.conv1 = _convolution(entering, leaving, 1)
        self.bn2 = _norm(leaving)
        self.prelu = nn.PReLU(leaving)
        self.conv2 = _convolution(leaving, leaving, stride)
        self.bn3 = _norm(leaving)
        self.downsample: nn.Module | None = None
        if stride != 1 or entering != leaving:
            self.downsample = nn.Sequential(
                nn.Conv2d(entering, leaving, 1, stride, bias=False), _norm(leaving))

    def forward(self, picture: Tensor) -> Tensor:
        """(B,entering,H,W) -> (B,leaving,H / stride,W / stride)."""
        inside = self.prelu(self.bn2(self.conv1(self.bn1(picture))))
        made: Tensor = self.bn3(self.conv2(inside))
        return made + (picture if self.downsample is None else self.downsample(picture))


class IResNet100(nn.Module):
    """(B,3,112,112) RGB in -1..1 -> (B,512) features of the person; their length means nothing."""

    def __init__(self) -> None:
        super().__init__()
        entering = (WIDTHS[0], *WIDTHS[:-1])
        self.conv1 = _convolution(3, WIDTHS[0], 1)
        self.bn1 = _norm(WIDTHS[0])
        self.prelu = nn.PReLU(WIDTHS[0])
        stages = [_stage(*sizes) for sizes in zip(entering, WIDTHS, BLOCKS, strict=True)]
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.bn2 = _norm(WIDTHS[-1])
        self.fc = nn.Linear(WIDTHS[-1] * LAST_PLACES, FEATURES)
        self.features = nn.BatchNorm1d(FEATURES, eps=EPSILON)

    def forward(self, pictures: Tensor) -> Tensor:
        """The features of each picture."""
        seen = self.prelu(self.bn1(self.conv1(pictures)))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            seen = stage(seen)
        features: Tensor = self.features(self.fc(torch.flatten(self.bn2(seen), 1)))
        return features


def _stage(entering: int, leaving: int, blocks: int) -> nn.Sequential:
    rest = (Block(leaving, leaving, 1) for _ in range(blocks - 1))
    return nn.Sequential(Block(entering, leaving, 2), *rest)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON)


def _convolution(entering: int, leaving: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, 3, stride, padding=1, bias=False)
