# SPDX-License-Identifier: GPL-3.0-or-later
"""Brows and lashes as narrow cards, hair as a cap: each vertex hangs on a point of the skin.

A hanging vertex moves as its skin point moves (barycentric sum of three skin vertices), so all
bases and weights pass on linearly and the head stays a plain FLAME-format head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .mesh_tools import Index, Points, Sparse, Triangles, smoothstep, unit, vertex_normals
from .parts import Skin

_SECTIONS = 4  # points along a strand; two vertices each, one at the tip
_BROW_STRANDS = 150  # per brow
_BROW_WIDTH = 0.30  # mm, half; real hairs are a third of it and three times as many
_LASH_WIDTH = 0.13
_BROW_UPPER = (107, 66, 105, 63, 70)
_BROW_LOWER = (55, 65, 52, 53, 46)


@dataclass(frozen=True, eq=False)
class Strands:
    """Vertices that hang on the skin."""

    points: Points
    triangles: Triangles
    binding: Sparse  # (n, skin vertices): displacement of the skin -> of these vertices


def _cards(lines: Points, sideways: Points, half_width: float) -> tuple[Points, Triangles, Index]:
    """Tapered cards along `lines` (n,_SECTIONS,3); the last number says each vertex's section."""
    n = len(lines)
    taper = np.linspace(1, 0.45, _SECTIONS - 1)
    body = lines[:, :-1]
    offset = sideways[:, :-1] * (half_width * taper)[None, :, None]
    points = np.concatenate([np.stack([body + offset, body - offset], 2).reshape(n, -1, 3),
                             lines[:, -1:]], 1)
    one: list[tuple[int, int, int]] = []
    for k in range(_SECTIONS - 2):
        a = 2 * k
        one += [(a, a + 1, a + 3), (a, a + 3, a + 2)]
    last = 2 * (_SECTIONS - 2)
    one.append((last, last + 1, last + 2))
    size = points.shape[1]
    triangles = (np.array(one)[None] + (np.arange(n) * size)[:, None, None]).reshape(-1, 3)
    section = np.tile(np.r_[np.repeat(np.arange(_SECTIONS - 1), 2), _SECTIONS - 1], n)
    return points.reshape(-1, 3), triangles, section + np.repeat(np.arange(n), size) * _SECTIONS


def _frontal_hit(skin: Skin, spots: Points) -> tuple[Index, Points]:
    """Face triangle (n,) and barycentrics (n,3) under each spot (n,2) seen from the front."""
    tri = skin.triangles[: skin.face_triangles]
    corner = skin.points[tri]
    a, b, c = corner[:, 0, :2], corner[:, 1, :2], corner[:, 2, :2]
    u, v = b - a, c - a
    area = u[:, 0] * v[:, 1] - v[:, 0] * u[:, 1]
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    w = spots[:, None] - a[None]
    second = (w[..., 0] * v[:, 1] - v[:, 0] * w[..., 1]) / area
    third = (u[:, 0] * w[..., 1] - w[..., 0] * u[:, 1]) / area
    weights = np.stack([1 - second - third, second, third], -1)
    depth = np.where((weights > -1e-6).all(-1), (weights * corner[None, :, :, 2]).sum(-1), -np.inf)
    best = depth.argmax(1)
    return best, weights[np.arange(len(spots)), best]


def _hanging(skin: Skin, triangles: Index, weights: Points) -> Sparse:
    """(n, skin vertices) matrix of barycentric sums."""
    n = len(triangles)
    rows = np.repeat(np.arange(n), 3)
    return sp.csr_matrix((weights.ravel(), (rows, skin.triangles[triangles].ravel())),
                         shape=(n, len(skin.points)))


def brows(skin: Skin) -> Strands:
    """Both brows, exact mirror images."""
    rng = np.random.default_rng(3)
    line = _brow_line(skin)
    upper, lower = line
    u = rng.beta(1.05, 1.15, _BROW_STRANDS)
    thick = np.interp(u, [0, 0.1, 0.5, 1], [0.8, 1, 0.9, 0.4])
    v = 0.5 + (rng.random(_BROW_STRANDS) - 0.5) * thick

    def along(row: Points, at: Points) -> Points:
        return np.stack([np.interp(at * 4, range(5), row[:, k]) for k in (0, 1)], 1)

    root = along(lower, u) * (1 - v)[:, None] + along(upper, u) * v[:, None]
    tangent = unit(along(upper, np.minimum(u + 0.1, 1)) - along(upper, np.maximum(u - 0.1, 0)))
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    normal *= np.sign(normal[:, 1:])
    angle = np.interp(u, [0, 0.15, 0.5, 1], [0.5, 0.38, 0.18, 0.0]) * (1 - 0.9 * v * (u > 0.25))
    angle += rng.normal(0, 0.07, _BROW_STRANDS) - 0.35 * ((u > 0.4) & (v > 0.6))
    way = tangent * np.cos(angle)[:, None] + normal * np.sin(angle)[:, None]
    length = rng.uniform(5, 8, _BROW_STRANDS) * np.interp(u, [0, 0.2, 1], [0.85, 1, 0.75])
    steps = np.linspace(0, 1, _SECTIONS)
    spots = root[:, None] + way[:, None] * (length[:, None] * steps)[..., None]
    lift = 0.3 + 0.5 * np.sin(np.pi * steps) + 0.2 * steps * _SECTIONS
    both = np.concatenate([spots, spots * [-1, 1]])
    triangles, weights = _frontal_hit(skin, both.reshape(-1, 2))
    hang = _hanging(skin, triangles, weights)
    normals = unit(hang @ vertex_normals(skin.points, skin.triangles))
    lines = (hang @ skin.points + normals * np.tile(lift, len(both))[:, None])
    lines = lines.reshape(-1, _SECTIONS, 3)
    direction = unit(np.gradient(lines, axis=1))
    sideways = unit(np.cross(direction, normals.reshape(lines.shape)))
    points, cards, spot = _cards(lines, sideways, _BROW_WIDTH)
    return Strands(points, cards, sp.csr_matrix(hang[spot]))


