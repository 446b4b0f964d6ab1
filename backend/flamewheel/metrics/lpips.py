# SPDX-License-Identifier: GPL-3.0-or-later
"""LPIPS: how different two pictures look, by what networks trained on pictures make of them.

Zhang et al. 2018, eq. 1, in the version 0.1 that is published: features of a backbone at five
depths, each place's of length one, their squared differences weighed channel by channel.  Weights
are the user's to bring: the backbone's as torchvision names them (`features.0.weight` …), the
channels' as the lpips package does (`lin0.model.1.weight` …).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ..errors import UsageError

SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
"""Of R, G and B from -1 to 1, before the backbone: the package's `ScalingLayer`."""
TINY = 1e-10  # added to lengths, as in the package: a place without any feature stays zero
SMALLEST = 32  # px a side: AlexNet's first layers leave one place of it


@dataclass(frozen=True)
class Backbone:
    """The convolutions of a network up to its last tap."""

    name: str
    layers: tuple[tuple[int, ...], ...]  # channels, kernel, stride, padding; (kernel, stride): pool
    taps: tuple[int, ...]  # which convolutions' outputs are compared, from 0

    @property
    def channels(self) -> tuple[int, ...]:
        """Of each tap."""
        convolutions = [layer for layer in self.layers if len(layer) == 4]
        return tuple(convolutions[tap][0] for tap in self.taps)


ALEX = Backbone("AlexNet", (
    (64, 11, 4, 2), (3, 2), (192, 5, 1, 2), (3, 2), (384, 3, 1, 1), (256, 3, 1, 1),
    (256, 3, 1, 1)), (0, 1, 2, 3, 4))
"""Krizhevsky 2014, as torchvision has it; the package's default."""
_POOL = (2, 2)
VGG = Backbone("VGG-16", tuple(
    _POOL if size == 0 else (size, 3, 1, 1)
    for size in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512)),
    (1, 3, 6, 9, 12))
"""Simonyan and Zisserman 2015, configuration D."""
BACKBONES = (ALEX, VGG)


class _Channels(nn.Module):
    """A 1 x 1 convolution under the package's name; what it drops out in training is nothing."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Identity(), nn.Conv2d(channels, 1, 1, bias=False))

    def forward(self, features: Tensor) -> Tensor:
        weighed: Tensor = self.model(features)
        return weighed


def feature_layers(backbone: Backbone) -> nn.Sequential:
    """The backbone's layers, numbered as torchvision numbers them."""
    layers: list[nn.Module] = []
    entering = 3
    for layer in backbone.layers:
        if len(layer) == 2:
            layers.append(nn.MaxPool2d(*layer))
            continue
        channels, kernel, stride, padding = layer
        layers += [nn.Conv2d(entering, channels, kernel, stride, padding), nn.ReLU()]
        entering = channels
    return nn.Sequential(*layers)


def channel_weights(backbone: Backbone) -> nn.ModuleDict:
    """`lin0` … `lin4`."""
    return nn.ModuleDict({f"lin{number}": _Channels(channels)
                          for number, channels in enumerate(backbone.channels)})


class Lpips(nn.Module):
    """The measure with one backbone; both parts must be loaded before it means anything."""

    def __init__(self, backbone: Backbone, features: nn.Sequential, channels: nn.ModuleDict
                 ) -> None:
        """features: of `feature_layers`; channels: of `channel_weights`."""
        super().__init__()
        self.backbone, self.features, self.channels = backbone, features, channels
        relus = [number for number, layer in enumerate(features) if isinstance(layer, nn.ReLU)]
        self._taps = [relus[tap] for tap in backbone.taps]
        self.eval().requires_grad_(False)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """(B,) of pictures (B,3,H,W) from 0 to 1; 0 where they are alike."""
        total = one.new_zeros(len(one))
        for number, (first, second) in enumerate(zip(self._tapped(one), self._tapped(other),
                                                     strict=True)):
            weighed = self.channels[f"lin{number}"]((_unit(first) - _unit(second)) ** 2)
            total = total + weighed.mean(dim=(1, 2, 3))
        return total

    def _tapped(self, pictures: Tensor) -> list[Tensor]:
        shift, scale = (pictures.new_tensor(row)[:, None, None] for row in (SHIFT, SCALE))
        values, found = (2.0 * pictures - 1.0 - shift) / scale, []
        for number, layer in enumerate(list(self.features)[:self._taps[-1] + 1]):
            values = layer(values)
            if number in self._taps:
                found.append(values)
        return found

    @torch.no_grad()
    def between(self, one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
        """Of two pictures (H,W,3).  Raises UsageError `image-too-small`, `bad-images`."""
        if one.shape != other.shape or one.ndim != 3 or one.shape[2] != 3:
            raise UsageError("bad-images", f"Pictures of {one.shape} and {other.shape} cannot be "
                             "compared.", "Give two colour pictures of one size.")
        if min(one.shape[:2]) < SMALLEST:
            raise UsageError("image-too-small", f"The pictures are {one.shape[1]} x {one.shape[0]} "
                             "px.", f"This measure needs {SMALLEST} px a side.")
        pair = (torch.tensor(np.asarray(picture, np.float32) / 255.0).permute(2, 0, 1)[None]
                for picture in (one, other))
        return float(self(*pair))


def _unit(features: Tensor) -> Tensor:
    return features / (features.square().sum(dim=1, keepdim=True).sqrt() + TINY)
