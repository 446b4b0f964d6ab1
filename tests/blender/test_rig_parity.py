# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender evaluates is what `HeadModel` computes, to 1e-5 m."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from rig_tools import evaluated, flame, set_state, small_head_file
from simple_rig import empty_file

from blender_addon.core.head_file import read_head
from blender_addon.scene import identity
from blender_addon.scene.head import import_head

TOLERANCE = 1e-5  # m, what issue and design promise
RANDOM = np.random.default_rng(11)


@pytest.fixture(autouse=True)
def watching() -> Any:
    empty_file()
    identity.register_handlers()
    yield
    identity.unregister_handlers()


@pytest.mark.parametrize("name", ["open", "flame"])
@pytest.mark.parametrize("placed", [False, True], ids=["bones follow", "bones placed"])
def test_blender_agrees_with_head_model(cases_folder: Path, name: str, placed: bool) -> None:
    mesh = import_head(read_head(cases_folder / f"{name}.npz"), name="Head", source=name)
    cases = np.load(cases_folder / f"{name}_cases.npz")
    assert np.abs(cases["pose"]).max() > 0.5 and np.abs(cases["shape"]).max() > 3
    for shape, expression, pose, wanted in zip(
        cases["shape"], cases["expression"], cases["pose"], cases["vertices"], strict=True
    ):
        set_state(mesh, shape, expression, pose)
        if placed:
            identity.place_bones(mesh, mesh.parent)
        assert np.abs(evaluated(mesh) - wanted).max() < TOLERANCE


@pytest.mark.parametrize("name", ["open", "flame"])
def test_folded_identity_agrees_with_head_model(cases_folder: Path, name: str) -> None:
    cases = np.load(cases_folder / f"{name}_cases.npz")
    shape, expression, pose = (cases[part][2] for part in ("shape", "expression", "pose"))
    mesh = import_head(read_head(cases_folder / f"{name}.npz"), name="Head", source=name,
                       fold_identity=shape)
    assert not [k for k in mesh.data.shape_keys.key_blocks if k.name.startswith("Shape")]
    set_state(mesh, [], expression, pose)
    assert np.abs(evaluated(mesh) - cases["vertices"][2]).max() < TOLERANCE


def test_joints_drift_little_with_the_open_heads_expression(cases_folder: Path) -> None:
    """Bones cannot follow it; over random expressions of 1 to 3 σ it stays under 0.3 mm."""
    cases = np.load(cases_folder / "open_cases.npz")
    drift = np.linalg.norm(cases["joints_with_expression"] - cases["joints"], axis=-1)
    assert drift.max() < 0.3e-3


def test_a_head_at_zero_is_the_template(tmp_path: Path) -> None:
    path = small_head_file(tmp_path / "small.npz")
    mesh = import_head(read_head(path), name="Small", source=str(path))
    assert {key.value for key in mesh.data.shape_keys.key_blocks[1:]} == {0.0}
    np.testing.assert_allclose(evaluated(mesh), np.load(path)["v_template"], atol=1e-7)


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Any]:
    path = small_head_file(tmp_path / "small.npz")
    return path, import_head(read_head(path), name="Small", source=str(path))


def state(identities: int = 6) -> tuple[Any, Any, Any]:
    return 3 * RANDOM.normal(size=identities), 2 * RANDOM.normal(size=4), 0.6 * RANDOM.normal(
        size=(5, 3))


def test_identity_changed_by_key_values_alone(small: tuple[Path, Any]) -> None:
    path, mesh = small
    _, expression, pose = state()
    set_state(mesh, np.zeros(6), expression, pose)
    for _ in range(3):
        shape = 3 * RANDOM.normal(size=6)
        for number, value in enumerate(shape, start=1):
            mesh.data.shape_keys.key_blocks[f"Shape{number}"].value = value
        bpy.context.view_layer.update()
        assert np.abs(evaluated(mesh) - flame(path, shape, expression, pose)).max() < TOLERANCE


def test_identity_set_places_the_bones(small: tuple[Path, Any]) -> None:
    path, mesh = small
    shape, expression, pose = state()
    set_state(mesh, np.zeros(6), expression, pose)
    identity.set_identity(mesh, mesh.parent, shape[:4])
    shape[4:] = 0
    joints = identity.joints_at(mesh, shape)
    heads = np.array([mesh.parent.data.bones[name].head_local for name in identity.BONES])
    np.testing.assert_allclose(heads, joints @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]], atol=1e-6)
    assert np.abs(evaluated(mesh) - flame(path, shape, expression, pose)).max() < TOLERANCE


def test_fewer_keys_than_components(tmp_path: Path) -> None:
    path = small_head_file(tmp_path / "small.npz")
    mesh = import_head(read_head(path), name="Small", source=str(path), identity_count=2,
                       expression_count=1)
    shape, expression, pose = state(2)
    set_state(mesh, shape, expression[:1], pose)
    assert np.abs(evaluated(mesh) - flame(path, shape, expression[:1], pose)).max() < TOLERANCE


def test_keys_in_another_order(small: tuple[Path, Any]) -> None:
    """A person may sort the list of keys."""
    path, mesh = small
    mesh.active_shape_key_index = mesh.data.shape_keys.key_blocks.find("Shape1")
    bpy.context.view_layer.objects.active = mesh
    bpy.ops.object.shape_key_move(type="BOTTOM")
    given = state()
    set_state(mesh, *given)
    assert np.abs(evaluated(mesh) - flame(path, *given)).max() < TOLERANCE


def test_the_object_may_stand_anywhere(small: tuple[Path, Any]) -> None:
    path, mesh = small
    mesh.parent.location, mesh.parent.scale = (1, 2, -1), (2, 2, 2)
    mesh.parent.rotation_euler = (0.4, -0.3, 2)
    given = state()
    set_state(mesh, *given)
    assert np.abs(evaluated(mesh) - flame(path, *given)).max() < TOLERANCE
    bpy.context.view_layer.update()
    np.testing.assert_allclose(mesh.matrix_world, mesh.parent.matrix_world)


def test_any_rotation_mode_of_a_bone(small: tuple[Path, Any]) -> None:
    path, mesh = small
    shape, expression, pose = state()
    set_state(mesh, shape, expression, pose)
    jaw = mesh.parent.pose.bones["jaw"]
    turn = jaw.rotation_euler.to_quaternion()
    jaw.rotation_mode = "QUATERNION"
    jaw.rotation_quaternion = turn
    bpy.context.view_layer.update()
    assert np.abs(evaluated(mesh) - flame(path, shape, expression, pose)).max() < TOLERANCE


def test_a_turn_beyond_half_a_circle(small: tuple[Path, Any]) -> None:
    path, mesh = small
    shape, expression, pose = state()
    pose[2] = [3.3, 0.2, -0.4]
    set_state(mesh, shape, expression, pose)
    assert np.abs(evaluated(mesh) - flame(path, shape, expression, pose)).max() < TOLERANCE
