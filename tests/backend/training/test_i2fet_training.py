# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of paper 002's networks on a small set of FACS faces."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_transitions import EMOTIONS, tiny_transitions

from flamewheel.cli import main
from flamewheel.errors import CheckpointError, FlamewheelError, InputFileError, UsageError
from flamewheel.head.data import JOINT_NAMES
from flamewheel.head.model import HeadModel
from flamewheel.head.registry import find_head
from flamewheel.instruction.generator import load_generator
from flamewheel.instruction.networks.trained import load_network, load_neutral, noise
from flamewheel.instruction.text_encoders import text_encoder
from flamewheel.instruction.transition_set import save_transitions
from flamewheel.instruction.transition_wording import LABELS, TEMPLATES, sentence
from flamewheel.training.instruction_lessons import FaceVertices, pair_lessons
from flamewheel.training.train_i2fet import I2fetConfig, train
from flamewheel.training.train_ned import NedConfig
from flamewheel.training.train_ned import train as train_ned


@pytest.fixture(scope="module")
def tiny():
    return tiny_transitions()


def config(folder: Path, **more: object) -> I2fetConfig:
    plain = I2fetConfig("tiny", str(folder / "net.npz"), hidden=32, batch=32, epochs=2,
                        vertex_loss=False, motion_width=16, motion_layers=1)
    return replace(plain, **more)


def quiet(_line: str) -> None:
    pass


