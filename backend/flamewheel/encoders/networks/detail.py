# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrinkles: DECA's detail encoder and decoder, which EMOCA has too.

The decoder takes what the face does besides its code of wrinkles, so a code taken from one photo
gives other wrinkles when the face moves (Feng et al. 2021, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...errors import CheckpointError, UsageError
from ...parameters import FaceParameters
from .checkpoint import TensorTable
from .flame_codes import DETAIL, EXPRESSION, Array
from .loading import loaded
from .resnet import ResNetEncoder, fold_norms

MAP_SIDE = 256  # px of the displacement map over the head's UV square; row 0 is its upper edge
CONDITION = 3 + EXPRESSION  # what goes before the code: jaw, expression (decalib/deca.py `decode`)
LARGEST_DEPTH = 0.01  # m: DECA's `max_z`, EMOCA's `out_scale`
NORM_EPSILON = 0.8
"""The authors wrote BatchNorm2d(n, 0.8), whose second argument is eps, not momentum: the published
weights were trained with it."""
_CHANNELS = (128, 128, 64, 64, 32, 16)  # into the first convolution, out of it and the four others
_START_SIDE = 8  # px

_FIXED_HINT = ("Put fixed_displacement_256.npy, which lies in the folder data/ of "
               "github.com/yfeng95/DECA, beside the checkpoint.")

Map = npt.NDArray[np.float32]


class DetailDecoder(nn.Module):
    """(B,181) jaw, expression, code of the wrinkles -> (B,1,256,256) metres along the normal.

    Keys of DECA's `Generator` (decalib/models/decoders.py): 44 tensors.
    """

    def __init__(self) -> None:
        super().__init__()
        start = _CHANNELS[0]
        self.l1 = nn.Sequential(nn.Linear(CONDITION + DETAIL, start * _START_SIDE**2))
        layers: list[nn.Module] = [nn.BatchNorm2d(start)]  # this one with torch's own epsilon
        for entering, leaving in pairwise(_CHANNELS):
            layers += [
                nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
                nn.Conv2d(entering, leaving, 3, padding=1),
                nn.BatchNorm2d(leaving, eps=NORM_EPSILON),
                nn.LeakyReLU(0.2),
            ]
        self.conv_blocks = nn.Sequential(
            *layers, nn.Conv2d(_CHANNELS[-1], 1, 3, padding=1), nn.Tanh())

    def forward(self, codes: Tensor) -> Tensor:
        """The displacement, at most 1 cm."""
        started = self.l1(codes).view(len(codes), _CHANNELS[0], _START_SIDE, _START_SIDE)
        displacement: Tensor = self.conv_blocks(started) * LARGEST_DEPTH
        return displacement


@dataclass(frozen=True, eq=False)
class DetailNetworks:
    """The wrinkles' encoder and decoder with their weights."""

    encoder: nn.Module  # (B,3,224,224) RGB 0..1 -> (B,128)
    decoder: nn.Module  # (B,181) -> (B,1,256,256) m
    fixed: Map | None = None  # (256,256) m, added to every map; None: not at hand

    def displacement(self, face: FaceParameters) -> tuple[Map, tuple[str, ...]]:
        """(256,256) metres along the normal over FLAME's UV square, and what to tell the user.

        Row 0 is v = 1.  The face's jaw and expression may be others than those of the photo.
        Raises UsageError `no-detail` where `face` has no code of wrinkles of these networks.
        """
        codes = torch.from_numpy(_decoder_row(face)).to(torch.float32)
        with torch.inference_mode():
            found = self.decoder(codes[None])[0, 0].numpy()
        if self.fixed is not None:
            return found + self.fixed, ()
        return found, ("DECA's fixed displacement is not at hand: wrinkles only, without the form "
                       f"that FLAME lacks around eyes and lips. {_FIXED_HINT}",)


def load_detail_networks(encoder: TensorTable, decoder: TensorTable,
                         fixed: Map | None) -> DetailNetworks:
    """The networks in two tables of a checkpoint.  Raises CheckpointError as `take`."""
    reader = loaded(lambda: ResNetEncoder(DETAIL), encoder)
    fold_norms(reader)
    return DetailNetworks(reader, loaded(DetailDecoder, decoder), fixed)


def read_fixed_displacement(path: Path) -> Map:
    """DECA's `fixed_displacement_256.npy`: (256,256) metres.

    Raises CheckpointError `not-a-displacement`.
    """
    try:
        read: Any = np.load(path, mmap_mode="r", allow_pickle=False)
        shape = getattr(read, "shape", None)
        fits = shape == (MAP_SIDE, MAP_SIDE) and read.dtype.kind == "f"
        fixed = np.array(read, dtype=np.float32) if fits else None
    except (OSError, ValueError, EOFError) as bad:
        raise CheckpointError("not-a-displacement", f"{path.name} cannot be read as a map of "
                              f"displacements ({bad}).", _FIXED_HINT) from bad
    if fixed is None or not np.isfinite(fixed).all():
        raise CheckpointError("not-a-displacement", f"{path.name} is no map of {MAP_SIDE} x "
                              f"{MAP_SIDE} displacements.", _FIXED_HINT)
    return fixed


def _decoder_row(face: FaceParameters) -> Array:
    """(181,) jaw, expression, wrinkles: in this order (decalib/deca.py `decode`)."""
    detail = None if face.appearance is None else face.appearance.detail
    if detail is None or len(detail) != DETAIL:
        raise UsageError("no-detail", "These parameters hold no code of wrinkles.",
                         "Encode the photo with DECA or EMOCA and ask for the detail.")
    expression = np.zeros(EXPRESSION)
    given = face.code.expression[:EXPRESSION]
    expression[:len(given)] = given
    return np.concatenate([face.code.jaw, expression, detail])
