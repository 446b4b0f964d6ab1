# SPDX-License-Identifier: GPL-3.0-or-later
"""I2FET, Instruction to Facial Expression Transition (paper 002, fig. 4, eq. 5 to 12 and 15).

A conditional variational auto-encoder of the two faces an instruction names.  Where the paper is
open, this was decided:

- *Eq. 7* sends ẑ_p to R^(m x 6) and ẑ_e to R^(m x 50), together 56; IFED's first branch takes 53.
  Pose is the jaw alone from "we rewrite" on, so T_p gives 3.  *Eq. 8* prints z̃ as IFED's input;
  by the text before it these are the ẑ of eq. 7, in the order {e, θ} of x^f.
- The same IFED serves encoder and decoder ("are passed through the IFED module").
- σ is kept as log σ²; all MLPs work row by row, on each of the two faces, with ReLU between.
- L_MSE is a mean over numbers, the divergence a sum over a latent's 16, meant over faces.  The
  weight is 1 as printed; `Losses.total` takes another (docs/generation.md says why).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .ifed import Conditions, Ifed
from .layout import FACES, I2FET, JAW, GeneratorLayout


class Told(NamedTuple):
    """What is known of B instructions."""

    tokens: Tensor  # (B,L,D)
    mask: Tensor  # (B,L)
    overall: Tensor  # (B,G)


class Latents(NamedTuple):
    """Mean and logarithm of the variance of both latents (B,2,16)."""

    mean_expression: Tensor
    log_expression: Tensor
    mean_pose: Tensor
    log_pose: Tensor


class Rebuilt(NamedTuple):
    """Faces that went through the network."""

    faces: Tensor  # (B,2,E+3)
    latents: Latents


class LinearConditions(nn.Module):
    """Without IFED: the conditions are linear in the whole sentence, whatever the faces are.

    The paper's ablation says no more than "w/o IFED".  The sentence is brought to one size first,
    so that the ablation does not fail by small numbers.
    """

    def __init__(self, layout: GeneratorLayout) -> None:
        super().__init__()
        self.sizes = (layout.expression, layout.pose_condition)
        self.norm = nn.LayerNorm(layout.text_overall)
        self.to_expression = nn.Linear(layout.text_overall, FACES * layout.expression)
        self.to_pose = nn.Linear(layout.text_overall, FACES * layout.pose_condition)

    def forward(self, overall: Tensor) -> Conditions:
        """Of sentences (B,G)."""
        rows = self.norm(overall)
        expression, pose = (
            make(rows).unflatten(-1, (FACES, size)) for size, make in zip(
                self.sizes, (self.to_expression, self.to_pose), strict=True))
        return Conditions(expression, pose)


class I2fet(nn.Module):
    """Eq. 5 to 10."""

    def __init__(self, layout: GeneratorLayout) -> None:
        super().__init__()
        self.layout = layout
        count, wide, latent = layout.expression, layout.hidden, layout.latent
        pose = layout.pose_condition
        if layout.variant == I2FET:
            self.ifed: Ifed | None = Ifed(layout)
            self.latent_to_expression = nn.Linear(latent, count)  # T_e
            self.latent_to_jaw = nn.Linear(latent, JAW)  # T_p
        else:
            self.ifed = None
            self.conditions_in, self.conditions_out = (
                LinearConditions(layout), LinearConditions(layout))
        self.encode_expression = three_layers(count + count, wide, 2 * latent)
        self.encode_pose = three_layers(JAW + pose, wide, 2 * latent)
        self.decode_expression = three_layers(latent + count, wide, count)
        self.decode_pose = three_layers(latent + pose, wide, JAW)

    def forward(self, faces: Tensor, told: Told, noise: Tensor) -> Rebuilt:
        """Standardised faces (B,2,E+3) through the latents; noise (B,2,32) of N(0, I): z_e, z_p."""
        texts = self.texts(told)
        latents = self.encoded(faces, told, texts)
        drawn_e, drawn_p = noise.chunk(2, dim=-1)
        latent_e = latents.mean_expression + (0.5 * latents.log_expression).exp() * drawn_e
        latent_p = latents.mean_pose + (0.5 * latents.log_pose).exp() * drawn_p
        return Rebuilt(self.decoded(latent_e, latent_p, told, texts), latents)

    def texts(self, told: Told) -> Tensor | None:
        """What IFED makes of the sentences alone; None without IFED."""
        return None if self.ifed is None else self.ifed.texts(told.tokens, told.mask)

    def encoded(self, faces: Tensor, told: Told, texts: Tensor | None) -> Latents:
        """Eq. 5 and 6."""
        if self.ifed is not None and texts is not None:
            given = self.ifed(faces, texts)
        else:
            given = self.conditions_in(told.overall)
        expression, jaw = faces[..., :-JAW], faces[..., -JAW:]
        found_e = self.encode_expression(torch.cat([expression, given.expression], dim=-1))
        found_p = self.encode_pose(torch.cat([jaw, given.pose], dim=-1))
        return Latents(*found_e.chunk(2, dim=-1), *found_p.chunk(2, dim=-1))

    def decoded(self, latent_e: Tensor, latent_p: Tensor, told: Told, texts: Tensor | None
                ) -> Tensor:
        """Eq. 8 to 10: (B,2,E+3) standardised faces of latents (B,2,16)."""
        if self.ifed is not None and texts is not None:
            row = torch.cat([self.latent_to_expression(latent_e), self.latent_to_jaw(latent_p)],
                            dim=-1)
            given = self.ifed(row, texts)
        else:
            given = self.conditions_out(told.overall)
        expression = self.decode_expression(torch.cat([latent_e, given.expression], dim=-1))
        jaw = self.decode_pose(torch.cat([latent_p, given.pose], dim=-1))
        return torch.cat([expression, jaw], dim=-1)

    def sampled(self, told: Told, noise: Tensor) -> Tensor:
        """(B,2,E+3) standardised faces for instructions, with noise (B,2,32) for the latents."""
        latent_e, latent_p = noise.chunk(2, dim=-1)
        return self.decoded(latent_e, latent_p, told, self.texts(told))


class Losses(NamedTuple):
    """Parts of eq. 11, 12 and 15, of a batch."""

    expression: Tensor  # L_MSE(e, ê)
    pose: Tensor  # L_MSE(θ, θ̂)
    divergence: Tensor  # both sums over i, as printed
    vertices: Tensor  # eq. 14, in shares of the spread of the set's vertices; 0 without it

    def total(self, divergence_weight: float) -> Tensor:
        """Eq. 15 with a weight for the divergence."""
        return self.expression + self.pose + self.vertices + divergence_weight * self.divergence


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """0.5 [−Σ (log σ² + 1) + Σ σ² + Σ μ²] over a latent's numbers, the mean over all faces."""
    return 0.5 * (log_variance.exp() + mean**2 - 1.0 - log_variance).sum(dim=-1).mean()


def three_layers(given: int, wide: int, told: int) -> nn.Sequential:
    """ "Three-layer MLP"."""
    return nn.Sequential(nn.Linear(given, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(),
                         nn.Linear(wide, told))
