# SPDX-License-Identifier: GPL-3.0-or-later
"""Coloured pictures of heads with truth to them: people, lights and backgrounds at random.

For training encoders and for trying them on renders with known truth, so quick rather than
beautiful: 50 to 100 ms a picture of the embedded head on one core.

    painter = PortraitPainter(look_of(head))
    camera = pixel_camera(cameras, torch.zeros(0))  # of `parameters.Camera`s; or Perspective(…)
    photos = painter.photos(vertices, camera, (256, 256), seed=7)  # (N,256,256,3) uint8

with `vertices` (N,V,3) m after global rotation (`HeadModel.vertices` with the root's pose).  The
same seed gives the same people and lights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from .cameras import Camera
from .head_look import GROUPS, SHELTERED, HeadLook
from .lighting import random_lights, sh_light
from .surface_normals import vertex_normals
from .torch_raster import BatchFragments, rasterise

SAMPLES = 2
"""Rays a side of a pixel: edges are softened as a lens softens them."""
TEXELS = 512
"""A side of the texture used: finer than a face's pixels, coarse enough not to flicker."""

_FAIREST, _DARKEST = (1.30, 1.55, 1.65), (0.20, 0.17, 0.15)
"""Times the skin of the head.  This and what follows are design choices, judged by eye."""
_IRISES = ((1.0, 1.0, 1.0), (1.6, 1.5, 1.2), (1.3, 2.2, 3.0), (0.9, 2.6, 6.0), (1.4, 3.0, 5.0))
"""Times the brown of the head: brown, hazel, green, blue, grey."""
_HAIRS = ((0.4, 0.4, 0.4), (1.0, 1.0, 1.0), (2.2, 1.9, 1.6), (5.0, 4.2, 2.8), (4.0, 2.0, 1.2),
          (6.0, 9.0, 13.0))
"""Times the brown of the head: black, brown, light brown, blond, red, grey."""
_SHINE = {"skin": (0.10, 18.0), "wet": (0.35, 150.0)}
"""Strength and exponent of reflections (Blinn 1977)."""
_NOISE = (0.002, 0.015)  # of full scale: sensor noise from a bright day to a dim room


@dataclass(frozen=True, eq=False)
class Persons:
    """What N people look like beside their head."""

    tints: Tensor  # (N,6,3) times the colour of each of GROUPS
    light: Tensor  # (N,9,3)


class PortraitPainter:
    """Paints one head."""

    def __init__(self, look: HeadLook, texels: int = TEXELS) -> None:
        """texels: a side of the texture used; see `TEXELS`."""
        self._triangles = torch.tensor(look.triangles)
        self._colours = torch.tensor(look.colours, dtype=torch.float32)
        self._groups = torch.tensor(look.groups)
        self._wet = torch.tensor(look.wet)
        self._painted = torch.tensor(look.painted)
        self._uv = torch.tensor(look.uv, dtype=torch.float32).flatten(1)  # (F,6)
        self._texture = None if look.texture is None else functional.interpolate(
            torch.tensor(look.texture, dtype=torch.float32).permute(2, 0, 1)[None],
            (texels, texels), mode="area")

    @torch.no_grad()
    def photos(self, vertices: npt.ArrayLike | Tensor, camera: Camera, size: tuple[int, int],
               seed: int) -> npt.NDArray[np.uint8]:
        """(N,H,W,3) sRGB pictures of N heads (N,V,3) m, each of another person.

        camera: N cameras, or one for all.  size: width, height, px.
        """
        generator = torch.Generator().manual_seed(seed)
        points = (vertices.float() if isinstance(vertices, Tensor)
                  else torch.tensor(np.asarray(vertices), dtype=torch.float32))
        people = random_persons(len(points), generator)
        ndc = camera.project(points)
        pictures = np.empty((len(points), size[1], size[0], 3), np.uint8)
        for number in range(len(points)):  # one at a time stays in the cache
            one = slice(number, number + 1)
            seen = rasterise(ndc[one], self._triangles, (SAMPLES * size[0], SAMPLES * size[1]))
            seen = camera.on_surface(seen, self._triangles, ndc[one])
            painted = self._paint(points[one], seen, people, number)
            behind = random_background(size, generator)
            pictures[number] = _developed(painted[:3] + behind * (1.0 - painted[3:]), generator)
        return pictures

    def _paint(self, points: Tensor, seen: BatchFragments, people: Persons, number: int) -> Tensor:
        """(4,H,W) linear RGB on black, and how much of each pixel the head covers."""
        normals = functional.normalize(
            seen.at_pixels(self._triangles, vertex_normals(points, self._triangles)), dim=1)
        normals = torch.where(seen.backs[:, None], -normals, normals)  # cards have two sides
        light = people.light[number:number + 1]
        shade = sh_light(normals[None], light)[0].clamp_min(0.0)
        wet = self._wet.index_select(0, seen.seen)
        colour = self.albedo(seen, people.tints[number]) * shade + _shine(normals, light, wet)
        opaque = torch.cat([colour.clamp(0.0, 1.0), torch.ones_like(colour[:, :1])], 1)
        return functional.avg_pool2d(seen.spread(opaque).permute(0, 3, 1, 2), SAMPLES)[0]

    def uv(self, seen: BatchFragments) -> Tensor:
        """(P,2) texture coordinates of the seen pixels."""
        corners = self._uv.index_select(0, seen.seen).view(-1, 3, 2)
        return (corners * seen.weights[:, :, None]).sum(1)

    def albedo(self, seen: BatchFragments, tints: Tensor) -> Tensor:
        """(P,3) linear RGB of one person's surface; tints: (6,3) times the colour of each group."""
        colour = seen.at_pixels(self._triangles, self._colours)
        if self._texture is not None:
            painted = sampled(self._texture, self.uv(seen))
            colour = torch.where(self._painted[seen.seen, None], painted, colour)
        tint = tints.index_select(0, self._groups.index_select(0, seen.seen))
        return (colour * tint).clamp(0.0, 0.95)


