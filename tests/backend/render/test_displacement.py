# SPDX-License-Identifier: GPL-3.0-or-later
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from flamewheel.errors import HeadError
from flamewheel.head.registry import find_head
from flamewheel.render.displacement import as_png, detail_normals, face_mask, relief_maps
from flamewheel.render.surface_normals import vertex_normals
from flamewheel.render.texture import UvLayout, UvSpace, uv_layout

SIZE = 32


def sheet(flipped=False):
    """0.2 m of plane facing +z, all of the layout its own; `flipped` lies in it face down."""
    line = torch.linspace(0, 1, 3, dtype=torch.float64)
    v, u = torch.meshgrid(line, line, indexing="ij")
    points = torch.stack([0.2 * u, 0.2 * v, torch.zeros_like(u)], -1).view(1, 9, 3)
    at = torch.arange(9).view(3, 3)
    a, b, c, d = at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]
    faces = torch.stack([torch.stack([a, b, c], -1), torch.stack([a, c, d], -1)]).view(-1, 3)
    uv = torch.stack([1 - u if flipped else u, v], -1).view(9, 2)
    return points, faces, UvSpace(UvLayout(uv, faces), SIZE)


@pytest.mark.parametrize("flipped", [False, True])
def test_a_ramp_tilts_the_normal_by_its_slope(flipped):
    """0.03 m up over 0.2 m along u: the normal leans back along x by 0.15."""
    points, faces, space = sheet(flipped)
    u = (torch.arange(SIZE, dtype=torch.float64) + 0.5) / SIZE
    ramp = (0.03 * u).expand(1, 1, SIZE, SIZE)
    mask = torch.ones(1, 1, SIZE, SIZE, dtype=torch.float64)
    normals = detail_normals(ramp, space, faces, points, mask)[0]
    lean = 0.15 if flipped else -0.15
    expected = np.array([lean, 0, 1]) / np.hypot(0.15, 1)
    np.testing.assert_allclose(normals.permute(1, 2, 0).reshape(-1, 3),
                               np.tile(expected, (SIZE * SIZE, 1)), atol=1e-9)


def test_equals_the_normals_of_decas_dense_mesh():
    """Every four texels as DECA's `generate_triangles` joins them (without its margins)."""
    points, faces, space = sheet()
    generator = torch.Generator().manual_seed(4)
    relief = 0.01 * torch.rand(2, 1, SIZE, SIZE, generator=generator, dtype=torch.float64)
    mask = torch.ones(1, 1, SIZE, SIZE, dtype=torch.float64)
    bent = torch.cat([points, points + torch.tensor([0.0, 0.0, 0.05]) * points[..., :1]])
    normals = detail_normals(relief, space, faces, bent, mask)
    at = torch.arange(SIZE * SIZE).view(SIZE, SIZE)
    a, b, c, d = at[:-1, :-1], at[:-1, 1:], at[1:, :-1], at[1:, 1:]
    dense_faces = torch.cat([torch.stack([a, c, b], -1).view(-1, 3),
                             torch.stack([b, c, d], -1).view(-1, 3)])
    coarse = space.from_vertices(vertex_normals(bent, faces), faces)
    dense = (space.from_vertices(bent, faces) + relief * coarse).flatten(2).transpose(1, 2)
    expected = vertex_normals(dense, dense_faces).transpose(1, 2).view(2, 3, SIZE, SIZE)
    np.testing.assert_allclose(normals, expected, atol=1e-12)


