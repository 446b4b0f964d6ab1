# SPDX-License-Identifier: GPL-3.0-or-later
"""Baking room: what lies under each texel of a chart, and normal maps from heights in mm.

Images are (size,size,…) with row 0 at v = 1, as PNG files are.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from .assembly import Head
from .mesh_tools import Index, Points, Triangles, unit
from .uv import part_layout, skin_layout

Image = npt.NDArray[np.float32]
AnyFloat = npt.NDArray[np.floating[Any]]

_SPREAD = 8  # px; mip maps three levels down stay clean
_EDGE = 1e-6  # of a barycentric: texels on an edge belong to one of its triangles, never to none
_CHUNK = 4_000_000  # texels tested at once: bounds the memory at some 200 MB


class Atlas:
    """Texels of some triangles: `triangle` (size,size) int32 or -1, `barycentrics` (…,3) float32.

    `points` (n,3) mm and `triangles` (m,3) are the surface, `flat` (k,2) in 0..1 and `corners`
    (m,3) its texture coordinates.
    """

    def __init__(self, points: Points, triangles: Triangles, flat: Points, corners: Triangles,
                 size: int) -> None:
        self.points, self.triangles = points, triangles
        self.flat, self.corners, self.size = flat, corners, size
        self.triangle, self.barycentrics = _rasterised(flat[corners], size)

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """(size,size): the texels whose middle lies on the chart."""
        return np.asarray(self.triangle >= 0)

    def sample(self, values: AnyFloat) -> Image:
        """(size,size,k) float32 from values (n,k) at the surface's vertices; 0 off the chart."""
        return self._spread_out(values, self.triangles)

    def dilated(self, image: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """The image with the chart's colours carried 8 px beyond its borders, its type kept."""
        to, source = self._margin
        out = image.copy()
        out[to] = image[source]
        return out

    @cached_property
    def _margin(self) -> tuple[tuple[Index, Index], tuple[Index, Index]]:
        """Rows and columns of the texels just off the chart, and of the chart's nearest to each."""
        away, nearest = distance_transform_edt(~self.inside, return_indices=True)
        row, column = np.nonzero((away > 0) & (away <= _SPREAD))
        return (row, column), (nearest[0][row, column], nearest[1][row, column])

    def tangent_frames(self) -> Image:
        """(size,size,3,3) float32: rows tangent (+u), bitangent (+v), normal; 0 off the chart.

        As MikkTSpace has it and Blender's Normal Map node reads it: each face's +u direction laid
        into the vertex's tangent plane, averaged by corner angle, interpolated; the bitangent is
        normal × tangent.
        """
        on = self.inside
        normal = self.sample(self._normals)[on].astype(float)
        tangent = self._spread_out(self._vertex_tangents, self.corners)[on].astype(float)
        frames = np.zeros((self.size, self.size, 3, 3), np.float32)
        n = unit(normal)
        t = unit(tangent - n * (n * tangent).sum(1, keepdims=True))
        frames[on] = np.stack([t, np.cross(n, t), n], 1)
        return frames

    def slopes(self, height_mm: AnyFloat) -> Image:
        """(size,size,2) float32: rise of a height field (mm) per mm along tangent and bitangent.

        The chart's local stretch and skew are taken out, so a slope means the same everywhere.
        """
        height = np.asarray(self.dilated(np.asarray(height_mm, np.float32)), np.float32)
        down, along = np.gradient(height)
        on = self.inside
        rise = np.stack([along[on], -down[on]], 1) * self.size  # per unit of u and of v
        pace = self._spread_out(self._vertex_paces.reshape(-1, 6), self.corners)[on]
        frame = self.tangent_frames()[on][:, :2]
        # rows: what a unit of u and of v is in mm along tangent and bitangent
        metric = pace.reshape(-1, 2, 3) @ frame.transpose(0, 2, 1)
        out = np.zeros((self.size, self.size, 2), np.float32)
        out[on] = np.linalg.solve(metric, rise[..., None])[..., 0]
        return out

    def normal_map_from_height(self, height_mm: AnyFloat) -> npt.NDArray[np.uint8]:
        """(size,size,3) tangent-space normal map (OpenGL: green is up) of heights in mm.

        Flat (128, 128, 255) off the chart but for the 8 px about it.
        """
        slope = self.slopes(height_mm).astype(float)
        normal = unit(np.concatenate([-slope, np.ones_like(slope[..., :1])], 2))
        return np.asarray(self.dilated(np.round(127.5 + 127.5 * normal).astype(np.uint8)), np.uint8)

    def _spread_out(self, values: AnyFloat, corners: Triangles) -> Image:
        out = np.zeros((self.size, self.size, values.shape[1]), np.float32)
        on = self.inside
        held, weight = np.asarray(values, np.float32), self.barycentrics[on]
        numbers = corners[self.triangle[on]]
        out[on] = sum(weight[:, k, None] * held[numbers[:, k]] for k in range(3))
        return out

    @cached_property
    def _paces(self) -> Points:
        """(m,2,3): how far the surface goes per unit of u and of v, mm."""
        solid, flat = self.points[self.triangles], self.flat[self.corners]
        return np.asarray(np.linalg.solve(flat[:, 1:] - flat[:, :1], solid[:, 1:] - solid[:, :1]))

    @cached_property
    def _vertex_paces(self) -> Points:
        """(k,2,3): the triangles' paces averaged by their areas in the picture."""
        flat = self.flat[self.corners]
        area = np.abs(np.linalg.det(flat[:, 1:] - flat[:, :1]))
        total, weight = np.zeros((len(self.flat), 2, 3)), np.zeros(len(self.flat))
        for k in range(3):
            np.add.at(total, self.corners[:, k], self._paces * area[:, None, None])
            np.add.at(weight, self.corners[:, k], area)
        return np.asarray(total / weight.clip(1e-300)[:, None, None])

    @cached_property
    def _corner_angles(self) -> Points:
        """(m,3) rad, of the triangles on the surface."""
        solid = self.points[self.triangles]
        arms = [unit(np.roll(solid, -s, axis=1) - solid) for s in (1, 2)]
        return np.asarray(np.arccos(np.clip((arms[0] * arms[1]).sum(2), -1, 1)))

    @cached_property
    def _normals(self) -> Points:
        """(n,3) vertex normals weighed by corner angles, as Blender shades them."""
        a, b, c = (self.points[self.triangles[:, k]] for k in range(3))
        face = unit(np.cross(b - a, c - a))
        total = np.zeros_like(self.points)
        for k in range(3):
            np.add.at(total, self.triangles[:, k], face * self._corner_angles[:, k, None])
        return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True).clip(1e-12))

    @cached_property
    def _vertex_tangents(self) -> Points:
        """(k,3) unit tangents at the texture coordinates."""
        total = np.zeros((len(self.flat), 3))
        for k in range(3):
            n = self._normals[self.triangles[:, k]]
            level = self._paces[:, 0] - n * (n * self._paces[:, 0]).sum(1, keepdims=True)
            np.add.at(total, self.corners[:, k], unit(level) * self._corner_angles[:, k, None])
        return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True).clip(1e-12))


