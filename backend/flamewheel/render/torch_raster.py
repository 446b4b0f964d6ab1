# SPDX-License-Identifier: GPL-3.0-or-later
"""Rasteriser for learning, in torch: batched, for any device, differentiable interpolation.

Which triangle a pixel sees is a hard choice, as in DECA's renderer; where on it the pixel lies is
computed anew from the triangle's corners, so gradients reach vertices and attributes, but not
silhouettes.

Screen space everywhere (`ndc`): x to the right and y down, each -1..1 over the whole picture
(also where it is not square), z away from the viewer, so the least is seen.  A pixel's centre lies
half a pixel from its edges: column i of W at (2 i + 1) / W - 1.  This is what DECA calls
`trans_verts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

CANDIDATES_AT_ONCE = {"cpu": 1 << 17, "cuda": 1 << 24}
"""Pixel-triangle pairs tried together, about 100 bytes each: what fits a core's cache (measured on
the open head at 224 and 512 px: 1 << 16 to 1 << 18 alike, 1 << 22 2.5 times as slow), 2 GB of a
GPU."""

EDGE_TOLERANCE = 1e-6
"""Barycentric slack in float32, so that no pixel falls between two triangles that share an edge."""

SLIVER = 1e-8
"""Doubled area in square NDC units below which a triangle is seen edge-on and covers nothing; the
value that pytorch3d's rasteriser has (its kEpsilon)."""

LARGEST_PICTURE = 1 << 22
"""Pixels of one picture, so that float32 counts those of a box exactly."""

_NOTHING = 2**63 - 1


@dataclass(frozen=True, eq=False)
class BatchFragments:
    """What each pixel of B pictures sees.  Row 0 is the top.  P pixels see a triangle."""

    triangle: Tensor  # (B,H,W) int64: the nearest triangle, -1 where there is none
    pixels: Tensor  # (P,) int64: those that see one, counted through (B,H,W)
    weights: Tensor  # (P,3) barycentrics of its corners, differentiable in the vertices
    depths: Tensor  # (P,) z on it, likewise
    backs: Tensor  # (P,) bool: those that see the inner side, its corners clockwise

    @property
    def covered(self) -> Tensor:
        """(B,H,W) bool: where a triangle is seen."""
        return self.triangle >= 0

    @property
    def barycentrics(self) -> Tensor:
        """(B,H,W,3); 0 where there is no triangle."""
        return self.spread(self.weights)

    @property
    def depth(self) -> Tensor:
        """(B,H,W) z; infinity where there is no triangle."""
        return self.spread(self.depths[:, None], torch.inf)[..., 0]

    @cached_property
    def picture(self) -> Tensor:
        """(P,) int64: which of the B pictures each seen pixel belongs to."""
        return self.pixels // (self.triangle.shape[1] * self.triangle.shape[2])

    @cached_property
    def seen(self) -> Tensor:
        """(P,) int64: the triangle at each seen pixel."""
        return self.triangle.flatten().index_select(0, self.pixels)

    def spread(self, values: Tensor, background: float = 0.0) -> Tensor:
        """(B,H,W,C) from (P,C) values at the seen pixels."""
        whole = values.new_full((self.triangle.numel(), values.shape[1]), background)
        return whole.index_copy(0, self.pixels, values).view(
            *self.triangle.shape, values.shape[1])

    def at_pixels(self, triangles: Tensor, attributes: Tensor) -> Tensor:
        """(P,C) interpolated at the seen pixels only; arguments as `interpolate`."""
        rows, start = self._rows(attributes)
        corners = (triangles[:, k].index_select(0, self.seen) + start for k in range(3))
        first, second, third = (  # one corner after the other is twice as quick as all at once
            rows.index_select(0, corner) * self.weights[:, k:k + 1]
            for k, corner in enumerate(corners))
        return first + second + third

    def at_corners(self, triangles: Tensor, attributes: Tensor) -> Tensor:
        """(P,3,C): the attribute at the corners of the triangle that each pixel sees."""
        rows, start = self._rows(attributes)
        corners = triangles.index_select(0, self.seen) + (
            start if isinstance(start, int) else start[:, None])
        return rows.index_select(0, corners.flatten()).view(
            *corners.shape, rows.shape[1])

    def _rows(self, attributes: Tensor) -> tuple[Tensor, Tensor | int]:
        """All pictures' attributes below each other, and at which row each pixel's begin."""
        rows = attributes.reshape(-1, attributes.shape[-1])
        alike = attributes.ndim == 2 or len(attributes) == 1
        return rows, 0 if alike else self.picture * attributes.shape[1]


