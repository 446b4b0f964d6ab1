# SPDX-License-Identifier: GPL-3.0-or-later
"""The losses of EMOCA's coarse stage (Danecek et al. 2022, eq. 5 to 8) and their weights.

Key points are FaceMesh's.  Lengths are fractions of half the crop's side, as in DECA's crops of
[-1, 1]; norms are means over a batch, so that weights do not depend on its size.  The paper writes
the photometric norm as a sum and DECA's code takes the mean; with the sum, λ = 2 would drown every
other term, so the mean it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

EYE_PAIRS = ((159, 145), (158, 153), (160, 144), (386, 374), (385, 380), (387, 373))
"""Upper and lower edge of the lids: middle, inner and outer third of the right and left eye."""
MOUTH_PAIRS = ((13, 14), (82, 87), (312, 317), (81, 178), (311, 402))
"""Inner edge of the upper and the lower lip, from the middle outwards."""
CORNER_PAIRS = ((61, 291),)
"""Corners of the mouth, right and left."""
TINY = 1e-12


@dataclass(frozen=True)
class CoarseWeights:
    """The λ of eq. 7, as section 5.1 gives them; what the paper has no term for is 0 by default."""

    emotion: float = 1.0
    photometric: float = 2.0
    eye_closure: float = 0.5
    mouth_closure: float = 0.5
    lip_corners: float = 0.5
    expression: float = 1e-4
    landmarks: float = 0.0  # DECA's; EMOCA leaves it out, its camera being frozen
    nearness: float = 0.0  # to a code known beforehand


def relative_keypoints(seen: Tensor, model: Tensor, pairs: tuple[tuple[int, int], ...]) -> Tensor:
    """Eq. 5: Σ over pairs of |(k_i − k_j) − (m_i − m_j)|₁, mean over the batch.

    seen, model: (B,478,2) key points in the picture and projected from the model.  Where both move
    alike nothing changes: a landmark's misplacement on the model does not count.
    """
    first, second = torch.tensor(pairs, device=seen.device).T
    apart = (seen[:, first] - seen[:, second]) - (model[:, first] - model[:, second])
    return apart.abs().sum(dim=(1, 2)).mean()


def eye_closure(seen: Tensor, model: Tensor) -> Tensor:
    """How differently wide the eyes are open."""
    return relative_keypoints(seen, model, EYE_PAIRS)


def mouth_closure(seen: Tensor, model: Tensor) -> Tensor:
    """How differently wide the mouth is open."""
    return relative_keypoints(seen, model, MOUTH_PAIRS)


def lip_corners(seen: Tensor, model: Tensor) -> Tensor:
    """How differently the mouth is drawn out."""
    return relative_keypoints(seen, model, CORNER_PAIRS)


def landmark_distance(seen: Tensor, model: Tensor, weights: Tensor) -> Tensor:
    """Mean over the batch and landmarks of weighted |k − m|₁; weights (478,) >= 0."""
    total = weights.sum().clamp_min(TINY)
    return ((seen - model).abs().sum(2) * weights).sum(1).mean() / total


def photometric(picture: Tensor, rendered: Tensor, visible: Tensor) -> Tensor:
    """|V ⊙ (I − I_R)| over visible skin, mean over its pixels and channels, then over the batch.

    picture, rendered: (B,3,H,W) in 0..1.  visible: (B,1,H,W), 1 on skin that the rendering shows.
    """
    off = ((picture - rendered).abs() * visible).sum(dim=(1, 2, 3))
    shown = visible.sum(dim=(1, 2, 3)).clamp_min(1.0) * picture.shape[1]
    return (off / shown).mean()


def emotion_distance(features: Tensor, rendered: Tensor) -> Tensor:
    """Eq. 8: ‖ε_I − ε_R‖₂, mean over the batch; features (B,F)."""
    return ((features - rendered).square().sum(1) + TINY).sqrt().mean()


def expression_size(expression: Tensor) -> Tensor:
    """‖ψ‖₂² of (B,E), mean over the batch."""
    return expression.square().sum(1).mean()


@dataclass(frozen=True, eq=False)
class CoarseTerms:
    """The unweighted terms of one batch."""

    emotion: Tensor
    photometric: Tensor
    eye_closure: Tensor
    mouth_closure: Tensor
    lip_corners: Tensor
    expression: Tensor
    landmarks: Tensor
    nearness: Tensor

    def total(self, weights: CoarseWeights) -> Tensor:
        """Eq. 7.  A term of weight 0 is not touched: it may be NaN where it makes no sense."""
        parts = [getattr(weights, name) * getattr(self, name)
                 for name in CoarseWeights.__dataclass_fields__ if getattr(weights, name)]
        return torch.stack(parts).sum()

    def line(self) -> str:
        """The terms in a few words, for the line of a step."""
        return " ".join(f"{name} {float(getattr(self, name).detach()):.4f}"
                        for name in CoarseWeights.__dataclass_fields__)
