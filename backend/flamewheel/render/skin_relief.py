# SPDX-License-Identifier: GPL-3.0-or-later
"""Relief of a painted skin, and the creases that expressions draw in it, as a head's file has them.

The file holds tangent-space normals (OpenGL's green) of the relief and of the creases, the creases'
shade, and which expression draws which crease where on the vertices.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..head.data import HeadData
from ..head.npz import read_npz
from ..head.registry import list_heads

CREASE_SHADE = (0.72, 0.54, 0.50)
"""Times the colour in the depth of a full crease: shadow, and blood beside it.  As Blender's
material has it (`blender_addon/scene/skin_material.py`)."""

_CREASES = ("crease_masks", "crease_weights")


@dataclass(frozen=True, eq=False)
class SkinRelief:
    """K creases."""

    slopes: Tensor  # (1,3,h,w) normals of what is always there, in tangent space, -1..1
    creases: Tensor  # (1,4,h,w) what a full crease adds to them, and its shade 0..1
    masks: Tensor  # (V,K) 0..1: where each crease may be
    weights: Tensor  # (K,E): how strongly each component of ψ draws each

    def strengths(self, expression: Tensor) -> Tensor:
        """(V,1) 0..1: how deep creases are on each vertex for ψ (<=E,)."""
        drawn = (self.weights[:, :len(expression)] @ expression).clamp(0.0, 1.0)
        return (self.masks @ drawn)[:, None].clamp(max=1.0)


def relief_of(data: HeadData, path: Path | None = None) -> SkinRelief | None:
    """The relief of a head's file; None where it has none.

    path: its `.npz`; None: that of the head of this name.  Raises HeadError as `read_npz`.
    """
    if path is None:
        path = next((e.path for e in list_heads() if e.name == data.name), None)
    if path is None or path.suffix != ".npz" or data.uv is None:
        return None
    extras = read_npz(path)
    slopes, creases = (_picture(extras, f"map_skin_{kind}") for kind in ("relief", "creases"))
    if slopes is None or creases is None or creases.shape[1] != 4 or not _fit(extras, data):
        return None
    flat = torch.tensor([0.5, 0.5, 1.0])[:, None, None]
    added = torch.cat([2.0 * (creases[:, :3] - flat), creases[:, 3:]], 1)
    return SkinRelief(
        2.0 * slopes[:, :3] - 1.0, added,
        torch.tensor(extras["crease_masks"] / np.float32(255.0), dtype=torch.float32),
        torch.tensor(extras["crease_weights"], dtype=torch.float32))


def tilted(normals: Tensor, slopes: Tensor, tangents: Tensor, bitangents: Tensor) -> Tensor:
    """(P,3) unit normals (P,3) tilted by tangent-space `slopes` (P,3)."""
    made = (slopes[:, :1] * tangents + slopes[:, 1:2] * bitangents
            + slopes[:, 2:] * normals)
    return functional.normalize(made, dim=1)


def tangents_of(corners: Tensor, uv: Tensor) -> tuple[Tensor, Tensor]:
    """(F,3) unit directions in which u and v grow on triangles (F,3,3) with `uv` (F,3,2)."""
    sides, steps = corners[:, 1:] - corners[:, :1], uv[:, 1:] - uv[:, :1]
    area = steps[:, 0, 0] * steps[:, 1, 1] - steps[:, 0, 1] * steps[:, 1, 0]
    turn = torch.where(area < 0, -1.0, 1.0)[:, None]
    along = sides[:, 0] * steps[:, 1, 1:] - sides[:, 1] * steps[:, 0, 1:]
    across = sides[:, 1] * steps[:, 0, :1] - sides[:, 0] * steps[:, 1, :1]
    return functional.normalize(turn * along, dim=1), functional.normalize(turn * across, dim=1)


def _fit(extras: Mapping[str, Any], data: HeadData) -> bool:
    """Whether the creases' arrays are of this head."""
    if any(name not in extras for name in _CREASES):
        return False
    masks, weights = (extras[name] for name in _CREASES)
    return bool(masks.ndim == weights.ndim == 2 and len(masks) == data.vertex_count
                and masks.shape[1] == len(weights) and weights.shape[1] <= data.expression_count
                and masks.dtype == np.uint8 and weights.dtype.kind == "f"
                and np.isfinite(weights).all())


def _picture(extras: Mapping[str, Any], name: str) -> Tensor | None:
    """(1,C,h,w) 0..1 of a PNG in the file; None where it is missing or damaged."""
    from PIL import Image

    stored = extras.get(name)
    if stored is None or stored.dtype != np.uint8 or stored.ndim != 1:
        return None
    try:
        with Image.open(io.BytesIO(stored.tobytes()), formats=("PNG",)) as picture:
            values = np.asarray(picture.convert("RGBA" if "A" in picture.mode else "RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # a head file that was tampered with still has its plain skin
    return torch.tensor(values / np.float32(255.0)).permute(2, 0, 1)[None].float()
