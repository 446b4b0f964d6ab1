# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's texture coordinates: nothing overlaps, the face is large, left mirrors right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

from flamewheel.head.open_head.assembly import Head, assemble
from flamewheel.head.open_head.mesh_tools import adjacency
from flamewheel.head.open_head.skull import head_skin
from flamewheel.head.open_head.template import neutral_face
from flamewheel.head.open_head.uv import GAP, texture_coordinates
from flamewheel.head.open_head.uv_energy import double_areas, relaxed, rest_shapes
from flamewheel.head.open_head.uv_parts import generic

Layout = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def head() -> Head:
    return assemble(head_skin(neutral_face()))


@pytest.fixture(scope="module")
def layout(head: Head) -> Layout:
    """As the head file keeps it, in float32."""
    vt, ft = texture_coordinates(head)
    return vt.astype(np.float32), ft


def owners(flat: np.ndarray, faces: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Texel and triangle of every texel centre well inside a triangle, one row per pair."""
    corner = flat.astype(float)[faces] * size
    low = np.floor(corner.min(1)).astype(int)
    span = np.ceil(corner.max(1)).astype(int) - low
    texels, inside = [], []
    for box in np.unique(span, axis=0):
        chosen = np.flatnonzero((span == box).all(1))
        x, y = (a.ravel() for a in np.meshgrid(np.arange(box[0]), np.arange(box[1])))
        spots = low[chosen, None] + np.stack([x, y], 1)[None]
        edge = np.roll(corner[chosen], -1, axis=1) - corner[chosen]
        arm = spots[:, :, None] + 0.5 - corner[chosen, None]
        cross = edge[:, None, :, 0] * arm[..., 1] - edge[:, None, :, 1] * arm[..., 0]
        hit = (cross > 1e-3 * np.linalg.norm(edge, axis=2)[:, None]).all(2)
        texels.append((spots[..., 1] * size + spots[..., 0])[hit])
        inside.append(np.broadcast_to(chosen[:, None], hit.shape)[hit])
    return np.concatenate(texels), np.concatenate(inside)


def stretch(head: Head, layout: Layout) -> np.ndarray:
    """(face triangles, 2) texels per mm at 1024 px along the two main directions, greater first."""
    count = head.skin.face_triangles
    solid, flat = head.skin.points[head.skin.triangles[:count]], layout[0][layout[1][:count]] * 1024
    a, b = solid[:, 1] - solid[:, 0], solid[:, 2] - solid[:, 0]
    length = np.linalg.norm(a, axis=1)
    edges = np.zeros((count, 2, 2))
    edges[:, 0, 0], edges[:, 0, 1] = length, (a * b).sum(1) / length
    edges[:, 1, 1] = np.linalg.norm(np.cross(a, b), axis=1) / length
    flat_edges = np.stack([flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]], 2)
    return np.linalg.svd(flat_edges @ np.linalg.inv(edges), compute_uv=False)


def test_every_triangle_has_its_place_and_faces_up(head: Head, layout: Layout) -> None:
    vt, ft = layout
    assert ft.shape == head.triangles.shape and ft.min() >= 0 and ft.max() < len(vt)
    assert vt.min() > GAP * 0.99 and vt.max() < 1 - GAP * 0.99
    assert double_areas(vt.astype(float), ft).min() > 1e-9


def test_no_texel_belongs_to_two_triangles(layout: Layout) -> None:
    texels, _ = owners(*layout, 2048)
    counts = np.bincount(texels)
    assert counts.max() == 1
    assert (counts == 1).sum() > 0.8 * 2048**2


def test_skin_mirrors_exactly(head: Head, layout: Layout) -> None:
    vt = texture_coordinates(head)[0][: len(head.skin.points)]
    other = vt[head.skin.mirror]
    off_cut = np.abs(head.skin.points[:, 0]) > 1e-9
    np.testing.assert_allclose(vt[off_cut] * [-1, 1] + [1, 0], other[off_cut], atol=1e-15)
    face = head.skin.mirror[: head.skin.face_count] == np.arange(head.skin.face_count)
    np.testing.assert_array_equal(vt[: head.skin.face_count][face, 0], 0.5)


def test_face_has_most_texels(head: Head, layout: Layout) -> None:
    vt, ft = layout
    area = double_areas(vt.astype(float), ft[: len(head.skin.triangles)])
    assert area[: head.skin.face_triangles].sum() > 0.35 * area.sum()
    texels = stretch(head, layout)
    assert np.median(texels[:, 1]) > 2.4 and np.percentile(texels[:, 1], 10) > 1.8
    uneven = texels[:, 0] / texels[:, 1]
    assert np.median(uneven) < 1.6 and np.percentile(uneven, 95) < 3
    around = np.concatenate([*head.skin.lids, head.skin.lips, [107, 66, 105, 63, 70, 336, 296]])
    near = np.isin(head.skin.triangles[: head.skin.face_triangles], around).any(1)
    assert np.median(texels[near]) > 2.0 and np.percentile(texels[near].prod(1), 10) > 2.0**2


def test_charts_keep_their_distance(head: Head, layout: Layout) -> None:
    vt, ft = layout
    part = np.zeros(len(ft), int)
    for name in ("brows", "lashes", "hair_cards"):
        part |= (ft_of(head, name)).astype(int)
    _, label = connected_components(adjacency(len(vt), ft), directed=False)
    texels, triangle = owners(vt, ft, 1024)
    for cards, reach in ((0, 2), (1, 1)):  # free texels at least between two charts
        own = np.full(1024 * 1024, np.nan)
        chosen = part[triangle] <= cards
        own[texels[chosen]] = label[ft[triangle[chosen], 0]]
        own = own.reshape(1024, 1024)
        most = maximum_filter(np.where(np.isnan(own), -1, own), 2 * reach + 1)
        least = minimum_filter(np.where(np.isnan(own), 1e9, own), 2 * reach + 1)
        seen = ~np.isnan(own)
        np.testing.assert_array_equal(most[seen], least[seen])


def test_cards_stand_on_their_roots(head: Head, layout: Layout) -> None:
    vt, ft = layout
    chosen = ft_of(head, "lashes")
    depth = np.linalg.norm(head.points[head.triangles[chosen]][:, :, None]
                           - head.skin.points[np.concatenate(head.skin.lids)], axis=3).min(2)
    rise = vt[ft[chosen]][..., 1]
    rows = np.arange(len(depth))
    assert (rise[rows, depth.argmax(1)] > rise[rows, depth.argmin(1)] - 1e-6).mean() > 0.95


def ft_of(head: Head, name: str) -> np.ndarray:
    """Which triangles are a part's."""
    piece, first = head.slices[name], head.triangles[:, 0]
    return (first >= piece.start) & (first < piece.stop)


def test_pieces_of_any_kind_are_laid_flat() -> None:
    turn = np.arange(12) / 12 * 2 * np.pi
    ring = np.stack([np.cos(turn), np.sin(turn), 0 * turn], 1)
    ball = np.concatenate([[[0, 0, -1.0]], ring * 0.7 - [0, 0, 0.7], ring, ring * 0.7 + [0, 0, 0.7],
                           [[0, 0, 1.0]]])
    closed = ConvexHull(ball).simplices
    outward = np.cross(ball[closed[:, 1]] - ball[closed[:, 0]],
                       ball[closed[:, 2]] - ball[closed[:, 0]])
    inward = (outward * ball[closed].mean(1)).sum(1) < 0
    closed[inward] = closed[inward][:, ::-1]
    open_cup = closed[ball[closed, 2].min(1) > -0.9]
    for triangles in (closed, open_cup, closed[:1]):
        charts = generic(ball, triangles, np.arange(len(triangles)))
        assert sorted(np.concatenate([c.triangles for c in charts])) == [*range(len(triangles))]
        for chart in charts:
            assert double_areas(chart.places, chart.corners).min() > 0


def test_a_start_that_is_turned_over_is_refused() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]])
    rest = rest_shapes(square, np.array([[0, 1, 2], [0, 2, 3]]), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="turned over"):
        relaxed(square[:, :2] * [-1, 1], rest, np.ones((4, 2), bool))