def test_mask_keeps_the_coarse_normals():
    points, faces, space = sheet()
    noise = torch.rand(1, 1, SIZE, SIZE, dtype=torch.float64) * 0.01
    mask = torch.zeros(1, 1, SIZE, SIZE, dtype=torch.float64)
    mask[..., : SIZE // 2, :] = 1
    normals = detail_normals(noise, space, faces, points, mask)
    assert (normals[0, 2, SIZE // 2:] == 1).all()
    assert normals[0, 2, 1: SIZE // 2].max() < 1 and normals[0, 2, :SIZE // 2].mean() < 0.99


def test_gradients():
    points, faces, space = sheet()
    displacement = (torch.rand(2, 1, SIZE, SIZE, dtype=torch.float64) * 0.004).requires_grad_()
    moved = (points + 0.01 * torch.rand(2, 9, 3, dtype=torch.float64)).requires_grad_()
    mask = torch.full((1, 1, SIZE, SIZE), 0.7, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda d, p: detail_normals(d, space, faces, p, mask), [displacement, moved],
        fast_mode=True, atol=1e-4)


def test_no_displacement_gives_the_heads_own_normals():
    """Up to the facets of a coarse mesh, whose smooth normals lean to their neighbours."""
    head = find_head()
    like = torch.zeros(0)
    space = UvSpace(uv_layout(head, like), 256)
    faces = torch.tensor(head.triangles, dtype=torch.long)
    points, mask = torch.tensor(head.template)[None], face_mask(head, space, faces)
    normals = detail_normals(torch.zeros(1, 1, 256, 256), space, faces, points, mask)
    smooth = space.from_vertices(vertex_normals(points, faces), faces)
    on = (mask > 0.99)[0, 0]
    assert 0.05 < on.float().mean() < 0.6
    cosines = torch.nn.functional.cosine_similarity(normals, smooth)[0][on]
    assert cosines.median() > 0.999 and cosines.quantile(0.01) > 0.9
    assert not normals[0][:, ~space.covered[0, 0]].any()
    off = space.covered[0, 0] & (mask == 0)[0, 0]
    np.testing.assert_allclose(normals[0][:, off], smooth[0][:, off], atol=1e-6)


def test_face_mask_leaves_the_eyes_out():
    head = find_head()
    space = UvSpace(uv_layout(head, torch.zeros(0)), 256)
    faces = torch.tensor(head.triangles, dtype=torch.long)
    eyes = torch.tensor((np.asarray(head.weights)[:, 3:] > 0.5).any(1), dtype=torch.float32)
    ball = space.from_vertices(eyes[None, :, None], faces)
    for data in (head, replace(head, masks={})):
        mask = face_mask(data, space, faces)
        assert mask.min() >= 0 and mask.max() <= 1.0001
        assert mask[ball > 0.99].max() < 0.01
    everywhere, face = (face_mask(d, space, faces) for d in (replace(head, masks={}), head))
    assert everywhere.mean() > face.mean()


def sheet_head():
    points, faces, _ = sheet()
    head = find_head("open-light")
    line = np.linspace(0, 1, 3)
    v, u = np.meshgrid(line, line, indexing="ij")
    return replace(head, template=points[0].numpy(), triangles=faces.int().numpy(),
                   uv=np.stack([u, v], -1).reshape(9, 2), uv_triangles=faces.int().numpy())


def test_maps_for_blender():
    """The ramp's tangent-space normal everywhere, and heights that come back through 16 bits."""
    head = sheet_head()
    u = (np.arange(64) + 0.5) / 64
    ramp = np.broadcast_to(0.03 * (u - 0.5), (64, 64))
    maps = relief_maps(ramp, head)
    normal = np.array([-0.15, 0, 1]) / np.hypot(0.15, 1)
    assert np.abs(maps.normal - (127.5 + 127.5 * normal)).max() <= 1
    assert maps.height.dtype == np.uint16
    back = (maps.height / 65535 - maps.midlevel) * maps.scale
    np.testing.assert_allclose(back, ramp, atol=maps.scale / 65535)
    upwards = relief_maps(ramp.T[::-1], head)  # higher with v
    leaning = np.array([0, -0.15, 1]) / np.hypot(0.15, 1)
    assert np.abs(upwards.normal - (127.5 + 127.5 * leaning)).max() <= 1


def test_maps_survive_png():
    head = sheet_head()
    maps = relief_maps(np.random.default_rng(0).normal(0, 1e-3, (32, 32)), head)
    for picture in (maps.normal, maps.height):
        with Image.open(io.BytesIO(as_png(picture))) as read:
            assert (np.asarray(read) == picture).all()


def test_flat_empty_and_impossible_displacements():
    head = sheet_head()
    flat = relief_maps(np.zeros((16, 16)), head)
    assert (np.abs(flat.normal.astype(int) - [128, 128, 255]) <= 1).all()
    assert (np.abs(flat.height.astype(int) - 32768) <= 1).all() and flat.scale > 0
    squeezed = head.uv_triangles.copy()
    squeezed[0] = squeezed[0, 0]  # a triangle without a place in the layout
    assert np.isfinite(relief_maps(np.zeros((16, 16)), replace(head, uv_triangles=squeezed)).scale)
    for wrong in (np.zeros((4, 5)), np.full((4, 4), np.nan), np.zeros((1, 4, 4))):
        with pytest.raises(ValueError, match="displacement"):
            relief_maps(wrong, head)
    with pytest.raises(HeadError):
        relief_maps(np.zeros((4, 4)), replace(head, uv=None))
