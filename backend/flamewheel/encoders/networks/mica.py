# SPDX-License-Identifier: GPL-3.0-or-later
"""MICA as an encoder: who it is, in metres; nothing of what the face does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...head.data import HeadData
from ...parameters import ExpressionCode, FaceParameters, Identity
from ..photo import PhotoSource
from .checkpoint import read_checkpoint
from .crop import Pixels, arcface_crop
from .flame_head import on_head, require_flame
from .iresnet import IResNet100
from .kinds import expect_kind
from .loading import loaded
from .mica_network import MappingNetwork, MicaNetwork
from .seen import see_face

_FLAME_ITSELF = "generator."  # FLAME with 400 components, which the head brings
_MAPPING = "regressor."


@dataclass(frozen=True, eq=False)
class Mica:
    """MICA with its weights."""

    network: MicaNetwork

    @property
    def name(self) -> str:
        """How users call it."""
        return "mica"

    def shape(self, pixels: Pixels) -> npt.NDArray[np.float64]:
        """(300,) identity coefficients of a crop (112,112,3), RGB in 0..1 (`crop.arcface_crop`)."""
        import torch

        levels = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None] * 255
        with torch.inference_mode():
            shape = self.network((levels - 127.5) / 127.5)[0]  # MICA's `get_arcface_input`
        return np.asarray(shape.double().numpy())

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """Who a face of a photo is; expression, pose and camera stay at rest.

        Where MICA takes the face nearest to the picture's middle, this takes the largest or the
        one asked for, as all of Flamewheel's encoders do.  Raises as `FaceEncoder.encode`.
        """
        require_flame(head, "MICA")
        seen = see_face(photo, face)
        shape, cut = on_head(self.shape(arcface_crop(seen).pixels), head.identity_count, "identity")
        rest = ExpressionCode.neutral(head.expression_count)
        return FaceParameters(head.name, Identity(shape), rest, notes=(*seen.notes, *cut))


def load_mica(path: Path) -> Mica:
    """MICA from its published checkpoint (`mica.tar`), key by key.

    Raises CheckpointError as `read_checkpoint`, `expect_kind` and `take`.
    """
    checkpoint = read_checkpoint(path)
    expect_kind(checkpoint, "MICA")
    mapping = checkpoint.table("flameModel")
    mapping.refuse_others((_MAPPING, _FLAME_ITSELF))
    arcface = loaded(IResNet100, checkpoint.table("arcface"))
    return Mica(MicaNetwork(arcface, loaded(MappingNetwork, mapping.below(_MAPPING))).eval())
