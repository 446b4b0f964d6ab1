# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded 2D model: its gradients, its learning, its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.emotion.image_model import load_image_model
from flamewheel.emotion.image_model_embedded import load_embedded
from flamewheel.emotion.image_model_fitting import LooksConfig, even_importance, fit_looks
from flamewheel.emotion.image_model_gradients import (
    EYE_DISTANCE,
    EYE_HEIGHT,
    FEATURES,
    SIZE,
    STEADY,
    gradient_features,
    mirrored,
    upright_face,
)
from flamewheel.errors import CheckpointError
from flamewheel.training.train_emotion_looks import save_looks

MIDDLES = np.array(list(STEADY.values()))


def landmarks(turn: float = 0.0, scale: float = 60.0) -> np.ndarray:
    """Points whose steady ones lie as on the mean face, turned and moved."""
    points = np.random.default_rng(0).uniform(-1, 1.5, (478, 2))
    points[list(STEADY)] = MIDDLES
    cosine, sine = np.cos(turn), np.sin(turn)
    return scale * points @ np.array([[cosine, sine], [-sine, cosine]]) + [150.0, 120.0]


def noise() -> np.ndarray:
    import cv2

    raw = np.random.default_rng(1).integers(0, 255, (300, 320, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(raw, (0, 0), 6) * 3, dtype=np.uint8)


def test_the_eyes_come_where_they_belong() -> None:
    face = upright_face(noise(), landmarks(0.4, 35.0))
    right, left = face.landmarks[[33, 133]].mean(0), face.landmarks[[362, 263]].mean(0)
    assert np.linalg.norm(left - right) == pytest.approx(EYE_DISTANCE, rel=1e-3)
    assert (left + right) / 2 == pytest.approx([SIZE / 2, EYE_HEIGHT], abs=0.1)
    assert face.pixels.shape == (SIZE, SIZE)


def test_a_turned_photo_gives_the_same_numbers() -> None:
    import cv2

    photo, points = noise(), landmarks()
    frame = cv2.getRotationMatrix2D((150.0, 120.0), 20.0, 1.0)
    turned = cv2.warpAffine(photo, frame, (320, 300), borderMode=cv2.BORDER_REPLICATE)
    moved = points @ frame[:, :2].T + frame[:, 2]
    one, other = (gradient_features(upright_face(*both)) for both in
                  ((photo, points), (turned, moved)))
    assert one.shape == (FEATURES,)
    assert np.corrcoef(one, other)[0, 1] > 0.9


def test_darker_light_changes_little() -> None:
    photo, points = noise(), landmarks()
    one, other = (gradient_features(upright_face(given, points)) for given in
                  (photo, (photo * 0.8).astype(np.uint8)))
    assert np.corrcoef(one, other)[0, 1] > 0.95


def test_a_mirror_twice_is_none() -> None:
    numbers = np.arange(FEATURES, dtype=np.float32)
    assert not np.array_equal(mirrored(numbers), numbers)
    assert np.array_equal(mirrored(mirrored(numbers)), numbers)
    assert sorted(mirrored(numbers)) == sorted(numbers)


def taught(count: int = 180) -> tuple[np.ndarray, list[str], list[str]]:
    draw = np.random.default_rng(2)
    labels = np.arange(count) % 3
    features = draw.uniform(0, 0.3, (count, FEATURES)).astype(np.float32)
    features[:, :400] += 0.05 * labels[:, None]
    features = (features + mirrored(features)) / 2
    words = [("Anger", "Joy", "Neutral")[label] for label in labels]
    return features, words, [f"person {row // 3}" for row in range(count)]


def test_it_learns_keeps_and_tells(tmp_path: Path) -> None:
    features, words, people = taught()
    machine = fit_looks(features[:120], words[:120], people[:120], LooksConfig(10, 30))
    path = tmp_path / "looks.npz"
    save_looks(path, machine)
    model = load_embedded(path)
    told = np.array(model.classes)[model.machine.probabilities(features[120:]).argmax(1)]
    assert (told == words[120:]).mean() > 0.9
    reading = model.read(noise(), landmarks())
    assert reading.probabilities.sum() == pytest.approx(1.0) and reading.features is not None


def test_every_class_counts_the_same() -> None:
    importance = even_importance(np.array([0, 0, 0, 1]))
    assert importance == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])


def test_the_shipped_model_reads_a_face() -> None:
    model = load_image_model()
    assert set(model.classes) >= {"Joy", "Anger", "Neutral", "Surprise"}
    found = model.read(noise(), landmarks()).probabilities
    assert found.sum() == pytest.approx(1.0) and (found > 0).all()


def test_a_file_with_other_arrays_is_refused(tmp_path: Path) -> None:
    features, words, people = taught()
    machine = fit_looks(features, words, people, LooksConfig(10, 30))
    path = tmp_path / "looks.npz"
    save_looks(path, machine)
    with np.load(path) as stored:
        arrays = dict(stored)
    for name, value in (("centres", np.zeros((3, 4), "f2")), ("bias", np.full(3, np.nan)),
                        ("mean", np.zeros(7)), ("mean", np.full(FEATURES, 1e300)),
                        ("weights", np.full(arrays["weights"].shape, 1e9))):
        np.savez(path, **{**arrays, name: value})
        with pytest.raises(CheckpointError) as refused:
            load_embedded(path)
        assert refused.value.code == "unknown-layout"
