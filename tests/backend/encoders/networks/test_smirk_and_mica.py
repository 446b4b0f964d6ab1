# SPDX-License-Identifier: GPL-3.0-or-later
"""SMIRK and MICA on generated checkpoints with the published names and shapes.

The numbers expected of them were computed by their authors' own modules (SMIRK c7de404 with
timm 1.0.31, MICA af22e7a) on the same generated weights and pictures, torch 2.13.
"""

from __future__ import annotations

from pathlib import Path

import generated_checkpoints_mica_smirk as generated
import numpy as np
import pytest
import torch
from generated_checkpoints import Numbers

from flamewheel import parameter_file
from flamewheel.encoders.networks.mica import load_mica
from flamewheel.encoders.networks.mobilenet import SameConv
from flamewheel.encoders.networks.smirk import load_smirk
from flamewheel.errors import CheckpointError, HeadError
from flamewheel.head.registry import find_head

ASTRONAUT = Path(__file__).parents[4] / "examples" / "astronaut.png"


@pytest.fixture(scope="module")
def smirk(checkpoints):
    return load_smirk(checkpoints / "pretrained_models" / "SMIRK_em1.pt")


@pytest.fixture(scope="module")
def mica(checkpoints):
    return load_mica(checkpoints / "mica.tar")


def waves(side: int) -> np.ndarray:
    """(side,side,3) a smooth picture that differs in its channels and directions."""
    at = torch.arange(side) / side
    channels = [0.5 + 0.5 * torch.sin(6 * at[:, None] + k * 3 * at[None]) for k in (1, 2, 3)]
    return torch.stack(channels, dim=-1).numpy()


def test_counts_of_the_published_files():
    smirk, mica = generated.smirk_tables(Numbers()), generated.mica_tables(Numbers())
    assert sum(key.startswith("smirk_encoder.") for key in smirk) == 762
    assert sum(key.startswith("smirk_generator.") for key in smirk) == 178
    assert len(mica["arcface"]) == 925 and len(mica["flameModel"]) == 26


def test_smirk_gives_its_authors_numbers(smirk):
    codes = smirk.codes(waves(224))
    expected = {
        "rotation": [-0.06665, -0.07196, 0.10197], "cam": [0.24418, -0.23668, 0.17554],
        "shape": [0.28943, 0.31324, 0.18075, -0.24668],
        "expression": [0.15876, 0.01867, 0.29163, 0.23243], "lids": [0.12911, 0.03244],
        "jaw": [0.12878, 0.13902, 0.2]}
    sizes = {"rotation": 3, "cam": 3, "shape": 300, "expression": 50, "lids": 2, "jaw": 3}
    for name, numbers in expected.items():
        code = getattr(codes, name)
        assert code.shape == (1, sizes[name])
        np.testing.assert_allclose(code[0, :len(numbers)], numbers, atol=1.5e-5, err_msg=name)


def test_smirk_is_mirrored_by_a_mirrored_picture_only_as_its_authors(smirk):
    codes = smirk.codes(waves(224)[:, ::-1])
    np.testing.assert_allclose(codes.shape[0, :4], [0.29398, 0.31263, 0.18698, -0.26008],
                               atol=1.5e-5)


def test_mica_s_pictures_run_from_minus_to_plus_one(mica, monkeypatch):
    """(x - 127.5) / 127.5 of grey levels, as insightface's blobFromImages."""
    seen = []
    monkeypatch.setattr(type(mica.network), "forward",
                        lambda self, pictures: seen.append(pictures) or torch.zeros(1, 300))
    picture = np.zeros((112, 112, 3), np.float32)
    picture[0, 0] = 1.0, 0.5, 0.0
    mica.shape(picture)
    assert seen[0].shape == (1, 3, 112, 112)
    np.testing.assert_allclose(seen[0][0, :, 0, 0], [1, 0, -1], atol=1e-6)


