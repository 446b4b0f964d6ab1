# SPDX-License-Identifier: GPL-3.0-or-later
"""What brows, lashes and hair share: tapered cards, and how their vertices hang on the skin.

A hanging vertex moves as a point of the skin moves (a sum of skin vertices' movements), so all
bases and weights pass on linearly and the head stays a plain FLAME-format head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .mesh_tools import MIRROR, Index, Points, Sparse, Triangles
from .parts import Skin

_CHUNK = 256  # rays cast at once: bounds the memory to some ten megabytes
_RIM = 1e-6  # barycentric slack, so that no ray slips between two triangles


@dataclass(frozen=True, eq=False)
class Strands:
    """Vertices that hang on the skin."""

    points: Points
    triangles: Triangles
    binding: Sparse  # (n, skin vertices): displacement of the skin -> of these vertices


@dataclass(frozen=True, eq=False)
class Spots:
    """Points of the skin: the triangle each lies in and its barycentrics there."""

    triangles: Index  # (n,)
    weights: Points  # (n,3), rows sum to 1

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | Index) -> Spots:
        """Some of them."""
        return Spots(self.triangles[chosen], self.weights[chosen])

    def binding(self, skin: Skin) -> Sparse:
        """(n, skin vertices) matrix of the barycentric sums."""
        n = len(self.triangles)
        rows = np.repeat(np.arange(n), 3)
        return sp.csr_matrix(
            (self.weights.ravel(), (rows, skin.triangles[self.triangles].ravel())),
            shape=(n, len(skin.points)))


def cards(lines: Points, sideways: Points, half_widths: Points) -> tuple[Points, Triangles, Index]:
    """Tapered cards along `lines` (n,s,3): vertex pairs from the root on, one vertex at the tip.

    sideways: (n,s,3) unit vectors across; half_widths: (n,s-1) mm.  Returns points, triangles and
    for each vertex the number of its point among the n s points of the lines.
    """
    n, sections = lines.shape[:2]
    body = lines[:, :-1]
    offset = sideways[:, :-1] * half_widths[..., None]
    pairs = np.stack([body + offset, body - offset], 2).reshape(n, -1, 3)
    points = np.concatenate([pairs, lines[:, -1:]], 1)
    one: list[tuple[int, int, int]] = []
    for a in range(0, 2 * sections - 4, 2):
        one += [(a, a + 1, a + 3), (a, a + 3, a + 2)]
    last = 2 * sections - 4
    one.append((last, last + 1, last + 2))
    size = points.shape[1]
    triangles = (np.array(one)[None] + (np.arange(n) * size)[:, None, None]).reshape(-1, 3)
    section = np.r_[np.repeat(np.arange(sections - 1), 2), sections - 1]
    spot = (section[None] + np.arange(n)[:, None] * sections).ravel()
    return points.reshape(-1, 3), triangles, spot


def cast(skin: Skin, chosen: Index, origins: Points, directions: Points) -> Spots:
    """Where rays (n,3) leave the skin's triangles `chosen`: the farthest meeting of each.

    ValueError where a ray meets none of them.
    """
    found = [_cast(skin, chosen, origins[k : k + _CHUNK], directions[k : k + _CHUNK])
             for k in range(0, len(origins), _CHUNK)]
    return Spots(np.concatenate([t for t, _ in found]), np.concatenate([w for _, w in found]))


def _cast(skin: Skin, chosen: Index, origins: Points, directions: Points) -> tuple[Index, Points]:
    """Möller and Trumbore 1997, all rays against all triangles."""
    a, b, c = (skin.points[skin.triangles[chosen, k]][None] for k in range(3))
    p = np.cross(directions[:, None], c - a)
    volume = ((b - a) * p).sum(-1)
    volume = np.where(np.abs(volume) < 1e-12, np.nan, volume)
    arm = origins[:, None] - a
    second = (arm * p).sum(-1) / volume
    q = np.cross(arm, b - a)
    third = (directions[:, None] * q).sum(-1) / volume
    away = ((c - a) * q).sum(-1) / volume
    weights = np.stack([1 - second - third, second, third], -1)
    reach = np.where((weights > -_RIM).all(-1), away, -np.inf)
    best = reach.argmax(1)
    row = np.arange(len(origins))
    if not np.isfinite(reach[row, best]).all():
        raise ValueError("a strand's root lies beside the skin")
    return chosen[best], weights[row, best]


def evenly(count: int, start: float = 0.5) -> Points:
    """(count,2) in 0..1 without gaps or clumps: the additive recurrence R2 (Roberts 2018)."""
    root = 1.32471795724474602596  # of x**3 = x + 1
    steps = np.arange(1, count + 1)[:, None] * np.array([1 / root, 1 / root**2])
    return np.asarray((start + steps) % 1.0)


def with_mirror_image(strands: Strands, skin: Skin) -> Strands:
    """The strands of one side and their exact mirror image, in this order."""
    count = len(strands.points)
    return Strands(
        np.concatenate([strands.points, strands.points * MIRROR]),
        np.concatenate([strands.triangles, strands.triangles[:, ::-1] + count]),
        sp.vstack([strands.binding, strands.binding.tocsc()[:, skin.mirror]]).tocsr())
