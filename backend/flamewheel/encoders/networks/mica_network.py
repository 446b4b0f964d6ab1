# SPDX-License-Identifier: GPL-3.0-or-later
"""MICA (Zielonka et al. 2022): ArcFace's features of a face, mapped to FLAME's 300 identities."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from .iresnet import FEATURES, IResNet100

SHAPE_COUNT = 300  # MICA's `n_shape`
HIDDEN = 300  # MICA's `Generator(512, 300, …)`
MAPPING_LAYERS = 4  # network.0 to network.3: `mapping_layers: 3` and the first
SLOPE = 0.2  # of the leaky ReLU after each of them


class MappingNetwork(nn.Module):
    """(B,512) -> (B,300); the keys of MICA's `regressor`: 10 tensors."""

    def __init__(self) -> None:
        super().__init__()
        entering = (FEATURES, *(HIDDEN for _ in range(MAPPING_LAYERS - 1)))
        self.network = nn.ModuleList(nn.Linear(count, HIDDEN) for count in entering)
        self.output = nn.Linear(HIDDEN, SHAPE_COUNT)

    def forward(self, features: Tensor) -> Tensor:
        """The identity's coefficients from features of length 1."""
        for layer in self.network:
            features = functional.leaky_relu(layer(features), SLOPE)
        shape: Tensor = self.output(features)
        return shape


class MicaNetwork(nn.Module):
    """(B,3,112,112) RGB in -1..1 -> (B,300) identity coefficients of FLAME."""

    def __init__(self, arcface: IResNet100, regressor: MappingNetwork) -> None:
        super().__init__()
        self.arcface = arcface
        self.regressor = regressor

    def forward(self, pictures: Tensor) -> Tensor:
        """The coefficients, in standard deviations."""
        shape: Tensor = self.regressor(functional.normalize(self.arcface(pictures)))
        return shape
