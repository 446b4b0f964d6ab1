# SPDX-License-Identifier: GPL-3.0-or-later
"""SMIRK's encoders (Retsinas et al. 2024): three MobileNets, for pose, identity and expression."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .mobilenet import LARGE, SMALL, MobileNet, Plan

SHAPE_COUNT, EXPRESSION_COUNT, LID_COUNT, JAW_COUNT = 300, 50, 2, 3  # SMIRK's `SmirkEncoder`
JAW_LIMIT = 0.2  # rad, either way, of the jaw's turns other than opening (`ExpressionEncoder`)


@dataclass(frozen=True, eq=False)
class SmirkCodes:
    """What SMIRK says of B crops."""

    rotation: Tensor  # (B,3) axis-angle rad of the whole head
    cam: Tensor  # (B,3) scale, tx, ty of the crop
    shape: Tensor  # (B,300) standard deviations
    expression: Tensor  # (B,50) standard deviations
    lids: Tensor  # (B,2) 0 open, 1 closed: left, right
    jaw: Tensor  # (B,3) axis-angle rad; the first, opening, at least 0


class CodeEncoder(nn.Module):
    """(B,3,224,224) RGB in 0..1 -> (B,codes): a MobileNet and one linear layer named `layers`."""

    def __init__(self, plan: Plan, layers: str, codes: int) -> None:
        super().__init__()
        self.encoder = MobileNet(plan)
        self._layers = layers
        self.add_module(layers, nn.Sequential(nn.Linear(plan.features, codes)))

    def forward(self, pictures: Tensor) -> Tensor:
        """The codes as they leave the layer, unlimited."""
        codes: Tensor = self.get_submodule(self._layers)(self.encoder(pictures))
        return codes


class SmirkNetwork(nn.Module):
    """The keys of `smirk_encoder.` in SMIRK's checkpoint: 762 tensors."""

    def __init__(self) -> None:
        super().__init__()
        face = EXPRESSION_COUNT + LID_COUNT + JAW_COUNT
        self.pose_encoder = CodeEncoder(SMALL, "pose_cam_layers", 6)
        self.shape_encoder = CodeEncoder(LARGE, "shape_layers", SHAPE_COUNT)
        self.expression_encoder = CodeEncoder(LARGE, "expression_layers", face)

    def forward(self, pictures: Tensor) -> SmirkCodes:
        """(B,3,224,224) RGB in 0..1 -> codes, limited as SMIRK's are."""
        pose = self.pose_encoder(pictures)
        counts = [EXPRESSION_COUNT, LID_COUNT, 1, JAW_COUNT - 1]
        expression, lids, opening, turns = torch.split(
            self.expression_encoder(pictures), counts, dim=1)
        jaw = torch.cat([functional.relu(opening), turns.clamp(-JAW_LIMIT, JAW_LIMIT)], dim=1)
        return SmirkCodes(pose[:, :3], pose[:, 3:], self.shape_encoder(pictures), expression,
                          lids.clamp(0.0, 1.0), jaw)