def test_mica_gives_its_authors_numbers(mica):
    shape = mica.shape(waves(112))
    assert shape.shape == (300,)
    np.testing.assert_allclose(shape[:5], [0.08517, -0.0928, 0.12988, -0.26055, 0.21112], atol=3e-5)
    inverted = mica.shape(1 - waves(112))
    np.testing.assert_allclose(inverted[:5], [0.08991, -0.0789, 0.13162, -0.26693, 0.21343],
                               atol=3e-5)


def test_tensorflow_s_padding_is_uneven():
    """SAME with stride 2 of 224 pixels pads one pixel at the end and none before."""
    layer = SameConv(1, 1, 3, 2, bias=False)
    picture = torch.randn(1, 1, 224, 7)
    padded = torch.nn.functional.pad(picture, (1, 1, 0, 1))
    expected = torch.nn.functional.conv2d(padded, layer.weight, stride=2)
    torch.testing.assert_close(layer(picture), expected)
    assert layer(picture).shape == (1, 1, 112, 4)


def test_smirk_s_limits(smirk):
    layers = smirk.network.expression_encoder.expression_layers[0]
    kept = layers.bias.clone()
    try:
        layers.bias[50:] = torch.tensor([-9.0, 9.0, -9.0, 9.0, -9.0])
        codes = smirk.codes(waves(224))
        assert codes.lids.tolist() == [[0.0, 1.0]]
        np.testing.assert_allclose(codes.jaw, [[0.0, 0.2, -0.2]], atol=1e-7)
        layers.bias[52] = 9.0
        assert smirk.codes(waves(224)).jaw[0, 0] > 1  # opening has no upper limit
    finally:
        layers.bias.copy_(kept)


def broken(table, change, key):
    """A copy of a table with one entry missing, surplus or of another shape."""
    table = dict(table)
    if change == "missing":
        del table[key]
    elif change == "surplus":
        table[key + "_2"] = torch.zeros(3)
    else:
        table[key] = torch.zeros(7, 7)
    return table


@pytest.mark.parametrize("change", ["missing", "surplus", "shape"])
def test_smirk_refuses_another_layout_and_names_the_key(change, tmp_path):
    key = "smirk_encoder.shape_encoder.encoder.blocks.3.2.bn2.running_var"
    torch.save(broken(generated.smirk_tables(Numbers()), change, key), tmp_path / "smirk.pt")
    with pytest.raises(CheckpointError) as refusal:
        load_smirk(tmp_path / "smirk.pt")
    assert refusal.value.code == "checkpoint-keys"
    assert "shape_encoder.encoder.blocks.3.2.bn2.running_var" in refusal.value.message


@pytest.mark.parametrize("change", ["missing", "surplus", "shape"])
@pytest.mark.parametrize("table, key", [
    ("arcface", "layer3.29.prelu.weight"), ("flameModel", "regressor.network.3.bias")])
def test_mica_refuses_another_layout_and_names_the_key(change, table, key, tmp_path):
    tables = generated.mica_tables(Numbers())
    tables[table] = broken(tables[table], change, key)
    torch.save(tables, tmp_path / "mica.tar")
    with pytest.raises(CheckpointError) as refusal:
        load_mica(tmp_path / "mica.tar")
    assert refusal.value.code == "checkpoint-keys"
    assert key.removeprefix("regressor.") in refusal.value.message


def test_what_belongs_to_neither_network_is_refused(tmp_path):
    torch.save({**generated.smirk_tables(Numbers()), "head.weight": torch.zeros(2)},
               tmp_path / "s.pt")
    with pytest.raises(CheckpointError, match=r"head\.weight"):
        load_smirk(tmp_path / "s.pt")


def test_each_knows_the_other_s_file(checkpoints):
    with pytest.raises(CheckpointError, match="SMIRK") as refusal:
        load_mica(checkpoints / "pretrained_models" / "SMIRK_em1.pt")
    assert refusal.value.code == "other-checkpoint"
    with pytest.raises(CheckpointError, match="MICA"):
        load_smirk(checkpoints / "mica.tar")


