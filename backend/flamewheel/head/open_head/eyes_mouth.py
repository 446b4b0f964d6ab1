# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyeballs, single teeth, gums and tongue: loose parts inside the skin."""

from __future__ import annotations

import numpy as np

from .mesh_tools import MIRROR, Index, Points, Triangles, grid_triangles, unit
from .parts import Part
from .template import EYE_RADIUS

_AROUND = 28  # points of an eyeball ring
IRIS_ANGLE = np.radians(27.5)
"""An iris of 11.7 mm on a ball of 12.6 mm radius (adult mean, corneal diameter 11.7 mm)."""
PUPIL_ANGLE = np.radians(9.5)  # 4.2 mm across, in room light
_FLAT = 0.7  # mm the iris lies behind the ball's front; the lids need the round ball

# Mesiodistal widths and crown heights of teeth from the middle back, mm (Wheeler's Dental Anatomy).
_UPPER_WIDTH = (8.5, 6.6, 7.6, 7.1, 6.8, 10.0)
_UPPER_HEIGHT = (10.4, 8.8, 10.0, 8.4, 7.8, 7.2)
_LOWER_WIDTH = (5.3, 5.8, 6.8, 7.0, 7.0, 10.5)
_LOWER_HEIGHT = (8.8, 9.0, 9.8, 8.4, 7.8, 7.2)


def eyeball(centre: Points, side: str) -> Part:
    """A ball that looks along +z; rings from the pole in front to the pole behind."""
    iris = np.array([PUPIL_ANGLE, np.radians(10.5), np.radians(15), np.radians(19),
                     np.radians(23), np.radians(25.5), IRIS_ANGLE, np.radians(28.5)])
    polar = np.r_[0.004, np.radians(5), iris, np.radians(np.linspace(34, 176, 9))]
    turn = np.arange(_AROUND) / _AROUND * 2 * np.pi
    radius = np.where(polar <= IRIS_ANGLE,
                      EYE_RADIUS - _FLAT * (1 - (polar / IRIS_ANGLE) ** 2), EYE_RADIUS)
    points = np.stack([np.outer(radius * np.sin(polar), np.cos(turn)),
                       np.outer(radius * np.sin(polar), np.sin(turn)),
                       np.outer(radius * np.cos(polar), np.ones(_AROUND))], 2).reshape(-1, 3)
    ring = np.repeat(polar, _AROUND)
    triangles = grid_triangles(len(polar), _AROUND, wrap=True)
    masks = {f"eye_{side}": np.arange(len(points)),
             "iris": np.flatnonzero((ring >= PUPIL_ANGLE) & (ring <= IRIS_ANGLE + 1e-6)),
             "pupil": np.flatnonzero(ring <= PUPIL_ANGLE + 1e-6)}
    return Part(points + centre, triangles, masks)


def iris_points(centre: Points) -> Points:
    """FaceMesh's five iris points (centre, +x, top, -x, bottom) on the ball, (5,3)."""
    s, c = EYE_RADIUS * np.sin(IRIS_ANGLE), EYE_RADIUS * np.cos(IRIS_ANGLE)
    around = [[0, 0, EYE_RADIUS - _FLAT], [s, 0, c], [0, s, c], [-s, 0, c], [0, -s, c]]
    return np.asarray(centre + np.array(around))


def _super_ellipsoid(radii: tuple[float, float, float], around: int, along: int, power: float
                     ) -> tuple[Points, Triangles]:
    turn = np.arange(around) / around * 2 * np.pi
    rise = np.linspace(-np.pi / 2, np.pi / 2, along) * (1 - 1e-3)

    def signed(value: Points) -> Points:
        return np.asarray(np.sign(value) * np.abs(value) ** (2 / power))

    level = np.ones(around)
    points = np.stack([np.outer(signed(np.cos(rise)), signed(np.cos(turn))) * radii[0],
                       np.outer(signed(np.sin(rise)), level) * radii[1],
                       np.outer(signed(np.cos(rise)), signed(np.sin(turn))) * radii[2]], 2)
    return points.reshape(-1, 3), grid_triangles(along, around, wrap=True)[:, ::-1]


def _merged(pieces: list[tuple[Points, Triangles]]) -> tuple[Points, Triangles]:
    starts = np.cumsum([0] + [len(points) for points, _ in pieces])
    return (np.concatenate([points for points, _ in pieces]),
            np.concatenate([t + s for (_, t), s in zip(pieces, starts, strict=False)]))


