# SPDX-License-Identifier: GPL-3.0-or-later
"""IFED, the Instruction-driven Facial Expression Decomposer (paper 002, fig. 3, eq. 1 to 4).

Where the paper is open, this was decided:

- *P_t.*  x^t is "replicated" for the m = 2 faces and P_t makes the text branch's input of it.  The
  outputs are in R^(m x 768), so P_t turns 77 tokens into one row: here by attention with one
  learned question for each face, so that row i can look at the words that name expression i.
- *Eq. 2.*  There are no class tokens; row 0 stands in their place and row 1 for the patches, as
  the indices 0 and 1 of the equation say and as in CrossViT (Chen et al. 2021, eq. 3 and 4).  The
  printed CA(y_c^f ⊗ x_1^f) joins rows of two widths; as in CrossViT, y_c^f (of the text's width)
  is joined with the text's own row 1, and y_c^t with the faces'.
- *Cross attention* asks with the class token alone, keys and values are the joined rows; LN comes
  first as in eq. 1.
- *Heads.*  53 (and 103) are prime: the face branch has one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layout import FACES, GeneratorLayout


class Conditions(NamedTuple):
    """Eq. 4."""

    expression: Tensor  # (B,2,E) x^e_emb
    pose: Tensor  # (B,2,P) x^p_emb


class Attention(nn.Module):
    """Multi-head attention of questions over rows."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads if width % heads == 0 else 1
        self.ask = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, asking: Tensor, rows: Tensor) -> Tensor:
        """(B,n,D) of questions (B,n,D) and rows (B,k,D)."""
        split = [part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (
            self.ask(asking), self.key(rows), self.value(rows))]
        told = functional.scaled_dot_product_attention(*split)
        mixed: Tensor = self.out(told.transpose(1, 2).flatten(2))
        return mixed


class TransformerLayer(nn.Module):
    """Eq. 1: y = x + MSA(LN(x)), then y + FFN(LN(y)); the FFN has one inner layer with GELU."""

    def __init__(self, width: int, heads: int, feed_forward: float) -> None:
        super().__init__()
        inner = max(1, round(width * feed_forward))
        self.norm_attention, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.inner, self.outer = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, rows: Tensor) -> Tensor:
        """(B,m,D) -> (B,m,D)."""
        normed = self.norm_attention(rows)
        rows = rows + self.attention(normed, normed)
        raised = functional.gelu(self.inner(self.norm_forward(rows)), approximate="tanh")
        moved: Tensor = rows + self.outer(raised)
        return moved


class TextProjection(nn.Module):
    """P_t: the tokens of a sentence -> one row for each of the two faces."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.questions = nn.Parameter(torch.randn(FACES, dim) / dim**0.5)
        self.key, self.value = nn.Linear(dim, dim, bias=False), nn.Linear(dim, dim)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B,2,D) of tokens (B,L,D) and mask (B,L)."""
        asked = self.questions @ self.key.weight  # a question of all keys at once: L times cheaper
        scores = tokens @ asked.T / tokens.shape[-1] ** 0.5
        empty = ~mask & mask.any(dim=1, keepdim=True)  # of a sentence without words all stay
        shares = scores.masked_fill(empty[:, :, None], -torch.inf).softmax(dim=1)
        pooled: Tensor = self.value(shares.transpose(1, 2) @ tokens)
        return pooled


class CrossBranch(nn.Module):
    """One line of eq. 2: a branch's row 0 visits the other branch and comes back."""

    def __init__(self, own: int, other: int, heads: int) -> None:
        super().__init__()
        self.there, self.back = nn.Linear(own, other), nn.Linear(other, own)  # h and g
        self.norm = nn.LayerNorm(other)
        self.attention = Attention(other, heads)

    def forward(self, own: Tensor, other: Tensor) -> Tensor:
        """(B,2,own) of both branches' rows."""
        asking = self.there(own[:, :1])
        joined = self.norm(torch.cat([asking, other[:, 1:]], dim=1))
        met = self.attention(joined[:, :1], joined) + asking
        return torch.cat([self.back(met), own[:, 1:]], dim=1)


class Caft(nn.Module):
    """Cross-Attention for Facial expression parameters and Text: both lines of eq. 2."""

    def __init__(self, face: int, text: int, text_heads: int) -> None:
        super().__init__()
        self.face, self.text = CrossBranch(face, text, text_heads), CrossBranch(text, face, 1)

    def forward(self, faces: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        """(B,2,E+3) and (B,2,D) -> the same sizes."""
        return self.face(faces, texts), self.text(texts, faces)


class Ifed(nn.Module):
    """Faces and an instruction -> conditions for expression and pose."""

    def __init__(self, layout: GeneratorLayout) -> None:
        super().__init__()
        row, dim = layout.row, layout.text_dim
        self.text_projection = TextProjection(dim)
        self.face_branch = nn.Sequential(*(
            TransformerLayer(row, 1, layout.feed_forward) for _ in range(layout.face_layers)))
        self.text_branch = nn.Sequential(*(
            TransformerLayer(dim, layout.text_heads, layout.feed_forward)
            for _ in range(layout.text_layers)))
        self.crossings = nn.ModuleList(
            Caft(row, dim, layout.text_heads) for _ in range(layout.caft_layers))
        self.norm_face, self.norm_text = nn.LayerNorm(row), nn.LayerNorm(dim)
        self.to_expression = nn.Linear(dim + row, layout.expression)  # P_e
        self.to_pose = nn.Linear(dim + row, layout.pose_condition)  # P_p

    def texts(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B,2,D) the text branch before it meets the faces: the same for encoder and decoder."""
        told: Tensor = self.text_branch(self.text_projection(tokens, mask))
        return told

    def forward(self, faces: Tensor, texts: Tensor) -> Conditions:
        """Of faces (B,2,E+3), or latents as wide, and what `texts` gave (B,2,D)."""
        rows = self.face_branch(faces)
        for crossing in self.crossings:
            rows, texts = crossing(rows, texts)
        fused = torch.cat([self.norm_text(texts), self.norm_face(rows)], dim=-1)  # eq. 3
        return Conditions(self.to_expression(fused), self.to_pose(fused))