class SkinAtlas(Atlas):
    """The texels of the skin; `sample` takes values at its vertices, (head.skin.points rows)."""

    def __init__(self, head: Head, size: int) -> None:
        super().__init__(head.skin.points, head.skin.triangles, *skin_layout(head.skin), size)


class PartAtlas(Atlas):
    """The texels of one loose part, named as in `head.slices`; `sample` takes its vertices'."""

    def __init__(self, head: Head, name: str, size: int) -> None:
        piece = head.slices[name]
        triangles, flat, corners = part_layout(head, name)
        super().__init__(head.points[piece], triangles - piece.start, flat, corners, size)


def _rasterised(corner: Points, size: int) -> tuple[npt.NDArray[np.int32], Image]:
    """Triangle (size,size) and barycentrics under each texel's middle, for corners (m,3,2)."""
    spot = corner * size
    spot[..., 1] = size - spot[..., 1]
    low = np.ceil(spot.min(1) - 0.5 - 1e-4).astype(int)
    span = np.floor(spot.max(1) - 0.5 + 1e-4).astype(int) - low + 1
    box = 2 ** np.ceil(np.log2(span.clip(1))).astype(int)  # few kinds of boxes, tested together
    triangle = np.full((size, size), -1, np.int32)
    weights = np.zeros((size, size, 3), np.float32)
    for kind in np.unique(box, axis=0):
        alike = np.flatnonzero((box == kind).all(1) & (span > 0).all(1))
        step = max(1, _CHUNK // int(kind.prod()))
        for first in range(0, len(alike), step):
            chosen = alike[first:first + step]
            texels, weight, owner = _covered(spot[chosen], low[chosen], kind, size)
            triangle[texels[:, 1], texels[:, 0]] = chosen[owner]
            weights[texels[:, 1], texels[:, 0]] = weight
    return triangle, weights


def _covered(spot: Points, low: Index, box: Index, size: int) -> tuple[Index, Points, Index]:
    """Texels (p,2), barycentrics (p,3) and triangle (p,) of the texels in a box's triangles."""
    x, y = (a.ravel() for a in np.meshgrid(np.arange(box[0]), np.arange(box[1])))
    texels = low[:, None] + np.stack([x, y], 1)[None]
    arm = texels + 0.5 - spot[:, None, 0]
    u, v = spot[:, None, 1] - spot[:, None, 0], spot[:, None, 2] - spot[:, None, 0]
    area = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    second = (arm[..., 0] * v[..., 1] - arm[..., 1] * v[..., 0]) / area
    third = (u[..., 0] * arm[..., 1] - u[..., 1] * arm[..., 0]) / area
    weight = np.stack([1 - second - third, second, third], 2)
    hit = (weight >= -_EDGE).all(2) & ((texels >= 0) & (texels < size)).all(2)
    return texels[hit], weight[hit], np.nonzero(hit)[0]
