# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the image encoder: its parts by themselves, then a few steps on generated pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from generated_faces import camera, generated
from torch import Tensor

from flamewheel.encoders.face_crop import upright_crop
from flamewheel.encoders.image_network import Code, ImageEncoderNetwork, eye_frame
from flamewheel.errors import CheckpointError, HeadError, UsageError
from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate
from flamewheel.head.registry import find_head
from flamewheel.training import coarse_stage
from flamewheel.training import train_encoder as script
from flamewheel.training.code_metric import (
    answer_by_landmarks,
    code_metric,
    principal_ways,
    square_distance,
)
from flamewheel.training.datasets.renders import RenderedFaces
from flamewheel.training.differentiable_face import DifferentiableFace
from flamewheel.training.emotion_network import EmotionNetwork, save_emotion_network
from flamewheel.training.seen_faces import crop_cameras
from flamewheel.training.train_encoder import EncoderConfig, train
from flamewheel.weight_file import load_strictly, read_weights, write_weights


@pytest.fixture(scope="module")
def head() -> HeadData:
    return find_head("open-light")


@pytest.fixture(scope="module")
def face(head: HeadData) -> DifferentiableFace:
    return DifferentiableFace(head, 112)


def test_code_and_its_pose() -> None:
    joined = torch.arange(2 * 12.0).view(2, 12)
    code = Code.of(joined)
    assert code.expression.shape == (2, 5) and torch.equal(code.joined(), joined)
    pose = code.pose(torch.tensor([[7.0, 8.0, 9.0]] * 2))
    assert pose[0, 0].tolist() == [7, 8, 9] and pose[0, 2].tolist() == [5, 6, 7]
    assert pose[0, 3].tolist() == [8, 9, 0] and pose[0, 4].tolist() == [10, 11, 0]


def test_landmarks_are_seen_from_between_the_eyes() -> None:
    points = torch.randn(2, 478, 2)
    assert torch.allclose(eye_frame(points), eye_frame(3.0 * points + 40.0), atol=1e-3)


def test_weights_load_strictly(tmp_path: Path) -> None:
    network = ImageEncoderNetwork(5)
    path = tmp_path / "w.npz"
    write_weights(path, "image-encoder", {"head": "x"}, network.state_dict())
    weights = read_weights(path, "image-encoder")
    other = ImageEncoderNetwork(5)
    load_strictly(other, weights, "w.npz")
    assert torch.equal(other.direct.weight, network.direct.weight.half().float())
    assert weights.facts == {"head": "x"}
    with pytest.raises(CheckpointError) as refused:
        read_weights(path, "emotion-image")
    assert refused.value.code == "wrong-checkpoint"
    with pytest.raises(CheckpointError, match=r"another shape of: .*direct\.weight") as refused:
        load_strictly(ImageEncoderNetwork(6), weights, "w.npz")
    tensors = dict(weights.tensors)
    kept = tensors.pop("direct.bias")
    for changed, said in ((tensors, r"lacks: direct\.bias"),
                          ({**tensors, "direct.bias": kept, "more": kept}, "surplus: more"),
                          ({**tensors, "direct.bias": kept * np.nan}, "not finite")):
        with pytest.raises(CheckpointError, match=said):
            load_strictly(other, replace(weights, tensors=changed), "w.npz")
    path.write_text("text")
    with pytest.raises(CheckpointError) as refused:
        read_weights(path, "image-encoder")
    assert refused.value.code == "checkpoint-unreadable"


def test_metric_is_in_square_millimetres(head: HeadData) -> None:
    metric = code_metric(head)
    assert torch.allclose(metric, metric.T) and float(torch.linalg.eigvalsh(metric)[0]) > 0
    count = head.expression_count
    zero, open_jaw = torch.zeros(1, count + 7), torch.zeros(1, count + 7)
    open_jaw[0, count] = 0.01
    pose = np.zeros((2, 5, 3))
    pose[1, 2, 0] = 0.01
    rest, opened = evaluate(head, None, None, pose)
    most = float(np.linalg.norm(opened - rest, axis=1).max() * 1e3)
    assert 0.1 * most < float(square_distance(metric, open_jaw, zero).sqrt()) < most


def test_linear_answer_is_found() -> None:
    rng = np.random.default_rng(0)
    landmarks = rng.normal(size=(1500, 478, 2))
    seen = eye_frame(torch.tensor(landmarks)).numpy()
    codes = seen[:, :12] * 0.2
    renders = RenderedFaces(np.zeros((1, 1, 1, 3), np.uint8), landmarks, codes[:, :5],
                            codes[:, 5:8], np.pad(codes[:, 8:].reshape(-1, 2, 2),
                                                  ((0, 0), (0, 0), (0, 1))))
    network = ImageEncoderNetwork(5)
    answer_by_landmarks(network, renders, torch.eye(12))
    found = network.by_landmarks(torch.tensor(landmarks, dtype=torch.float32)).detach().numpy()
    assert np.abs(found - codes).mean() < 0.35 * np.abs(codes).mean()  # the ridge holds back


def test_ways_are_principal_components() -> None:
    rng = np.random.default_rng(3)
    metric = np.diag([4.0, 1.0, 0.25])
    codes = rng.normal(size=(4000, 3)) * (1.0, 1.0, 8.0)  # 2, 1 and 4 mm
    ways = principal_ways(codes, metric, 2)
    assert np.allclose(np.abs(ways), [[0, 0, 8], [1, 0, 0]], atol=0.2)


