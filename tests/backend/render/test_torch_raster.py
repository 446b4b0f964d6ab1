# SPDX-License-Identifier: GPL-3.0-or-later
import sys
import types

import numpy as np
import pytest
import torch

from flamewheel.head.registry import find_head
from flamewheel.render import pytorch3d_raster, rasterise, torch_raster
from flamewheel.render.torch_raster import (
    BatchFragments,
    fragments_of,
    interpolate,
    nearest_triangles,
)
from flamewheel.render.torch_raster import rasterise as rasterise_torch


def to_ndc(pixels, size):
    """Screen space of points in pixels whose z is towards the viewer (the numpy rasteriser's)."""
    width, height = size
    flat = np.asarray(pixels, float) * [2 / width, 2 / height, -1] - [1, 1, 0]
    return torch.tensor(flat)


def turned_head(size, turn=0.5):
    """The open head in pixels of a picture, turned by `turn` rad."""
    head = find_head()
    c, s = np.cos(turn), np.sin(turn)
    around = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    points = np.asarray(head.template, float) @ around.T
    scale = 0.9 * min(size) / np.ptp(points[:, 1])
    middle = (points.max(0) + points.min(0)) / 2
    pixels = (points - middle) * scale * [1, -1, 1] + [size[0] / 2, size[1] / 2, 0]
    return pixels, np.asarray(head.triangles)


@pytest.mark.parametrize("size", [(224, 224), (300, 170)])
def test_sees_the_same_triangles_as_the_numpy_rasteriser(size):
    views = [turned_head(size, turn) for turn in (0.0, 0.7)]
    triangles = torch.tensor(views[0][1], dtype=torch.long)
    seen = rasterise_torch(torch.stack([to_ndc(p, size) for p, _ in views]), triangles, size)
    for number, (pixels, faces) in enumerate(views):
        reference = rasterise(pixels, faces, size)
        same = seen.triangle[number].numpy() == reference.triangle
        assert same.mean() > 0.999
        assert 0.15 < (reference.triangle >= 0).mean() < 0.7
        hit = same & (reference.triangle >= 0)
        np.testing.assert_allclose(
            seen.barycentrics[number].numpy()[hit], reference.barycentrics[hit], atol=1e-6)
        np.testing.assert_allclose(
            -seen.depth[number].numpy()[hit], reference.depth[hit], atol=1e-6)


def test_same_result_in_small_portions(monkeypatch):
    pixels, faces = turned_head((96, 96))
    points, triangles = to_ndc(pixels, (96, 96))[None], torch.tensor(faces, dtype=torch.long)
    whole = nearest_triangles(points, triangles, (96, 96))
    monkeypatch.setitem(torch_raster.CANDIDATES_AT_ONCE, "cpu", 900)
    assert torch.equal(whole, nearest_triangles(points, triangles, (96, 96)))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_sees_the_same():
    pixels, faces = turned_head((96, 96))
    points, triangles = to_ndc(pixels, (96, 96))[None].float(), torch.tensor(faces).long()
    here = nearest_triangles(points, triangles, (96, 96))
    there = nearest_triangles(points.cuda(), triangles.cuda(), (96, 96)).cpu()
    assert (here == there).float().mean() > 0.999


def test_pixel_centres_and_axes():
    """One triangle over the pixel in the upper right corner of 4 x 2: x right, y down."""
    points = torch.tensor([[[0.5, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    seen = nearest_triangles(points, torch.tensor([[0, 1, 2]]), (4, 2))
    assert seen[0].tolist() == [[-1, -1, -1, 0], [-1, -1, -1, -1]]


def test_least_z_is_seen_from_both_sides_and_first_of_equals():
    square = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
    points = torch.tensor([[[*xy, z] for z in (5.0, -2.0, -2.0, 1.0) for xy in square]])
    quads = [[0, 1, 2], [0, 2, 3]]
    faces = torch.tensor([[4 * k + c for c in quad] for k in range(4) for quad in quads])
    flipped = faces.clone()
    flipped[2:4] = flipped[2:4].flip(1)
    for triangles in (faces, flipped):
        found = nearest_triangles(points, triangles, (8, 8))
        assert set(found.unique().tolist()) == {2, 3}


def test_two_triangles_leave_no_gap_between_them():
    generator = torch.Generator().manual_seed(5)
    inner = torch.rand(64, 2, generator=generator) * 1.6 - 0.8
    corners = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    fans = torch.stack([torch.cat([corners, point[None]]) for point in inner])
    points = torch.cat([fans, torch.zeros(64, 5, 1)], 2)
    faces = torch.tensor([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    assert (nearest_triangles(points, faces, (64, 64)) >= 0).all()


def test_nothing_where_there_is_nothing():
    nan, inf = float("nan"), float("inf")
    points = torch.tensor([[[-9.0, -9, 0], [-5, -9, 0], [-9, -5, 0], [-.5, -.5, 0], [0, 0, 0],
                            [.5, .5, 0], [nan, 0, 0], [0.5, -.5, 1], [-.5, .5, 1], [.9, .9, inf],
                            [inf, 0, 0]]])
    faces = torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8], [7, 8, 9], [7, 8, 10]])
    seen = rasterise_torch(points, faces, (12, 10))
    assert seen.triangle.shape == (1, 10, 12) and (seen.triangle == -1).all()
    assert torch.isinf(seen.depth).all() and not seen.barycentrics.any()
    values = interpolate(seen, faces, torch.ones(1, 11, 2))
    assert values.shape == (1, 10, 12, 2) and not values.any()
    empty = nearest_triangles(points, torch.zeros(0, 3, dtype=torch.long), (12, 10))
    assert (empty == -1).all()


def test_too_large_a_picture_is_refused():
    with pytest.raises(ValueError, match="pixels"):
        rasterise_torch(torch.zeros(1, 3, 3), torch.tensor([[0, 1, 2]]), (4096, 4096))


def small_scene():
    generator = torch.Generator().manual_seed(1)
    points = torch.rand(2, 9, 3, generator=generator, dtype=torch.float64) * 2 - 1
    attributes = torch.rand(2, 9, 2, generator=generator, dtype=torch.float64)
    return points, torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8]]), attributes


