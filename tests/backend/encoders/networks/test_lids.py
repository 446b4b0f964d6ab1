# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.encoders.networks.lids import LID_FILES, lid_expressions, read_lid_shapes
from flamewheel.errors import CheckpointError


@pytest.fixture(scope="module")
def shapes():
    rng = np.random.default_rng(5)
    lids = np.zeros((2, 5023, 3))
    lids[0, 100:300], lids[1, 300:500] = rng.normal(0, 0.004, (2, 200, 3))
    return lids


def test_a_head_that_can_close_its_lids_does(flame, shapes):
    basis = np.array(flame.expression_basis)
    basis[..., 3], basis[..., 9] = shapes[0] / 2, shapes[1] / 4
    able = replace(flame, expression_basis=basis)
    codes = lid_expressions(able, shapes)
    moved = np.einsum("vce,ne->nvc", basis, codes)
    assert np.abs(moved - shapes).max() < 0.05 * np.abs(shapes).max()
    assert codes[0, 3] > 1.5 and codes[1, 9] > 3


def test_a_head_that_cannot_is_left_alone(flame, shapes):
    rigid = np.zeros_like(flame.expression_basis)
    rigid[:, 1] = 0.001
    assert lid_expressions(replace(flame, expression_basis=rigid), shapes) is None


def test_shapes_of_another_mesh_are_not_used(flame, shapes):
    assert lid_expressions(flame, shapes[:, :4000]) is None


def test_the_files_are_the_face_s_left_and_right(tmp_path, shapes):
    assert read_lid_shapes(tmp_path) is None
    for name, shape in zip(LID_FILES, shapes, strict=True):
        np.save(tmp_path / name, shape.astype(np.float32))
    np.testing.assert_allclose(read_lid_shapes(tmp_path), shapes, atol=1e-9)


@pytest.mark.parametrize("content", [
    b"", b"text", np.zeros((5, 2)), np.full((5, 3), np.nan), np.zeros((5, 3)),
    np.array([{"code": 1}], dtype=object)])
def test_other_files_are_refused_by_name(tmp_path, content, shapes):
    np.save(tmp_path / LID_FILES[0], shapes[0])
    if isinstance(content, bytes):
        (tmp_path / LID_FILES[1]).write_bytes(content)
    else:
        np.save(tmp_path / LID_FILES[1], content, allow_pickle=True)
    with pytest.raises(CheckpointError, match="r_eyelid"):
        read_lid_shapes(tmp_path)
