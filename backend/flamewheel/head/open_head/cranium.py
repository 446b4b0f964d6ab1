# SPDX-License-Identifier: GPL-3.0-or-later
"""The cranium: its form as a surface to aim at, and triangles between the borders of its parts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.path import Path as Outline
from scipy.interpolate import CubicSpline
from scipy.spatial import ConvexHull

from .mesh_tools import MIRROR, Points, Triangles, mirror_map, unit

Flags = npt.NDArray[np.bool_]

CENTRE = np.array([0.0, -10.0, -80.0])  # mm; the cranium is sampled by directions from here

# The cranium's profile in the middle plane, (y, z) mm from brow over vertex and occiput to the
# nape, and its half breadth: head 193 mm long, 152 wide, vertex 131 above the ear's canal (adults'
# means, Farkas 1994).  Sections across are superellipses about _SKULL_CENTRE, boxier in front.
_SKULL_CENTRE = np.array([0.0, 28.0, -92.0])
_SKULL_HALF_WIDTH = 76.0
_PROFILE = np.array([(-20, 22), (16, 22), (32, 18), (47, 13), (63, 4), (80, -13), (97, -42),
                     (106, -66), (109, -86), (106.5, -108), (97, -133), (80, -153), (55, -166),
                     (25, -171), (0, -168), (-25, -159), (-50, -149), (-80, -140)], float)
_POWER = ((-180, 2.15), (-90, 2.2), (0, 2.7), (60, 2.5), (110, 2.3), (180, 2.15))  # by degrees

def on_cranium(directions: Points) -> Points:
    """Where directions (n,3) from `CENTRE` meet the cranium's form, mm."""
    return np.asarray(CENTRE + directions * _skull_distance(directions)[:, None])


def _skull_distance(directions: Points) -> Points:
    """How far from CENTRE each direction meets the cranium's form (bisection), mm."""
    degrees, radius = _profile_radius()
    near, far = np.zeros(len(directions)), np.full(len(directions), 250.0)
    for _ in range(40):
        half = (near + far) / 2
        x, y, z = (CENTRE + directions * half[:, None] - _SKULL_CENTRE).T
        turn = np.degrees(np.arctan2(y, z))
        power = np.interp(turn, *np.array(_POWER).T)
        inside = (np.abs(x / _SKULL_HALF_WIDTH) ** power
                  + (np.hypot(y, z) / np.interp(turn, degrees, radius)) ** power) < 1
        near, far = np.where(inside, half, near), np.where(inside, far, half)
    return near


def _profile_radius() -> tuple[Points, Points]:
    """The profile as distance (mm) from _SKULL_CENTRE by degrees (0 front, 90 up), -180..180."""
    y, z = (_PROFILE - _SKULL_CENTRE[1:]).T
    turn = np.unwrap(np.arctan2(y, z))
    nodes, around = np.r_[turn, turn[0] + 2 * np.pi], np.r_[np.hypot(y, z), np.hypot(y[0], z[0])]
    degrees = np.linspace(-180, 180, 361)
    at = (np.radians(degrees) - nodes[0]) % (2 * np.pi) + nodes[0]
    return degrees, np.asarray(CubicSpline(nodes, around, bc_type="periodic")(at))


def cranium(borders: list[Points]) -> tuple[Points, Triangles]:
    """Directions that fill the sphere between the borders, and Delaunay triangles over all.

    Numbers in the triangles: the directions first, then the borders in order.  One half is
    triangulated and mirrored: a row of points on the middle plane, and none near it, keeps
    every triangle on one side.
    """
    count = 1850
    step = np.arange(count) + 0.5
    polar, turn = np.arccos(1 - 2 * step / count), np.pi * (1 + 5**0.5) * step  # Fibonacci sphere
    sphere = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)],
                      1)
    right = sphere[sphere[:, 0] < -0.055]
    arc = np.arange(84) / 84 * 2 * np.pi
    middle = np.stack([np.zeros(84), np.cos(arc), np.sin(arc)], 1)
    directions = np.concatenate([right, right * MIRROR, middle])
    rings = [unit(border - CENTRE) for border in borders]
    poles = [unit(ring.mean(0)) for ring in rings]
    keep = np.linalg.norm(directions[:, None] - np.concatenate(rings)[None], axis=2).min(1) > 0.05
    for ring, pole in zip(rings, poles, strict=True):
        keep &= ~_inside(directions, ring, pole)
    directions = directions[keep]
    everything = np.concatenate([directions, *rings])
    triangles = ConvexHull(everything).simplices.astype(np.int64)
    ring_of = np.concatenate([np.full(len(directions), -1),
                              *[np.full(len(r), k) for k, r in enumerate(rings)]])
    centres = unit(everything[triangles].mean(1))
    for k, (ring, pole) in enumerate(zip(rings, poles, strict=True)):
        hole = (ring_of[triangles] == k).all(1) & _inside(centres, ring, pole)
        triangles, centres = triangles[~hole], centres[~hole]
    half = triangles[centres[:, 0] < -1e-9]
    return directions, np.concatenate([half, mirror_map(everything, 1e-6)[half][:, ::-1]])


def _inside(directions: Points, ring: Points, pole: Points) -> Flags:
    """Which directions lie within a ring, seen in the stereographic picture about its pole."""
    x = unit(np.cross([0.1, 1.0, 0.3], pole))
    y = np.cross(pole, x)

    def flat(d: Points) -> Points:
        scale = 1 / (1.0001 + d @ pole)
        return np.stack([d @ x * scale, d @ y * scale], 1)

    return np.asarray(Outline(flat(ring)).contains_points(flat(directions)))
