# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline of paper 002: MotionCLIP (Tevet et al., ECCV 2022) on two faces instead of poses.

A transformer auto-encoder: an extra token gathers the sequence into a latent as wide as the
sentence's one row; a transformer decoder asks by place and reads the latent alone.  The latent is
drawn to the sentence by the cosine of their angle, and generation decodes the sentence itself, so
that one sentence has one answer.  Latent and sentence are brought to one length before they are
decoded: a cosine says nothing of lengths, and the baseline should not fail by that.  Norms come
first in its layers: with norms last the published rate of I2FET made its loss rise again.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layout import FACES, GeneratorLayout

HEADS = 4  # as published
LEAST_SPREAD = 1e-3  # of a number that hardly differs between sentences
FEED_FORWARD = 2  # inner width in widths: 1024 of 512 as published


class MotionClip(nn.Module):
    """Two faces -> latent -> two faces."""

    centre: Tensor  # (G,) of the learning sentences
    spread: Tensor  # (G,)

    def __init__(self, layout: GeneratorLayout) -> None:
        super().__init__()
        self.layout = layout
        wide = layout.motion_width
        self.enter, self.leave = nn.Linear(layout.row, wide), nn.Linear(wide, layout.row)
        self.gather = nn.Parameter(0.02 * torch.randn(1, 1, wide))
        self.places_in = nn.Parameter(torch.randn(1, FACES + 1, wide))
        self.places_out = nn.Parameter(torch.randn(1, FACES, wide))
        self.register_buffer("centre", torch.zeros(layout.text_overall))
        self.register_buffer("spread", torch.ones(layout.text_overall))
        self.to_latent = nn.Linear(wide, layout.text_overall)
        self.from_latent = nn.Linear(layout.text_overall, wide)
        sizes = dict(d_model=wide, nhead=HEADS, dim_feedforward=FEED_FORWARD * wide, dropout=0.0,
                     activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**sizes), layout.motion_layers,  # type: ignore[arg-type]
            enable_nested_tensor=False, norm=nn.LayerNorm(wide))
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(**sizes), layout.motion_layers,  # type: ignore[arg-type]
            norm=nn.LayerNorm(wide))

    def know(self, sentences: Tensor) -> None:
        """Takes what all sentences (S,G) have in common from them: in sentences of five templates
        it is most of a cosine, and a latent would be aligned with any of them."""
        self.centre.copy_(sentences.mean(dim=0))
        self.spread.copy_(sentences.std(dim=0).clamp_min(LEAST_SPREAD))

    def aim(self, sentences: Tensor) -> Tensor:
        """(B,G) where the latents of sentences (B,G) should lie, but for their length."""
        return (sentences - self.centre) / self.spread

    def encoded(self, faces: Tensor) -> Tensor:
        """(B,G) latents of standardised faces (B,2,E+3)."""
        rows = torch.cat([self.gather.expand(len(faces), -1, -1), self.enter(faces)], dim=1)
        latent: Tensor = self.to_latent(self.encoder(rows + self.places_in)[:, 0])
        return latent

    def decoded(self, latent: Tensor) -> Tensor:
        """(B,2,E+3) of latents, or of what `aim` makes of sentences (B,G)."""
        memory = self.from_latent(to_one_length(latent))[:, None]
        faces: Tensor = self.leave(
            self.decoder(self.places_out.expand(len(latent), -1, -1), memory))
        return faces


def to_one_length(rows: Tensor) -> Tensor:
    """Rows (B,G) of length sqrt(G): numbers of about 1."""
    scaled: Tensor = functional.normalize(rows, dim=-1) * rows.shape[-1] ** 0.5
    return scaled


def misalignment(latents: Tensor, aims: Tensor) -> Tensor:
    """1 - cosine, the mean over a batch (B,G): MotionCLIP's L_text."""
    return 1.0 - functional.cosine_similarity(latents, aims, dim=-1).mean()
