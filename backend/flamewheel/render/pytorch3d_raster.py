# SPDX-License-Identifier: GPL-3.0-or-later
"""pytorch3d's rasteriser behind this project's interface; used where it is installed.

Its conventions (its notes on cameras and `rasterize_meshes`): x to the left and y up, -1..1 over
the shorter side of the picture and as many pixels to the unit along the longer one, z away from the
viewer; triangles with a corner at z < 1e-8 are left out.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec

import torch
from torch import Tensor


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether pytorch3d can be imported; a broken installation counts as none."""
    if find_spec("pytorch3d") is None:
        return False
    try:
        from pytorch3d.renderer.mesh import rasterize_meshes  # type: ignore  # noqa: F401
    except (ImportError, OSError):  # its library was built for another torch
        return False
    return True


def to_pytorch3d(ndc: Tensor, size: tuple[int, int]) -> Tensor:
    """(B,V,3) points in pytorch3d's axes, from those of `torch_raster`; nearest z is 1."""
    width, height = size
    shorter = min(width, height)
    scale = ndc.new_tensor([-width / shorter, -height / shorter])
    z = ndc[..., 2:]
    least = torch.where(torch.isfinite(z), z, torch.inf).amin()
    # vertices that are not to be seen lie behind the viewer
    placed = torch.cat([ndc[..., :2] * scale, z - least + 1.0], -1)
    shown = torch.isfinite(placed).all(-1, keepdim=True)
    return torch.where(shown, placed, placed.new_tensor([0.0, 0.0, -1.0]))


def nearest_triangles(ndc: Tensor, triangles: Tensor, size: tuple[int, int]) -> Tensor:
    """As `torch_raster.nearest_triangles`, found by pytorch3d; equal up to pixels on edges."""
    from pytorch3d.renderer.mesh import rasterize_meshes
    from pytorch3d.structures import Meshes  # type: ignore

    batch = len(ndc)
    points = to_pytorch3d(ndc.detach().float(), size)
    meshes = Meshes(verts=points, faces=triangles.expand(batch, -1, -1))
    found: Tensor = rasterize_meshes(
        meshes, image_size=(size[1], size[0]), blur_radius=0.0, faces_per_pixel=1,
        perspective_correct=False)[0][..., 0]
    # it numbers the triangles through the whole batch
    start = torch.arange(batch, device=found.device)[:, None, None] * len(triangles)
    return torch.where(found >= 0, found - start, -1)
