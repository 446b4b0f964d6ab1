# SPDX-License-Identifier: GPL-3.0-or-later
"""Short hair: a shell over the scalp with the relief of combed locks, and locks as cards on it.

Both are exact mirror images, so that the head's mirror map holds for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.spatial import Delaunay

from .hairline import CENTRE, growth, hairiness, hairline
from .mesh_tools import MIRROR, Index, Points, Triangles, smoothstep, unit, vertex_normals
from .parts import Skin
from .strands import Spots, Strands, cards, cast, evenly, with_mirror_image

_SPACING = 8.0  # mm between the shell's vertices
_EDGE_SPACING = 3.6  # ... along the hairline
_RADIUS = 88.0  # mm; turns angles about CENTRE into lengths on the scalp
_SPARSE = 1.0  # mm inside the hairline only single locks grow
_EDGE = ((0.0, 1.5), (-0.35, 0.3))  # mm over the skin by mm inward: the shell comes out of it


@dataclass(frozen=True)
class _Locks:
    """A kind of lock; judged on renders."""

    sections: int
    length: tuple[float, float]  # mm: on the sides, on the top
    half_width: tuple[float, float]  # mm, likewise
    profile: tuple[float, ...]  # share of the half width at each section before the tip
    rise: tuple[float, ...]  # mm over the shell at each section
    roll: float  # degrees about their own direction
    stray: float  # degrees from the way the hair is combed


_KINDS = {
    "top": _Locks(4, (30.0, 40.0), (1.9, 2.6), (0.5, 1.0, 0.8), (-1.4, 1.3, 2.0, 0.6), 12.0, 12.0),
    "sides": _Locks(3, (22.0, 30.0), (1.5, 2.1), (0.6, 1.0), (-0.8, 0.9, 0.0), 9.0, 8.0),
    "line": _Locks(3, (11.0, 18.0), (0.6, 0.9), (0.5, 1.0), (-0.4, 0.6, 0.6), 20.0, 14.0),
}
_TRIED = {"top": 250, "sides": 480, "line": 200}
"""Roots before those without hair fall away: over the half sphere, and along half the hairline."""
_TOP_BEGINS = 62.0  # mm, y
_KEEP_OFF = 0.4  # mm inside the hairline where locks end
_NAPE, _OVERHANG = -45.0, 2.5  # mm: below this y they hang over it
_LEAST_LENGTH = 0.5  # of its length, or a lock that the hairline cuts short is left out
_LEAST_RISE = 0.05  # mm over the skin


class _Scalp:
    """The skin under hair, seen from CENTRE."""

    def __init__(self, skin: Skin) -> None:
        self.skin = skin
        grown = np.zeros(len(skin.points), bool)
        grown[: skin.face_count] = grown[skin.skull] = True
        grown[skin.neck[:3].ravel()] = True
        for rings in skin.ears:
            grown[rings[:3].ravel()] = True
        grown &= hairiness(skin.points) > -30
        self._chosen = np.flatnonzero(grown[skin.triangles].all(1))
        self._normals = vertex_normals(skin.points, skin.triangles)

    def under(self, directions: Points) -> Spots:
        """Where rays from CENTRE (n,3) leave the head."""
        origins = np.broadcast_to(CENTRE, directions.shape)
        return cast(self.skin, self._chosen, origins, directions)

    def surface(self, spots: Spots) -> tuple[Points, Points]:
        """Points and unit normals at the spots."""
        rows = spots.binding(self.skin)
        return np.asarray(rows @ self.skin.points), unit(rows @ self._normals)


def hair(skin: Skin) -> Strands:
    """The shell."""
    scalp = _Scalp(skin)
    directions, triangles = _lattice()
    spots = scalp.under(directions)
    points, normals = scalp.surface(spots)
    height = _thickness(points) + _relief(scalp, points, normals)
    half = Strands(points + normals * height[:, None], triangles, spots.binding(skin))
    return _joined(with_mirror_image(half, skin))


def hair_cards(skin: Skin) -> Strands:
    """The locks: long ones on top, shorter ones round the head, fine ones along the hairline."""
    scalp = _Scalp(skin)
    roots = {name: _sphere(_TRIED[name]) for name in ("top", "sides")}
    high = {name: CENTRE[1] + _RADIUS * at[:, 1] > _TOP_BEGINS for name, at in roots.items()}
    made = [_locks(scalp, roots["top"][high["top"]], _KINDS["top"], 5.0),
            _locks(scalp, roots["sides"][~high["sides"]], _KINDS["sides"], 5.0),
            _locks(scalp, _along_line(_TRIED["line"]), _KINDS["line"], -2.0)]
    starts = np.cumsum([0] + [len(m.points) for m in made])
    triangles = [m.triangles + start for m, start in zip(made, starts, strict=False)]
    return with_mirror_image(
        Strands(np.concatenate([m.points for m in made]), np.concatenate(triangles),
                sp.vstack([m.binding for m in made]).tocsr()), skin)


def _sphere(count: int) -> Points:
    """Directions spread evenly over the right half of the sphere above the neck."""
    even = evenly(count)
    turn, level = np.pi * even[:, 0], 1 - 1.8 * even[:, 1]
    ring = np.sqrt(1 - level**2)
    return np.stack([-ring * np.sin(turn), level, ring * np.cos(turn)], 1)


def _along_line(count: int) -> Points:
    """Directions within some millimetres of the right half of the hairline."""
    line = hairline() * MIRROR
    even = evenly(count, 0.2)
    near = line[np.rint((len(line) - 1) * even[:, 0]).astype(int)]
    inward = unit(np.array([0, 1.0, 0]) - near * near[:, 1:2])
    return unit(near + inward * (5.5 * even[:, 1:] - 0.3) / _RADIUS)


def _lattice() -> tuple[Points, Triangles]:
    """Directions and triangles of the right half of the shell; its midline lies in x = 0.

    Laid out in the plane of angles about the vertical, where the hairline is a border.
    """
    border = hairline() * MIRROR
    apart = np.linalg.norm(np.diff(border, axis=0), axis=1) * _RADIUS
    length = np.r_[0, np.cumsum(apart)]
    wanted = np.linspace(0, length[-1], int(length[-1] / _EDGE_SPACING))
    border = unit(np.stack([np.interp(wanted, length, border[:, k]) for k in range(3)], 1))
    border[[0, -1], 0] = 0.0
    count = int(4 * np.pi * (_RADIUS / _SPACING) ** 2 * 1.15)
    step = np.arange(count) + 0.5
    polar, turn = np.arccos(1 - 2 * step / count), np.pi * (1 + 5**0.5) * step  # Fibonacci sphere
    inner = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)],
                     1)
    far = hairiness(CENTRE + inner * _RADIUS)
    inner = inner[(far > 0.6 * _EDGE_SPACING) & (inner[:, 0] < -0.6 * _SPACING / _RADIUS)]
    arc = np.linspace(0, 2 * np.pi, int(2 * np.pi * _RADIUS / _SPACING))[:-1]
    middle = np.stack([0 * arc, np.cos(arc), np.sin(arc)], 1)
    middle = middle[hairiness(CENTRE + middle * _RADIUS) > 0.6 * _EDGE_SPACING]
    directions = np.concatenate([border, middle, inner])
    triangles = Delaunay(_flat(directions)).simplices.astype(np.int64)
    corners = directions[triangles]
    inside = hairiness(CENTRE + unit(corners.mean(1)) * _RADIUS) > 0.4
    volume = np.linalg.det(corners)
    triangles = triangles[inside & (np.abs(volume) > 1e-9)]
    volume = volume[inside & (np.abs(volume) > 1e-9)]
    return directions, np.where(volume[:, None] > 0, triangles, triangles[:, ::-1])


def _flat(directions: Points) -> Points:
    """Stereographic picture from below: angles keep, so Delaunay's triangles stay well formed."""
    return np.asarray(directions[:, [0, 2]] / (1.02 + directions[:, 1:2]))


