# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel evaluate i2fet` as another program sees it, on a tiny set and untaught networks."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli import PHOTO, accepted, refused

from flamewheel.instruction.networks.trained import load_network
from flamewheel.instruction.transition_set import load_transitions


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made people, and one photograph of two people who show two emotions with it."""
    folder = tmp_path_factory.mktemp("photos")
    shutil.copy(PHOTO, folder / "a.png")
    (folder / "labels.csv").write_text("image,subject,emotion\n" + "".join(
        f"a.png,{who},{emotion}\n" for who in ("ann", "ben") for emotion in ("neutral", "happy")))
    path = folder / "set.npz"
    accepted("dataset", "build", "transitions", folder, "-o", path, "--spread", 0, "--units", 16)
    return path


@pytest.fixture(scope="module")
def untaught(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Networks after a step or two: ours and the baseline."""
    from flamewheel.training.train_i2fet import I2fetConfig, train

    transitions = load_transitions(tiny)
    few = transitions.with_pairs(np.flatnonzero(~transitions.pair_held_out)[::8])
    folder = tmp_path_factory.mktemp("weights")
    made = {name: folder / f"{name}.npz" for name in ("i2fet", "motionclip")}
    for name, path in made.items():
        config = I2fetConfig(str(tiny), str(path), epochs=1, vertex_loss=False)
        train(replace(config, variant=name), few, lambda line: None)
    return made


def test_models_are_judged_beside_the_truth(
    tiny: Path, untaught: dict[str, Path], tmp_path: Path
) -> None:
    output = tmp_path / "made"
    ran = accepted("evaluate", "i2fet", tiny, "--model", untaught["i2fet"], "--model",
                   f"other={untaught['i2fet']}", "--model", untaught["motionclip"], "--seeds", 1,
                   "-o", output, "--plots", output / "plots", "--json")
    scores = ran.json["scores"]
    assert {row["model"] for row in scores} == {"ground truth", "i2fet", "motionclip", "other"}
    assert {row["wording"] for row in scores} == {"seen", "unseen"}
    assert {row["judge"] for row in scores} == {"taught", "shipped"}
    assert ran.json["aims"] and set(ran.json["latents"]) == {"i2fet", "motionclip", "other"}
    text = (output / "report.md").read_text()
    assert "Ground truth" in text and "Other models" in text
    assert json.loads((output / "report.json").read_text())["scores"] == scores
    assert {path.name for path in (output / "plots").iterdir()} == {
        "confusions.png", "latents.png"}


def test_variants_are_trained_once(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flamewheel.cli.training_variants import train_variants
    from flamewheel.training import train_i2fet

    asked: list[Any] = []

    def stand_in(config: Any, transitions: Any, say: Any) -> None:
        asked.append(config)
        Path(config.output).write_bytes(b"weights")

    monkeypatch.setattr(train_i2fet, "train", stand_in)
    options = Namespace(set=tiny, output=tmp_path / "made", train_seeds=2, epochs=7, layers=True,
                        encoder=None, head="open")
    named = train_variants(load_transitions(tiny), options)
    assert len(named) == len(asked) == 18 and {one.epochs for one in asked} == {7}
    assert {name for name, _ in named} >= {"i2fet", "motionclip", "no-ifed", "no-vertex", "caft-2"}
    assert sum(not one.vertex_loss for one in asked) == 4 and {one.seed for one in asked} == {0, 1}
    named[0][1].unlink()
    assert train_variants(load_transitions(tiny), options) == named
    assert len(asked) == 19


def test_what_cannot_be_judged_is_refused(
    tiny: Path, untaught: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "text.npz").write_text("hello")
    model = untaught["i2fet"]
    assert load_network(model).about.head == "open"
    for arguments, code in (
            ((tmp_path / "none.npz", "--model", model), "file-not-found"),
            ((tmp_path / "text.npz", "--model", model), "transitions-unreadable"),
            ((tiny,), "no-model"), ((tiny, "--train-seeds", 1), "no-output")):
        assert refused("evaluate", "i2fet", *arguments)["code"] == code
    told = refused("evaluate", "i2fet", tiny, "--model", tmp_path / "text.npz")
    assert "checkpoint" in told["code"]
