# SPDX-License-Identifier: GPL-3.0-or-later
"""Normals of meshes in torch, differentiable."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_SHORTEST = 1e-20
"""Squared length below which a sum of normals has no direction: metres⁴ of a triangle's area."""


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """(B,V,3) unit normals, each the mean of the triangles about it weighed by their areas.

    vertices: (B,V,3).  triangles: (F,3) int64, anticlockwise seen from outside.  As DECA's, and as
    `grey.vertex_normals`; 0 where no triangle with an area is.
    """
    batch, count = vertices.shape[:2]
    planar = vertices.permute(1, 2, 0).reshape(count, -1)  # (V,3B): one row a vertex
    first, second, third = (
        planar.index_select(0, corner).view(-1, 3, batch) for corner in triangles.unbind(1))
    faces = torch.linalg.cross(second - first, third - first, dim=1).flatten(1)
    sums = torch.zeros_like(planar).index_add(0, triangles.t().reshape(-1), faces.repeat(3, 1))
    return functional.normalize(
        sums.view(count, 3, batch).permute(2, 0, 1), dim=-1, eps=_SHORTEST ** 0.5)
