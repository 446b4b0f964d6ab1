# SPDX-License-Identifier: GPL-3.0-or-later
"""Single teeth, gums with palate and floor, and tongue: loose parts inside the mouth bag.

Everything stands on two arches.  Heights are counted from a tooth's biting edge towards its root
(`up` for upper teeth, `down` for lower ones), depths from the arch' outer line inwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .mesh_tools import MIRROR, Index, Points, Triangles, grid_triangles, smoothstep, unit
from .parts import Part

_ROUND = 10  # points about a crown


@dataclass(frozen=True)
class _Form:
    """A kind of crown by its levels `_LEVELS`; proportions judged on renders."""

    width: tuple[float, ...]  # of the mesiodistal width
    depth: tuple[float, ...]  # of the depth from lip to tongue
    face: tuple[float, ...]  # mm the labial face stands before the arch' line
    cusp: float  # mm the outer cusps stand over the crown's middle
    corner: float  # mm the edge's corners are rounded off


_LEVELS = np.array([-0.2, 0.0, 0.3, 0.62, 0.88, 1.0])  # share of the height, root to biting edge
_INCISOR = _Form((.72, .76, .90, 1.0, .98, .86), (.85, 1.0, .82, .52, .30, .19),
                 (-1.3, -.75, -.1, .0, -.15, -.45), 0.05, 0.55)
_CANINE = _Form((.68, .74, .92, 1.0, .80, .36), (.85, 1.0, .95, .74, .46, .20),
                (-1.1, -.5, .15, .25, -.15, -.8), -0.25, 0.6)
_PREMOLAR = _Form((.70, .76, .95, 1.0, .90, .62), (.85, .92, 1.0, .97, .78, .56),
                  (-.9, -.5, .1, .1, -.6, -1.5), 1.1, 0.3)
_MOLAR = _Form((.80, .86, .97, 1.0, .95, .80), (.86, .92, 1.0, .98, .86, .70),
               (-.9, -.5, .1, .0, -.5, -1.3), 1.3, 0.2)


@dataclass(frozen=True)
class _Tooth:
    """A tooth by its crown, mm, and its small irregularity, as no one's teeth stand in file."""

    form: _Form
    width: float
    height: float
    depth: float
    edge: float  # mm the biting edge lies rootwards of the middle teeth's
    turn: float = 0.0  # degrees about its own axis
    out: float = 0.0  # mm towards the lips


# Mesiodistal widths, crown heights and depths from the middle back: Wheeler's Dental Anatomy.
# Edges follow the smile's arc above; the lower back teeth keep clear of the upper cusps.
_UPPER = (_Tooth(_INCISOR, 8.5, 10.4, 6.6, 0.0, 1.5),
          _Tooth(_INCISOR, 6.6, 9.2, 5.8, 0.7, -5.0, -0.3),
          _Tooth(_CANINE, 7.6, 10.0, 7.6, 0.1, 4.0, 0.3), _Tooth(_PREMOLAR, 7.1, 8.4, 8.8, 0.7),
          _Tooth(_PREMOLAR, 6.8, 7.8, 8.8, 1.0, 2.0), _Tooth(_MOLAR, 10.0, 7.2, 10.8, 1.2))
_LOWER = (_Tooth(_INCISOR, 5.3, 8.8, 5.6, 0.0, 3.0, -0.2),
          _Tooth(_INCISOR, 5.8, 9.0, 5.9, 0.1, -4.0, 0.2),
          _Tooth(_CANINE, 6.8, 9.8, 7.2, 0.4, 5.0), _Tooth(_PREMOLAR, 7.0, 8.4, 7.4, 1.5, -3.0),
          _Tooth(_PREMOLAR, 7.0, 7.8, 7.9, 1.8, 2.0), _Tooth(_MOLAR, 10.5, 7.2, 10.0, 2.0))
_TIGHT = 0.985  # of the widths: hair-thin gaps between neighbours


