# SPDX-License-Identifier: GPL-3.0-or-later
"""The detail stage's networks for any head: a code of the person's wrinkles, and their relief.

As DECA's (Feng et al. 2021, section 3.2): the decoder takes jaw and expression besides the code, so
that wrinkles move with the face.  Sizes are for a CPU.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ..encoders.image_network import JAW_SIZE
from ..encoders.small_network import SmallTrunk

CODE = 128  # numbers of the code of wrinkles, as DECA's
DEPTH = 0.01  # m: the largest displacement, as DECA's `max_z`
CHANNELS = (64, 48, 32, 24, 16)
START_SIDE = 8  # texels


class DetailNetwork(nn.Module):
    """Photos and codes -> displacement along the normal over a head's texture square."""

    side = START_SIDE * 2 ** (len(CHANNELS) - 1)  # texels: 128

    def __init__(self, expression_count: int) -> None:
        super().__init__()
        self.trunk = SmallTrunk()
        self.code = nn.Linear(SmallTrunk.features, CODE)
        self.start = nn.Linear(JAW_SIZE + expression_count + CODE, CHANNELS[0] * START_SIDE**2)
        layers: list[nn.Module] = []
        for entering, leaving in pairwise(CHANNELS):
            layers += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
                       nn.Conv2d(entering, leaving, 3, padding=1), nn.LeakyReLU(0.2)]
        last = nn.Conv2d(CHANNELS[-1], 1, 3, padding=1, bias=False)
        nn.init.normal_(last.weight, std=1e-3)  # a smooth face at first
        self.decoder = nn.Sequential(*layers, last, nn.Tanh())

    def codes(self, pictures: Tensor) -> Tensor:
        """(B,128) codes of the wrinkles in pictures (B,3,112,112), RGB in 0..1."""
        found: Tensor = self.code(self.trunk(pictures))
        return found

    def relief(self, jaw: Tensor, expression: Tensor, codes: Tensor) -> Tensor:
        """(B,1,128,128) m along the normal, row 0 at v = 1; jaw (B,3) rad, expression (B,E)."""
        started = self.start(torch.cat([jaw, expression, codes], dim=1))
        moved: Tensor = self.decoder(started.view(-1, CHANNELS[0], START_SIDE, START_SIDE))
        return DEPTH * moved
