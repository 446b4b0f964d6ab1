# SPDX-License-Identifier: GPL-3.0-or-later
"""NED, the neutral encoder-decoder of paper 002 (section IV-F): a person's face at rest.

"The encoder consisted of four fully connected layers, whereas the decoder was structured with four
fully connected layers dedicated to pose and expression, respectively."  The paper is silent on what
goes in, on widths and on the loss.  Decided: in goes a face of the person, {e, θ_jaw}; out comes
their neutral {e, θ_jaw}; mean squares of both, ReLU between the layers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .layout import JAW, NeutralLayout


class Ned(nn.Module):
    """Any face of a person -> the same person's neutral face."""

    def __init__(self, layout: NeutralLayout) -> None:
        super().__init__()
        self.layout = layout
        wide, code = layout.hidden, layout.code
        self.encoder = nn.Sequential(four_layers(layout.row, wide, code), nn.ReLU())
        self.expression = four_layers(code, wide, layout.expression)
        self.pose = four_layers(code, wide, JAW)

    def forward(self, faces: Tensor) -> Tensor:
        """(B,E+3) neutral of standardised faces (B,E+3)."""
        code = self.encoder(faces)
        return torch.cat([self.expression(code), self.pose(code)], dim=-1)


def four_layers(given: int, wide: int, told: int) -> nn.Sequential:
    """Four fully connected layers."""
    return nn.Sequential(
        nn.Linear(given, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(),
        nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, told))