def sampled(texture: Tensor, uv: Tensor) -> Tensor:
    """(P,C) of a texture (1,C,h,w) at coordinates (P,2); row 0 lies at v = 1."""
    grid = uv * uv.new_tensor([2.0, -2.0]) + uv.new_tensor([-1.0, 1.0])
    found = functional.grid_sample(texture, grid[None, :, None], padding_mode="border",
                                   align_corners=False)
    return found[0, :, :, 0].T


def random_persons(count: int, generator: torch.Generator) -> Persons:
    """Skin from fair to very dark, irises and hair of common colours (darker with dark skin)."""
    depth = torch.rand(count, 1, generator=generator)
    fairest, darkest = torch.tensor(_FAIREST).log(), torch.tensor(_DARKEST).log()
    choice = torch.rand(count, 2, generator=generator) * (1.15 - depth).clamp(0.2, 1.0)
    tints = torch.ones(count, len(GROUPS), 3)
    tints[:, GROUPS.index("skin")] = (fairest + depth ** 1.5 * (darkest - fairest)).exp()
    for group, light in SHELTERED.items():
        tints[:, GROUPS.index(group)] = light
    for group, column, palette in (("iris", 0, _IRISES), ("hair", 1, _HAIRS)):
        row = (choice[:, column] * len(palette)).long().clamp(max=len(palette) - 1)
        tints[:, GROUPS.index(group)] = torch.tensor(palette)[row]
    return Persons(tints, random_lights(count, generator))


def random_background(size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """(3,H,W) linear RGB, 0..1: blurred shapes as of a room out of focus."""
    base = torch.rand(1, 1, 1, 1, generator=generator) ** 1.5
    cells = int(torch.randint(2, 7, (1,), generator=generator))
    grey = torch.rand(1, 1, cells, cells, generator=generator)
    tinted = torch.rand(1, 3, cells, cells, generator=generator)
    coarse = 0.55 * base + 0.33 * grey + 0.12 * tinted
    smooth: Tensor = functional.interpolate(
        coarse, (size[1], size[0]), mode="bicubic", align_corners=False)[0]
    return smooth.clamp(0.0, 1.0)


def _shine(normals: Tensor, light: Tensor, wet: Tensor) -> Tensor:
    """(P,3) reflections of the light's main direction (its first-degree bands)."""
    towards = functional.normalize(light[0, 1:4].mean(1), dim=0)
    half = functional.normalize(towards + towards.new_tensor([0.0, 0.0, 1.0]), dim=0)
    facing = (normals @ half).clamp_min(0.0)
    skin, eyes = (k * facing.pow(p) for k, p in (_SHINE["skin"], _SHINE["wet"]))
    colour: Tensor = light[0, 1:4].norm(dim=0)
    return torch.where(wet, eyes, skin)[:, None] * colour


def _developed(picture: Tensor, generator: torch.Generator) -> npt.NDArray[np.uint8]:
    """(H,W,3) display values of a linear picture (3,H,W), with a camera's noise."""
    shown = torch.where(picture <= 0.0031308, 12.92 * picture,
                        1.055 * picture.clamp_min(1e-6) ** (1 / 2.4) - 0.055)
    low, high = _NOISE
    level = low + (high - low) * torch.rand(1, generator=generator)
    noisy = shown + level * torch.randn(shown.shape, generator=generator)
    levels = (noisy.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
    return np.asarray(levels.permute(1, 2, 0).contiguous().numpy())
