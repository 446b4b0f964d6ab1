# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces cut out of photos: upright, of one size, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from flamewheel.encoders.face_crop import cut, upright_crop
from flamewheel.errors import InputFileError
from flamewheel.labelled_photos import LabelledPhoto
from flamewheel.training.datasets import crops
from flamewheel.training.datasets.augment import augmented, plain
from flamewheel.training.datasets.crops import face_crops


def test_crops_are_made_once_and_bad_photos_named(
    tmp_path: Path, astronaut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    Image.new("RGB", (64, 64)).save(tmp_path / "empty.png")
    paths = [astronaut, tmp_path / "text.jpg", tmp_path / "empty.png", tmp_path / "gone.jpg"]
    photos = [LabelledPhoto(path, path.stem, "joy") for path in paths]
    found = face_crops(photos, 64)
    assert [photo.path for photo in found.photos] == [astronaut]
    assert found.pixels.shape == (1, 64, 64, 3)
    assert [text.split(":")[0] for text in found.skipped] == ["text.jpg", "empty.png", "gone.jpg"]
    inside = found.crop_landmarks()[0]
    assert inside.min() > 0 and inside.max() < 64
    assert abs(inside[33, 1] - inside[263, 1]) < 1.5  # eyes level
    assert inside[33, 0] < inside[263, 0] and inside[10, 1] < inside[152, 1]
    monkeypatch.setattr(crops, "_face_of", lambda path, size: 1 / 0)
    again = face_crops(photos, 64)
    assert np.array_equal(again.pixels, found.pixels) and again.photos == found.photos


def test_no_face_anywhere_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "empty.png")
    with pytest.raises(InputFileError, match="1 photos") as refused:
        face_crops([LabelledPhoto(tmp_path / "empty.png", "x", "joy")], 64)
    assert refused.value.code == "no-faces" and "empty.png" in str(refused.value)


@pytest.mark.parametrize("degrees", [0, 25, -40])
def test_a_turned_face_is_cut_upright(degrees: float) -> None:
    rng = np.random.default_rng(1)
    face = rng.uniform(-1, 1, (478, 2)) * (40, 50)
    face[[33, 133, 362, 263]] = [(-30, -10), (-15, -10), (15, -10), (30, -10)]
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    frame = upright_crop(face @ turn.T + 200, 96)
    straight = upright_crop(face + 200, 96)
    points = np.array([[10.0, 20.0], [90.0, 50.0]])
    there = points @ frame[:, :2].T + frame[:, 2]
    expected = (points @ straight[:, :2].T + straight[:, 2] - 200) @ turn.T + 200
    assert np.allclose(there, expected)


def test_cut_takes_pixels_where_the_frame_says() -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[20:40, 30:50] = 255
    frame = np.array([[1.0, 0.0, 30.0], [0.0, 1.0, 20.0]])
    assert (cut(picture, frame, 20) == 255).all()
    half = cut(picture, np.array([[2.0, 0, 20.0], [0, 2.0, 10.0]]), 20)
    assert half[7:13, 7:13].min() > 250 and half[:3, :3].max() < 5


def test_augmentation_repeats_with_its_seed_and_stays_in_range() -> None:
    stored = torch.randint(0, 256, (3, 128, 128, 3), dtype=torch.uint8)
    one, other = (augmented(stored, 112, torch.Generator().manual_seed(4), flips=0.5)
                  for _ in range(2))
    assert torch.equal(one, other) and one.shape == (3, 3, 112, 112)
    assert float(one.min()) >= 0 and float(one.max()) <= 1
    middle = stored[:, 8:120, 8:120].permute(0, 3, 1, 2).float() / 255
    assert torch.allclose(plain(stored, 112), middle, atol=1e-4)
