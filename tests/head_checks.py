# SPDX-License-Identifier: GPL-3.0-or-later
"""What a head's geometry must keep in every pose: shared by tests and measures, of any HeadData.

Points are in one unit throughout (the callers' choice; millimetres where a name says so).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import rodrigues
from flamewheel.render.rasterise import rasterise

CELL = 4.0  # mm: a grid in which triangles meet others; larger ones lie in several cells
TOUCHING = 1e-4  # of an edge's length: what only touches does not pierce
INSIDE_MOUTH = ("teeth", "gums", "tongue")
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415,
              308, 324, 318, 402, 317, 14, 87, 178, 88, 95)  # MediaPipe's ring


def part_triangles(head: HeadData, part: str) -> np.ndarray:
    """(n,3) triangles all of whose corners belong to the mask `part`."""
    return head.triangles[part_rows(head, part)]


def part_rows(head: HeadData, part: str) -> np.ndarray:
    """(F,) whether all corners of each triangle belong to the mask `part`."""
    inside = np.zeros(head.vertex_count, bool)
    inside[np.asarray(head.masks[part])] = True
    return np.asarray(inside[head.triangles].all(1))


def edge_faults(triangles: np.ndarray) -> tuple[int, int]:
    """How many edges are used thrice or wound against each other, and how many vertices join more
    than one fan of triangles: zero and zero for a manifold."""
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    bad = len(directed) - len(np.unique(directed, axis=0))
    # A corner (triangle, vertex) is joined to that of a neighbour across an edge at this vertex.
    corner = [k * len(triangles) + np.arange(len(triangles)) for k in range(3)]
    start = np.concatenate([corner[0], corner[1], corner[2]])
    end = np.concatenate([corner[1], corner[2], corner[0]])
    order = {tuple(edge): row for row, edge in enumerate(directed.tolist())}
    links = [(row, order[(b, a)]) for (a, b), row in order.items() if (b, a) in order and a < b]
    rows, others = np.array(links).T
    first = np.concatenate([start[rows], end[rows]])
    second = np.concatenate([end[others], start[others]])
    count = 3 * len(triangles)
    fans = connected_components(
        coo_matrix((np.ones(len(first)), (first, second)), shape=(count, count)), directed=False)[1]
    vertices = np.concatenate([triangles[:, 0], triangles[:, 1], triangles[:, 2]])
    pairs = np.unique(np.stack([vertices, fans], 1), axis=0)
    return bad, int(len(pairs) - len(np.unique(pairs[:, 0])))


def unit_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(F,3)."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


def neighbours(triangles: np.ndarray) -> np.ndarray:
    """(E,2) triangles that share an edge."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]],
                                    triangles[:, [2, 0]]]), axis=1)
    owner = np.tile(np.arange(len(triangles)), 3)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    same = (edges[order[1:]] == edges[order[:-1]]).all(1)
    return np.stack([owner[order[:-1]][same], owner[order[1:]][same]], axis=1)