class _Arch:
    """The line round the teeth's outer faces: half an ellipse in a level plane.

    The upper is 59 mm wide at the molars and its incisors lie 11 mm behind the upper lip's red
    (Arnett et al. 1999: 12.6); the lower teeth bite 2 mm behind and 2 mm above the upper edges,
    the usual overjet and overbite.
    """

    def __init__(self, upper: bool, lips: Points) -> None:
        """lips: (3,) mm, the middle of the line where the lips meet."""
        self.teeth = _UPPER if upper else _LOWER
        self.up = 1.0 if upper else -1.0
        self.half_width, self.depth = (29.5, 41.0) if upper else (27.3, 39.0)  # mm
        self.front = lips[2] - (5.8 if upper else 8.0)
        self.edge = lips[1] + (-1.8 if upper else 0.2)
        fine = np.linspace(0, 1.5, 600)
        x, z = self.half_width * np.sin(fine), self.depth * np.cos(fine)
        self._fine = fine
        self._length = np.r_[0, np.cumsum(np.hypot(np.diff(x), np.diff(z)))]

    def at(self, length: Points) -> tuple[Points, Points]:
        """Points (n,3) and outward directions (n,3) at `length` mm from the middle to the left."""
        t = np.interp(length, self._length, self._fine)
        place = np.stack([self.half_width * np.sin(t), np.full_like(t, self.edge),
                          self.front - self.depth * (1 - np.cos(t))], 1)
        return place, unit(np.stack([self.depth * np.sin(t), 0 * t,
                                     self.half_width * np.cos(t)], 1))

    def starts(self) -> Points:
        """(7,) mm along the line at which teeth begin; the last is where the row ends."""
        return np.asarray(np.r_[0, np.cumsum([tooth.width for tooth in self.teeth])])


def teeth(upper: bool, lips: Points) -> Part:
    """Twelve crowns; `lips` (3,) mm is the middle of the line where the lips meet."""
    arch = _Arch(upper, lips)
    starts = arch.starts()
    pieces: list[tuple[Points, Triangles]] = []
    for tooth, start, end in zip(arch.teeth, starts, starts[1:], strict=False):
        (place,), (out,) = arch.at(np.array([(start + end) / 2]))
        angle = np.arctan2(out[0], out[2]) + np.radians(tooth.turn)
        out = np.array([np.sin(angle), 0.0, np.cos(angle)])
        across = np.array([out[2], 0.0, -out[0]])
        local, triangles = _crown(tooth)
        points = (place + local[:, :1] * across + (local[:, 2:] + tooth.out) * out
                  + np.array([0, arch.up, 0]) * (local[:, 1:2] + tooth.edge))
        wound = triangles[:, ::-1] if upper else triangles
        pieces += [(points, wound), (points * MIRROR, wound[:, ::-1])]
    points, triangles = _merged(pieces)
    return Part(points, triangles, {"teeth": np.arange(len(points))})


def _crown(tooth: _Tooth) -> tuple[Points, Triangles]:
    """A crown: x along the arch, y from the biting edge to the root, z to the lips; open below."""
    form = tooth.form
    turn = (np.arange(_ROUND) / _ROUND) * 2 * np.pi
    c, s = (np.sign(v) * np.abs(v) ** (2 / 2.4) for v in (np.cos(turn), np.sin(turn)))
    depth = np.array(form.depth) * tooth.depth
    x = np.outer(np.array(form.width) * tooth.width * _TIGHT / 2, c)
    z = np.array(form.face)[:, None] + np.outer(depth / 2, s - 1)
    y = np.repeat(((1 - _LEVELS) * tooth.height)[:, None], _ROUND, axis=1)
    y[-1] += form.corner * np.abs(c) ** 3
    y[-1] += 0.35 * max(form.cusp, 0) * (1 - s**2)  # a groove between outer and inner cusps
    y[-1, s < -0.5] += 0.25 * max(form.cusp, 0)
    top = np.array([[0.0, form.cusp, z[-1].mean()]])
    ring = np.arange(_ROUND)
    last = (len(_LEVELS) - 1) * _ROUND
    fan = np.stack([last + ring, np.full(_ROUND, last + _ROUND),
                    last + (ring + 1) % _ROUND], 1)
    triangles = np.concatenate([grid_triangles(len(_LEVELS), _ROUND, wrap=True), fan])
    return np.concatenate([np.stack([x, y, z], 2).reshape(-1, 3), top]), triangles


