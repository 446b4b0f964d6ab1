# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the classifier of 3D parameters, on faces that are easy to tell apart."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from flamewheel.cli import main
from flamewheel.emotion.network_file import load_network
from flamewheel.emotion.network_table import ParameterTable, write_table
from flamewheel.errors import CheckpointError, FlamewheelError
from flamewheel.training.emotion3d_course import Course
from flamewheel.training.emotion3d_data import learning_set
from flamewheel.training.emotion3d_folds import network_out_of_fold
from flamewheel.training.emotion_losses import affect_loss
from flamewheel.training.emotion_network import EmotionGuess
from flamewheel.training.train_emotion3d import (
    Emotion3dConfig,
    class_weights,
    for_few_faces,
    train,
    triangular_rate,
)

PARTS = ("expression", "jaw")


def easy(count: int = 240, *, affect: bool = False, pictures: bool = False) -> ParameterTable:
    """Faces whose first coefficient says the emotion."""
    draw = np.random.default_rng(0)
    labels = np.arange(count) % 3
    psi = draw.normal(size=(count, 8))
    psi[:, 0] += 4.0 * labels
    told = np.stack([labels - 1.0, 1.0 - labels], axis=1) if affect else np.full((count, 2), np.nan)
    looks = draw.normal(size=(count, 20)) + labels[:, None] if pictures else None
    return ParameterTable(
        "open", {"expression": psi, "jaw": draw.normal(size=(count, 3))},
        tuple(("Anger", "Joy", "Neutral")[label] for label in labels),
        tuple(f"person {row // 3}" for row in range(count)), told, looks)


def config(folder: Path, **more: object) -> Emotion3dConfig:
    plain = for_few_faces(Emotion3dConfig("easy", str(folder / "net.npz"), PARTS))
    return replace(plain, **{"width": 16, "epochs": 6, "batch": 16, "highest_rate": 0.02, **more})  # type: ignore[arg-type]


def quiet(_line: str) -> None:
    pass


def test_it_learns_what_is_easy(tmp_path: Path) -> None:
    said: list[str] = []
    report = train(config(tmp_path, epochs=15), easy(), said.append)
    assert report.accuracy > 0.9 and report.faces > 20
    assert math.isnan(report.concordance_valence)
    assert any("eq. 1 without" in line for line in said)
    network = load_network(tmp_path / "net.npz")
    assert network.layout.classes == ("Anger", "Joy", "Neutral") and not network.layout.knows_affect
    rows = (tmp_path / "net.curve.csv").read_text().splitlines()
    assert rows[0] == "epoch,learning_loss,stopping_loss" and len(rows) == report.epochs + 1


def test_valence_and_arousal_are_learned_where_they_are_labelled(tmp_path: Path) -> None:
    report = train(config(tmp_path, epochs=25, patience=25), easy(affect=True), quiet)
    assert report.concordance_valence > 0.7 and report.concordance_arousal > 0.7
    assert load_network(tmp_path / "net.npz").layout.knows_affect


def test_intermediate_fusion_learns_from_both(tmp_path: Path) -> None:
    report = train(config(tmp_path, epochs=15, fuse_image=True), easy(pictures=True), quiet)
    assert report.accuracy > 0.9
    assert load_network(tmp_path / "net.npz").layout.image_features == 20
    with pytest.raises(FlamewheelError) as refused:
        train(config(tmp_path, fuse_image=True), easy(), quiet)
    assert refused.value.code == "no-image-features"


def test_a_resumed_training_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    for name, spans in (("whole", (4,)), ("broken", (2, 4))):
        folder = tmp_path / name
        folder.mkdir()
        for number, epochs in enumerate(spans):
            train(config(folder, epochs=epochs), easy(), quiet, resume=number > 0)
    whole, broken = (np.load(tmp_path / name / "net.npz") for name in ("whole", "broken"))
    assert all(np.array_equal(whole[key], broken[key]) for key in whole.files)
    with pytest.raises(CheckpointError) as refused:
        train(config(tmp_path / "whole", batch=8), easy(), quiet, resume=True)
    assert refused.value.code == "wrong-checkpoint"


def test_it_stops_where_the_stopping_loss_no_longer_falls(tmp_path: Path) -> None:
    said: list[str] = []
    noise = easy(120)
    mixed = replace(noise, emotions=tuple(np.random.default_rng(3).permutation(noise.emotions)))
    report = train(config(tmp_path, epochs=60, patience=2, highest_rate=1e-2), mixed, said.append)
    assert report.epochs < 60 and said[-1].startswith("stopped early")


