# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat charts of the loose parts: balls as discs, tubes unrolled, cards upright, the rest cut."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import connected_components

from .mesh_tools import Index, Points, Triangles, adjacency
from .uv_energy import border_loops, convex_combination, double_areas, mean_value_weights

SEEN = np.radians(65)
"""Polar angle of an eyeball up to which lids may bare it, whichever way it looks."""
HIDDEN = 0.25  # judged by the iris' share of the disc, which doubles


@dataclass(frozen=True, eq=False)
class Chart:
    """A piece that is flat without overlap; its box begins at 0, 0."""

    triangles: Index  # (m,) numbers of the part's triangles that lie here
    places: Points  # (k,2) mm
    corners: Triangles  # (m,3) into `places`

    @property
    def size(self) -> Points:
        """(2,) mm."""
        return np.asarray(self.places.max(0))


def connected(points: Points, triangles: Triangles) -> list[Index]:
    """Numbers of the triangles of each connected component."""
    _, label = connected_components(adjacency(len(points), triangles), directed=False)
    own = label[triangles[:, 0]]
    order = np.argsort(own, kind="stable")
    return [np.asarray(g) for g in np.split(order, np.flatnonzero(np.diff(own[order])) + 1)]


def own_layout(places: Points, triangles: Triangles) -> Chart | None:
    """The layout a part brings along, where it overlaps nowhere locally; else None."""
    return _checked(places, triangles, np.arange(len(triangles)))


def azimuthal(points: Points, triangles: Triangles, chosen: Index, centre: Points
              ) -> list[Chart]:
    """A ball as a disc: the pole towards +z in the middle, the radius in step with the angle.

    Beyond SEEN the radius grows HIDDEN times as fast: the socket hides what lies there.
    """
    arm = points - centre
    across = np.hypot(arm[:, 0], arm[:, 1])
    angle = np.arctan2(across, arm[:, 2])
    angle = np.minimum(angle, SEEN) + HIDDEN * np.maximum(angle - SEEN, 0)
    reach = np.linalg.norm(arm, axis=1).max() * angle
    places = arm[:, :2] * (reach / across.clip(1e-9))[:, None]
    chart = _checked(places, triangles[chosen], chosen)
    return [chart] if chart else generic(points, triangles, chosen)


def generic(points: Points, triangles: Triangles, chosen: Index) -> list[Chart]:
    """Charts of any orientable piece of genus 0: tubes of rings unrolled, else discs."""
    tube = _tube(triangles[chosen])
    if tube is not None:
        chart = _checked(*_unrolled(points, triangles[chosen], tube), chosen)
        if chart:
            return [chart]
    if len(border_loops(triangles[chosen])):
        return [_disc(points, triangles, chosen)]
    return [_disc(points, triangles, half) for half in _halves(points, triangles, chosen)]


def around_last(points: Points, triangles: Triangles, chosen: Index) -> list[Chart]:
    """A tube of rings as a disc: its last ring in the middle, radius in step with length."""
    tube = _tube(triangles[chosen])
    if tube is None:
        return generic(points, triangles, chosen)
    steps = np.linalg.norm(np.diff(points[tube], axis=0), axis=2).mean(1)
    radius = np.r_[np.cumsum(steps[::-1])[::-1], 0.0] + 0.05 * steps.sum()
    turn = np.arange(tube.shape[1]) / tube.shape[1] * 2 * np.pi
    places = np.zeros((len(points), 2))
    places[tube] = radius[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    chart = _checked(places, triangles[chosen], chosen)
    return [chart] if chart else generic(points, triangles, chosen)


def card(points: Points, triangles: Triangles, chosen: Index) -> Chart | None:
    """A strip of vertex pairs, root first, as an upright card: v 0 at the root; else None.

    An odd last vertex is the tip, in the middle.
    """
    numbers = np.unique(triangles[chosen])
    count = len(numbers)
    level = np.arange(count) // 2
    middle = np.array([points[numbers[level == k]].mean(0) for k in range(level.max() + 1)])
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))]
    width = float(np.linalg.norm(points[numbers[0]] - points[numbers[1]]))
    places = np.zeros((len(points), 2))
    places[numbers, 0] = width * (np.arange(count) % 2)
    places[numbers, 1] = along[level]
    if count % 2:
        places[numbers[-1], 0] = width / 2
    return _checked(places, triangles[chosen], chosen)


