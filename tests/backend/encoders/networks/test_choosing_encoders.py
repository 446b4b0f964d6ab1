# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoders by name, two as one, and the command line that asks for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from network_checks import changed_deca, changed_emoca

from blender_addon.core.detail_map import read_detail
from flamewheel import cli, parameter_file
from flamewheel.encoders.networks import registry
from flamewheel.encoders.networks.combined import Combined
from flamewheel.encoders.networks.weights import FOLDER_VARIABLE
from flamewheel.errors import CheckpointError, HeadError, UsageError
from flamewheel.head.data import NamedUnits
from flamewheel.head.unit_solving import SolvedUnits
from flamewheel.parameters import Camera, ExpressionCode, FaceParameters, Identity
from flamewheel.pipeline import networks

ASTRONAUT = Path(__file__).parents[4] / "examples" / "astronaut.png"


@pytest.fixture(autouse=True)
def known_folder(checkpoints, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(checkpoints))


@dataclass(frozen=True)
class Fixed:
    """An encoder that always says the same."""

    name: str
    value: float

    def encode(self, photo, head, *, face=None):
        v = self.value
        code = ExpressionCode(np.full(4, v), jaw=[v, 0, 0])
        return FaceParameters("h", Identity(np.full(3, v)), code, [0, v, 0],
                              Camera(v, [v, v], (8, 8)), error=0.01,
                              notes=("the same", self.name))


def test_identity_comes_from_one_and_all_else_from_the_other():
    both = Combined(shape_from=Fixed("mica", 1.0), expression_from=Fixed("emoca", 2.0))
    face = both.encode(np.zeros((32, 32, 3), np.uint8), None)
    assert both.name == "mica+emoca"
    assert (face.identity.shape == 1).all()
    assert (face.code.expression == 2).all() and face.code.jaw[0] == 2
    assert face.global_rotation[1] == 2 and face.camera.scale == 2
    assert face.error is None  # measured with the other identity
    assert face.notes == ("the same", "emoca", "mica")


def test_mica_s_identity_with_smirk_s_expression(flame, flame_file):
    choice = networks.choose_encoder(shape_from="mica", expression_from="smirk")
    encoder = networks.ready_encoder(choice, str(flame_file))
    face = networks.encode_with(encoder, ASTRONAUT, head=str(flame_file))
    whose = registry.network_encoder("mica").encode(ASTRONAUT, flame)
    does = registry.network_encoder("smirk").encode(ASTRONAUT, flame)
    np.testing.assert_array_equal(face.identity.shape, whose.identity.shape)
    np.testing.assert_array_equal(face.code.expression[:50], does.code.expression[:50])
    np.testing.assert_array_equal(face.code.jaw, does.code.jaw)
    np.testing.assert_array_equal(face.global_rotation, does.global_rotation)
    assert face.camera.scale == does.camera.scale
    assert not any("identity only" in note for note in face.notes)


@pytest.mark.parametrize("expression_from", ["deca", "emoca"])
def test_vn3dface_s_mixture(expression_from, flame, flame_file):
    """MICA's 300 identities with DECA's or EMOCA's 50 expressions, jaw and camera."""
    choice = networks.choose_encoder(expression_from, shape_from="mica")
    face = networks.encode_by(choice, ASTRONAUT, head=str(flame_file))
    does = registry.network_encoder(expression_from).encode(ASTRONAUT, flame)
    whose = registry.network_encoder("mica").encode(ASTRONAUT, flame)
    np.testing.assert_array_equal(face.identity.shape, whose.identity.shape)
    assert not np.array_equal(face.identity.shape, does.identity.shape)
    np.testing.assert_array_equal(face.code.vector(), does.code.vector())


def test_mica_alone_says_that_it_knows_no_expression(flame_file):
    encoder = networks.ready_encoder(networks.choose_encoder("mica"), str(flame_file))
    face = networks.encode_with(encoder, ASTRONAUT, head=str(flame_file))
    assert any("identity only" in note for note in face.notes)


def test_words_become_a_choice():
    assert networks.choose_encoder().is_landmark
    assert networks.choose_encoder("landmark").is_landmark
    mixed = networks.choose_encoder("smirk", shape_from="mica")
    assert (mixed.shape_from, mixed.expression_from) == ("mica", "smirk")
    on_landmarks = networks.choose_encoder(shape_from="mica")
    assert (on_landmarks.shape_from, on_landmarks.expression_from) == ("mica", "landmark")