def test_no_subject_is_in_two_parts() -> None:
    table = easy()
    data = learning_set(table, PARTS, 2, every_subject=False, fuse_image=False, say=quiet)
    people = [{table.subjects[row] for row in rows.tolist()}
              for rows in (data.learning, data.stopping, data.measuring)]
    assert all(people) and len(set.union(*people)) == sum(map(len, people))


def test_rates_are_those_of_cyclic_lr() -> None:
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1e-6)
    cycle = torch.optim.lr_scheduler.CyclicLR(optimizer, 1e-6, 1e-4, step_size_up=7,
                                              cycle_momentum=False)
    for step in range(40):
        assert triangular_rate(step, 7, 1e-6, 1e-4) == pytest.approx(
            optimizer.param_groups[0]["lr"])
        optimizer.step()
        cycle.step()


def test_equation_1_by_hand() -> None:
    # both guesses are shifted by 0.5: MSE 0.25 each, PCC 1, CCC 2 * 1.25 / (2.5 + 0.25)
    truth = torch.tensor([1.0, 2.0, 3.0, 4.0])
    guess = EmotionGuess(torch.zeros(4, 2), truth + 0.5, truth + 0.5)
    both = torch.stack([truth, truth], dim=1)
    concordance = 2.5 / 2.75
    for weights, wanted in (((1, 0, 0), 0.5), ((0, 1, 0), 0.0), ((0, 0, 1), 1 - concordance),
                            ((1, 1, 2), 0.5 / 4 + (1 - concordance) / 2)):
        found = float(affect_loss(guess, both, torch.tensor(weights, dtype=torch.float32)))
        assert found == pytest.approx(wanted, abs=1e-5)


def test_rare_classes_weigh_more_and_the_mean_face_weighs_1() -> None:
    table = easy()
    few = table.take(np.array([row for row in range(240) if row % 3 or row % 9 == 0]))
    data = learning_set(few, PARTS, 2, every_subject=True, fuse_image=False, say=quiet)
    weights = class_weights(data, 1.0)
    counts = torch.bincount(data.labels[data.learning]).float()
    assert float((weights * counts).sum() / counts.sum()) == pytest.approx(1.0)
    assert float(weights[0]) > 2 * float(weights[1])


def test_the_best_network_is_kept_and_the_worse_ones_are_waited_out() -> None:
    data = learning_set(easy(), PARTS, 2, every_subject=False, fuse_image=False, say=quiet)
    course = Course(data.layout(width=4, dropouts=(), projection=4, image_model=""))
    for epoch, loss in enumerate((0.5, 0.7, 0.6)):
        torch.nn.init.constant_(course.network.head.bias, float(epoch))
        course.judge(epoch, 1.0, loss)
    assert float(course.best.head.bias[0]) == 0.0 and course.epochs_done() == 3
    assert course.patience_left(3) and not course.patience_left(2)


def test_no_more_epochs_than_there_is_room_for(tmp_path: Path) -> None:
    with pytest.raises(FlamewheelError):
        config(tmp_path, epochs=10**6)


def test_the_command_trains_on_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path / "faces.npz", easy())
    done = main(["train", "emotion3d", str(tmp_path / "faces.npz"), "-o", str(tmp_path / "n.npz"),
                 "--width", "16", "--epochs", "3", "--json"])
    assert done == 0 and '"faces"' in capsys.readouterr().out
    assert main(["train", "emotion3d", str(tmp_path / "faces.npz"), "-o",
                 str(tmp_path / "n.npz"), "--parts", "soul"]) == 1
    assert "soul" in capsys.readouterr().err


def test_folds_answer_about_people_they_did_not_learn_from(tmp_path: Path) -> None:
    table = easy()
    people = np.arange(240) // 3
    folds = [(np.flatnonzero(people % 2 == side), np.flatnonzero(people % 2 != side))
             for side in (0, 1)]
    classes = ("Joy", "Anger", "Neutral", "Fear")
    told = network_out_of_fold(table, classes, folds, config(tmp_path, epochs=40))
    assert told.sum(axis=1) == pytest.approx(np.ones(240)) and (told[:, 3] == 0).all()
    named = np.array(classes)[told.argmax(1)]
    assert (named == np.array(table.emotions)).mean() > 0.85
    assert not (tmp_path / "net.npz").exists()
