# SPDX-License-Identifier: GPL-3.0-or-later
"""The classifier of 3D parameters: its layers, its file, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from flamewheel.emotion.network import ParameterNetwork
from flamewheel.emotion.network_file import NetworkRecogniser, load_network, save_network
from flamewheel.emotion.network_layout import NetworkLayout, facts_of, layout_of
from flamewheel.emotion.network_rows import rows_of
from flamewheel.emotion.network_table import ParameterTable, read_table, write_table
from flamewheel.errors import CheckpointError, FlamewheelError, InputFileError, UsageError
from flamewheel.parameters import Appearance, ExpressionCode, FaceParameters, Identity

LAYOUT = NetworkLayout("open", ("Anger", "Joy"), (("expression", 6), ("jaw", 3)), width=16)


def face(head: str = "open", count: int = 6) -> FaceParameters:
    return FaceParameters(head, Identity(np.zeros(4)),
                          ExpressionCode(np.arange(1.0, count + 1), jaw=[0.1, 0.2, 0.3]))


def ready(layout: NetworkLayout = LAYOUT) -> NetworkRecogniser:
    torch.manual_seed(0)
    return NetworkRecogniser(ParameterNetwork(layout).eval())


def test_the_published_layers() -> None:
    network = ParameterNetwork(NetworkLayout("flame", ("a",) * 1, (("expression", 50),)))
    linear = [one for one in network.trunk.modules() if isinstance(one, nn.Linear)]
    dropouts = [one.p for one in network.trunk.modules() if isinstance(one, nn.Dropout)]
    assert [one.out_features for one in linear] == [2048] * 4 and linear[0].in_features == 50
    assert dropouts == [0.5, 0.4, 0.0, 0.0]
    assert sum(isinstance(one, nn.BatchNorm1d) for one in network.trunk.modules()) == 4
    assert sum(isinstance(one, nn.LeakyReLU) for one in network.trunk.modules()) == 4


def test_rows_stand_in_the_layouts_order_and_missing_coefficients_are_zero() -> None:
    assert rows_of([face(count=4)], LAYOUT)[0] == pytest.approx([1, 2, 3, 4, 0, 0, 0.1, 0.2, 0.3])
    assert rows_of([face(count=9)], LAYOUT)[0, :6] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert rows_of([], LAYOUT).shape == (0, 9)


def test_details_are_taken_where_they_are_and_missed_where_they_are_not() -> None:
    layout = replace(LAYOUT, parts=(("detail", 3),))
    seen = replace(face(), appearance=Appearance(detail=np.array([1.0, 2.0, 3.0])))
    assert rows_of([seen], layout)[0] == pytest.approx([1, 2, 3])
    with pytest.raises(UsageError) as refused:
        rows_of([face()], layout)
    assert refused.value.code == "no-detail"


def test_a_face_of_another_head_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        ready().read([face("flame")])
    assert refused.value.code == "wrong-head"


def test_a_file_says_the_same_in_half_precision(tmp_path: Path) -> None:
    path, recogniser = tmp_path / "net.npz", ready()
    save_network(path, recogniser.network)
    before, after = recogniser.read([face()]), load_network(path).read([face()])
    assert after.classes == ("Anger", "Joy") and after.affect is None
    assert after.probabilities == pytest.approx(before.probabilities, abs=2e-3)
    assert after.probabilities.sum() == pytest.approx(1.0)


def test_intermediate_fusion_needs_the_2d_features() -> None:
    recogniser = ready(replace(LAYOUT, image_features=5, knows_affect=True))
    told = recogniser.read([face()], np.zeros((1, 5)))
    other = recogniser.read([face()], np.ones((1, 5)))
    assert not np.allclose(told.probabilities, other.probabilities)
    assert told.affect is not None and told.affect.shape == (1, 2)
    for wrong in (None, np.zeros((1, 4)), np.full((1, 5), np.nan)):
        with pytest.raises(UsageError) as refused:
            recogniser.read([face()], wrong)
        assert refused.value.code == "image-features"


@pytest.mark.parametrize("wrong", [
    {"width": 10**9}, {"depth": 0}, {"classes": []}, {"classes": ["Joy", "Joy"]},
    {"parts": [["soul", 3]]}, {"parts": [["jaw", -3]]}, {"dropouts": [1.5]}, {"width": "wide"},
    {"image_features": 10**7}, {"parts": 3}, {"head": None, "classes": None},
])
def test_layouts_that_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError) as refused:
        layout_of({**facts_of(LAYOUT), **wrong}, "net.npz")
    assert refused.value.code == "unknown-layout"


def test_a_layout_that_its_weights_do_not_bear_out_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    facts = {**facts_of(replace(LAYOUT, width=8192, depth=16)), "kind": "emotion3d"}
    np.savez(path, about=np.array(json.dumps(facts)), **{"head.weight": np.zeros((4, 16), "f4")})
    with pytest.raises(CheckpointError) as refused:
        load_network(path)
    assert refused.value.code == "checkpoint-misfit"


@pytest.mark.parametrize("body", [b"", b"no zip", b"\x80\x04."])
def test_files_that_are_no_network(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "net.npz"
    path.write_bytes(body)
    with pytest.raises(FlamewheelError):
        load_network(path)


def table(**more: Any) -> dict[str, Any]:
    return {"exp": np.ones((4, 50), "f4"), "pose": np.ones((4, 6), "f4"),
            "label": np.array([0, 1, 1, 7]), **more}


def test_a_table_with_decas_names(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    np.savez(path, **table(valence=np.array([0.1, -2.0, 0.3, np.nan], "f4")))
    found = read_table(path)
    assert found.head == "flame" and found.emotions == ("Neutral", "Joy", "Joy", "Contempt")
    assert found.parts["jaw"].shape == (4, 3) and len(set(found.subjects)) == 4
    assert np.isnan(found.affect[[1, 3], 0]).all() and found.affect[0, 0] == pytest.approx(0.1)


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    given = ParameterTable("open", {"expression": np.eye(3), "jaw": np.ones((3, 3))},
                           ("Joy", "Fear", "Joy"), ("a", "b", "a"), np.full((3, 2), np.nan),
                           np.ones((3, 7)))
    write_table(path, given)
    found = read_table(path)
    assert found.emotions == given.emotions and found.subjects == given.subjects
    assert found.head == "open" and found.image_features is not None
    assert found.parts["expression"] == pytest.approx(np.eye(3))


@pytest.mark.parametrize("wrong", [
    {"label": np.array([0, 1, 2])}, {"label": np.array([0, 1, 2, 11])},
    {"exp": np.full((4, 50), np.nan, "f4")}, {"exp": np.zeros((3, 50))},
    {"valence": np.array([3.0, 0, 0, 0])}, {"subject": np.array(["a"])},
    {"label": np.array([0.1, 0.2, 0.3, 0.4])}, {"pose": np.full((4, 6), 1e20)},
])
def test_tables_that_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = tmp_path / "features.npz"
    np.savez(path, **{**table(), **wrong})
    with pytest.raises(InputFileError) as refused:
        read_table(path)
    assert refused.value.code == "bad-features"


def test_a_table_with_objects_is_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    np.savez(path, **table(subject=np.array([{"a": 1}] * 4, dtype=object)))
    with pytest.raises(InputFileError) as refused:
        read_table(path)
    assert refused.value.code == "features-unreadable"


@pytest.mark.parametrize("value", [np.nan, 1e300, -1e12])
def test_weights_that_no_training_gives_are_refused(tmp_path: Path, value: float) -> None:
    path = tmp_path / "net.npz"
    save_network(path, ParameterNetwork(LAYOUT))
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **{**arrays, "mean": np.full(arrays["mean"].shape, value)})
    with pytest.raises(CheckpointError) as refused:
        load_network(path)
    assert refused.value.code == "checkpoint-misfit" and "mean" in refused.value.message


@pytest.mark.parametrize("kind", [">f4", np.longdouble])
def test_weights_of_any_width_and_byte_order_are_the_same(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "net.npz"
    save_network(path, ParameterNetwork(LAYOUT).eval())
    with np.load(path) as stored:
        arrays = {name: array.astype(kind) if array.dtype.kind == "f" else array
                  for name, array in stored.items()}
    rows = np.random.default_rng(3).normal(size=(2, LAYOUT.inputs))
    pictures = np.zeros((2, LAYOUT.image_features)) if LAYOUT.image_features else None
    before = load_network(path).answer(rows, pictures)
    np.savez(path, **arrays)
    assert np.array_equal(load_network(path).answer(rows, pictures).probabilities,
                          before.probabilities)