def weights(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_it_learns_a_small_set(tiny, tmp_path):
    """Sampled faces lie nearer to the faces of the emotions asked for than to any other."""
    train(config(tmp_path, epochs=50, learning_rate=2e-3, hidden=64, divergence=0.1,
                 validation=0.0), tiny, quiet)
    generator = load_network(tmp_path / "net.npz")
    asked = [(one, two) for one in EMOTIONS for two in EMOTIONS if one != two]
    texts = [sentence(TEMPLATES[0], LABELS[one], LABELS[two]) for one, two in asked]
    codes = generator.sample(text_encoder().encode(texts), seed=1)
    means = {name: tiny.codes[tiny.emotion == name].mean(axis=0) for name in EMOTIONS}
    right = sum(min(means, key=lambda name: np.linalg.norm(face - means[name])) == wanted
                for pair, faces in zip(asked, codes, strict=True)
                for wanted, face in zip(pair, faces, strict=True))
    assert right >= 0.85 * 2 * len(asked)
    other = generator.sample(text_encoder().encode(texts), seed=2)
    assert np.abs(other - codes).max() > 0.05
    assert generator.latents(codes, text_encoder().encode(texts)).shape == (12, 2, 32)


@pytest.mark.parametrize("variant", ["i2fet", "no-ifed", "motionclip"])
def test_every_variant_trains_and_its_file_is_read(tiny, tmp_path, variant):
    said: list[str] = []
    report = train(config(tmp_path, variant=variant, vertex_loss=True), tiny, said.append)
    assert report.epochs == 2 and np.isfinite(report.validation_loss)
    assert "epoch 2/2" in said[-1]
    generator = load_network(tmp_path / "net.npz")
    told = text_encoder().encode(["from joy to anger"])
    assert generator.sample(told, 0).shape == (1, 2, 103)
    assert generator.about.emotions == tuple(sorted(EMOTIONS))
    with open(tmp_path / "net.curve.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2 and float(rows[1]["validation"]) > 0
    assert (tmp_path / "net.curve.png").stat().st_size > 1000


def test_without_the_pose_loss_the_jaw_is_not_judged(tiny, tmp_path):
    misses = []
    for name, pose in (("whole", True), ("alone", False)):
        output = tmp_path / f"{name}.npz"
        train(config(tmp_path, output=str(output), pose_loss=pose), tiny, quiet)
        with open(output.with_suffix(".curve.csv"), encoding="utf-8") as curve:
            misses.append(float(list(csv.DictReader(curve))[-1]["pose"]))
    assert misses[1] == 0 < misses[0]


def test_the_same_seed_trains_the_same_network(tiny, tmp_path):
    files = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        train(config(tmp_path / name, seed=seed), tiny, quiet)
        files.append(weights(tmp_path / name / "net.npz"))
    same, again, other = (file["network.decode_expression.0.weight"] for file in files)
    np.testing.assert_array_equal(same, again)
    assert np.abs(same - other).max() > 0


def test_resumed_is_as_never_stopped(tiny, tmp_path):
    straight, stopped = tmp_path / "straight", tmp_path / "stopped"
    for folder in (straight, stopped):
        folder.mkdir()
    train(config(straight, epochs=4), tiny, quiet)
    train(config(stopped, epochs=2), tiny, quiet)
    train(config(stopped, epochs=4), tiny, quiet, resume=True)
    one, two = weights(straight / "net.npz"), weights(stopped / "net.npz")
    for name in one:
        if name != "about":
            np.testing.assert_array_equal(one[name], two[name])
    assert (straight / "net.curve.csv").read_text() == (stopped / "net.curve.csv").read_text()
    with pytest.raises(CheckpointError) as refused:
        train(config(stopped, epochs=5, batch=16), tiny, quiet, resume=True)
    assert refused.value.code == "wrong-checkpoint"


def test_validation_and_held_out_people_are_not_learned_from(tiny):
    lessons = pair_lessons(tiny, text_encoder(), 0.2, 0, every_subject=False)
    people = [set(tiny.subject[tiny.pairs[rows.numpy(), 0]])
              for rows in (lessons.learning, lessons.validating)]
    held = set(tiny.subject[tiny.held_out])
    assert not people[0] & people[1] and not (people[0] | people[1]) & held and len(people[1]) == 2
    assert len(lessons.told.tokens) == len(set(tiny.text))
    everyone = pair_lessons(tiny, text_encoder(), 0.2, 0, every_subject=True)
    assert len(everyone.learning) + len(everyone.validating) == len(tiny.pairs)


def test_vertices_are_the_heads_and_can_be_differentiated(tiny):
    head = find_head("open")
    lessons = pair_lessons(tiny, text_encoder(), 0.1, 0, every_subject=False)
    vertices = FaceVertices(head, lessons, torch.device("cpu"))
    faces = lessons.faces[:3].clone().requires_grad_()
    found = vertices.of(faces)
    codes = lessons.standard.outward(faces.detach().numpy())
    pose = np.zeros((3, len(JOINT_NAMES), 3))
    pose[:, JOINT_NAMES.index("jaw")] = codes[:, -3:]
    whole = HeadModel(head).vertices_identity_joints(None, codes[:, :-3], pose)
    apart = torch.linalg.vector_norm(
        whole[:, :, None] - found.detach()[:, None, ::10], dim=-1).amin(dim=1)
    assert float(apart.max()) < 1e-6  # m
    other = lessons.faces[3:6][None]
    loss = vertices.loss(other, faces[None])
    loss.backward()
    assert float(loss) > 0 and float(faces.grad.abs().max()) > 0
    assert float(vertices.loss(other, other)) == 0.0


def test_refusals(tiny, tmp_path):
    with pytest.raises(UsageError):
        config(tmp_path, variant="other")
    with pytest.raises(UsageError):
        config(tmp_path, epochs=0)
    with pytest.raises(UsageError) as refused:
        train(config(tmp_path), replace(tiny, head_checksum="another"), quiet)
    assert refused.value.code == "other-head"
    with pytest.raises(InputFileError) as few:
        train(config(tmp_path), tiny.with_pairs([0]), quiet)
    assert few.value.code == "too-few-pairs"
    with pytest.raises(FlamewheelError) as wild:
        train(config(tmp_path, learning_rate=1e12, epochs=3), tiny, quiet)
    assert wild.value.code == "training-diverged"


def test_a_standing_whose_optimiser_is_damaged_is_refused(tiny, tmp_path):
    train(config(tmp_path, epochs=1), tiny, quiet)
    kept = tmp_path / "net.resume"
    good = torch.load(kept, weights_only=True)
    del good["optimizer"]["state"][0]["exp_avg"]
    torch.save(good, kept)
    with pytest.raises(CheckpointError) as refused:
        train(config(tmp_path, epochs=2), tiny, quiet, resume=True)
    assert refused.value.code == "checkpoint-unreadable"


def test_damaged_weights_are_refused(tiny, tmp_path):
    train(config(tmp_path, epochs=1), tiny, quiet)
    good = weights(tmp_path / "net.npz")
    facts = json.loads(str(good["about"]))
    wild = np.full_like(good["network.decode_pose.4.bias"], np.inf)
    huge = {**facts["layout"], "expression": 1 << 14, "hidden": 1 << 14}  # 10 GB, were it built
    broken = {
        "huge": {**good, "about": np.array(json.dumps({**facts, "layout": huge}))},
        "wild": {**good, "network.decode_pose.4.bias": wild},
        "mean": {**good, "standard.mean": good["standard.mean"][:-1]},
        "spread": {**good, "standard.scale": np.zeros_like(good["standard.scale"])},
        "words": {**good, "about": np.array(json.dumps({**facts, "emotions": ["Hunger"]}))},
        "sizes": {**good, "about": np.array(json.dumps({**facts, "layout": {"hidden": 1}}))},
    }
    for name, arrays in broken.items():
        path = tmp_path / f"{name}.npz"
        np.savez(path, **arrays)
        for load in (load_network, load_generator):
            with pytest.raises(CheckpointError) as refused:
                load(path)
            assert refused.value.code == "checkpoint-misfit", name


def test_generator_of_a_trained_file(tiny, tmp_path):
    train(config(tmp_path, epochs=1), tiny, quiet)
    generator = load_generator(tmp_path / "net.npz")
    texts = ["from joy to anger"]
    network = load_network(tmp_path / "net.npz")
    np.testing.assert_allclose(generator.pairs(texts, 3),
                               network.sample(text_encoder().encode(texts), 3), atol=1e-4)
    train(config(tmp_path, variant="motionclip", epochs=1), tiny, quiet)
    with pytest.raises(CheckpointError) as refused:
        load_generator(tmp_path / "net.npz")
    assert refused.value.code == "not-a-generator"


def test_noise_of_fewer_is_the_beginning_of_more():
    np.testing.assert_array_equal(noise(2, 16, 9), noise(5, 16, 9)[:2])


def test_ned_learns_and_is_read(tiny, tmp_path):
    given = NedConfig("tiny", str(tmp_path / "ned.npz"), hidden=32, epochs=30, batch=8,
                      learning_rate=3e-3)
    report = train_ned(given, tiny, quiet)
    assert report.faces == 12 and report.error < 0.1
    neutral = load_neutral(tmp_path / "ned.npz").neutral_of(tiny.codes[:4])
    assert neutral.shape == (4, 103)
    joy = tiny.codes[1]
    assert np.linalg.norm(neutral[1] - tiny.codes[0]) < 0.5 * np.linalg.norm(joy - tiny.codes[0])
    assert load_neutral().neutral_of(tiny.codes).shape == tiny.codes.shape  # the shipped one
    with pytest.raises(InputFileError) as few:
        train_ned(given, replace(tiny, neutral=np.full(len(tiny.codes), -1)), quiet)
    assert few.value.code == "too-few-faces"


def test_command_line(tiny, tmp_path, capsys):
    path = tmp_path / "set.npz"
    save_transitions(tiny, path)
    out = tmp_path / "w.npz"
    code = main(["train", "i2fet", str(path), "-o", str(out), "--epochs", "1", "--variant",
                 "no-ifed", "--no-vertex-loss", "--json"])
    assert code == 0 and json.loads(capsys.readouterr().out)["epochs"] == 1 and out.is_file()
    assert main(["train", "ned", str(path), "-o", str(tmp_path / "n.npz"), "--epochs", "1"]) == 0
    assert main(["train", "i2fet", str(path), "-o", str(path)]) == 1
    assert main(["train", "i2fet", str(tmp_path / "none.npz"), "-o", str(out)]) == 1
    assert main(["train", "i2fet", str(path), "-o", str(out), "--encoder",
                 str(tmp_path / "clip")]) == 1
