# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces as a studio shows them: one person, the same light each time, so that only the expression
differs.  For contact sheets and for studies with people; about a third of a second a picture.

Lamps cast no shadows; hollows are darkened by how far they lie below what surrounds them (the depth
picture's unsharp mask: Luft, Colditz and Deussen 2006), which is what shows lids and folds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from ..head.data import JOINT_NAMES, HeadData
from .cameras import Camera, Perspective
from .head_look import GROUPS, SHELTERED, look_of
from .portrait import PortraitPainter, sampled
from .skin_relief import CREASE_SHADE, relief_of, tangents_of, tilted
from .surface_normals import vertex_normals
from .torch_raster import BatchFragments, rasterise

SAMPLES = 2  # rays a side of a pixel
TEXELS = 1024  # a side of the texture: that of the embedded head

# What follows are design choices, judged by eye on the 24 dyads.  Directions towards lamps in
# FLAME's axes, then linear RGB.
LAMPS = (
    ((-0.55, 0.75, 0.75), (0.86, 0.83, 0.79)),  # key: from above, at the face's right
    ((0.9, 0.1, 0.6), (0.20, 0.21, 0.23)),  # fill
    ((0.5, 0.5, -0.8), (0.30, 0.31, 0.34)),  # rim, from behind
)
SKY, GROUND = (0.46, 0.47, 0.49), (0.24, 0.22, 0.21)  # light from all around
WRAP = 0.15  # light reaches so far round the edge of shadow, as it does in skin
SHINE = ((0.11, 14.0), (0.5, 220.0))  # strength and exponent of reflections: skin; eyes and mouth
BACKDROP = (0.80, 0.81, 0.82)
HOLLOWS = ((0.0022, 0.0011, 0.55), (0.009, 0.007, 0.32))
"""m of the surroundings looked at, m of depth that count fully, share of the light taken away."""

MOUTH_TINT = (1.1, 1.02, 0.96)
"""Of the mouth's colours, against the cool light from all around; judged by eye."""

DISTANCE = 0.95  # m from the camera to the eyes: a portrait's perspective
ACROSS = 3.2  # eye distances from edge to edge of a picture: the face and a little of its hair
BEHIND_EYES = 0.45  # eye distances from the eyes back to the axis about which a head turns
BELOW_EYES = 0.62  # eye distances from the eyes down to the picture's middle


class Studio:
    """Takes pictures of one head."""

    def __init__(self, head: HeadData, path: Path | None = None) -> None:
        """path: the head's file, for its maps; None: that of the head of this name."""
        look = look_of(head, path)
        self._painter = PortraitPainter(look, TEXELS)
        self._relief = relief_of(head, path)
        self._triangles = torch.tensor(look.triangles)
        self._wet = torch.tensor(look.wet)
        self._painted = torch.tensor(look.painted)
        self._uv = torch.tensor(look.uv, dtype=torch.float32)
        self._tints = _tints()
        joints = np.asarray(head.joint_regressor, np.float64) @ np.asarray(head.template)
        eyes = joints[[JOINT_NAMES.index(name) for name in ("left_eye", "right_eye")]]
        self._eyes, self._apart = eyes.mean(0), float(np.linalg.norm(eyes[0] - eyes[1]))

    @torch.no_grad()
    def picture(
        self, vertices: npt.ArrayLike, expression: npt.ArrayLike, size: int, yaw: float = 0.0
    ) -> npt.NDArray[np.uint8]:
        """(size,size,3) sRGB of one head (V,3) m that shows ψ (E,).

        yaw: rad by which the head is turned to its left; the light stays.
        """
        points = torch.tensor(self._turned(np.asarray(vertices, np.float64), yaw),
                              dtype=torch.float32)[None]
        camera = self._camera()
        ndc = camera.project(points)
        seen = rasterise(ndc, self._triangles, (SAMPLES * size, SAMPLES * size))
        seen = camera.on_surface(seen, self._triangles, ndc)
        psi = torch.tensor(np.asarray(expression), dtype=torch.float32)
        colour = self._shaded(points, seen, psi)
        opaque = torch.cat([_soft(colour), torch.ones_like(colour[:, :1])], 1)
        painted = functional.avg_pool2d(seen.spread(opaque).permute(0, 3, 1, 2), SAMPLES)[0]
        behind = torch.tensor(BACKDROP)[:, None, None]
        return _displayed(painted[:3] + behind * (1.0 - painted[3:]))

    def _turned(self, vertices: npt.NDArray[np.float64], yaw: float) -> npt.NDArray[np.float64]:
        """Turned about a vertical line so far behind the eyes that the face stays in the middle."""
        axis = self._eyes - (0.0, 0.0, BEHIND_EYES * self._apart)
        cosine, sine = np.cos(yaw), np.sin(yaw)
        turn = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
        return np.asarray((vertices - axis) @ turn.T + axis)

    def _camera(self) -> Camera:
        place = self._eyes + np.array([0.0, -BELOW_EYES * self._apart, DISTANCE])
        return Perspective(torch.tensor([2.0 * DISTANCE / (ACROSS * self._apart)]),
                           torch.tensor(place[None], dtype=torch.float32))

    def _shaded(self, points: Tensor, seen: BatchFragments, psi: Tensor) -> Tensor:
        """(P,3) linear RGB."""
        normals = functional.normalize(
            seen.at_pixels(self._triangles, vertex_normals(points, self._triangles)), dim=1)
        colour = self._painter.albedo(seen, self._tints)
        if self._relief is not None:
            normals, colour = self._creased(points, seen, psi, normals, colour)
        normals = torch.where(seen.backs[:, None], -normals, normals)
        lit = colour * _light(normals) + _shine(
            normals, self._wet.index_select(0, seen.seen), self._painted.index_select(0, seen.seen))
        return lit * self._open_sky(seen, normals)

    def _creased(
        self, points: Tensor, seen: BatchFragments, psi: Tensor, normals: Tensor, colour: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Normals and colours with the skin's relief, and its creases as deep as ψ draws them."""
        assert self._relief is not None
        uv = self._painter.uv(seen)
        drawn = seen.at_pixels(self._triangles, self._relief.strengths(psi))
        crease = sampled(self._relief.creases, uv) * drawn
        corners = points[0].index_select(0, self._triangles.flatten()).view(-1, 3, 3)
        along, across = (axis.index_select(0, seen.seen)
                         for axis in tangents_of(corners, self._uv))
        slopes = sampled(self._relief.slopes, uv) + crease[:, :3]
        skin = self._painted[seen.seen, None]
        fine = tilted(normals, slopes, along, across)
        shade = 1.0 - crease[:, 3:] * (1.0 - colour.new_tensor(CREASE_SHADE))
        return torch.where(skin, fine, normals), torch.where(skin, colour * shade, colour)

    def _open_sky(self, seen: BatchFragments, normals: Tensor) -> Tensor:
        """(P,1) share of the light that reaches each pixel, by how hollow its place is.

        Skin that is seen at a slant lies behind what is before it without being hollow.
        """
        side = seen.triangle.shape[2]
        rows, columns = seen.pixels // side, seen.pixels % side
        coarse = (rows // SAMPLES) * (side // SAMPLES) + columns // SAMPLES
        covered, distance = (functional.avg_pool2d(picture[:, None], SAMPLES) for picture in (
            seen.covered.float(), torch.where(seen.covered, -1.0 / seen.depth, 0.0)))
        per_metre = side / SAMPLES / (ACROSS * self._apart)
        open_to_us = normals[:, 2].clamp(0.0, 1.0)
        share = torch.ones_like(open_to_us)
        for reach, depth, taken in HOLLOWS:
            around = _blurred(distance, reach * per_metre) / _blurred(
                covered, reach * per_metre).clamp_min(1e-6)
            behind = -1.0 / seen.depths - around.flatten().index_select(0, coarse)
            share = share * (1.0 - taken * open_to_us * (behind / depth).clamp(0.0, 1.0))
        return share[:, None]


def _tints() -> Tensor:
    """(6,3): the head's own colours, less light where it is sheltered.

    The mouth's inside is dimmed by its hollow alone: twice, its teeth were grey.
    """
    tints = torch.ones(len(GROUPS), 3)
    tints[GROUPS.index("eye")] = SHELTERED["eye"]
    tints[GROUPS.index("mouth")] = tints.new_tensor(MOUTH_TINT)
    return tints


def _light(normals: Tensor) -> Tensor:
    """(P,3) light that falls on surfaces."""
    up = (normals[:, 1:2] + 1.0) / 2.0
    light = normals.new_tensor(GROUND) * (1.0 - up) + normals.new_tensor(SKY) * up
    for towards, colour in LAMPS:
        facing = normals @ functional.normalize(normals.new_tensor(towards), dim=0)
        light = light + ((facing + WRAP) / (1.0 + WRAP)).clamp_min(0.0)[:, None] * (
            normals.new_tensor(colour))
    return light


def _shine(normals: Tensor, wet: Tensor, skin: Tensor) -> Tensor:
    """(P,1) reflections of the key lamp (Blinn 1977).

    Hair has a tenth of skin's: its flat locks would all turn grey at once where they face the lamp.
    """
    key = functional.normalize(normals.new_tensor(LAMPS[0][0]), dim=0)
    half = functional.normalize(key + key.new_tensor([0.0, 0.0, 1.0]), dim=0)
    facing = (normals @ half).clamp_min(0.0)
    dull, bright = (strength * facing.pow(sharp) for strength, sharp in SHINE)
    return torch.where(wet, bright, torch.where(skin, dull, 0.1 * dull))[:, None]


def _blurred(picture: Tensor, reach: float) -> Tensor:
    """A picture (1,1,H,W) blurred by two boxes of `reach` px to either side."""
    half = max(1, round(reach))
    for _ in range(2):  # rows, then columns: a square at once takes 20 times as long
        picture = functional.avg_pool2d(picture, (1, 2 * half + 1), 1, (0, half))
        picture = functional.avg_pool2d(picture, (2 * half + 1, 1), 1, (half, 0))
    return picture


def _soft(colour: Tensor) -> Tensor:
    """Bright parts bent below white instead of cut off."""
    knee = 0.7
    over = (colour - knee).clamp_min(0.0)
    return torch.where(colour > knee, knee + (1.0 - knee) * over / (over + 1.0 - knee),
                       colour.clamp_min(0.0))


def _displayed(picture: Tensor) -> npt.NDArray[np.uint8]:
    """(H,W,3) display values of a linear picture (3,H,W)."""
    shown = torch.where(picture <= 0.0031308, 12.92 * picture,
                        1.055 * picture.clamp_min(1e-6) ** (1 / 2.4) - 0.055)
    levels = (shown.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
    return np.asarray(levels.permute(1, 2, 0).contiguous().numpy())