def interpolate(fragments: BatchFragments, triangles: Tensor, attributes: Tensor) -> Tensor:
    """(B,H,W,C) attributes at every pixel, differentiable in them and in the vertices; else 0.

    triangles: (F,3) int64, in the order rasterised, index into the attributes; texture coordinates
    have triangles of their own.  attributes: (B,V,C), or (V,C) or (1,V,C) for all pictures alike.
    """
    return fragments.spread(fragments.at_pixels(triangles, attributes))


def rasterise(ndc: Tensor, triangles: Tensor, size: tuple[int, int]) -> BatchFragments:
    """The nearest triangle of every pixel, and where on it the pixel lies.

    ndc: (B,V,3) screen space as above, z in any unit but linear on the screen (see
    `cameras.Perspective`).  triangles: (F,3) int64, seen from both sides; those with a corner that
    is not finite are left out.  size: width, height in pixels.

    On a GPU pytorch3d's rasteriser finds the triangles where it is installed (on a CPU it tries
    every triangle at every pixel, seconds for a head), else `nearest_triangles` does.

    Raises ValueError where the picture has more than `LARGEST_PICTURE` pixels.
    """
    from . import pytorch3d_raster

    if size[0] * size[1] > LARGEST_PICTURE:
        raise ValueError(f"{size[0]} x {size[1]} pixels; the most are {LARGEST_PICTURE}")
    with torch.no_grad():
        find = (pytorch3d_raster.nearest_triangles
                if ndc.is_cuda and pytorch3d_raster.available() else nearest_triangles)
        triangle = find(ndc, triangles, size)
    return fragments_of(triangle, ndc, triangles)


