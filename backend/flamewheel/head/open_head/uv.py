# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture coordinates without overlap: the skin's chart above, the parts' charts in a strip below.

No two triangles share texels, so colours may be baked.  Eyeballs are discs about their front pole;
a card (brow, lash) stands upright in its own cell of a block, its root below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assembly import Head
from .mesh_tools import Index, Points, Triangles
from .parts import Skin
from .strands import Strands
from .uv_parts import Chart, around_last, azimuthal, card, connected, generic, own_layout
from .uv_skin import ASPECT, skin_chart

GAP = 3 / 1024
"""Least distance of two charts and of a chart from the square's border, of its side."""

_SKIN_WIDTH = 1 - 2 * GAP
_STRIP_HEIGHT = 1 - 3 * GAP - ASPECT * _SKIN_WIDTH

# How large parts are drawn relative to one another, judged by how large they are seen: irises and
# front teeth need their texels, gums and tongue are half hidden, the cap of hair is one colour.
_SIZES = (("eye", 2.6), ("cornea", 0.6), ("teeth", 1.0), ("gums", 0.45), ("tongue", 0.5),
          ("hair", 0.12), ("", 0.5))
_CARD_CELL = (4 / 1024, 14 / 1024)  # of the square; cards are dyed along their length only
_MANY_CARDS = 600  # cells shrink beyond, so that cards never crowd out eyes and teeth
_CARD_FILL = (0.5, 0.7)  # of its cell; the rest keeps neighbours apart
_CARD_VERTICES = 40  # a component of more is no card


@dataclass(frozen=True, eq=False)
class _Item:
    """A part's chart, or its block of cards, to be packed: `places` begin at 0, 0."""

    name: str
    chart: Chart
    size: Points  # (2,)
    scale: bool  # whether the packing may change its size; cards have theirs already


def texture_coordinates(head: Head) -> tuple[Points, Index]:
    """`vt` (T,2) in 0..1, GAP from the border, and `ft` (F,3); exact mirror images on the skin.

    Raises ValueError where a part is no surface that can be laid flat.
    """
    flat, faces = skin_layout(head.skin)
    places = [flat]
    corners = np.full((len(head.triangles), 3), -1)
    corners[: len(faces)] = faces
    start = len(flat)
    items = [item for name in head.slices if name != "skin"
             for item in _items(head, name, (flat, faces))]
    for item, (corner, scale) in zip(items, _packed(items), strict=True):
        corners[_triangles_of(head, item.name)[item.chart.triangles]] = item.chart.corners + start
        places.append(item.chart.places * scale + corner)
        start += len(item.chart.places)
    return np.concatenate(places), corners


def skin_layout(skin: Skin) -> tuple[Points, Triangles]:
    """The skin's share of `texture_coordinates`: `vt` (T,2) and `ft` of the skin's triangles."""
    flat, faces = skin_chart(skin)
    return flat * _SKIN_WIDTH + [GAP, 1 - GAP - ASPECT * _SKIN_WIDTH], faces


def part_layout(head: Head, name: str) -> tuple[Triangles, Points, Triangles]:
    """A part's triangles (m,3), all `vt` (T,2) and the triangles' `ft` (m,3)."""
    chosen = _triangles_of(head, name)
    flat, corners = texture_coordinates(head)
    return head.triangles[chosen], flat, corners[chosen]


def _triangles_of(head: Head, name: str) -> Index:
    piece, first = head.slices[name], head.triangles[:, 0]
    return np.flatnonzero((first >= piece.start) & (first < piece.stop))


def _items(head: Head, name: str, skin: tuple[Points, Triangles]) -> list[_Item]:
    """The charts of one part."""
    points = head.points[head.slices[name]]
    triangles = head.triangles[_triangles_of(head, name)] - head.slices[name].start
    factor = next(size for key, size in _SIZES if name.startswith(key))
    strands = head.strands.get(name)
    if strands is not None:
        copy = _copied(strands, head.skin.triangles, skin)
        if copy:
            return [_scaled(name, copy, factor * np.sqrt(_area(points, triangles)
                                                         / _flat_area(copy)))]
        cards = _card_block(points, triangles)
        if cards:
            return [_Item(name, cards, cards.size, False)]
    brought = getattr(head.loose.get(name), "uv", None)
    chart = None if brought is None else own_layout(brought, triangles)
    if chart:
        return [_scaled(name, chart, factor * np.sqrt(_area(points, triangles)
                                                      / _flat_area(chart)))]
    return [_scaled(name, chart, factor) for group in connected(points, triangles)
            for chart in _flattened(head, name, points, triangles, group)]


