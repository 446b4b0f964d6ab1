# SPDX-License-Identifier: GPL-3.0-or-later
"""2D models that a person brings: what they answer, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from generated_onnx import mean_colour_model
from torch import Tensor, nn

from flamewheel.emotion.image_model import load_image_model
from flamewheel.emotion.image_model_classes import AFFECTNET_ORDER, RAFDB_ORDER, wheel_class
from flamewheel.emotion.image_model_crop import face_frame
from flamewheel.emotion.image_model_description import read_description
from flamewheel.errors import CheckpointError, FlamewheelError, InputFileError, UsageError

RED = [[9.0 if row == 0 and column == 1 else 0.0 for column in range(8)] for row in range(3)]
"""Red pictures are Joy, AffectNet's second class."""


class Tiny(nn.Module):
    """Mean colours, multiplied; outputs as a test wants them."""

    def __init__(self, *widths: int, value: float | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(3, width) for width in widths)
        for layer in self.layers:
            nn.init.zeros_(layer.bias)
            if value is not None:
                nn.init.constant_(layer.weight, value)
                nn.init.constant_(layer.bias, value)

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        colours = picture.mean(dim=(2, 3))
        return tuple(layer(colours) for layer in self.layers)


class Writing(nn.Module):
    """Would write a file."""

    def forward(self, picture: Tensor) -> Tensor:
        torch.save(picture, "stolen.bin")
        return picture.mean(dim=(2, 3))


class Whimsical(nn.Module):
    """Another length for every picture that is not all of one colour."""

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        count = 20 + int((picture.mean() * 1000).abs()) % 7
        return picture.mean(dim=(2, 3)).repeat(1, 3)[:, :8], torch.zeros(1, count)


def scripted(path: Path, model: nn.Module, side: int = 32) -> Path:
    torch.jit.trace(model.eval(), torch.zeros(1, 3, side, side)).save(str(path))
    return path


def face(colour: tuple[int, int, int] = (250, 10, 10)) -> tuple[np.ndarray, np.ndarray]:
    """A photo of one colour and landmarks in it."""
    landmarks = np.random.default_rng(0).uniform(40, 90, (478, 2))
    landmarks[[33, 133, 362, 263]] = [[45, 60], [55, 60], [75, 60], [85, 60]]
    return np.full((120, 130, 3), colour, np.uint8), landmarks


def test_an_onnx_model_reads_a_face(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is an optional extra")
    path = tmp_path / "red.onnx"
    path.write_bytes(mean_colour_model([RED, [[0.1] * 40] * 3]))
    model = load_image_model(path)
    reading = model.read(*face())
    assert model.classes == AFFECTNET_ORDER
    assert model.classes[int(reading.probabilities.argmax())] == "Joy"
    assert reading.probabilities.sum() == pytest.approx(1.0)
    assert reading.features is not None and reading.features.shape == (40,)
    assert reading.valence is None


@pytest.mark.parametrize(("body", "code"), [
    (b"", "checkpoint-unreadable"), (b"no model" * 100, "checkpoint-unreadable"),
    (mean_colour_model([[[0.0] * 5] * 3]), "bad-output"),
    (mean_colour_model([[[-1.0] * 8] * 3], op="Log"), "bad-output"),
    (mean_colour_model([[[1e30] * 8] * 3]), "bad-output"),
    (mean_colour_model([[*RED, RED[2]]], picture=[1, 4, 32, 32]), "bad-output"),
    (mean_colour_model([RED], picture=[1, 3, 32, 64]), "bad-output"),
    (mean_colour_model([RED], picture=[8, 3, 32, 32]), "bad-output"),
    (mean_colour_model([RED], picture=[1, 3, 4096, 4096]), "bad-output"),
], ids=["empty", "no model", "five", "NaN", "huge", "4 colours", "not square", "batch", "large"])
def test_an_onnx_file_that_is_refused(tmp_path: Path, body: bytes, code: str) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is an optional extra")
    path = tmp_path / "model.onnx"
    path.write_bytes(body)
    with pytest.raises(CheckpointError) as refused:
        load_image_model(path)
    assert refused.value.code == code


def test_onnx_without_its_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"x")
    with pytest.raises(UsageError) as refused:
        load_image_model(path)
    assert refused.value.code == "missing-dependency" and "onnx" in refused.value.hint


def test_a_torchscript_model_gives_emotion_affect_and_features(tmp_path: Path) -> None:
    path = scripted(tmp_path / "model.pt", Tiny(64, 8, 2))
    reading = load_image_model(path).read(*face())
    assert reading.probabilities.shape == (8,) and reading.probabilities.sum() == pytest.approx(1)
    assert reading.features is not None and reading.features.shape == (64,)
    assert reading.valence is not None and -1 <= reading.valence <= 1