def _merged(pieces: list[tuple[Points, Triangles]]) -> tuple[Points, Triangles]:
    starts = np.cumsum([0] + [len(points) for points, _ in pieces])
    return (np.concatenate([points for points, _ in pieces]),
            np.concatenate([t + s for (_, t), s in zip(pieces, starts, strict=False)]))


_PAPILLA = 3.4  # mm the gum rises between two teeth
_FOLD = 6.0  # mm from the teeth's necks to the fold where lip and cheek begin
_BACK = np.array([4.0, 10.0, 18.0, 26.0])  # mm behind the last tooth: soft palate, floor


def gums(upper: bool, lips: Points) -> Part:
    """One surface: fold, scalloped outer gum, crest, inner gum, and palate or floor to the middle.

    Made for the left side; the middle's vertices are shared by both sides.
    """
    arch = _Arch(upper, lips)
    lengths, tooth, inside = _stations(arch)
    place, out = arch.at(lengths)
    scallop = np.sin(np.pi * inside) ** 0.8  # 1 at a tooth's middle, 0 between teeth
    neck = np.interp(lengths, *_over_teeth(arch, [t.height + t.edge for t in arch.teeth]))
    depth = np.interp(lengths, *_over_teeth(arch, [t.depth for t in arch.teeth]))
    high = neck - _PAPILLA * (1 - scallop) * np.where(tooth < 4, 1.0, 0.7)
    rows = [(neck + _FOLD, -0.4 + 0 * neck), (neck + 2.4, -0.2 + 0 * neck),
            (high, 0.35 - 0.9 * scallop - 1.3 * (1 - scallop)),
            (high + 0.3, 0 * neck - 2.4), (high + 0.6, 1.6 - depth), (high + 1.0, -depth - 0.3),
            (neck + 3.0, -depth - 1.4)]
    grid = np.stack([place + out * shift[:, None] + np.array([0, arch.up, 0]) * height[:, None]
                     for height, shift in rows], 1)
    grid = np.concatenate([grid, _behind(grid[-1], arch.up)])
    grid = np.concatenate([grid, _vault(grid[:, -1], arch)], 1)
    grid[0, :, 0] = 0.0
    points, triangles = _both_sides(grid)
    return Part(points, triangles[:, ::-1] if upper else triangles,
                {"gums": np.arange(len(points))})


def _stations(arch: _Arch) -> tuple[Points, Index, Points]:
    """Lengths along the arch, the tooth there, and the place within it 0..1; denser in front."""
    starts = arch.starts()
    lengths, tooth, inside = [0.0], [0], [0.0]
    for k, (start, end) in enumerate(pairwise(starts)):
        steps = np.linspace(0, 1, 5 if k < 3 else 3)[1:]
        lengths += (start + steps * (end - start)).tolist()
        tooth += [k] * len(steps)
        inside += steps.tolist()
    return np.array(lengths), np.array(tooth), np.array(inside)


def _over_teeth(arch: _Arch, values: list[float]) -> tuple[Points, Points]:
    """Middles of the teeth and a value of each, to interpolate between."""
    starts = arch.starts()
    return (starts[1:] + starts[:-1]) / 2, np.array(values)


def _behind(last: Points, up: float) -> Points:
    """Rows behind the last tooth, where the crest sinks to the level of the fold."""
    rows = []
    for far in _BACK:
        row = last + np.array([-0.12 * far, 0.0, -far])
        level = up * np.maximum(up * row[:, 1], up * last[1, 1])
        row[:, 1] += (level - row[:, 1]) * smoothstep(np.array(far / 10.0))
        row[:, 1] -= up * 0.012 * far**2
        rows.append(row)
    return np.array(rows)


