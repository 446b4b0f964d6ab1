# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest
import torch

from flamewheel.head.model import HeadModel
from flamewheel.head.registry import find_head
from flamewheel.render.albedo import albedo_texture
from flamewheel.render.cameras import Orthographic
from flamewheel.render.grey import vertex_normals as numpy_normals
from flamewheel.render.head_look import GROUPS, look_of
from flamewheel.render.learned_view import Surface, render_face, surface_of
from flamewheel.render.lighting import random_lights
from flamewheel.render.surface_normals import vertex_normals
from flamewheel.render.texture import UvSpace


def sphere(rows=24):
    """A sphere of radius 0.1 m about the origin: points, triangles from outside, flat layout."""
    angles = np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, 2 * rows)
    down, around = (a.ravel() for a in np.meshgrid(*angles, indexing="ij"))
    points = 0.1 * np.stack([np.sin(down) * np.sin(around), np.cos(down),
                             np.sin(down) * np.cos(around)], 1)
    at = np.arange(rows * 2 * rows).reshape(rows, -1)
    a, b, c, d = at[:-1, :-1], at[1:, :-1], at[1:, 1:], at[:-1, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    return torch.tensor(points)[None], torch.tensor(faces)


def test_normals_of_a_sphere_point_outwards():
    points, faces = sphere()
    normals = vertex_normals(points, faces)
    poles_and_seam = normals.norm(dim=-1) > 0.5
    np.testing.assert_allclose(normals[poles_and_seam].norm(dim=-1), 1)
    inside = (points[..., 1].abs() < 0.08) & (points[..., 0].abs() > 0.01)
    np.testing.assert_allclose(normals[inside], points[inside] / 0.1, atol=0.01)
    same = numpy_normals(points[0].numpy(), faces.numpy())
    np.testing.assert_allclose(normals[inside], same[inside[0]], atol=1e-12)


def test_normals_are_differentiable_and_batched():
    points, faces = sphere(4)
    moved = torch.cat([points, points.flip(2) * 1.3 + 0.01]).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: vertex_normals(p, faces)[:, 9:23], [moved],
                                    fast_mode=True)
    both = vertex_normals(moved, faces)
    np.testing.assert_allclose(both[1].detach(), vertex_normals(moved[1:], faces)[0].detach())


def test_a_sphere_is_lit_as_its_normals_say():
    """The light's x, y, z bands alone: the picture is the normal at each pixel."""
    points, faces = sphere(60)
    light = torch.zeros(1, 9, 3, dtype=torch.float64)
    light[0, 1, 0] = light[0, 2, 1] = light[0, 3, 2] = 1 / 1.0233267
    camera = Orthographic(torch.tensor([[9.0, 0.0, 0.0]], dtype=torch.float64))
    seen = render_face(points, Surface(faces), camera, light, torch.ones_like(points), (64, 64))
    rows, columns = np.nonzero(seen.mask[0, 0].numpy())
    x, y = (2 * columns + 1) / 64 - 1, -((2 * rows + 1) / 64 - 1)
    centre = x**2 + y**2 < 0.7 * 0.81
    z = np.sqrt(np.maximum(0.81 - x**2 - y**2, 0))
    expected = np.stack([x, y, z]) / 0.9
    picture = seen.images[0].numpy()[:, rows, columns]
    np.testing.assert_allclose(picture[:, centre], expected[:, centre], atol=0.02)
    assert seen.facing[0, 0].numpy()[rows, columns][centre].all()
    assert len(rows) == pytest.approx(np.pi * (0.9 * 32) ** 2, rel=0.01)


def small_head():
    """The template's sphere with a texture laid on it, two pictures, all in float64."""
    points, faces = sphere(8)
    generator = torch.Generator().manual_seed(2)
    vertices = torch.cat([points, points * 1.1 + 0.002])
    colours = torch.rand(2, points.shape[1], 3, generator=generator, dtype=torch.float64)
    light = random_lights(2, generator).double()
    camera = torch.tensor([[8.0, 0.001, 0.002], [7.5, 0.0, 0.003]], dtype=torch.float64)
    return vertices, faces, camera, light, colours


def test_gradients_of_the_whole_picture():
    """A small step of each input changes the sum of squares as the gradient says."""
    vertices, faces, camera, light, colours = small_head()
    inputs = [t.clone().requires_grad_() for t in (vertices, camera, light, colours)]

    def picture(*values):
        v, c, lamp, albedo = values
        return render_face(v, Surface(faces), Orthographic(c), lamp, albedo, (20, 20))

    first = picture(*inputs)
    first.images.square().sum().backward()
    generator = torch.Generator().manual_seed(3)
    for number, (value, size) in enumerate(zip(inputs, (1e-8, 1e-6, 1e-5, 1e-5), strict=True)):
        way = torch.randn(value.shape, generator=generator, dtype=torch.float64) * size
        ends = []
        for sign in (1, -1):
            moved = [v.detach() for v in inputs]
            moved[number] = moved[number] + sign * way
            there = picture(*moved)
            assert torch.equal(there.fragments.triangle, first.fragments.triangle)
            ends.append(there.images.square().sum())
        slope = (value.grad * way).sum()
        assert float(ends[0] - ends[1]) / 2 == pytest.approx(float(slope), rel=1e-4)


