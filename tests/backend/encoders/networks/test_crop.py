# SPDX-License-Identifier: GPL-3.0-or-later
"""The crops are compared with what the authors' code does, in skimage's and OpenCV's own words."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.transform import estimate_transform, warp

from flamewheel.encoders.networks import crop as crops
from flamewheel.encoders.networks.seen import SeenFace, see_face
from flamewheel.encoders.photo import load_photo
from flamewheel.errors import PhotoError
from flamewheel.head.open_head.landmarks_lists import FULL_68

ASTRONAUT = Path(__file__).parents[4] / "examples" / "astronaut.png"


@pytest.fixture(scope="module")
def astronaut() -> SeenFace:
    return see_face(ASTRONAUT)


def turned_by(face: SeenFace, degrees: float) -> SeenFace:
    """The picture and its landmarks turned about the picture's middle."""
    height, width = face.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    moved = face.landmarks @ turn[:, :2].T + turn[:, 2]
    return SeenFace(cv2.warpAffine(face.pixels, turn, (width, height)), face.ratio,
                    face.photo_size, moved)


def placed(face: SeenFace, size: float, shift: tuple[float, float]) -> SeenFace:
    """The same picture with a face of another size elsewhere."""
    middle = face.landmarks.mean(axis=0)
    moved = (face.landmarks - middle) * size + middle + shift
    return SeenFace(face.pixels, face.ratio, face.photo_size, moved)


CASES = {
    "as it is": lambda face: face,
    "turned": lambda face: turned_by(face, 35),
    "upside down": lambda face: turned_by(face, 180),
    "huge": lambda face: placed(face, 6.0, (0, 0)),
    "tiny": lambda face: placed(face, 0.05, (3.3, -2.7)),
    "partly outside": lambda face: placed(face, 1.3, (-220, 40)),
    "beyond the right edge": lambda face: placed(face, 1.0, (250, 330)),
    "wholly outside": lambda face: placed(face, 1.0, (4000, 0)),
}


def published(pixels, points, scale):
    """DECA's `TestData` and SMIRK's `crop_face` in skimage's words: levels 0..255 and transform."""
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    size = int((right - left + bottom - top) / 2 * scale)
    x, y = right - (right - left) / 2, bottom - (bottom - top) / 2
    corners = np.array([[x - size / 2, y - size / 2], [x - size / 2, y + size / 2],
                        [x + size / 2, y - size / 2]])
    transform = estimate_transform("similarity", corners, np.array([[0, 0], [0, 223], [223, 0]]))
    return warp(pixels, transform.inverse, output_shape=(224, 224), preserve_range=True), transform


@pytest.mark.parametrize("case", CASES)
def test_deca_s_crop_is_the_authors(case, astronaut):
    face = CASES[case](astronaut)
    theirs, transform = published(face.pixels, face.landmarks[list(FULL_68)], 1.1 * 1.25)
    ours = crops.deca_crop(face)
    assert ours.pixels.shape == (224, 224, 3) and ours.pixels.dtype == np.float32
    np.testing.assert_allclose(ours.pixels, theirs / 255, atol=1e-6)
    np.testing.assert_allclose(ours.to_photo, np.linalg.inv(transform.params), atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_smirk_s_crop_is_the_authors_in_whole_levels(case, astronaut):
    face = CASES[case](astronaut)
    theirs = published(face.pixels, face.landmarks, 1.4)[0].astype(np.uint8).astype(float)
    levels = crops.smirk_crop(face).pixels * 255
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)
    wrong = np.abs(levels - theirs)
    assert wrong.max() < 1.001  # where their own rounding puts 99.999… for 100
    assert (wrong > 0.5).mean() < 0.002


@pytest.mark.parametrize("case", CASES)
def test_arcface_s_crop_is_insightface_s(case, astronaut):
    face = CASES[case](astronaut)
    points = crops.five_points(face.landmarks)
    transform = estimate_transform("similarity", points, crops.ARCFACE_TEMPLATE)
    theirs = cv2.warpAffine(face.pixels, transform.params[:2], (112, 112), borderValue=0.0)
    ours = crops.arcface_crop(face)
    np.testing.assert_allclose(ours.pixels * 255, theirs, atol=1e-3)
    np.testing.assert_allclose(ours.to_photo @ transform.params, np.eye(3), atol=1e-6)


