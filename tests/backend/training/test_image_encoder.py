# SPDX-License-Identifier: GPL-3.0-or-later
"""What `flamewheel train encoder` made, as an encoder of photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from flamewheel.encoders.image import load_image_encoder
from flamewheel.encoders.image_network import ImageEncoderNetwork
from flamewheel.encoders.photo import load_photo
from flamewheel.errors import CheckpointError
from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head
from flamewheel.labelled_photos import LabelledPhoto
from flamewheel.training.datasets.augment import plain
from flamewheel.training.datasets.crops import face_crops
from flamewheel.weight_file import write_weights

JAW = 0.2  # rad


@pytest.fixture(scope="module")
def head() -> HeadData:
    return find_head("open-light")


@pytest.fixture(scope="module")
def weights(head: HeadData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder that sees an open jaw in every face, and a little of the landmarks besides."""
    torch.manual_seed(0)
    network = ImageEncoderNetwork(head.expression_count)
    torch.nn.init.normal_(network.direct.weight, std=1e-3)
    torch.nn.init.zeros_(network.direct.bias)
    with torch.no_grad():
        network.direct.bias[head.expression_count] = JAW
    path = tmp_path_factory.mktemp("weights") / "encoder.npz"
    facts = {"head": head.name, "expression_count": head.expression_count}
    write_weights(path, "image-encoder", facts, network.state_dict())
    return path


def test_its_code_is_the_networks_and_the_rest_is_fitted(
    weights: Path, head: HeadData, astronaut: Path
) -> None:
    encoder = load_image_encoder(weights)
    face = encoder.encode(astronaut, head)
    assert abs(face.code.jaw[0] - JAW) < 0.1
    assert face.camera is not None and face.error is not None and face.error < 0.2
    assert np.abs(face.identity.shape).max() > 0
    crops = face_crops([LabelledPhoto(astronaut, "she", "joy")], 128)
    seen = plain(torch.from_numpy(crops.pixels), 112)
    points = torch.tensor(crops.crop_landmarks(), dtype=torch.float32)
    with torch.no_grad():
        trained = encoder.network(seen, points)[0].numpy()
    code = np.concatenate([face.code.expression, face.code.jaw, face.code.eyes[:, :2].ravel()])
    assert np.allclose(code, trained, atol=2e-3)  # it sees what training shows it


def test_mirrored_photo_is_no_other_size(weights: Path, head: HeadData, astronaut: Path) -> None:
    picture = load_photo(astronaut)
    face = load_image_encoder(weights).encode(picture.pixels[:, ::-1], head)
    assert face.camera is not None and face.camera.image_size == picture.original_size


def test_another_head_is_refused(weights: Path, astronaut: Path) -> None:
    with pytest.raises(CheckpointError, match="trained for the head open-light") as refused:
        load_image_encoder(weights).encode(astronaut, find_head("open"))
    assert refused.value.code == "wrong-head"


def test_weights_that_give_no_face(weights: Path, head: HeadData, astronaut: Path) -> None:
    encoder = load_image_encoder(weights)
    encoder.network.direct.bias.fill_(6e4)
    with pytest.raises(CheckpointError) as refused:
        encoder.encode(astronaut, head)
    assert refused.value.code == "wild-numbers"


@pytest.mark.parametrize("changed", [{"direct.bias": np.array(["a"] * 107)},
                                     {"about": np.array("[" * 100_000)}])
def test_files_that_were_altered(weights: Path, tmp_path: Path, changed: dict[str, Any]) -> None:
    with np.load(weights) as stored:
        np.savez(tmp_path / "w.npz", **{**stored, **changed})
    with pytest.raises(CheckpointError):
        load_image_encoder(tmp_path / "w.npz")


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "encoder.npz"
    for facts in ({}, {"head": "x", "expression_count": "many"},
                  {"head": "x", "expression_count": 10**9}):
        write_weights(path, "image-encoder", facts, {"a": torch.zeros(1)})
        with pytest.raises(CheckpointError) as refused:
            load_image_encoder(path)
        assert refused.value.code == "checkpoint-unreadable"
    write_weights(path, "detail", {}, {"a": torch.zeros(1)})
    with pytest.raises(CheckpointError) as refused:
        load_image_encoder(path)
    assert refused.value.code == "wrong-checkpoint"