def test_smirk_fills_all_that_it_knows(smirk, flame):
    face = smirk.encode(ASTRONAUT, flame)
    assert face.head == flame.name
    assert face.identity.shape.size == 300 and face.identity.shape.any()
    assert face.code.expression.size == 100
    assert face.code.expression[:50].all() and not face.code.expression[50:].any()
    assert face.code.jaw[0] >= 0 and np.abs(face.code.jaw[1:]).max() <= 0.2 + 1e-6
    assert face.global_rotation.any() and face.camera.image_size == (512, 512)


def test_mica_gives_the_identity_and_nothing_else(mica, flame):
    face = mica.encode(ASTRONAUT, flame)
    assert face.identity.shape.size == 300 and face.identity.shape.all()
    assert not face.code.vector().any() and not face.global_rotation.any()
    assert face.camera is None


def test_the_way_through_npz_keeps_the_codes(smirk, flame, tmp_path):
    """DECA's and EMOCA's key names: shape, exp, pose (global, jaw), cam."""
    face = smirk.encode(ASTRONAUT, flame)
    parameter_file.save(face, tmp_path / "face.npz")
    with np.load(tmp_path / "face.npz") as stored:
        assert stored["shape"].shape == (300,) and stored["exp"].shape == (100,)
        np.testing.assert_allclose(
            stored["pose"], [*face.global_rotation, *face.code.jaw], atol=1e-6)
        assert stored["cam"].shape == (3,)
    again = parameter_file.load(tmp_path / "face.npz")
    np.testing.assert_allclose(again.identity.shape, face.identity.shape, atol=1e-6)
    np.testing.assert_allclose(again.code.vector(), face.code.vector(), atol=1e-6)
    np.testing.assert_allclose(again.camera.scale, face.camera.scale, rtol=1e-5)
    np.testing.assert_allclose(again.camera.translation, face.camera.translation, atol=1e-2)


def test_lids_without_coefficients_are_told(smirk, flame):
    """Two numbers that FLAME cannot hold are not dropped in silence."""
    layers = smirk.network.expression_encoder.expression_layers[0]
    kept = layers.bias.clone()
    try:
        layers.bias[50:52] = torch.tensor([9.0, -9.0])
        face = smirk.encode(ASTRONAUT, flame)
    finally:
        layers.bias.copy_(kept)
    assert any("left eye closed by 1.00 and the right by 0.00" in note for note in face.notes)


def test_lids_go_into_the_expressions_that_close_them(checkpoints, flame):
    shut = np.zeros((2, flame.expression_count))
    shut[0, 7], shut[1, 8] = 2.0, 3.0
    path = checkpoints / "pretrained_models" / "SMIRK_em1.pt"
    plain, knowing = load_smirk(path), load_smirk(path, lambda head: shut)
    from flamewheel.encoders.networks.crop import smirk_crop
    from flamewheel.encoders.networks.seen import see_face

    lids = plain.codes(smirk_crop(see_face(ASTRONAUT)).pixels).lids[0].numpy()
    added = knowing.encode(ASTRONAUT, flame).code.expression
    added = added - plain.encode(ASTRONAUT, flame).code.expression
    np.testing.assert_allclose(added, lids @ shut, atol=1e-6)
    assert not any("closed" in note for note in knowing.encode(ASTRONAUT, flame).notes)


@pytest.mark.parametrize("network", ["smirk", "mica"])
def test_another_head_is_refused_with_a_way_out(network, request):
    encoder = request.getfixturevalue(network)
    with pytest.raises(HeadError) as refusal:
        encoder.encode(ASTRONAUT, find_head("open"))
    assert refusal.value.code == "head-not-flame"
    assert "head convert" in refusal.value.hint


def test_a_head_cut_down_is_said(smirk, flame):
    from dataclasses import replace

    small = replace(flame, identity_basis=flame.identity_basis[..., :100],
                    expression_basis=flame.expression_basis[..., :20])
    face = smirk.encode(ASTRONAUT, small)
    assert face.identity.shape.size == 100 and face.code.expression.size == 20
    assert sum("left out" in note for note in face.notes) >= 2
