# SPDX-License-Identifier: GPL-3.0-or-later
"""The losses of the detail stage (Feng et al. 2021, section 4.2), which EMOCA takes over.

Left out is DECA's implicit diversified Markov random field loss, which needs the weights of VGG19.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..head.data import HeadData
from ..render.texture import UvSpace
from .detail_network import DEPTH

REACH = 0.004  # m within which a texel's mirror image must lie, else it has none


@dataclass(frozen=True)
class DetailWeights:
    """DECA's λ of the detail stage."""

    photometric: float = 2.0
    symmetry: float = 5e-3
    size: float = 5e-3


def mirror_texels(head: HeadData, space: UvSpace, triangles: Tensor) -> tuple[Tensor, Tensor]:
    """(S*S,) which texel shows the other side of the face, and (S*S,) whether there is one.

    DECA flips the texture, which asks for FLAME's symmetric layout; here points of the mean head
    are matched across x = 0, whatever the layout.
    """
    from scipy.spatial import cKDTree

    template = space.fragments.weights.new_tensor(np.asarray(head.template, np.float32))[None]
    places = space.from_vertices(template, triangles)[0].flatten(1).T.cpu().numpy()
    covered = np.flatnonzero(space.covered[0, 0].flatten().cpu().numpy())
    away, nearest = cKDTree(places[covered]).query(places[covered] * (-1.0, 1.0, 1.0))
    across = np.arange(len(places))
    across[covered] = covered[nearest]
    known = np.zeros(len(places), dtype=bool)
    known[covered] = away < REACH
    return torch.tensor(across), torch.tensor(known)


def symmetry(relief: Tensor, across: Tensor, counted: Tensor) -> Tensor:
    """|D − D mirrored|, mean over counted texels (S*S,), in fractions of `DEPTH`."""
    flat = relief.flatten(1)
    off = (flat - flat[:, across]).abs() * counted
    return off.sum(1).mean() / counted.sum().clamp_min(1.0) / DEPTH


def relief_size(relief: Tensor, covered: Tensor) -> Tensor:
    """|D|, mean over covered texels (S*S,), in fractions of `DEPTH`."""
    return (relief.flatten(1).abs() * covered).sum(1).mean() / covered.sum().clamp_min(1.0) / DEPTH