def test_a_mirrored_set_of_points_is_not_mirrored_back():
    """A similarity turns, it does not flip; skimage's agrees."""
    points = crops.ARCFACE_TEMPLATE * (-1, 1) + (112, 0)
    transform = estimate_transform("similarity", points, crops.ARCFACE_TEMPLATE)
    ours = crops.similarity(points, crops.ARCFACE_TEMPLATE)
    np.testing.assert_allclose(ours, transform.params, atol=1e-9)
    assert np.linalg.det(ours[:2, :2]) > 0


def test_five_points_lie_near_the_template_on_an_upright_face(astronaut):
    points = crops.five_points(astronaut.landmarks)
    laid = crops.similarity(points, crops.ARCFACE_TEMPLATE)
    moved = points @ laid[:2, :2].T + laid[:2, 2]
    assert np.linalg.norm(moved - crops.ARCFACE_TEMPLATE, axis=1).max() < 8  # of 112 px; she laughs
    assert points[0, 0] < points[1, 0]  # the picture's left eye first


def test_68_landmarks_are_where_ibug_has_them(astronaut):
    points = crops.ibug_landmarks(astronaut.landmarks)
    width = np.ptp(points[:, 0])
    assert points[8, 1] == points[:, 1].max()  # chin
    assert points[0, 0] < points[16, 0] and points[36, 0] < points[45, 0]
    assert points[17:27, 1].mean() < points[36:48, 1].mean() < points[30, 1] < points[51, 1]
    assert abs(points[30, 0] - points[[27, 33], 0].mean()) < 0.1 * width


def test_the_way_back_leads_to_the_original_photo(astronaut):
    """A photo beyond the working size: the crop is of the small one, the way back of the large."""
    large = np.repeat(np.repeat(load_photo(ASTRONAUT).pixels, 5, axis=0), 5, axis=1)
    photo = load_photo(large)
    face = SeenFace(photo.pixels, photo.ratio, photo.original_size,
                    astronaut.landmarks * 5 / photo.ratio)
    assert photo.pixels.shape[0] < large.shape[0]
    small = crops.deca_crop(astronaut)
    middle = crops.deca_crop(face).to_photo @ (112, 112, 1)
    np.testing.assert_allclose(middle[:2] / 5, (small.to_photo @ (112, 112, 1))[:2], atol=1.0)


def test_a_network_s_camera_becomes_the_photo_s(astronaut):
    crop = crops.deca_crop(astronaut)
    scale, across, up = 8.0, 0.01, -0.02
    camera = crops.photo_camera([scale, across, up], crop, astronaut.photo_size)
    point = np.array([0.03, 0.05])  # m, after the head's turn; then DECA's transform_points
    seen = (scale * (point + np.array([across, up])) * (1, -1) + 1) / 2 * 224
    theirs = crop.to_photo @ (*seen, 1.0)
    ours = camera.translation + camera.scale * point * (1, -1)
    np.testing.assert_allclose(ours, theirs[:2], atol=1e-9)
    assert camera.image_size == astronaut.photo_size


def test_a_crop_is_its_own_crop():
    picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    crop = crops.whole_crop(picture)
    np.testing.assert_allclose(crop.pixels * 255, picture, atol=1e-3)
    np.testing.assert_allclose(crop.to_photo, np.eye(3), atol=1e-12)


def test_a_wide_picture_is_not_stretched():
    crop = crops.whole_crop(np.full((100, 300, 3), 255, dtype=np.uint8))
    lit = crop.pixels[:, 112, 0] > 0.99
    assert abs(lit.sum() - 224 / 3) < 2 and not lit[0] and not lit[-1]


def test_two_encoders_of_one_photo_search_it_once(monkeypatch):
    from flamewheel.encoders import facemesh

    calls = []
    search = facemesh.find_faces
    monkeypatch.setattr(facemesh, "find_faces", lambda photo: calls.append(1) or search(photo))
    photo = load_photo(ASTRONAUT)
    assert see_face(photo) is see_face(photo)
    assert len(calls) == 1


def test_a_picture_without_a_face_is_refused():
    with pytest.raises(PhotoError) as refusal:
        see_face(np.full((300, 300, 3), 90, dtype=np.uint8))
    assert refusal.value.code == "no-face"