def test_crop_cameras() -> None:
    rng = np.random.default_rng(2)
    landmarks = rng.uniform(100, 200, (478, 2))
    frame = upright_crop(landmarks, 64)
    (matrix,) = crop_cameras(np.array([700.0]), np.array([[150.0, 160.0]]), frame[None])
    points = rng.normal(size=(5, 3)) * 0.05
    photo = points[:, :2] * (700.0, -700.0) + (150.0, 160.0)
    crop = np.concatenate([points, np.ones((5, 1))], axis=1) @ matrix.T
    assert np.allclose(crop @ frame[:, :2].T + frame[:, 2], photo)


def test_light_is_found_again(face: DifferentiableFace) -> None:
    light = torch.zeros(1, 9, 3)
    light[0, 0], light[0, 1], light[0, 3] = 2.0, 0.4, 0.3
    vertices = face.model.vertices(None, None, None).contiguous()
    drawn = face.picture(vertices, camera(1), light)
    every = torch.ones(1, 1, 112, 112)
    found = face.light_of(vertices, camera(1), drawn.images, every)
    again = face.picture(vertices, camera(1), found)
    skin = face.skin(drawn)
    assert float(skin.sum()) > 2000
    off = ((again.images - drawn.images).abs() * skin).sum() / (3 * skin.sum())
    assert float(off) < 0.04  # the ridge towards even light


def test_gradient_of_the_picture_reaches_the_jaw(face: DifferentiableFace) -> None:
    code = torch.zeros(1, face.model.data.expression_count + 7, requires_grad=True)
    turn = torch.zeros(1, 3)
    vertices = face.vertices(torch.zeros(1, 1), Code.of(code), turn)
    placed = face.landmarks(vertices, turn, camera(1))
    placed[0, 152, 1].backward()  # the chin's height in the picture
    assert code.grad is not None
    assert float(code.grad[0, face.model.data.expression_count]) > 0  # opening moves it down


@pytest.fixture
def config(head: HeadData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
           ) -> Iterator[EncoderConfig]:
    crops, seen, renders = generated(head, 4)
    monkeypatch.setattr(script, "rendered_faces", lambda *given: renders)
    monkeypatch.setattr(script, "read_folder", lambda folder: crops.photos)
    monkeypatch.setattr(script, "face_crops", lambda photos, size, progress: crops)
    monkeypatch.setattr(coarse_stage, "seen_faces", lambda crops, head, progress: seen)
    monkeypatch.setattr(script, "is_held_out", lambda subject: False)
    torch.manual_seed(0)
    emotion = tmp_path / "emotion.npz"
    save_emotion_network(emotion, EmotionNetwork("small", ("anger", "joy")))
    yield EncoderConfig("folder", str(tmp_path / "encoder.npz"), "open-light", str(emotion),
                        teaching=2, steps=6, renders=4, batch=4, photos=4, save_every=2)


def told(lines: list[str], name: str) -> list[float]:
    return [float(line.split(f"{name} ")[1].split()[0]) for line in lines if f"{name} " in line]


def test_a_few_steps_lower_the_losses(
    config: EncoderConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    def nothing(network: ImageEncoderNetwork, renders: RenderedFaces, metric: Tensor) -> None:
        torch.nn.init.zeros_(network.direct.weight)
        torch.nn.init.zeros_(network.direct.bias)
        network.ways.copy_(torch.tensor(principal_ways(
            np.tile(renders.codes(), (40, 1)), metric.double().numpy(), len(network.ways))))

    monkeypatch.setattr(script, "answer_by_landmarks", nothing)
    config = replace(config, steps=40, teaching=40, batch=8, learning_rate=0.02)
    report = train(config, lines.append)
    renders = told(lines, "renders")
    assert len(renders) == 40 and np.mean(renders[-10:]) < 0.8 * np.mean(renders[:10])
    assert report.error < report.zero
    weights = read_weights(Path(config.output), "image-encoder")
    assert weights.facts["head"] == "open-light"


def test_steps_on_four_pictures_lower_the_photos_loss(config: EncoderConfig) -> None:
    lines: list[str] = []
    train(replace(config, teaching=0, steps=12, photo_share=100.0, learning_rate=1e-3),
          lines.append)
    assert len(lines) == 12 and np.isfinite(told(lines, "photometric")).all()
    closed = told(lines, "mouth_closure")
    assert np.mean(closed[-3:]) < np.mean(closed[:3])


def test_resuming_gives_the_same_bits(config: EncoderConfig, tmp_path: Path) -> None:
    whole: list[str] = []
    train(replace(config, output=str(tmp_path / "whole.npz")), whole.append)

    class Stopped(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 5/"):
            raise Stopped

    with pytest.raises(Stopped):
        train(config, stop)
    rest: list[str] = []
    train(config, rest.append, resume=True)
    assert rest == whole[4:]
    with pytest.raises(CheckpointError, match="head = 'open-light'"):
        train(replace(config, head="open"), rest.append, resume=True)


def test_refusals(config: EncoderConfig, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as needed:
        train(replace(config, emotion=""), print)
    assert needed.value.code == "emotion-needed"
    with pytest.raises(CheckpointError) as missing:
        train(replace(config, emotion=str(tmp_path / "none.npz")), print)
    assert missing.value.code == "checkpoint-not-found"
    with pytest.raises(HeadError):
        train(replace(config, head="nobody"), print)
    with pytest.raises(UsageError) as device:
        train(replace(config, device="quantum"), print)
    assert device.value.code == "no-device"
    start = tmp_path / "start.npz"
    write_weights(start, "image-encoder", {"head": "other", "expression_count": 5},
                  ImageEncoderNetwork(5).state_dict())
    with pytest.raises(CheckpointError, match="for the head other with 5") as refused:
        train(replace(config, start=str(start)), print)
    assert refused.value.code == "wrong-head"
