# SPDX-License-Identifier: GPL-3.0-or-later
"""The classifier of 3D parameters of EMOCA and Ig3D, alone or with features of a 2D model.

EMOCA (Danecek et al. 2022, 5.2) and Ig3D (Dong et al. 2024, 4.1): four fully connected layers of
2048 with batch normalisation and leaky ReLU, dropout of 0.5 and 0.4 in the first two; then classes,
valence and arousal.  Intermediate fusion (Ig3D 4.3, figure 3): the 3D features are transformed,
joined to a 2D model's features and brought together by one linear layer before the same classifier.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .network_layout import NetworkLayout


@dataclass(frozen=True, eq=False)
class NetworkGuess:
    """What the network says of B faces."""

    logits: Tensor  # (B,K)
    affect: Tensor  # (B,2) valence, arousal, about -1..1; of no meaning where none was learned


class ParameterNetwork(nn.Module):
    """(B,D) 3D parameters, and (B,F) features of a 2D model where fused -> emotion."""

    mean: Tensor
    deviation: Tensor
    image_mean: Tensor
    image_deviation: Tensor

    def __init__(self, layout: NetworkLayout) -> None:
        super().__init__()
        self.layout = layout
        inputs, pictures = layout.inputs, layout.image_features
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("deviation", torch.ones(inputs))
        self.register_buffer("image_mean", torch.zeros(pictures))
        self.register_buffer("image_deviation", torch.ones(pictures))
        self.transform = _layer(inputs, layout.projection, 0.0) if pictures else nn.Identity()
        joined = layout.projection + pictures
        self.fusion = nn.Linear(joined, layout.width) if pictures else nn.Identity()
        sizes = [layout.width if pictures else inputs, *[layout.width] * layout.depth]
        dropouts = [*layout.dropouts, *[0.0] * layout.depth]
        self.trunk = nn.Sequential(*(_layer(before, after, share) for before, after, share
                                     in zip(sizes[:-1], sizes[1:], dropouts, strict=False)))
        self.head = nn.Linear(layout.width, len(layout.classes) + 2)

    def standardise(self, rows: Tensor, pictures: Tensor | None = None) -> None:
        """Takes the inputs' means and deviations from the rows of a training."""
        self.mean.copy_(rows.mean(0))
        self.deviation.copy_(_safe(rows))
        if pictures is not None:
            self.image_mean.copy_(pictures.mean(0))
            self.image_deviation.copy_(_safe(pictures))

    def forward(self, rows: Tensor, pictures: Tensor | None = None) -> NetworkGuess:
        """Classes, valence and arousal."""
        hidden = self.transform((rows - self.mean) / self.deviation)
        if pictures is not None and self.layout.image_features:
            looks = (pictures - self.image_mean) / self.image_deviation
            hidden = self.fusion(torch.cat([looks, hidden], dim=1))
        out = self.head(self.trunk(hidden))
        count = len(self.layout.classes)
        return NetworkGuess(out[:, :count], out[:, count:])


def _layer(before: int, after: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(before, after), nn.BatchNorm1d(after), nn.LeakyReLU(),
                         nn.Dropout(dropout))


def _safe(rows: Tensor) -> Tensor:
    """Deviations of columns; 1 where a column never varies, as a part that nobody gave."""
    found = rows.std(0, unbiased=False)
    return torch.where(found > 1e-6, found, torch.ones_like(found))