def folded_over(points: np.ndarray, triangles: np.ndarray, sharpest: float = -0.5) -> np.ndarray:
    """(n,2) neighbouring triangles that lie back on one another: normals' cosine below `sharpest`.

    A triangle that flips within a surface does this on at least one of its edges, however far the
    surface as a whole turns, as lids and jaw do.
    """
    pairs = neighbours(triangles)
    normals = unit_normals(points, triangles)
    cosine = (normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(1)
    return pairs[cosine < sharpest]


def intersections(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n,2) triangles of which an edge of one passes through the other, points in mm.

    Triangles that share a vertex are not compared.
    """
    first, second = _near_pairs(points, triangles)
    if not len(first):
        return np.zeros((0, 2), int)
    corners = points[triangles]
    hit = _edges_pierce(corners[first], corners[second]) | _edges_pierce(
        corners[second], corners[first])
    return np.stack([first[hit], second[hit]], axis=1)


def _near_pairs(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose boxes overlap and that share no vertex."""
    corners = points[triangles]
    low, high = corners.min(1), corners.max(1)
    first, second = _same_cell(np.floor(low / CELL).astype(int), np.floor(high / CELL).astype(int))
    overlap = ((low[first] <= high[second]) & (low[second] <= high[first])).all(1)
    first, second = first[overlap], second[overlap]
    shared = (triangles[first][:, :, None] == triangles[second][:, None, :]).any((1, 2))
    return first[~shared], second[~shared]


def _same_cell(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each pair of boxes (in whole cells) that have a cell in common, once."""
    span = high - low + 1
    counts = span.prod(1)
    owner = np.repeat(np.arange(len(low)), counts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide, tall = span[owner, 0], span[owner, 1]
    cell = low[owner] + np.stack([step % wide, step // wide % tall, step // (wide * tall)], 1)
    cell -= cell.min(0)
    size = cell.max(0) + 1
    key = (cell[:, 0] * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
    order = np.argsort(key, kind="stable")
    key, owner = key[order], owner[order]
    last = np.searchsorted(key, key, side="right")
    following = last - np.arange(len(key)) - 1  # how many come after each in its cell
    left = np.repeat(np.arange(len(key)), following)
    ahead = np.arange(len(left)) - np.repeat(np.cumsum(following) - following, following)
    right = left + 1 + ahead
    pairs = np.sort(np.stack([owner[left], owner[right]], axis=1), axis=1).astype(np.int64)
    code = np.unique(pairs[:, 0] * len(low) + pairs[:, 1])
    return code // len(low), code % len(low)


def _edges_pierce(edges_of: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(n,) whether any edge of a triangle (n,3,3) passes through another, by Möller-Trumbore."""
    hit = np.zeros(len(faces), bool)
    origin, one, two = faces[:, 0], faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0]
    for start, stop in ((0, 1), (1, 2), (2, 0)):
        along = edges_of[:, stop] - edges_of[:, start]
        cross = np.cross(along, two)
        size = (one * cross).sum(1)
        flat = np.abs(size) < 1e-12
        scale = 1 / np.where(flat, 1, size)
        arm = edges_of[:, start] - origin
        u = (arm * cross).sum(1) * scale
        turned = np.cross(arm, one)
        v = (along * turned).sum(1) * scale
        t = (two * turned).sum(1) * scale
        low, high = TOUCHING, 1 - TOUCHING
        hit |= ~flat & (u > low) & (v > low) & (u + v < high) & (t > low) & (t < high)
    return hit


@dataclass(frozen=True)
class Window:
    """A square looked at from one side under parallel projection."""

    centre: tuple[float, float, float]  # mm
    width: float  # mm
    pixels: int
    yaw: float = 0.0  # degrees, to the head's left
    pitch: float = 0.0  # degrees, upwards

    def project(self, points: np.ndarray) -> np.ndarray:
        """(…,3) pixels across and down, and depth towards the viewer in mm."""
        turn = rodrigues(np.radians([self.pitch, 0, 0])) @ rodrigues(np.radians([0, -self.yaw, 0]))
        seen = (points - np.asarray(self.centre)) @ turn.T
        half, scale = self.pixels / 2, self.pixels / self.width
        return np.concatenate([half + scale * seen[..., :1], half - scale * seen[..., 1:2],
                               seen[..., 2:]], axis=-1)

    def nearest(self, points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """(pixels,pixels) number of the triangle seen in each pixel, -1 for none."""
        return rasterise(self.project(points), triangles, (self.pixels, self.pixels)).triangle


def seen_area(window: Window, points: np.ndarray, triangles: np.ndarray,
              wanted: np.ndarray) -> float:
    """mm² of the window in which the nearest triangle is one of `wanted` (F,) bool."""
    found = window.nearest(points, triangles)
    return float(wanted[found[found >= 0]].sum()) * (window.width / window.pixels) ** 2


EYE_WINDOW, EYE_PIXELS = 40.0, 160  # mm and px: a quarter of a millimetre each
EYE_COVER = 80.0  # mm: skin no farther from an eye may hide it, the other side of the nose too
EYE_SIDES = tuple((yaw, pitch) for yaw in (-40, 0, 40) for pitch in (-25, 0, 25))  # degrees


def bare_eye(head: HeadData, points: np.ndarray, side: str) -> float:
    """mm² of the eyeball `side` seen past the skin, the most of nine directions; points in mm."""
    ball = part_rows(head, f"eye_{side}")
    chosen = ball | part_rows(head, "skin")
    centre = points[np.asarray(head.masks[f"eye_{side}"])].mean(0)
    near = np.linalg.norm(points[head.triangles].mean(1) - centre, axis=1) < EYE_COVER
    chosen &= near
    windows = (Window(tuple(centre), EYE_WINDOW, EYE_PIXELS, yaw, pitch)
               for yaw, pitch in EYE_SIDES)
    return max(seen_area(w, points, head.triangles[chosen], ball[chosen]) for w in windows)


MOUTH_WINDOW = 90.0  # mm: mouth, chin and cheeks as far as the back teeth
MOUTH_SIDES = ((0.0, 0.0), (50.0, 0.0), (-50.0, 0.0), (0.0, -45.0))  # degrees


class MouthView:
    """What shows of the inside of the mouth, in any pose of one head; points in mm."""

    def __init__(self, head: HeadData, pixels: int = 72) -> None:
        """pixels: across the window of 90 mm."""
        self._pixels = pixels
        inside = np.zeros(len(head.triangles), bool)
        for part in INSIDE_MOUTH:
            inside |= part_rows(head, part)
        bag = part_rows(head, "mouth_bag")
        centre = head.template[list(INNER_LIPS)].mean(0)
        middles = head.template[head.triangles].mean(1)
        near = np.linalg.norm(middles - centre, axis=1) < MOUTH_WINDOW / 1000
        chosen = near & (part_rows(head, "skin") | inside)
        self._triangles, self._inside = head.triangles[chosen], inside[chosen]
        self._dark = self._inside | bag[chosen]

    def through_skin(self, points: np.ndarray) -> float:
        """mm² of teeth, gums and tongue seen elsewhere than through the lips, all sides summed."""
        return sum(self._outside_lips(points, yaw, pitch) for yaw, pitch in MOUTH_SIDES)

    def _outside_lips(self, points: np.ndarray, yaw: float, pitch: float) -> float:
        window = self._window(points, MOUTH_WINDOW, self._pixels, yaw, pitch)
        found = window.nearest(points, self._triangles)
        rows, columns = np.nonzero((found >= 0) & self._inside[found])
        ring = window.project(points[list(INNER_LIPS)])[:, :2]
        away = _outside_polygon(np.stack([columns, rows], 1) + 0.5, ring)
        return float((away > LIP_SLACK * self._pixels / MOUTH_WINDOW).sum()
                     ) * (MOUTH_WINDOW / self._pixels) ** 2

    def gap(self, points: np.ndarray) -> float:
        """mm² of the mouth's inside seen from the front."""
        window = self._window(points, GAP_WINDOW, GAP_PIXELS, 0.0, 0.0)
        return seen_area(window, points, self._triangles, self._dark)

    @staticmethod
    def _window(points: np.ndarray, width: float, pixels: int, yaw: float, pitch: float) -> Window:
        return Window(tuple(points[list(INNER_LIPS)].mean(0)), width, pixels, yaw, pitch)


LIP_SLACK = 2.0  # mm beyond the lip ring's landmarks: the lip between them is round, and rolls
GAP_WINDOW, GAP_PIXELS = 70.0, 140  # mm, px


def _outside_polygon(spots: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """(n,) distance of (n,2) spots from a polygon (m,2); 0 within."""
    start, end = ring, np.roll(ring, -1, axis=0)
    along = end - start
    arm = spots[:, None] - start
    share = np.clip((arm * along).sum(2) / np.maximum((along**2).sum(1), 1e-12), 0, 1)
    apart = np.linalg.norm(arm - share[:, :, None] * along, axis=2).min(1)
    crosses = (start[:, 1] > spots[:, 1:]) != (end[:, 1] > spots[:, 1:])
    height = np.where(along[:, 1] == 0, 1e-12, along[:, 1])
    left = spots[:, :1] < start[:, 0] + along[:, 0] * (spots[:, 1:] - start[:, 1]) / height
    inside = ((crosses & left).sum(1) % 2).astype(bool)
    return np.where(inside, 0.0, apart)