def _checked(places: Points, triangles: Triangles, chosen: Index) -> Chart | None:
    """A chart of the used places, turned to face up; None where some triangle is turned over."""
    used, corners = np.unique(triangles, return_inverse=True)
    flat, faces = places[used], corners.reshape(-1, 3)
    area = double_areas(flat, faces)
    if area.sum() < 0:
        flat, area = flat * [-1, 1], -area
    if area.min() <= 0:
        return None
    return Chart(chosen, flat - flat.min(0), faces)


def _tube(triangles: Triangles) -> Index | None:
    """The rings (rows, around) of a piece whose numbers run ring by ring; None where not so."""
    loops = border_loops(triangles)
    numbers = np.unique(triangles)
    if len(loops) != 2 or len(loops[0]) != len(loops[1]) or len(numbers) % len(loops[0]):
        return None
    rings = numbers.reshape(-1, len(loops[0]))
    rows = np.arange(len(numbers)).reshape(rings.shape)
    beside = adjacency(len(numbers), np.searchsorted(numbers, triangles))
    joined = beside[rows.ravel(), np.roll(rows, -1, axis=1).ravel()]
    return np.asarray(rings) if np.asarray(joined).all() else None


def _unrolled(points: Points, triangles: Triangles, tube: Index) -> tuple[Points, Triangles]:
    """Places of a tube cut along its hindmost column, and the triangles' corners among them."""
    tube = np.roll(tube, -int(points[tube, 2].mean(0).argmin()), axis=1)
    rows, around = tube.shape
    closed = points[np.concatenate([tube, tube[:, :1]], axis=1)]
    across = np.linalg.norm(np.diff(closed, axis=1), axis=2).max(0)
    along = np.linalg.norm(np.diff(points[tube], axis=0), axis=2).mean(1)
    column, row = (np.r_[0.0, np.cumsum(steps)] for steps in (across, along))
    where = np.zeros((len(points), 2), int)
    where[tube] = np.stack(np.meshgrid(np.arange(rows), np.arange(around), indexing="ij"), 2)
    corner = where[triangles]
    over = (np.ptp(corner[..., 1], axis=1) > around / 2)[:, None] & (corner[..., 1] == 0)
    corner[..., 1][over] = around
    places = np.stack(np.meshgrid(row, column, indexing="ij")[::-1], 2).reshape(-1, 2)
    return places, corner[..., 0] * (around + 1) + corner[..., 1]


def _halves(points: Points, triangles: Triangles, chosen: Index) -> list[Index]:
    """A closed piece cut across its shortest axis into pieces with a border each."""
    middle = points[triangles[chosen]].mean(1)
    middle = middle - middle.mean(0)
    thin = np.linalg.svd(middle, full_matrices=False)[2][-1]
    side = middle @ thin > 0
    pieces = [half[group] for half in (chosen[side], chosen[~side])
              for group in connected(points, triangles[half])]
    try:
        for piece in pieces:
            border_loops(triangles[piece])
    except ValueError:  # a ragged cut: one triangle apart always leaves a disc
        return [chosen[:1], chosen[1:]]
    return pieces


def _disc(points: Points, triangles: Triangles, chosen: Index) -> Chart:
    """Any piece with a border on a disc, its longest border the circle; further holes shrink."""
    used, corners = np.unique(triangles[chosen], return_inverse=True)
    own, faces = points[used], corners.reshape(-1, 3)
    loops = sorted(border_loops(faces), key=lambda loop: -_length(own[loop]))
    for centre, loop in enumerate(loops[1:], start=len(own)):
        own = np.concatenate([own, points[used][loop].mean(0)[None]])
        faces = np.concatenate([faces, [(b, a, centre) for a, b in
                                        pairwise([*loop.tolist(), int(loop[0])])]])
    step = np.linalg.norm(np.roll(own[loops[0]], -1, axis=0) - own[loops[0]], axis=1)
    turn = np.r_[0.0, np.cumsum(step)[:-1]] / step.sum() * 2 * np.pi
    radius = np.sqrt(np.linalg.norm(np.cross(*_legs(own, faces)), axis=1).sum() / (2 * np.pi))
    start = np.zeros((len(own), 2))
    start[loops[0]] = radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    free = np.ones((len(own), 2), bool)
    free[loops[0]] = False
    flat = (convex_combination(mean_value_weights(own, faces), start, free) if free.any()
            else start)
    chart = _checked(flat, faces[: len(chosen)], chosen)
    if chart is None:
        raise ValueError("a part of the head is no surface that can be laid flat")
    return chart


def _legs(points: Points, triangles: Triangles) -> tuple[Points, Points]:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return b - a, c - a


def _length(ring: Points) -> float:
    return float(np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1).sum())
