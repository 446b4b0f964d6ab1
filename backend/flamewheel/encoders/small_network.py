# SPDX-License-Identifier: GPL-3.0-or-later
"""A compact convolutional network for faces of 112 px: 0.6 million weights, 73 million products.

Residual blocks (He et al. 2016) of plain 3x3 convolutions: on a CPU they are quicker than
MobileNet's, whose depthwise convolutions wait for memory.  It sees grey pictures, each brought to
the same mean and contrast: colour and exposure of photos tell little of an expression, and
rendered faces differ from photos most in them.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE = 112  # px, side of the pictures
FEATURES = 160  # numbers that come out for each picture
WIDTHS = (24, 48, 96, FEATURES)
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: grey of red, green, blue


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, the first at every second pixel, beside a 1x1 short cut."""

    def __init__(self, entering: int, leaving: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(entering, leaving, 3, 2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(leaving)
        self.conv2 = nn.Conv2d(leaving, leaving, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(leaving)
        self.short = nn.Conv2d(entering, leaving, 1, 2, bias=False)

    def forward(self, picture: Tensor) -> Tensor:
        """(B,entering,H,W) -> (B,leaving,H/2,W/2)."""
        inside = functional.relu(self.bn1(self.conv1(picture)))
        return functional.relu(self.bn2(self.conv2(inside)) + self.short(picture))


class SmallTrunk(nn.Module):
    """(B,3,112,112) RGB in 0..1 -> (B,160) features."""

    features = FEATURES

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, WIDTHS[0], 5, 2, padding=2, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.blocks = nn.Sequential(*(
            ResidualBlock(*pair) for pair in pairwise(WIDTHS)))

    def maps(self, pictures: Tensor) -> Tensor:
        """(B,160,7,7): what is where."""
        seen = functional.relu(self.bn1(self.conv1(even_grey(pictures))))
        mapped: Tensor = self.blocks(seen)
        return mapped

    def forward(self, pictures: Tensor) -> Tensor:
        """The features, averaged over the last 7 x 7 places."""
        return self.maps(pictures).mean(dim=(2, 3))


def even_grey(pictures: Tensor) -> Tensor:
    """(B,1,H,W): grey of RGB pictures (B,3,H,W), with mean 0 and deviation 1 each."""
    weights = torch.tensor(LUMA, device=pictures.device, dtype=pictures.dtype)
    grey = torch.einsum("bchw,c->bhw", pictures, weights)[:, None]
    mean = grey.mean(dim=(2, 3), keepdim=True)
    deviation = (grey - mean).square().mean(dim=(2, 3), keepdim=True).add(1e-4).sqrt()
    return (grey - mean) / deviation
