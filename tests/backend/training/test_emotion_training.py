# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the emotion network on a few generated pictures: it learns, resumes, refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from flamewheel.errors import CheckpointError, FlamewheelError
from flamewheel.labelled_photos import LabelledPhoto
from flamewheel.training import train_emotion_image as script
from flamewheel.training.checkpoints import resume_path
from flamewheel.training.datasets.crops import FaceCrops
from flamewheel.training.emotion_network import load_emotion_network
from flamewheel.training.train_emotion_image import EmotionImageConfig, schedule, train

PEOPLE = 12


def striped_faces() -> FaceCrops:
    """Pictures with stripes across for one emotion, down for the other."""
    rng = np.random.default_rng(0)
    stripes = (np.indices((128, 128)) // 8 % 2 * 200).astype(np.uint8)
    photos, pixels = [], []
    for person in range(PEOPLE):
        for number, emotion in enumerate(("anger", "joy")):
            photos.append(LabelledPhoto(Path(f"{person}{emotion}.png"), f"person {person}", emotion,
                                        0.5 - number, 0.1 * person))
            noise = rng.integers(0, 40, (128, 128, 3))
            pixels.append((stripes[number][:, :, None] + noise).astype(np.uint8))
    count = len(photos)
    return FaceCrops(tuple(photos), np.stack(pixels), np.zeros((count, 478, 2)),
                     np.tile(np.eye(2, 3), (count, 1, 1)), ("bad.png: no face",))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmotionImageConfig:
    faces = striped_faces()
    monkeypatch.setattr(script, "read_folder", lambda folder: faces.photos)
    monkeypatch.setattr(script, "face_crops", lambda photos, size, progress: faces)
    return EmotionImageConfig(str(tmp_path), str(tmp_path / "emotion.npz"), steps=12, batch=8,
                              fewest=4, save_every=6)


def losses_of(lines: list[str]) -> list[float]:
    return [float(line.split()[3]) for line in lines if line.startswith("step")]


def test_it_learns_and_says_so(config: EmotionImageConfig) -> None:
    lines: list[str] = []
    report = train(config, lines.append)
    losses = losses_of(lines)
    assert len(losses) == config.steps
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    assert any("skipped 1 photos: bad.png" in line for line in lines)
    assert 0 < report.photos < 2 * PEOPLE
    network = load_emotion_network(Path(config.output))
    assert network.classes == ("anger", "joy") and not network.training
    assert not any(part.requires_grad for part in network.parameters())


def test_resuming_gives_the_same_bits(config: EmotionImageConfig, tmp_path: Path) -> None:
    whole: list[str] = []
    train(replace(config, output=str(tmp_path / "whole.npz")), whole.append)

    class Stopped(Exception):
        pass

    first: list[str] = []

    def stop(line: str) -> None:
        first.append(line)
        if line.startswith("step 9/"):
            raise Stopped

    with pytest.raises(Stopped):
        train(config, stop)
    rest: list[str] = []
    train(config, rest.append, resume=True)
    assert losses_of(rest) == losses_of(whole)[6:]
    one, other = (np.load(tmp_path / f"{name}.npz") for name in ("whole", "emotion"))
    assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_resuming_with_other_options_is_refused(config: EmotionImageConfig) -> None:
    train(config, lambda line: None)
    with pytest.raises(CheckpointError, match="batch = 8") as refused:
        train(replace(config, batch=4), lambda line: None, resume=True)
    assert refused.value.code == "wrong-checkpoint"


def test_nothing_to_resume_and_damaged(config: EmotionImageConfig) -> None:
    with pytest.raises(CheckpointError) as refused:
        train(config, lambda line: None, resume=True)
    assert refused.value.code == "checkpoint-not-found"
    resume_path(Path(config.output)).write_text("a text")
    with pytest.raises(CheckpointError) as refused:
        train(config, lambda line: None, resume=True)
    assert refused.value.code == "checkpoint-unreadable"


def test_a_pickle_that_runs_code_is_refused(config: EmotionImageConfig, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "ran",)  # type: ignore[return-value]

    torch.save({"format": 1, "step": Trap()}, resume_path(Path(config.output)))
    with pytest.raises(CheckpointError) as refused:
        train(config, lambda line: None, resume=True)
    assert refused.value.code == "checkpoint-unreadable" and not (tmp_path / "ran").exists()


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good(
    config: EmotionImageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = script.emotion_loss
    calls: list[int] = []

    def breaking(*given: object) -> torch.Tensor:
        calls.append(1)
        loss = good(*given)  # type: ignore[arg-type]
        return loss * float("nan") if len(calls) > 8 else loss

    monkeypatch.setattr(script, "emotion_loss", breaking)
    with pytest.raises(FlamewheelError, match=r"emotion\.resume") as refused:
        train(config, lambda line: None)
    assert refused.value.code == "training-diverged"
    assert not Path(config.output).exists() and resume_path(Path(config.output)).is_file()


def test_schedule() -> None:
    assert schedule(0, 100) == 0.2 and schedule(4, 100) == 1.0 == schedule(5, 100)
    assert schedule(99, 100) < 0.001
