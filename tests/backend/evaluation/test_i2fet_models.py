# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of instruction models as what is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import CheckpointError, UsageError
from flamewheel.evaluation.i2fet_models import WeightsGenerator, read_generator
from flamewheel.instruction.networks.layout import GeneratorLayout
from flamewheel.instruction.networks.trained import (
    KIND,
    Standard,
    Trained,
    new_network,
    save_network,
)
from flamewheel.instruction.text_encoders import text_encoder

TEXTS = ["Turn this face from anger to fear.", "Change this face from joy to anger."] * 3


def weights(path: Path, variant: str, encoder: str = "embedded") -> Path:
    texts = text_encoder()
    layout = GeneratorLayout(10, texts.tokens, texts.dim, texts.overall, variant)
    save_network(path, KIND, layout, Trained("open", "", encoder, "a test", ("Joy",)),
                 Standard(np.zeros(13), np.ones(13)), new_network(layout))
    return path


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> WeightsGenerator:
    return read_generator(weights(tmp_path_factory.mktemp("w") / "w.npz", "i2fet"), "open")


def test_a_seed_gives_the_same_faces_again(ours: WeightsGenerator) -> None:
    faces = ours.sample(TEXTS, 3)
    assert faces.shape == (6, 2, 13) and ours.variant == "i2fet"
    np.testing.assert_array_equal(ours.sample(TEXTS, 3), faces)
    assert not np.allclose(ours.sample(TEXTS, 4), faces)
    assert not np.allclose(faces[0], faces[2])  # the same sentence, other noise


def test_latents_are_the_expressions_of_each_face(ours: WeightsGenerator, tmp_path: Path) -> None:
    codes = np.random.default_rng(0).normal(size=(6, 2, 13))
    assert ours.latents(codes, TEXTS).shape == (6, 2, 16)
    baseline = read_generator(weights(tmp_path / "b.npz", "motionclip"), "open")
    assert baseline.latents(codes, TEXTS).shape[:2] == (6, 1)


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    path = weights(tmp_path / "w.npz", "i2fet")
    with pytest.raises(UsageError) as refusal:
        read_generator(path, "flame")
    assert refusal.value.code == "other-head"
    with pytest.raises(UsageError) as refusal:
        read_generator(weights(tmp_path / "clip.npz", "i2fet", "clip-768"), "open")
    assert refusal.value.code == "other-encoder"
    with pytest.raises(CheckpointError):
        read_generator(tmp_path / "none.npz", "open")