def _joined(both: Strands) -> Strands:
    """The halves' common vertices on the middle plane made one."""
    count = len(both.points) // 2
    same = np.arange(2 * count)
    on_plane = np.flatnonzero(np.abs(both.points[:count, 0]) < 1e-6)
    same[on_plane + count] = on_plane
    kept = np.flatnonzero(same == np.arange(2 * count))
    number = np.zeros(2 * count, np.int64)
    number[kept] = np.arange(len(kept))
    points = both.points.copy()
    points[on_plane, 0] = 0.0
    return Strands(points[kept], number[same][both.triangles], both.binding[kept])


def _thickness(points: Points) -> Points:
    """mm of the shell: short at the sides and the nape, fuller on top, full over the forehead."""
    height = hairiness(points) - _SPARSE
    x, y, z = points.T
    top = smoothstep((y - 35) / 50)
    front = np.exp(-(((z + 18) / 26) ** 2)) * smoothstep((y - 60) / 20) * np.exp(-((x / 42) ** 2))
    full = 3.0 + 5.2 * top + 6.5 * front + 1.2 * smoothstep((-z - 130) / 30)
    reach = np.where(z > -30, 15.0, 22.0)  # mm from the hairline to full thickness
    ramp = 0.6 * smoothstep(height / reach) + 0.4 * np.clip(height / reach, 0, 1)
    return np.asarray(np.interp(height, *_EDGE) + full * ramp)


