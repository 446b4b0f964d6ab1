# SPDX-License-Identifier: GPL-3.0-or-later
"""DECA and EMOCA on generated checkpoints with the published names and shapes.

The numbers expected of them were computed by their authors' own modules (DECA a11554a, whose
encoders and decoder EMOCA fef5472 shares) on the same generated weights and picture, torch 2.13.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from generated_checkpoints import Numbers, encoder_shapes, write_emoca
from network_checks import changed_deca, changed_emoca, waves, waves_as_face

from flamewheel import parameter_file
from flamewheel.encoders.networks.crop import Crop, photo_camera
from flamewheel.encoders.networks.deca import load_deca
from flamewheel.encoders.networks.emoca import load_emoca
from flamewheel.encoders.networks.flame_encoder import FlameEncoder, as_pictures
from flamewheel.errors import CheckpointError, HeadError
from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head


def test_deca_gives_its_authors_numbers(deca: FlameEncoder) -> None:
    codes = deca.codes(as_pictures(waves()))
    expected = {
        "shape": [9.053281, 11.697348, 3.185694, 2.638],
        "texture": [-7.656531, 4.404872, 8.863699],
        "expression": [0.142605, -10.267064, -6.514059, 6.00832],
        "global_rotation": [-4.152861, -8.778619, -1.756868],
        "jaw": [-0.065077, -8.456916, 18.214598],
        "camera": [7.668878, -5.770637, 3.601885],
        "light": [-0.548175, -1.773271, 3.820346, -6.821105],
        "detail": [-0.934251, -0.355352, 2.020951, 1.657301],
    }
    for name, numbers in expected.items():
        got = np.ravel(getattr(codes, name))[:len(numbers)]
        np.testing.assert_allclose(got, numbers, rtol=3e-6, atol=1e-5, err_msg=name)
    sizes = {"shape": 100, "texture": 50, "expression": 50, "global_rotation": 3, "jaw": 3,
             "camera": 3, "detail": 128}
    assert {name: getattr(codes, name).shape for name in sizes} == {
        name: (1, size) for name, size in sizes.items()}
    assert codes.light.shape == (1, 9, 3)


def test_emoca_takes_the_expression_from_its_own_network(
        deca_files: Path, emoca: FlameEncoder, flame: HeadData) -> None:
    pictures = as_pictures(waves())
    coarse = replace(emoca, expression=None).codes(pictures)
    codes = emoca.codes(pictures)
    assert np.abs(codes.expression - coarse.expression).max() > 0.1
    for name in ("shape", "global_rotation", "jaw", "camera", "light"):
        np.testing.assert_array_equal(getattr(codes, name), getattr(coarse, name))
    first = load_emoca(deca_files / "emoca1.ckpt").codes(pictures)
    assert first.expression.shape == (1, 50) and emoca.name == "emoca" and emoca.notes == ()


@pytest.mark.parametrize("count", [53, 56])
def test_emoca_that_tells_the_pose_too(tmp_path: Path, emoca: FlameEncoder, count: int) -> None:
    path = write_emoca(tmp_path / "e.ckpt", seed=3, expression_codes=count)
    encoder = load_emoca(path)
    assert encoder.expression is not None and "jaw" in encoder.notes[0]
    pictures = as_pictures(waves())
    told = encoder.expression(pictures).numpy()
    codes = encoder.codes(pictures)
    np.testing.assert_array_equal(codes.expression, told[:, :50])
    np.testing.assert_array_equal(codes.jaw, told[:, -3:])
    turn = told[:, 50:53] if count == 56 else replace(encoder, expression=None).codes(
        pictures).global_rotation
    np.testing.assert_array_equal(codes.global_rotation, turn)


@pytest.mark.parametrize("change, code, said", [
    (lambda t: t["E_flame"].pop("encoder.layer3.2.bn1.running_mean"), "checkpoint-keys",
     "(E_flame) lacks encoder.layer3.2.bn1.running_mean."),
    (lambda t: t["E_flame"].update({"encoder.fc.weight": torch.ones(1)}), "checkpoint-keys",
     "has, beyond what the network has, encoder.fc.weight."),
    (lambda t: t["E_flame"].update({"layers.0.bias": torch.ones(1000)}), "checkpoint-keys",
     "layers.0.bias is 1000; this network's is 1024"),
    (lambda t: t.update(E_flame=Numbers(3).table(encoder_shapes(436))), "other-head",
     "gives 436 numbers for a face"),
    (lambda t: t.update(E_emotion={}), "checkpoint-keys", "has E_emotion, which DECA does not"),
    (lambda t: t.pop("E_flame"), "other-checkpoint", "is not DECA's checkpoint but an unknown"),
    (lambda t: t.update(E_flame=7), "checkpoint-keys", 'has no table "E_flame"'),
])
def test_deca_is_loaded_strictly(tmp_path: Path, change: Any, code: str, said: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        load_deca(changed_deca(tmp_path / "deca_model.tar", change))
    assert refused.value.code == code and said in refused.value.message, refused.value.message
    assert "deca_model.tar" in refused.value.message and refused.value.hint


@pytest.mark.parametrize("change, code, said", [
    (lambda s: s.pop("deca.E_expression.layers.2.weight"), "checkpoint-keys", "lacks layers.2.w"),
    (lambda s: s.update({"deca.E_mica.arcface.conv1.weight": torch.ones(1)}), "checkpoint-keys",
     "has deca.E_mica.arcface.conv1.weight, which"),
    (lambda s: s.update({"deca.E_expression.resnet.encoder.conv1.weight": torch.ones(1)}),
     "checkpoint-keys", "beyond what the network has, resnet.encoder.conv1.weight"),
    (lambda s: s.update({f"deca.E_expression.{key}": value for key, value in Numbers(3).table(
        encoder_shapes(100)).items()}), "other-head", "gives 100 numbers for an expression"),
    (lambda s: [s.pop(key) for key in list(s) if "E_expression" in key], "other-checkpoint",
     "has no expression network"),
    (lambda s: [s.pop(key) for key in list(s) if key.startswith("deca.")], "other-checkpoint",
     "another network trained with Lightning"),
])
def test_emoca_is_loaded_strictly(tmp_path: Path, change: Any, code: str, said: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        load_emoca(changed_emoca(tmp_path / "e=3.255.ckpt", change))
    assert refused.value.code == code and said in refused.value.message, refused.value.message


def test_the_losses_networks_beside_emoca_are_ignored(tmp_path: Path) -> None:
    extra = {"emonet_loss.trainable.conv1.weight": torch.ones(1),
             "lipread_loss.model.x": torch.ones(1), "deca.id_loss.reg_model.x": torch.ones(1)}
    load_emoca(changed_emoca(tmp_path / "e.ckpt", lambda state: state.update(extra)))


def test_parameters_go_through_deca_s_own_names(
        tmp_path: Path, deca: FlameEncoder, flame: HeadData) -> None:
    face = waves_as_face(deca, flame)
    assert face.identity.shape.shape == (flame.identity_count,)
    assert face.identity.shape[100:].any() == face.code.expression[50:].any() == False  # noqa: E712
    parameter_file.save(face, tmp_path / "face.npz")
    with np.load(tmp_path / "face.npz") as arrays:
        assert {"shape", "exp", "pose", "cam", "tex", "light", "detail"} <= set(arrays.files)
    read = parameter_file.load(tmp_path / "face.npz")
    np.testing.assert_allclose(read.code.vector(), face.code.vector(), rtol=1e-6)
    np.testing.assert_allclose(read.identity.shape, face.identity.shape, rtol=1e-6)
    np.testing.assert_allclose(read.pose(), face.pose(), rtol=1e-6)
    assert read.camera is not None and face.camera is not None
    np.testing.assert_allclose(read.camera.translation, face.camera.translation, rtol=1e-5)
    assert read.appearance is not None and face.appearance is not None
    for name in ("texture", "light", "detail"):
        np.testing.assert_allclose(
            getattr(read.appearance, name), getattr(face.appearance, name), rtol=1e-6)


def test_the_camera_is_deca_s_projection(deca: FlameEncoder, flame: HeadData) -> None:
    crop = Crop(waves(), np.array([[2.0, 0, 30], [0, 2.0, -8], [0, 0, 1]]))
    cam = deca.codes(as_pictures(crop.pixels)).camera[0]
    camera = photo_camera(cam, crop, (640, 480))
    point = np.array([0.03, -0.05])
    on_crop = cam[0] * (point + cam[1:]) * [1, -1] * 112 + 112
    on_photo = camera.scale * point * [1, -1] + camera.translation
    np.testing.assert_allclose(on_photo, 2 * on_crop + [30, -8])


def test_the_same_photo_gives_the_same_numbers_and_swapped_colours_others(
        deca: FlameEncoder) -> None:
    pictures = as_pictures(waves())
    first, again = deca.codes(pictures), deca.codes(pictures.clone())
    np.testing.assert_array_equal(first.shape, again.shape)
    swapped = deca.codes(pictures.flip(1))
    assert np.abs(swapped.shape - first.shape).max() > 0.05
    signed = deca.codes(pictures * 2 - 1)
    assert np.abs(signed.shape - first.shape).max() > 0.05


def test_a_camera_from_behind_is_none(flame: HeadData, deca_files: Path) -> None:
    deca = load_deca(deca_files / "deca_model.tar")
    bias = deca.coarse.layers[2].bias  # type: ignore[index, union-attr]
    bias[206] -= 100.0
    face = waves_as_face(deca, flame)
    assert face.camera is None and "no camera" in face.notes[-1]


def test_another_head_is_refused(deca: FlameEncoder) -> None:
    with pytest.raises(HeadError, match="FLAME") as refused:
        waves_as_face(deca, find_head("open"))
    assert refused.value.hint
