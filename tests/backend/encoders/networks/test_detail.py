# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrinkles: the map that the authors' decoder gives, and what changes it.

Expected numbers: DECA a11554a on the same generated weights and picture, torch 2.13.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from network_checks import changed_deca, waves, waves_as_face

from flamewheel.encoders.networks.deca import load_deca, load_deca_detail
from flamewheel.encoders.networks.detail import DetailDecoder
from flamewheel.encoders.networks.emoca import load_emoca_detail
from flamewheel.encoders.networks.flame_encoder import FlameEncoder, as_pictures
from flamewheel.errors import CheckpointError, UsageError
from flamewheel.head.data import HeadData

AUTHORS_MAP = [
    0.000949738, 0.00126403, 0.000969509, 0.00144148, 0.000742335, 0.000938618, -0.000348862,
    0.00275878, 0.00072697, 0.000622528, 0.000555279, 0.00233672, 0.00168034, 0.0011464,
    0.000771701, 0.00144348,
]
"""m, every 85th pixel of the displacement map."""


def test_the_decoder_gives_its_authors_map(deca: FlameEncoder, flame: HeadData) -> None:
    assert deca.detail is not None
    codes = deca.codes(as_pictures(waves()))
    face = waves_as_face(deca, flame)
    code = replace(face.code, expression=codes.expression[0], jaw=codes.jaw[0])
    looks = replace(face.appearance, detail=codes.detail[0])
    found, notes = deca.detail.displacement(replace(face, code=code, appearance=looks))
    assert found.shape == (256, 256) and found.dtype == np.float32
    np.testing.assert_allclose(found[::85, ::85].ravel(), AUTHORS_MAP, atol=1e-8)
    assert "fixed_displacement_256.npy" in notes[0]


def test_the_decoder_s_norms_are_as_trained() -> None:
    norms = [module for module in DetailDecoder().modules()
             if isinstance(module, torch.nn.BatchNorm2d)]
    assert [norm.eps for norm in norms] == [1e-5, 0.8, 0.8, 0.8, 0.8, 0.8]


def test_wrinkles_follow_jaw_expression_and_the_fixed_form(
        deca_files: Path, tmp_path: Path, deca: FlameEncoder, flame: HeadData) -> None:
    assert deca.detail is not None
    face = waves_as_face(deca, flame)
    first, _ = deca.detail.displacement(face)
    wide = replace(face, code=replace(face.code, jaw=face.code.jaw + 0.5))
    smile = replace(face, code=replace(face.code, expression=face.code.expression + 2))
    other = [deca.detail.displacement(changed)[0] for changed in (wide, smile)]
    assert all(np.abs(found - first).max() > 1e-6 for found in other)
    np.save(tmp_path / "fixed.npy", np.full((256, 256), 0.001))
    fixed = load_deca_detail(deca_files / "deca_model.tar", tmp_path / "fixed.npy")
    found, notes = fixed.displacement(face)
    np.testing.assert_allclose(found, first + np.float32(0.001), atol=1e-9)
    assert notes == ()
    own, notes = load_emoca_detail(deca_files / "emoca2.ckpt").displacement(face)
    assert notes == () and own.shape == (256, 256)  # EMOCA's checkpoint brings its own


@pytest.mark.parametrize("content", [
    np.zeros((256, 255)), np.zeros((256, 256), int), np.full((256, 256), np.nan),
    np.array([{}], dtype=object), b"text"])
def test_what_is_no_fixed_displacement(deca_files: Path, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "fixed.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content)
    with pytest.raises(CheckpointError, match=r"fixed\.npy") as refused:
        load_deca_detail(deca_files / "deca_model.tar", path)
    assert refused.value.code == "not-a-displacement"


def test_without_a_code_there_are_no_wrinkles(
        deca: FlameEncoder, emoca: FlameEncoder, flame: HeadData) -> None:
    assert deca.detail is not None
    with pytest.raises(UsageError, match="no code of wrinkles"):
        deca.detail.displacement(waves_as_face(emoca, flame))


def test_details_are_loaded_strictly(tmp_path: Path) -> None:
    path = changed_deca(tmp_path / "deca_model.tar",
                        lambda t: t["D_detail"].pop("conv_blocks.19.weight"))
    load_deca(path)  # the wrinkles' networks are not asked for here
    with pytest.raises(CheckpointError, match=r"lacks conv_blocks\.19\.weight"):
        load_deca_detail(path)