def _relief(scalp: _Scalp, points: Points, normals: Points) -> Points:
    """mm of furrows along the way the hair is combed: noise averaged along the flow."""
    flow = growth(points, normals)
    total = np.mean([_noise(points + flow * s) for s in np.linspace(-14, 14, 7)], axis=0)
    deep = smoothstep(hairiness(points) / 18)
    top = smoothstep((points[:, 1] - 25) / 50)
    return np.asarray(total * deep * (0.8 + 1.2 * top))


def _noise(points: Points) -> Points:
    """Smooth noise of unit variance whose waves are some 12 mm long."""
    rng = np.random.default_rng(11)
    waves = unit(rng.normal(size=(32, 3))) * (2 * np.pi / rng.uniform(9, 18, (32, 1)))
    phase = rng.uniform(0, 2 * np.pi, 32)
    return np.asarray(np.cos(points @ waves.T + phase).sum(1) / 4)


def _locks(scalp: _Scalp, directions: Points, kind: _Locks, least: float) -> Strands:
    """Cards of the right half that follow the comb; each hangs on the skin at its root alone."""
    rng = np.random.default_rng(17)
    turn = np.radians(kind.stray) * rng.normal(size=len(directions))
    loose = rng.uniform(-1, 1, (len(directions), 4))
    roots, points = _rooted(scalp, directions, least)
    turn, loose = turn[roots], loose[roots]
    top = smoothstep((points[:, 1] - 30) / 45)
    length = (kind.length[0] + np.diff(kind.length) * top) * (1 + 0.22 * loose[:, 0])
    wide = (kind.half_width[0] + np.diff(kind.half_width) * top) * (1 + 0.28 * loose[:, 1])
    spots, feet, ups = _path(scalp, directions[roots], length / (kind.sections - 1), turn,
                             kind.sections)
    whole = np.linalg.norm(np.diff(feet, axis=1), axis=2).sum(1) > _LEAST_LENGTH * length
    spots, feet, ups = spots[whole], feet[whole], ups[whole]
    wide, loose = wide[whole], loose[whole]
    lines = feet + ups * _over(kind, feet, loose[:, 2])[..., None]
    direction = unit(np.gradient(lines, axis=1))
    across = unit(np.cross(direction, ups))
    roll = np.radians(kind.roll) * loose[:, 3, None, None]
    across = across * np.cos(roll) + np.cross(direction, across) * np.sin(roll)
    made, triangles, spot = cards(lines, across, wide[:, None] * kind.profile)
    hang = spots.binding(scalp.skin)[spot // kind.sections]
    return Strands(made, triangles, sp.csr_matrix(hang))


def _rooted(scalp: _Scalp, directions: Points, least: float) -> tuple[Index, Points]:
    """Which directions meet hair at least so far (mm) inside the hairline, and where."""
    able = np.flatnonzero(hairiness(CENTRE + directions * _RADIUS) > least - 3)
    points, _ = scalp.surface(scalp.under(directions[able]))
    inside = (hairiness(points) > least) & (points[:, 0] < -1.0)
    return able[inside], points[inside]


def _over(kind: _Locks, feet: Points, loose: Points) -> Points:
    """(n,sections) mm over the skin; locks near the hairline lie lower."""
    shell = np.stack([_thickness(feet[:, k]) for k in range(kind.sections)], 1)
    over = shell + np.array(kind.rise) * (1 + 0.45 * loose[:, None])
    near = smoothstep(hairiness(feet[:, 0]) / 6)
    return np.asarray(np.maximum(over * (0.25 + 0.75 * near)[:, None], _LEAST_RISE))


def _path(scalp: _Scalp, directions: Points, step: Points, turn: Points, sections: int
          ) -> tuple[Spots, Points, Points]:
    """Roots, (n,sections,3) places on the skin along the comb, and the normals there.

    A lock that would cross the hairline or the middle plane stops short of it.
    """
    roots = scalp.under(directions)
    place, up = scalp.surface(roots)
    feet, ups = [place], [up]
    for _ in range(sections - 1):
        flow = growth(place, up)
        flow = flow * np.cos(turn)[:, None] + np.cross(up, flow) * np.sin(turn)[:, None]
        ahead = place + flow * step[:, None]
        off = np.where(ahead[:, 1] < _NAPE, -_OVERHANG, _KEEP_OFF)
        stays = (hairiness(ahead) > off) & (ahead[:, 0] < -0.3)
        ahead = np.where(stays[:, None], ahead, place + 0.2 * flow * step[:, None])
        place, up = scalp.surface(scalp.under(unit(ahead - CENTRE)))
        feet.append(place)
        ups.append(up)
    return roots, np.stack(feet, 1), np.stack(ups, 1)
