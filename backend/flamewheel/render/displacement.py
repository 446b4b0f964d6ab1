# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine relief as a displacement map on a head's layout: normals to learn with, maps to keep.

DECA (Feng et al. 2021, eq. 6 and 7): each texel's point on the coarse surface moves along the
coarse normal, and the moved points' own normals are what light falls on.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from ..errors import HeadError
from ..head.data import JOINT_NAMES, HeadData
from .surface_normals import vertex_normals
from .texture import UvSpace

_SHORTEST = 1e-20
"""Length (m² of a texel's triangles) below which a sum of normals has no direction."""
_EMPTY_TRIANGLE = 1e-14
"""Doubled area in the layout, where the whole picture is 1, below which a triangle has no place."""


def detail_normals(
    displacement: Tensor, space: UvSpace, triangles: Tensor, vertices: Tensor, mask: Tensor
) -> Tensor:
    """(B,3,S,S) unit normals of a finely displaced head: DECA's `displacement2normal`.

    displacement: (B,1,S,S) m along the coarse normals, with anything fixed added.  triangles:
    (F,3) those of the layout of `space` (`Surface.triangles`).  vertices: (B,V,3) m.  mask:
    (B,1,S,S) or (1,1,S,S), 1 where the relief counts, 0 where the coarse normals stay (see
    `face_mask`).  0 off the layout.  Differentiable; DECA holds the vertices fixed here
    (`vertices.detach()`).
    """
    coarse = space.from_vertices(vertex_normals(vertices, triangles), triangles)
    points = space.from_vertices(vertices, triangles) + displacement * mask * coarse
    fine = _grid_normals(points, space.covered.to(points.dtype))
    outward = (fine * coarse).sum(1, keepdim=True)
    # charts laid face down come out inside out; a texel alone in its chart has no normal
    fine = torch.where(outward < 0, -fine, fine)
    share = mask * (outward != 0)
    return fine * share + coarse * (1.0 - share)


def _grid_normals(points: Tensor, covered: Tensor) -> Tensor:
    """(B,3,S,S) area-weighted normals of a grid of points (B,3,S,S), as a mesh of two triangles to
    each square; squares with a corner that is not covered (1,1,S,S) are left out."""
    a, b = points[..., :-1, :-1], points[..., :-1, 1:]
    c, d = points[..., 1:, :-1], points[..., 1:, 1:]
    whole = (covered[..., :-1, :-1] * covered[..., :-1, 1:] * covered[..., 1:, :-1]
             * covered[..., 1:, 1:])
    upper = torch.linalg.cross(c - a, b - a, dim=1) * whole  # a, c, b
    lower = torch.linalg.cross(c - d, b - d, dim=1) * -whole  # d, b, c
    pad = functional.pad
    sums = (pad(upper, (0, 1, 0, 1)) + pad(upper + lower, (1, 0, 0, 1))
            + pad(upper + lower, (0, 1, 1, 0)) + pad(lower, (1, 0, 1, 0)))
    return functional.normalize(sums, dim=1, eps=_SHORTEST)


def face_mask(data: HeadData, space: UvSpace, triangles: Tensor) -> Tensor:
    """(1,1,S,S) 0..1: where a face's relief counts: its face without the eyeballs.

    From the head's mask `face`; without it all but what turns with the eyes.  triangles: (F,3),
    those of the layout of `space` (`Surface.triangles`).
    """
    weights = np.asarray(data.weights, np.float64)
    eyes = [JOINT_NAMES.index("left_eye"), JOINT_NAMES.index("right_eye")]
    on = np.zeros(data.vertex_count)
    on[np.asarray(data.masks["face"]) if "face" in data.masks else slice(None)] = 1.0
    on[(weights[:, eyes] > 0.5).any(1)] = 0.0
    like = space.fragments.weights
    return space.from_vertices(like.new_tensor(on)[None, :, None], triangles)


@dataclass(frozen=True, eq=False)
class ReliefMaps:
    """A displacement map as pictures for a renderer; row 0 at v = 1, carried past the borders.

    In Blender: `normal` through a Normal Map node (tangent space), or `height` as colour of no
    colour space through a Displacement node with `midlevel` and `scale`.
    """

    normal: npt.NDArray[np.uint8]  # (S,S,3) tangent space, green up (OpenGL)
    height: npt.NDArray[np.uint16]  # (S,S) grey
    scale: float  # m from black to white
    midlevel: float = 0.5  # what is no displacement, of white


def relief_maps(
    displacement: npt.ArrayLike, data: HeadData, vertices: npt.ArrayLike | None = None
) -> ReliefMaps:
    """The maps of a displacement (S,S) m, row 0 at v = 1, on a head's layout.

    vertices: (V,3) m, the neutral person whose rig is to wear it; None: the head's template.
    The normal map's tangents are MikkTSpace's, which Blender uses.
    Raises HeadError (`no-uv`) and ValueError where the displacement is not square or not finite.
    """
    from ..head.open_head.atlas import Atlas

    moved = np.asarray(displacement, np.float64)
    if moved.ndim != 2 or moved.shape[0] != moved.shape[1] or not np.isfinite(moved).all():
        raise ValueError(f"a displacement of shape {moved.shape}, or not finite")
    if data.uv is None or data.uv_triangles is None:
        raise HeadError("no-uv", f"The head {data.name} has no texture coordinates.",
                        "Convert it with FLAME's template: `flamewheel head convert --uv`.")
    uv, flat = np.asarray(data.uv, np.float64), np.asarray(data.uv_triangles, np.int64)
    sides = uv[flat[:, 1:]] - uv[flat[:, :1]]
    laid = np.abs(np.linalg.det(sides)) > _EMPTY_TRIANGLE
    points = np.asarray(data.template if vertices is None else vertices, np.float64)
    atlas = Atlas(1e3 * points, np.asarray(data.triangles, np.int64)[laid], uv, flat[laid],
                  len(moved))
    reach = max(float(np.abs(moved[atlas.inside]).max(initial=0.0)), 1e-6)
    height = np.round((0.5 + 0.5 * np.clip(moved / reach, -1, 1)) * 65535).astype(np.uint16)
    spread: Any = atlas.dilated(np.where(atlas.inside, height, np.uint16(32768)))
    return ReliefMaps(atlas.normal_map_from_height(1e3 * moved), spread, 2.0 * reach)


def as_png(picture: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    """A PNG file of a picture (h,w) of 16 bits or (h,w,3) of 8."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()