class _Arch:
    """The curve on which a row of teeth stands: half an ellipse in a level plane."""

    def __init__(self, upper: bool, lips: Points) -> None:
        self.half_width, self.depth = (26.0, 38.0) if upper else (24.5, 37.0)  # mm
        self.front = lips[2] - (6.2 if upper else 7.8)
        self.level = lips[1] + (0.3 if upper else -0.6)
        fine = np.linspace(0, 1.45, 400)
        x, z = self.half_width * np.sin(fine), self.depth * np.cos(fine)
        length = np.r_[0, np.cumsum(np.hypot(np.diff(x), np.diff(z)))]
        self._fine, self._length = fine, length

    def at(self, length: float) -> tuple[Points, Points]:
        """Point and 3x3 turn at `length` mm along the arch from the middle to the left."""
        t = float(np.interp(length, self._length, self._fine))
        angle = np.arctan2(self.depth * np.sin(t), self.half_width * np.cos(t))
        c, s = np.cos(angle), np.sin(angle)
        place = np.array([self.half_width * np.sin(t), self.level,
                          self.front - self.depth * (1 - np.cos(t))])
        return place, np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def teeth(upper: bool, lips: Points) -> Part:
    """Twelve crowns; `lips` (3,) is the middle of the line where the lips meet."""
    arch = _Arch(upper, lips)
    widths, heights = (_UPPER_WIDTH, _UPPER_HEIGHT) if upper else (_LOWER_WIDTH, _LOWER_HEIGHT)
    pieces: list[tuple[Points, Triangles]] = []
    along = 0.0
    for k, (width, height) in enumerate(zip(widths, heights, strict=True)):
        place, turn = arch.at(along + width / 2)
        along += width
        thick = 2.7 if k < 2 else 3.2 if k < 3 else 4.2
        points, triangles = _super_ellipsoid((width / 2 * 1.03, height / 2, thick), 8, 7, 3.2)
        toward_gum = points[:, 1] * (1 if upper else -1) / height  # -.5 biting edge .. .5 gum
        points[:, 0] *= 1 - 0.18 * np.clip(toward_gum + 0.1, 0, 1)
        points[:, 2] *= 1 - (0.45 if k < 3 else 0.15) * np.clip(0.1 - toward_gum, 0, 1)
        points[:, 1] += (height / 2 - 1.8) if upper else (-height / 2 - 0.6)
        points = points @ turn.T + place
        pieces += [(points, triangles), (points * MIRROR, triangles[:, ::-1])]
    points, triangles = _merged(pieces)
    return Part(points, triangles, {"teeth": np.arange(len(points))})


def gums(upper: bool, lips: Points) -> Part:
    """A ridge along the arch, scalloped between the teeth."""
    arch = _Arch(upper, lips)
    around, t = 8, np.linspace(-1.4, 1.4, 41)
    turn = np.arange(around) / around * 2 * np.pi
    outward = unit(np.stack([np.sin(t) * arch.depth, 0 * t, arch.half_width * np.cos(t)], 1))
    height = 10.0 if upper else -10.4
    middle = np.stack([arch.half_width * np.sin(t), np.full_like(t, arch.level + height),
                       arch.front - 0.8 - arch.depth * (1 - np.cos(t))], 1)
    points = (middle[:, None] + outward[:, None] * (3.6 * np.cos(turn))[None, :, None]
              + np.array([0, 1.0, 0]) * (4.4 * np.sin(turn))[None, :, None]).reshape(-1, 3)
    triangles = grid_triangles(len(t), around, wrap=True)
    return Part(points, triangles, {"gums": np.arange(len(points))})


def caruncles(face: Points) -> Part:
    """Flesh in the inner corners of the eyes; without it the lids gape there."""
    pieces = []
    for corner, side in ((133, 1.0), (362, -1.0)):
        points, triangles = _super_ellipsoid((3.4, 2.3, 2.4), 8, 6, 2.0)
        pieces.append((points + face[corner] + [-1.4 * side, 0.1, -2.9], triangles))
    points, triangles = _merged(pieces)
    return Part(points, triangles, {"caruncle": np.arange(len(points))})


def tongue(lips: Points) -> Part:
    """A flat tongue with a groove, its tip behind the lower teeth."""
    points, triangles = _super_ellipsoid((16.5, 6.0, 24.0), 20, 11, 2.2)
    points[:, 1] -= np.clip(points[:, 2] / 24, 0, 1) ** 2 * 1.5
    points[:, 1] -= 1.8 * np.exp(-((points[:, 0] / 4) ** 2)) * (points[:, 1] > 0)
    points[:, 0] *= 1 - 0.3 * np.clip(points[:, 2] / 24, 0, 1)
    points += np.array([0, lips[1] - 7.6, lips[2] - 37.5])
    return Part(points, triangles, {"tongue": np.arange(len(points))})


def all_masks(parts: list[Part]) -> dict[str, Index]:
    """The parts' masks joined, numbered as if the parts stood one after another."""
    joined: dict[str, list[Index]] = {}
    start = 0
    for part in parts:
        for name, numbers in part.masks.items():
            joined.setdefault(name, []).append(numbers + start)
        start += len(part.points)
    return {name: np.concatenate(numbers) for name, numbers in joined.items()}