def _flattened(head: Head, name: str, points: Points, triangles: Triangles, chosen: Index
               ) -> list[Chart]:
    if name.startswith(("eye", "cornea")):
        centres = head.skin.face.eye_centres
        middle = points[triangles[chosen]].mean((0, 1))
        nearest = int(np.linalg.norm(centres - middle, axis=1).argmin())
        return azimuthal(points, triangles, chosen, centres[nearest])
    if name == "tongue":
        return around_last(points, triangles, chosen)
    return generic(points, triangles, chosen)


def _scaled(name: str, chart: Chart, factor: float) -> _Item:
    sized = Chart(chart.triangles, chart.places * factor, chart.corners)
    return _Item(name, sized, sized.size, True)


def _area(points: Points, triangles: Triangles) -> float:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def _flat_area(chart: Chart) -> float:
    places = np.pad(chart.places, ((0, 0), (0, 1)))
    return _area(places, chart.corners)


def _copied(strands: Strands, triangles: Triangles, skin: tuple[Points, Triangles]
            ) -> Chart | None:
    """A shell over some of the skin's triangles laid out as those are; None for other strands."""
    binding = strands.binding.tocsr()
    if binding.nnz != binding.shape[0] or (binding.data != 1).any():
        return None
    below = {tuple(t): k for k, t in enumerate(triangles.tolist())}
    numbers = [below.get(tuple(t)) for t in binding.indices[strands.triangles].tolist()]
    if None in numbers:
        return None
    flat, faces = skin
    used, corners = np.unique(faces[np.array(numbers)], return_inverse=True)
    return Chart(np.arange(len(numbers)), flat[used] - flat[used].min(0), corners.reshape(-1, 3))


def _card_block(points: Points, triangles: Triangles) -> Chart | None:
    """Cards side by side in cells, row upon row, all as tall; None where some piece is no card."""
    groups = connected(points, triangles)
    cards = [card(points, triangles, group) for group in groups
             if len(np.unique(triangles[group])) <= _CARD_VERTICES]
    if len(cards) < len(groups) or None in cards:
        return None
    cell = np.array(_CARD_CELL) * min(1.0, np.sqrt(_MANY_CARDS / len(cards)))
    rows = int(np.ceil(len(cards) * cell[0] / (_SKIN_WIDTH / 2)))
    columns = -(-len(cards) // rows)
    places, corners, start = [], [], 0
    for k, one in enumerate(c for c in cards if c):
        spot = np.array([k % columns, k // columns])
        places.append((one.places / one.size * _CARD_FILL + spot) * cell)
        corners.append(one.corners + start)
        start += len(one.places)
    return Chart(np.concatenate(groups), np.concatenate(places), np.concatenate(corners))


def _packed(items: list[_Item]) -> list[tuple[Points, float]]:
    """Lower left corner and scale of each item: shelves in the strip, as large as they go."""
    low, high = 0.0, 1.0
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if _corners(items, middle) else (low, middle)
    found = _corners(items, low)
    if found is None:
        raise ValueError("the cards of the head leave no room for its other parts")
    return [(corner, low if item.scale else 1.0)
            for item, corner in zip(items, found, strict=True)]


def _corners(items: list[_Item], scale: float) -> list[Points] | None:
    """Corners of the items, the tallest first, each as low as it goes; None on overflow."""
    sizes = [item.size * (scale if item.scale else 1.0) + GAP for item in items]
    corners = [np.zeros(2)] * len(items)
    skyline = [(GAP, GAP)]  # steps: left end, height
    for k in sorted(range(len(items)), key=lambda k: (-sizes[k][1], k)):
        wide, tall = sizes[k]
        spots = [(max(y for x, y in [(left, level), *skyline[i + 1:]] if x < left + wide), left)
                 for i, (left, level) in enumerate(skyline) if left + wide <= 1]
        if not spots or min(spots)[0] + tall > 2 * GAP + _STRIP_HEIGHT:
            return None
        level, left = min(spots)
        corners[k] = np.array([left, level])
        right = left + wide
        beyond = [y for x, y in skyline if x <= right][-1]
        skyline = sorted([*((x, y) for x, y in skyline if not left <= x <= right),
                          (left, level + tall), (right, beyond)])
    return corners
