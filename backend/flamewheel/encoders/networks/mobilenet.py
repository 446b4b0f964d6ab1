# SPDX-License-Identifier: GPL-3.0-or-later
"""MobileNetV3 minimal (Howard et al. 2019) as TensorFlow trained it: SMIRK's backbones.

The keys are those of timm's `tf_mobilenetv3_small_minimal_100` and `…_large_minimal_100` made with
`features_only`: 204 and 276 tensors.  "Minimal" has no squeeze-and-excitation, no hard swish and no
5x5 kernels (tensorflow/models, `mobilenet_v3.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-3  # TensorFlow's batch norm; torch's is 1e-5
KERNEL = 3  # of every convolution that is not 1x1


@dataclass(frozen=True)
class Plan:
    """Widths of a MobileNet: tables 1 and 2 of Howard et al. 2019, in their "minimal" form."""

    first: tuple[int, int, int]  # block 0: channels in and out, stride
    stages: tuple[tuple[tuple[int, int, int], ...], ...]  # inside, out, stride of each later block
    features: int  # channels that come out


SMALL = Plan((16, 16, 2), (
    ((72, 24, 2), (88, 24, 1)),
    ((96, 40, 2), (240, 40, 1), (240, 40, 1)),
    ((120, 48, 1), (144, 48, 1)),
    ((288, 96, 2), (576, 96, 1), (576, 96, 1)),
), 576)
LARGE = Plan((16, 16, 1), (
    ((64, 24, 2), (72, 24, 1)),
    ((72, 40, 2), (120, 40, 1), (120, 40, 1)),
    ((240, 80, 2), (200, 80, 1), (184, 80, 1), (184, 80, 1)),
    ((480, 112, 1), (672, 112, 1)),
    ((672, 160, 2), (960, 160, 1), (960, 160, 1)),
), 960)


class SameConv(nn.Conv2d):
    """A 3x3 convolution padded as TensorFlow's SAME: where one pixel is left over, at the end."""

    def forward(self, picture: Tensor) -> Tensor:
        """(B,C,H,W) -> (B,C',ceil(H / stride),ceil(W / stride))."""
        down, across = (_overhang(size, self.stride[0]) for size in picture.shape[-2:])
        edges = (across // 2, across - across // 2, down // 2, down - down // 2)
        return super().forward(functional.pad(picture, edges))


class Separable(nn.Module):
    """Block 0: depthwise 3x3, then 1x1."""

    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = _depthwise(entering, stride)
        self.bn1 = _norm(entering)
        self.conv_pw = _pointwise(entering, leaving)
        self.bn2 = _norm(leaving)
        self._shortcut = stride == 1 and entering == leaving

    def forward(self, picture: Tensor) -> Tensor:
        """(B,entering,H,W) -> (B,leaving,H / stride,W / stride)."""
        inside = functional.relu(self.bn1(self.conv_dw(picture)))
        made: Tensor = self.bn2(self.conv_pw(inside))
        return made + picture if self._shortcut else made


class Inverted(nn.Module):
    """1x1 to more channels, depthwise 3x3, 1x1 to fewer, beside a short cut."""

    def __init__(self, entering: int, inside: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.conv_pw = _pointwise(entering, inside)
        self.bn1 = _norm(inside)
        self.conv_dw = _depthwise(inside, stride)
        self.bn2 = _norm(inside)
        self.conv_pwl = _pointwise(inside, leaving)
        self.bn3 = _norm(leaving)
        self._shortcut = stride == 1 and entering == leaving

    def forward(self, picture: Tensor) -> Tensor:
        """(B,entering,H,W) -> (B,leaving,H / stride,W / stride)."""
        inside = functional.relu(self.bn1(self.conv_pw(picture)))
        inside = functional.relu(self.bn2(self.conv_dw(inside)))
        made: Tensor = self.bn3(self.conv_pwl(inside))
        return made + picture if self._shortcut else made


class Last(nn.Module):
    """1x1 to the features' channels."""

    def __init__(self, entering: int, leaving: int) -> None:
        super().__init__()
        self.conv = _pointwise(entering, leaving)
        self.bn1 = _norm(leaving)

    def forward(self, picture: Tensor) -> Tensor:
        """(B,entering,H,W) -> (B,leaving,H,W)."""
        return functional.relu(self.bn1(self.conv(picture)))


class MobileNet(nn.Module):
    """(B,3,H,W) pictures in 0..1 -> (B,features), averaged over the last places."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        entering, leaving, stride = plan.first
        self.conv_stem = SameConv(3, entering, KERNEL, 2, bias=False)
        self.bn1 = _norm(entering)
        stages: list[nn.Module] = [nn.Sequential(Separable(entering, leaving, stride))]
        for stage in plan.stages:
            blocks = []
            for inside, out, step in stage:
                blocks.append(Inverted(leaving, inside, out, step))
                leaving = out
            stages.append(nn.Sequential(*blocks))
        stages.append(nn.Sequential(Last(leaving, plan.features)))
        self.blocks = nn.Sequential(*stages)

    def forward(self, pictures: Tensor) -> Tensor:
        """The features of each picture."""
        seen = functional.relu(self.bn1(self.conv_stem(pictures)))
        return torch.mean(self.blocks(seen), dim=(2, 3))


def _overhang(size: int, stride: int) -> int:
    """By how many pixels the windows reach beyond a side of `size`, both ends together."""
    return max(KERNEL - (size % stride or stride), 0)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON)


def _pointwise(entering: int, leaving: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, 1, bias=False)


def _depthwise(channels: int, stride: int) -> nn.Conv2d:
    return SameConv(channels, channels, KERNEL, stride, groups=channels, bias=False)
