# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest
import torch

from flamewheel import parameters
from flamewheel.render.cameras import (
    Orthographic,
    Perspective,
    PixelCamera,
    deca_camera,
    photo_cameras,
    pixel_camera,
)
from flamewheel.render.grey import camera_points
from flamewheel.render.torch_raster import interpolate, rasterise


def test_orthographic_by_hand():
    """s (X + tx) = 8 (0.05 + 0.01), -s (Y + ty) = -8 (0.02 - 0.03), -s Z = -8 * 0.1."""
    camera = Orthographic(torch.tensor([[8.0, 0.01, -0.03]]))
    seen = camera.project(torch.tensor([[[0.05, 0.02, 0.1]]]))
    np.testing.assert_allclose(seen, [[[0.48, 0.08, -0.8]]], atol=1e-6)


def test_pixel_camera_is_the_projects_own():
    photo = parameters.Camera(1234.0, np.array([310.0, 250.0]), (640, 480))
    points = np.random.default_rng(0).normal(0, 0.1, (20, 3))
    seen = pixel_camera([photo], torch.zeros(0, dtype=torch.float64)).project(
        torch.tensor(points)[None])[0].numpy()
    pixels = camera_points(points, photo, (640, 480))
    np.testing.assert_allclose((seen[:, :2] + 1) * [320, 240], pixels[:, :2])
    np.testing.assert_allclose(-seen[:, 2] * 320, pixels[:, 2])
    with pytest.raises(ValueError, match="sizes"):
        pixel_camera([photo, parameters.Camera(1.0, np.zeros(2), (6, 4))], torch.zeros(0))


def test_crops_of_photos_there_and_back():
    photos = [parameters.Camera(1500.0, np.array([700.0, 420.0]), (1280, 720)),
              parameters.Camera(800.0, np.array([200.0, 260.0]), (400, 500))]
    crops = torch.tensor([[500.0, 200.0, 400.0], [-20.0, 30.0, 450.0]], dtype=torch.float64)
    points = np.random.default_rng(1).normal(0, 0.1, (2, 9, 3))
    camera = deca_camera(photos, crops)
    seen = camera.project(torch.tensor(points)).numpy()
    for photo, crop, cloud, view in zip(photos, crops.numpy(), points, seen, strict=True):
        pixels = camera_points(cloud, photo, photo.image_size)[:, :2]
        np.testing.assert_allclose(view[:, :2], 2 * (pixels - crop[:2]) / crop[2] - 1)
    back = photo_cameras(camera, crops, [photo.image_size for photo in photos])
    for one, other in zip(photos, back, strict=True):
        assert other.scale == pytest.approx(one.scale)
        np.testing.assert_allclose(other.translation, one.translation)
        assert other.image_size == one.image_size


def test_perspective_by_hand_and_behind():
    camera = Perspective(torch.tensor([4.0]), torch.tensor([[0.0, 0.1, 0.5]]))
    seen = camera.project(torch.tensor([[[0.05, 0.05, 0.1], [0.0, 0.0, 0.6]]]))
    np.testing.assert_allclose(seen[0, 0], [0.5, 0.5, -2.5], atol=1e-6)  # 0.4 m away
    assert torch.isnan(seen[0, 1]).all()


def test_perspective_weights_hold_on_the_surface():
    """A slanted sheet: places interpolated at pixels lie on their rays."""
    sheet = torch.tensor([[[-0.2, -0.2, -0.3], [0.25, -0.2, 0.2], [0.2, 0.3, 0.1],
                           [-0.2, 0.2, -0.2]]], dtype=torch.float64, requires_grad=True)
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    camera = Perspective(torch.tensor([2.0], dtype=torch.float64),
                         torch.tensor([[0.0, 0.0, 0.8]], dtype=torch.float64))
    ndc = camera.project(sheet)
    flat = rasterise(ndc, faces, (32, 32))
    place = interpolate(camera.on_surface(flat, faces, ndc), faces, sheet)
    again = camera.project(place[flat.covered][None])[0].detach().numpy()
    rows, columns = np.nonzero(flat.covered[0].numpy())
    np.testing.assert_allclose(again[:, 0], (2 * columns + 1) / 32 - 1, atol=1e-9)
    np.testing.assert_allclose(again[:, 1], (2 * rows + 1) / 32 - 1, atol=1e-9)
    np.testing.assert_allclose(again[:, 2], flat.depths.detach(), atol=1e-9)
    place.sum().backward()
    assert torch.isfinite(sheet.grad).all()


def test_cameras_are_differentiable():
    points = torch.randn(2, 5, 3, dtype=torch.float64) * 0.1

    def views(numbers, scale, shift, focal, place):
        return (Orthographic(numbers).project(points),
                PixelCamera(scale, shift, (30, 20)).project(points),
                Perspective(focal, place).project(points))

    inputs = [torch.rand(*shape, dtype=torch.float64).add(1).requires_grad_()
              for shape in ((2, 3), (2,), (2, 2), (2,), (2, 3))]
    assert torch.autograd.gradcheck(views, inputs)