def fragments_of(triangle: Tensor, ndc: Tensor, triangles: Tensor) -> BatchFragments:
    """Fragments of pixels (B,H,W) whose triangle is known; arguments as `rasterise`."""
    height, width = triangle.shape[1:]
    pixels = (triangle.flatten() >= 0).nonzero()[:, 0]
    bare = BatchFragments(triangle, pixels, pixels, pixels, pixels)
    x0, y0, z0, x1, y1, z1, x2, y2, z2 = bare.at_corners(triangles, ndc).flatten(1).unbind(1)
    with torch.no_grad():
        x = (2.0 * (pixels % width) + 1.0).to(ndc.dtype) / width - 1.0
        y = (2.0 * (pixels // width % height) + 1.0).to(ndc.dtype) / height - 1.0
    ax, ay, bx, by, px, py = x1 - x0, y1 - y0, x2 - x0, y2 - y0, x - x0, y - y0
    doubled_area = ax * by - ay * bx
    second = (px * by - py * bx) / doubled_area
    third = (ax * py - ay * px) / doubled_area
    weights = torch.stack([1.0 - second - third, second, third], 1)
    depths = z0 + second * (z1 - z0) + third * (z2 - z0)
    return BatchFragments(triangle, pixels, weights, depths, doubled_area.detach() > 0)


def nearest_triangles(ndc: Tensor, triangles: Tensor, size: tuple[int, int]) -> Tensor:
    """(B,H,W) int64 index of the triangle that each pixel sees, -1 for none.

    All pixels in the boxes about many triangles are tried at once, in portions that bound the
    memory (no loop over triangles, pixels or pictures).  Nearest wins; of equals the first.
    """
    width, height = size
    boxes = _boxes(ndc.detach().float(), triangles, size)
    whole = torch.full((len(ndc) * height * width,), _NOTHING, device=ndc.device)
    at_once = CANDIDATES_AT_ONCE["cuda" if ndc.is_cuda else "cpu"]
    for part in _portions(boxes.count, at_once):
        pixel, key = _hits(boxes.part(part), width)
        whole.scatter_reduce_(0, pixel, key, "amin")
    found = torch.where(whole == _NOTHING, -1, whole & 0xFFFFFFFF)
    return found.view(len(ndc), height, width)


@dataclass(frozen=True, eq=False)
class _Boxes:
    """The triangles whose box holds a pixel's centre: N of those of all pictures."""

    planes: Tensor  # (N,7) second and third barycentric at its first pixel, their steps; width, px
    depths: Tensor  # (N,3) z of the first corner, and how the others differ
    first: Tensor  # (N,) the box's first pixel, counted through (B,H,W)
    count: Tensor  # (N,) pixels in it
    triangle: Tensor  # (N,)

    def part(self, which: slice) -> _Boxes:
        return _Boxes(self.planes[which], self.depths[which], self.first[which],
                      self.count[which], self.triangle[which])


def _boxes(ndc: Tensor, triangles: Tensor, size: tuple[int, int]) -> _Boxes:
    width, height = size
    batch, faces = len(ndc), len(triangles)
    middle = ndc.new_tensor([width / 2.0, height / 2.0, 1.0])
    pixels = ((ndc + ndc.new_tensor([1.0, 1.0, 0.0])) * middle).permute(2, 0, 1).contiguous()
    corners = pixels.index_select(2, triangles.t().reshape(-1)).view(3, batch, 3, faces)
    low_x, wide = _extent(corners[0], width)
    low_y, tall = _extent(corners[1], height)
    finite = torch.isfinite(corners[2].sum(1))
    kept = ((wide > 0) & (tall > 0) & finite).flatten().nonzero()[:, 0]
    table = torch.cat([corners.transpose(1, 2).reshape(9, -1),
                       torch.stack([low_x, low_y, wide, tall]).flatten(1)]).index_select(1, kept)
    x0, x1, x2, y0, y1, y2, z0, z1, z2, low_x, low_y, wide, tall = table
    ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x0, y2 - y0
    px, py = low_x + 0.5 - x0, low_y + 0.5 - y0
    doubled_area = ax * by - ay * bx
    # an infinite weight fails the test of `_hits` at every pixel
    area = torch.where(doubled_area.abs() > SLIVER * width * height / 4.0, doubled_area, torch.nan)
    planes = torch.stack([
        (px * by - py * bx) / area, by / area, -bx / area,
        (ax * py - ay * px) / area, -ay / area, ax / area, wide], 1)
    picture = kept // faces
    first = (picture * height + low_y.long()) * width + low_x.long()
    return _Boxes(planes, torch.stack([z0, z1 - z0, z2 - z0], 1), first, (wide * tall).long(),
                  kept - picture * faces)


def _extent(values: Tensor, pixels: int) -> tuple[Tensor, Tensor]:
    """(B,F) first pixel and number of pixels whose centres lie between the corners (B,3,F)."""
    least, most = values.amin(1), values.amax(1)
    low = torch.ceil(least - 0.5).clamp(0, pixels)
    high = torch.floor(most - 0.5).clamp(-1, pixels - 1)
    return low, high - low + 1.0  # NaN where a corner is: no box


def _portions(count: Tensor, most: int) -> list[slice]:
    """Stretches of boxes with about `most` pixels each."""
    total = count.cumsum(0)
    if not len(count) or int(total[-1]) <= most:
        return [slice(0, len(count))] if len(count) else []
    borders = torch.arange(most, int(total[-1]), most, device=count.device)
    cuts = torch.unique(torch.searchsorted(total, borders)).tolist()
    return [slice(a, b) for a, b in pairwise([0, *cuts, len(count)]) if a < b]


def _hits(boxes: _Boxes, width: int) -> tuple[Tensor, Tensor]:
    """Pixels covered, and for each a number that sorts by depth and then by triangle."""
    count = boxes.count
    ends = count.cumsum(0)
    total = int(ends[-1])
    every = torch.arange(total, device=count.device)
    owner = torch.repeat_interleave(
        torch.arange(len(count), device=count.device), count, output_size=total)
    step = (every - (ends - count).index_select(0, owner)).float()
    second, second_x, second_y, third, third_x, third_y, wide = boxes.planes.index_select(
        0, owner).unbind(1)
    y = torch.floor((step + 0.5) / wide)  # exact up to LARGEST_PICTURE
    x = step - y * wide
    second = second + second_x * x + second_y * y
    third = third + third_x * x + third_y * y
    least = torch.minimum(torch.minimum(second, third), 1.0 - second - third)
    inside = (least >= -EDGE_TOLERANCE).nonzero()[:, 0]
    owner, second, third, x, y = (
        values.index_select(0, inside) for values in (owner, second, third, x, y))
    near, to_second, to_third = boxes.depths.index_select(0, owner).unbind(1)
    depth = near + to_second * second + to_third * third
    pixel = boxes.first.index_select(0, owner) + (y * width + x).long()
    return pixel, (_ordered(depth) << 32) | boxes.triangle.index_select(0, owner)


def _ordered(depth: Tensor) -> Tensor:
    """int64 numbers within 32 bits that sort as the float32 `depth` does."""
    bits = depth.contiguous().view(torch.int32)
    return (bits ^ ((bits >> 31) & 0x7FFFFFFF)).long()