def _brow_line(skin: Skin) -> tuple[Points, Points]:
    """Upper and lower border of the right brow, inner end first, (5,3) each."""
    upper, low = skin.points[list(_BROW_UPPER)].copy(), skin.points[list(_BROW_LOWER)]
    lower = low * 0.72 + upper * 0.28  # landmarks lie at the brow's bony edge, hairs higher
    upper[0, 0] *= 0.88
    lower[0, 0] *= 0.86
    for row in (upper, lower):
        row[4] = row[4] * 0.75 + row[3] * 0.25 + [0, 1.5, 0]
    return upper, lower


def lashes(skin: Skin) -> Strands:
    """Upper and lower lashes of both eyes; they ride on the lid margins."""
    rng = np.random.default_rng(5)
    where = np.r_[np.linspace(2, 14.3, 34), np.linspace(18.5, 29.5, 16)]
    upper = where < 16
    swing = rng.normal(0, 0.07, len(where))
    size = np.where(upper, rng.uniform(0.85, 1.1, len(where)), rng.uniform(0.35, 0.5, len(where)))
    steps = np.linspace(0, 1, _SECTIONS)
    made = []
    for side, centre, ring in zip((-1, 1), skin.face.eye_centres, skin.lids, strict=True):
        k = where.astype(int)
        first, second, part = ring[k], ring[(k + 1) % 32], where - k
        root = skin.points[first] * (1 - part)[:, None] + skin.points[second] * part[:, None]
        out = unit(unit(root - centre) * [1.5, 1, 1] + np.outer(-side * swing, [1.0, 0, 0]))
        up = np.where(upper, 1.0, -1.0)[:, None] * np.array([0, 1.0, 0])
        lines = root[:, None] + out[:, None] * 0.1 + size[:, None, None] * (
            out[:, None] * (6.2 * steps)[None, :, None]
            + up[:, None] * (4.2 * steps**2 - 0.6 * steps)[None, :, None])
        direction = unit(np.gradient(lines, axis=1))
        sideways = unit(np.cross(direction, np.array([0, 0.2, 1.0])))
        points, cards, spot = _cards(lines, sideways, _LASH_WIDTH)
        rows = np.repeat(np.arange(len(where)), 2)
        hang = sp.csr_matrix((np.stack([1 - part, part], 1).ravel(),
                              (rows, np.stack([first, second], 1).ravel())),
                             shape=(len(where), len(skin.points)))
        made.append(Strands(points, cards, sp.csr_matrix(hang[spot // _SECTIONS])))
    right, left = made
    return Strands(np.concatenate([right.points, left.points]),
                   np.concatenate([right.triangles, left.triangles + len(right.points)]),
                   sp.vstack([right.binding, left.binding]).tocsr())


def _hairiness(points: Points) -> Points:
    """Signed height above the hairline, mm (positive is hair)."""
    y, z = points[:, 1], points[:, 2]
    line = np.interp(z, [-200, -105, -97, -88, -70, -52, -25, 12],
                     [-72, -66, -30, -2, 0, 20, 50, 68])
    return np.asarray(y - line)


def hair(skin: Skin) -> Strands:
    """A short crop: a shell over the scalp that dives under the skin at the hairline."""
    on_ear = np.zeros(len(skin.points), bool)
    for rings in skin.ears:
        on_ear[rings[2:].ravel()] = True
    height = _hairiness(skin.points)
    scalp = np.zeros(len(skin.points), bool)
    scalp[skin.skull] = True
    scalp[: skin.face_count] = True
    for rings in skin.ears:
        scalp[rings[:2].ravel()] = True
    covered = scalp & ~on_ear & (height > -16)
    triangles = skin.triangles[covered[skin.triangles].all(1)]
    used = np.unique(triangles)
    number = np.full(len(skin.points), -1)
    number[used] = np.arange(len(used))
    normal = vertex_normals(skin.points, skin.triangles)[used]
    top = smoothstep((skin.points[used, 1] - 20) / 60)
    # linear at the hairline, where the shell crosses the skin: a smooth line across triangles
    thickness = np.minimum(0.22 * height[used], 2.6 + 3.4 * top)
    binding = sp.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)),
                            shape=(len(used), len(skin.points)))
    return Strands(skin.points[used] + normal * thickness[:, None], number[triangles], binding)
