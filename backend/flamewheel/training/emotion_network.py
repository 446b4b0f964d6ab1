# SPDX-License-Identifier: GPL-3.0-or-later
"""The frozen emotion network of EMOCA: a backbone, and one layer for classes, valence, arousal.

EMOCA (Danecek et al. 2022, section 3): ResNet-50; after training the layer is dropped and the
backbone's last features are the emotion feature ε.  `small` does the same on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ..encoders.networks.resnet import FEATURES as RESNET_FEATURES
from ..encoders.networks.resnet import ResNet50
from ..encoders.small_network import SmallTrunk
from ..errors import UsageError
from ..weight_file import load_strictly, read_weights, write_weights

KIND = "emotion-image"
SIZES = {"resnet50": 224, "small": 112}  # px: side of each backbone's pictures
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of torchvision's ResNets: a backbone may start from their weights."""


@dataclass(frozen=True, eq=False)
class EmotionGuess:
    """What the network says of B pictures."""

    logits: Tensor  # (B,classes)
    valence: Tensor  # (B,) about -1..1
    arousal: Tensor  # (B,)


class EmotionNetwork(nn.Module):
    """(B,3,H,W) RGB pictures in 0..1 -> emotion."""

    def __init__(self, backbone: str, classes: tuple[str, ...]) -> None:
        super().__init__()
        if backbone not in SIZES:
            raise UsageError("unknown-backbone", f"There is no backbone {backbone!r}.",
                             f"Take one of {', '.join(SIZES)}.")
        self.backbone_name, self.classes = backbone, classes
        self.size = SIZES[backbone]
        self.trunk: nn.Module = ResNet50() if backbone == "resnet50" else SmallTrunk()
        features = RESNET_FEATURES if backbone == "resnet50" else SmallTrunk.features
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(features, len(classes) + 2)

    def features(self, pictures: Tensor) -> Tensor:
        """(B,F): the emotion feature ε."""
        if self.backbone_name == "resnet50":
            mean = pictures.new_tensor(IMAGENET_MEAN)[:, None, None]
            pictures = (pictures - mean) / pictures.new_tensor(IMAGENET_DEVIATION)[:, None, None]
        found: Tensor = self.trunk(pictures)
        return found

    def forward(self, pictures: Tensor) -> EmotionGuess:
        """Classes, valence and arousal."""
        return self.guess(self.features(pictures))

    def guess(self, features: Tensor) -> EmotionGuess:
        """The same from features."""
        out = self.head(self.dropout(features))
        count = len(self.classes)
        return EmotionGuess(out[:, :count], out[:, count], out[:, count + 1])


def save_emotion_network(path: Path, network: EmotionNetwork) -> None:
    """The network as a file.  Raises OutputError."""
    facts = {"backbone": network.backbone_name, "classes": list(network.classes)}
    write_weights(path, KIND, facts, network.state_dict())


def load_emotion_network(path: Path, device: torch.device | str = "cpu") -> EmotionNetwork:
    """The network of a file, frozen.  Raises CheckpointError as `read_weights`, `load_strictly`."""
    weights = read_weights(path, KIND)
    classes = tuple(str(name) for name in weights.facts["classes"])
    network = EmotionNetwork(str(weights.facts["backbone"]), classes)
    load_strictly(network, weights, path.name)
    return network.to(device).eval().requires_grad_(False)