def test_impossible_choices_are_refused():
    with pytest.raises(UsageError) as refusal:
        networks.choose_encoder("deka")
    assert refusal.value.code == "no-such-encoder" and "smirk" in refusal.value.hint
    with pytest.raises(UsageError) as refusal:
        networks.choose_encoder(shape_from="smirk", expression_from="mica")
    assert refusal.value.code == "no-expression"
    with pytest.raises(UsageError):
        networks.choose_encoder(checkpoints={"arcface": Path("x")})


def test_the_open_head_is_refused_before_weights_are_read(monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, "nowhere")
    with pytest.raises(HeadError) as refusal:
        networks.ready_encoder(networks.choose_encoder("smirk"), "open")
    assert refusal.value.code == "head-not-flame" and "head convert" in refusal.value.hint


def test_missing_weights_are_refused_never_made_up(monkeypatch, flame_file, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(CheckpointError) as refusal:
        networks.ready_encoder(networks.choose_encoder("mica"), str(flame_file))
    assert refusal.value.code == "checkpoint-not-found" and "mica.tar" in refusal.value.hint


def test_networks_are_loaded_once_and_anew_when_the_file_changes(tmp_path, checkpoints):
    import os
    import shutil

    path = tmp_path / "SMIRK_em1.pt"
    shutil.copy(checkpoints / "pretrained_models" / "SMIRK_em1.pt", path)
    first = registry.network_encoder("smirk", {"smirk": path})
    assert registry.network_encoder("smirk", {"smirk": path}) is first
    os.utime(path, ns=(1, 1))
    assert registry.network_encoder("smirk", {"smirk": path}) is not first


def test_lids_go_into_the_head_s_own_units(flame, flame_file, monkeypatch):
    """Without SMIRK's lid files: FACS's unit 43, as far as the head can show it."""
    shut = np.zeros((2, flame.expression_count))
    shut[0, 3], shut[1, 4] = 2.0, 1.5
    units = NamedUnits(("AU43R", "AU12", "AU43L"),
                       np.stack([shut[1], np.ones_like(shut[0]), shut[0]])[:, :50],
                       np.zeros((3, 5, 3)))
    shown = np.array([0.9, 0.9, 0.9])
    monkeypatch.setattr(networks, "head_units",
                        lambda head: SolvedUnits(units, shown, "the head's own"))
    encoder = networks.ready_encoder(networks.choose_encoder("smirk"), str(flame_file))
    assert encoder.lid_expressions(flame) is None  # neither units nor landmarks in its file
    able = replace(flame, units=units)
    np.testing.assert_array_equal(encoder.lid_expressions(able), shut)
    shown[0] = 0.3
    assert encoder.lid_expressions(able) is None  # better left out


def test_the_command_line(flame_file, tmp_path, capsys):
    output = tmp_path / "face.npz"
    assert cli.main(["encode", str(ASTRONAUT), "--encoder", "smirk", "--shape-from", "mica",
                     "--head", str(flame_file), "-o", str(output)]) == 0
    face = parameter_file.load(output)
    assert face.identity.shape.size == 300 and face.code.expression[:50].all()
    capsys.readouterr()
    assert cli.main(["encode", str(ASTRONAUT), "--encoder", "smirk", "--json"]) == 1
    said = capsys.readouterr()
    assert "head convert" in said.out + said.err and "Traceback" not in said.err


def test_a_video_is_not_silently_encoded_by_landmarks(tmp_path, capsys):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no video")
    assert cli.main(["encode", str(clip), "--shape-from", "mica"]) == 1
    assert "landmarks-only" in capsys.readouterr().err
    assert cli.main(["encode", str(clip), "--encoder", "landmark"]) == 1
    assert "landmarks-only" not in capsys.readouterr().err


def test_a_checkpoint_is_given_by_name(flame_file, tmp_path, capsys):
    command = ["encode", str(ASTRONAUT), "--encoder", "mica", "--head", str(flame_file)]
    assert cli.main([*command, "--checkpoint", f"mica={tmp_path / 'no.tar'}"]) == 1
    assert "no.tar" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        cli.main([*command, "--checkpoint", "mica.tar"])
    assert usage.value.code == 2
    torch.save({"E_flame": {"a": torch.zeros(1)}}, tmp_path / "deca.tar")
    assert cli.main([*command, "--checkpoint", f"mica={tmp_path / 'deca.tar'}"]) == 1
    assert "DECA" in capsys.readouterr().err


@pytest.mark.parametrize("network", ["deca", "emoca"])
def test_wrinkles_are_written_for_blender(network, flame_file, tmp_path, capsys):
    command = ["encode", str(ASTRONAUT), "--encoder", network, "--shape-from", "mica",
               "--head", str(flame_file), "-o", str(tmp_path / "face.npz")]
    assert cli.main([*command, "--detail", str(tmp_path / "map.npz")]) == 0
    metres = read_detail(tmp_path / "map.npz")  # the add-on's own reader
    assert metres.shape == (256, 256) and 0 < np.abs(metres).max() < 0.02
    face = parameter_file.load(tmp_path / "face.npz")
    assert face.appearance.detail.shape == (128,) and face.identity.shape.size == 300
    told = capsys.readouterr().err
    assert ("fixed_displacement" in told) == (network == "deca")  # EMOCA's checkpoint brings it


def test_deca_s_fixed_displacement_is_found_and_added(flame_file, checkpoints, tmp_path, capsys):
    import shutil

    shutil.copy(checkpoints / "deca_model.tar", tmp_path)
    fixed = np.random.default_rng(0).normal(0, 1e-3, (256, 256)).astype(np.float32)
    command = ["encode", str(ASTRONAUT), "--encoder", "deca", "--head", str(flame_file),
               "--checkpoint", f"deca={tmp_path / 'deca_model.tar'}", "--detail"]
    assert cli.main([*command, str(tmp_path / "without.npz")]) == 0
    np.save(tmp_path / "fixed_displacement_256.npy", fixed)
    capsys.readouterr()
    assert cli.main([*command, str(tmp_path / "with.npz")]) == 0
    assert "fixed_displacement" not in capsys.readouterr().err
    added = read_detail(tmp_path / "with.npz") - read_detail(tmp_path / "without.npz")
    np.testing.assert_allclose(added, fixed, atol=1e-6)


@pytest.mark.parametrize("options, code", [
    (["--encoder", "smirk", "--detail", "m.npz"], "no-detail"),
    (["--detail", "m.npz"], "no-detail"),
    (["--encoder", "mica", "--preview", "p.png"], "no-camera"),
    (["--encoder", "deca", "--detail", "m.jpg"], "wrong-ending"),
    ([str(ASTRONAUT), "--encoder", "deca", "--detail", "m.npz"], "detail-of-several"),
])
def test_what_an_encoder_cannot_give_is_refused(options, code, flame_file, tmp_path, monkeypatch,
                                                 capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["encode", str(ASTRONAUT), *options, "--head", str(flame_file), "--json"]) == 1
    said = capsys.readouterr()
    assert code in said.out + said.err
    assert not list(tmp_path.iterdir())


def test_the_doctor_says_which_checkpoints_are_there(monkeypatch, tmp_path):
    from flamewheel.cli.doctor import examine

    def said() -> str:
        return next(check.found for check in examine() if check.what.startswith("checkpoints"))

    assert said().startswith("DECA, EMOCA, SMIRK, MICA in ")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert said() == f"none in {tmp_path}"


def _one_wild(tables):
    tables["E_flame"]["layers.2.bias"] = torch.full((236,), 1e30)


def _endless(tables):
    tables["E_flame"]["encoder.bn1.running_var"] = torch.full((64,), -5.0)


@pytest.mark.parametrize("change", [_one_wild, _endless])
def test_weights_that_give_no_face_are_blamed(change, flame_file, tmp_path, capsys):
    made = changed_deca(tmp_path / "deca.tar", change)
    command = ["encode", str(ASTRONAUT), "--encoder", "deca", "--checkpoint", f"deca={made}",
               "--head", str(flame_file), "-o", str(tmp_path / "face.json")]
    assert cli.main(command) == 1
    said = capsys.readouterr().err
    assert "[wild-numbers]" in said and "DECA" in said and "checkpoint" in said
    assert not (tmp_path / "face.json").exists()


def test_a_fixed_form_that_is_not_finite(flame_file, tmp_path, capsys):
    def change(state):
        state["deca.fixed_uv_dis"] = torch.full((256, 256), float("nan"))

    made = changed_emoca(tmp_path / "emoca.ckpt", change)
    command = ["encode", str(ASTRONAUT), "--encoder", "emoca", "--checkpoint", f"emoca={made}",
               "--head", str(flame_file), "--detail", str(tmp_path / "map.npz")]
    assert cli.main(command) == 1
    assert "not finite" in capsys.readouterr().err and not (tmp_path / "map.npz").exists()