def _vault(inner: Points, arch: _Arch) -> Points:
    """(rows,2,3) from the inner gum to the middle: the palate's vault, or the mouth's floor."""
    far = np.clip((inner[0, 2] - inner[:, 2]) / 26.0, 0, 1)
    rise = arch.up * (8.0 if arch.up > 0 else 5.0) * np.sin(np.pi / 2 * far)
    middle = inner * [0.0, 1, 1] + np.stack([0 * rise, rise, 0 * rise - 2.5 * (1 - far)], 1)
    half = inner * [0.52, 0, 0] + (0.3 * inner + 0.7 * middle) * [0, 1, 1]
    half[:, 1] += 0.06 * rise
    return np.stack([half, middle], 1)


def _both_sides(grid: Points) -> tuple[Points, Triangles]:
    """A grid of the left half, whose first row and last column lie on the middle, with its image.
    """
    rows, columns = grid.shape[:2]
    left = grid.reshape(-1, 3)
    half = grid_triangles(rows, columns, wrap=False)
    shared = left[:, 0] == 0.0
    image = np.arange(len(left))
    image[~shared] = len(left) + np.arange(int((~shared).sum()))
    return (np.concatenate([left, left[~shared] * MIRROR]),
            np.concatenate([half, image[half][:, ::-1]]))


# The tongue from its tip back: mm behind the lips, top and bottom over the lips' line, half width.
_TONGUE = np.array([
    (13.9, -2.6, -5.4, 3.6), (15.4, -1.3, -7.4, 7.0), (18.2, 0.2, -9.2, 9.6),
    (22.0, 2.4, -10.6, 11.4), (27.0, 4.8, -12.0, 12.8), (33.0, 7.0, -13.0, 14.0),
    (39.5, 8.4, -13.5, 15.0), (46.0, 8.6, -13.8, 15.6), (52.0, 7.0, -14.0, 15.8),
    (57.0, 3.0, -14.0, 15.4), (61.0, -3.0, -14.0, 14.4)])
_TONGUE_TIP = (13.2, -3.9)
_GROOVE = 1.3  # mm deep along the middle
_TONGUE_ROUND = 18


def tongue(lips: Points) -> Part:
    """A tongue that lies in the lower arch, its back rising to the palate.

    Its axes are the head's: tip towards +z (the vertex of greatest z is the tip), root towards -z,
    back towards +y, edges towards +-x; mirror-symmetric; rigid to the jaw.  Rings run from tip to
    root after the tip's own vertex.
    """
    turn = np.arange(_TONGUE_ROUND) / _TONGUE_ROUND * 2 * np.pi + np.pi / 2
    c, s = (np.sign(v) * np.abs(v) ** (2 / 2.3) for v in (np.cos(turn), np.sin(turn)))
    c[np.abs(c) < 1e-9] = 0.0
    behind, top, bottom, half_width = _TONGUE.T
    waist = bottom + 0.52 * (top - bottom)
    x = np.outer(half_width, c)
    y = waist[:, None] + np.where(s > 0, np.outer(top - waist, s), np.outer(waist - bottom, s))
    along = np.clip((behind - behind[0]) / 8, 0, 1) * np.clip((61.0 - behind) / 15, 0, 1)
    groove = _GROOVE * along[:, None] * np.exp(-((x / 2.6) ** 2))
    y -= np.where(s > 0.3, groove, 0.0)
    rings = np.stack([x, y, -np.repeat(behind[:, None], _TONGUE_ROUND, 1)], 2).reshape(-1, 3)
    tip = np.array([[0.0, _TONGUE_TIP[1], -_TONGUE_TIP[0]]])
    ring = np.arange(_TONGUE_ROUND)
    fan = np.stack([0 * ring, ring + 1, (ring + 1) % _TONGUE_ROUND + 1], 1)
    triangles = np.concatenate([fan, grid_triangles(len(behind), _TONGUE_ROUND, True) + 1])
    points = np.concatenate([tip, rings]) + np.array([0, lips[1], lips[2]])
    return Part(points, triangles, {"tongue": np.arange(len(points))})