def test_background_stands_behind_the_head_only():
    vertices, faces, camera, light, colours = small_head()
    behind = torch.full((2, 3, 20, 20), 7.0, dtype=torch.float64)
    with_it, without = (
        render_face(vertices, Surface(faces), Orthographic(camera), light, colours, (20, 20),
                    background=b) for b in (behind, None))
    bare = ~with_it.mask.bool().expand(-1, 3, -1, -1)
    assert (with_it.images[bare] == 7).all() and not without.images[bare].any()
    assert torch.equal(with_it.images[~bare], without.images[~bare])
    assert without.uv is None
    with pytest.raises(ValueError, match="texture"):
        render_face(vertices, Surface(faces), Orthographic(camera), light,
                    torch.ones(1, 3, 4, 4, dtype=torch.float64), (20, 20))


def test_the_open_head_can_be_fitted_to_a_picture_of_itself():
    """Gradient steps bring camera, light and texture nearer to those of a picture."""
    head = HeadModel(find_head("open-light"))
    like = torch.zeros(0)
    surface = surface_of(head.data, like)
    vertices = head.vertices()
    light = random_lights(1, torch.Generator().manual_seed(0))
    centre = float(vertices[..., 1].mean())
    truth = torch.tensor([[7.0, 0.002, -centre + 0.003]])
    texture = torch.full((1, 3, 32, 32), 0.5)
    texture[:, :, ::2] = 0.8
    with torch.no_grad():
        goal = render_face(vertices, surface, Orthographic(truth), light, texture, (64, 64))
    assert goal.uv.min() >= 0 and goal.uv.max() <= 1
    camera = torch.tensor([[7.0, 0.0, -centre]]).requires_grad_()
    grey, lamp = torch.full((1, 3, 32, 32), 0.6).requires_grad_(), light.clone().mul(
        0.8).requires_grad_()
    adam = torch.optim.Adam([{"params": [camera], "lr": 3e-4},
                             {"params": [grey, lamp], "lr": 0.02}])
    losses = []
    for _ in range(60):
        adam.zero_grad()
        seen = render_face(vertices, surface, Orthographic(camera), lamp, grey, (64, 64))
        both = seen.mask * goal.mask
        loss = ((seen.images - goal.images) * both).square().sum() / both.sum()
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]
    assert (camera - truth)[0, 1:].abs().max() < 0.003


def test_a_texture_of_the_whole_head_shows_its_eyes_and_lips():
    """Pixels of parts have the colours that the head's look gives them."""
    head = find_head()
    look = look_of(head)
    vertices = torch.tensor(head.template)[None]
    surface = surface_of(head, vertices)
    texture = albedo_texture(look, UvSpace(surface.layout, 512))
    assert texture.shape == (1, 3, 512, 512) and texture.min() >= 0 and texture.max() <= 1
    face = head.template[np.asarray(head.masks["face"])]
    camera = Orthographic(torch.tensor([[12.0, 0.0, -float(face[:, 1].mean())]]))
    light = torch.zeros(1, 9, 3)
    light[:, 0] = 1 / 0.2820948
    seen = render_face(vertices, surface, camera, light, texture, (256, 256))
    groups = torch.tensor(look.groups)[seen.fragments.seen]
    colours = seen.images.permute(0, 2, 3, 1)[seen.fragments.covered]
    tone = {name: colours[groups == GROUPS.index(name)].median(0).values for name in
            ("eye", "iris", "skin")}
    assert tone["eye"].min() > 0.45 and tone["iris"].max() < 0.25
    assert 1.3 < tone["skin"][0] / tone["skin"][1] < 3
    assert (groups == GROUPS.index("iris")).sum() > 40  # not hidden by the cornea


def test_surfaces_seen_from_behind_are_lit_on_the_side_that_is_seen():
    card = torch.tensor([[[-0.1, -0.1, 0.0], [0.1, -0.1, 0.0], [0.0, 0.1, 0.0]]])
    light = torch.zeros(1, 9, 3)
    light[:, 3] = 1.0
    camera = Orthographic(torch.tensor([[5.0, 0.0, 0.0]]))
    sides = [render_face(card, Surface(torch.tensor([order])), camera, light,
                         torch.ones(1, 3, 3), (16, 16)) for order in ([0, 1, 2], [0, 2, 1])]
    assert torch.equal(sides[0].images, sides[1].images)
    assert sides[0].images.sum() > 10
    assert sides[0].facing.sum() == sides[0].mask.sum() and sides[1].facing.sum() == 0