def test_emotion_and_affect_in_one_output(tmp_path: Path) -> None:
    reading = load_image_model(scripted(tmp_path / "model.pt", Tiny(10))).read(*face())
    assert reading.probabilities.shape == (8,) and reading.arousal is not None


def test_a_description_beside_the_model_is_followed(tmp_path: Path) -> None:
    path = scripted(tmp_path / "model.pt", Tiny(7), side=48)
    (tmp_path / "model.toml").write_text('classes = "rafdb"\nsize = 48\ncolours = "bgr"\n')
    model = load_image_model(path)
    assert model.classes == RAFDB_ORDER
    red, blue = model.read(*face((250, 0, 0))), model.read(*face((0, 0, 250)))
    (tmp_path / "model.toml").write_text('classes = "rafdb"\nsize = 48\n')
    swapped = load_image_model(path).read(*face((0, 0, 250)))
    assert not np.allclose(red.probabilities, blue.probabilities)
    # the mean's own colours are not alike: only nearly the same once they are swapped
    assert np.abs(red.probabilities - swapped.probabilities).max() < 0.1


@pytest.mark.parametrize(("model", "code"), [
    (Tiny(5), "bad-output"), (Tiny(8, value=math.nan), "bad-output"),
    (Tiny(8, value=1e30), "bad-output"), (Tiny(8, 8, value=math.inf), "bad-output"),
], ids=["five", "NaN", "huge", "infinite"])
def test_a_torchscript_model_that_is_refused(tmp_path: Path, model: nn.Module, code: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        load_image_model(scripted(tmp_path / "model.pt", model))
    assert refused.value.code == code


def test_a_program_that_writes_files_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pt"
    torch.jit.script(Writing()).save(str(path))
    with pytest.raises(CheckpointError) as refused:
        load_image_model(path)
    assert refused.value.code == "unsafe-model"
    assert not (tmp_path / "stolen.bin").exists()


def test_outputs_that_change_their_length_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.jit.script(Whimsical()).save(str(path))
    with pytest.raises(CheckpointError) as refused:
        model = load_image_model(path)
        for shade in range(0, 250, 10):
            model.read(*face((shade, 0, 0)))
    assert refused.value.code == "bad-output"


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 no zip", b"\x80\x02cos\nsystem\n."])
def test_files_that_are_no_torchscript(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(body)
    with pytest.raises(CheckpointError) as refused:
        load_image_model(path)
    assert refused.value.code == "checkpoint-unreadable"


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save(Tiny(8).state_dict(), path)
    with pytest.raises(CheckpointError) as refused:
        load_image_model(path)
    assert "state_dict" in refused.value.hint


def test_names_that_are_no_model(tmp_path: Path) -> None:
    other = tmp_path / "model.h5"
    other.write_bytes(b"x")
    absent = tmp_path / "absent.onnx"
    for path, code in ((absent, "checkpoint-not-found"), (other, "unknown-model")):
        with pytest.raises(FlamewheelError) as refused:
            load_image_model(path)
        assert refused.value.code == code


@pytest.mark.parametrize("text", [
    "size = 3", "size = true", "mean = [0.5]", 'classes = "martian"', 'classes = ["joy", "happy"]',
    'deviation = [0, 1, 1]', 'colours = "cmyk"', "wrong = 1", "size = ", 'outputs = ["smell"]',
    "border = 90", "mean = [nan, 0, 0]",
])
def test_descriptions_that_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.toml").write_text(text)
    with pytest.raises(InputFileError) as refused:
        read_description(tmp_path / "model.pt")
    assert refused.value.code == "bad-description"


def test_words_of_data_sets_are_the_wheels() -> None:
    assert [wheel_class(word) for word in ("happiness", "Happy", "SAD", "neutral", "awe")] == [
        "Joy", "Joy", "Sadness", "Neutral", "Awe"]


def test_a_face_is_cut_upright_and_in_the_middle() -> None:
    _, landmarks = face()
    turned = landmarks @ np.array([[0.0, 1.0], [-1.0, 0.0]]) + 200  # a quarter turn
    frame = face_frame(turned, 1.35, 100)
    found = turned @ frame[:, :2].T + frame[:, 2]
    right, left = found[[33, 133]].mean(0), found[[362, 263]].mean(0)
    assert left[1] == pytest.approx(right[1]) and left[0] > right[0]
    assert (found.min(0) + found.max(0)) / 2 == pytest.approx([50, 50])
    assert (found.max(0) - found.min(0)).max() == pytest.approx(100 / 1.35)