def test_gradients_of_vertices_and_attributes():
    """Against finite differences, in float64, with what each pixel sees held."""
    points, faces, attributes = small_scene()
    found = nearest_triangles(points, faces, (16, 12))
    assert all((found == number).any() for number in range(3))

    def picture(vertices, values):
        seen = fragments_of(found, vertices, faces)
        return interpolate(seen, faces, values), seen.depths

    inputs = [points.requires_grad_(), attributes.requires_grad_()]
    assert torch.autograd.gradcheck(picture, inputs, fast_mode=True)
    for batch in (attributes[:1], attributes[0]):
        one = batch.detach().clone().requires_grad_()
        assert torch.autograd.gradcheck(picture, [points, one], fast_mode=True)


def test_interpolating_the_position_gives_the_pixel():
    points, faces, _ = small_scene()
    seen = rasterise_torch(points, faces, (16, 12))
    place = interpolate(seen, faces, points)
    rows, columns = np.nonzero(seen.covered[1].numpy())
    np.testing.assert_allclose(place[1, rows, columns, 0], (2 * columns + 1) / 16 - 1, atol=1e-12)
    np.testing.assert_allclose(place[1, rows, columns, 1], (2 * rows + 1) / 12 - 1, atol=1e-12)
    np.testing.assert_allclose(place[..., 2][seen.covered], seen.depths)


@pytest.mark.skipif(not pytorch3d_raster.available(), reason="pytorch3d is not installed")
@pytest.mark.parametrize("size", [(128, 128), (150, 100)])
def test_equals_pytorch3d_up_to_edges(size):
    pixels, faces = turned_head(size)
    points, triangles = to_ndc(pixels, size)[None], torch.tensor(faces, dtype=torch.long)
    ours = nearest_triangles(points, triangles, size)
    theirs = pytorch3d_raster.nearest_triangles(points, triangles, size)
    assert (ours == theirs).float().mean() > 0.999


class FakeMeshes:
    def __init__(self, verts, faces):
        self.verts, self.faces = verts, faces


def fake_rasterize_meshes(meshes, image_size, blur_radius, faces_per_pixel, perspective_correct):
    """pytorch3d's published conventions in a plain loop: x left, y up, shorter side -1..1."""
    assert blur_radius == 0.0 and faces_per_pixel == 1 and not perspective_correct
    height, width = image_size
    shorter = min(image_size)
    x = width / shorter - (2 * np.arange(width) + 1) / shorter
    y = height / shorter - (2 * np.arange(height) + 1) / shorter
    centre = np.stack([*np.meshgrid(x, y), np.ones((height, width))])
    batch, count = meshes.faces.shape[:2]
    found = np.full((batch, height, width), -1)
    for picture in range(batch):
        depth = np.full((height, width), np.inf)
        corners = meshes.verts[picture].double().numpy()[meshes.faces[picture].numpy()]
        for number, corner in enumerate(corners):
            flat = np.vstack([corner[:, :2].T, np.ones(3)])
            if corner[:, 2].min() < 1e-8 or abs(np.linalg.det(flat)) <= 1e-8:
                continue
            weights = np.tensordot(np.linalg.inv(flat), centre, 1)
            z = np.tensordot(corner[:, 2], weights, 1)
            nearer = (weights > 0).all(0) & (z < depth)
            depth[nearer], found[picture][nearer] = z[nearer], picture * count + number
    return torch.tensor(found)[..., None], None, None, None


@pytest.mark.parametrize("size", [(20, 20), (24, 16), (16, 24)])
def test_conversion_to_pytorch3d(monkeypatch, size):
    """The adapter, against a stand-in that keeps pytorch3d's conventions."""
    names = ["pytorch3d", "pytorch3d.renderer", "pytorch3d.renderer.mesh", "pytorch3d.structures"]
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[names[2]].rasterize_meshes = fake_rasterize_meshes
    sys.modules[names[3]].Meshes = FakeMeshes
    points, faces, _ = small_scene()
    points[:, :, 2] *= 40.0  # nearer ones lie far on this side of 0
    points[1, 8] = float("nan")
    ours = nearest_triangles(points, faces, size)
    theirs = pytorch3d_raster.nearest_triangles(points, faces, size)
    assert torch.equal(ours, theirs)
    assert (ours[1] != 2).all() and (ours >= 0).float().mean() > 0.1


def test_fragments_are_plain_data():
    points, faces, _ = small_scene()
    seen = rasterise_torch(points, faces, (16, 12))
    assert isinstance(seen, BatchFragments)
    assert torch.equal(seen.picture, seen.covered.nonzero()[:, 0])
    assert torch.equal(seen.seen, seen.triangle[seen.covered])
    np.testing.assert_allclose(seen.barycentrics.sum(-1), seen.covered.double())
