# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the unit sliders, from Python in the background, with the real backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from rig_tools import evaluated
from scene_tools import contents, head_mesh, keyframes, values
from simple_rig import empty_file

from blender_addon.client.session import session
from blender_addon.core.head_file import open_head_path
from blender_addon.scene.find import head_of
from blender_addon.scene.pose import read_code
from blender_addon.scene.unit_channels import unit_names, units_of

verbs: Any = bpy.ops.flamewheel


@pytest.fixture(autouse=True)
def scene(addon: Path) -> Any:
    empty_file()
    return bpy.context.scene


@pytest.fixture
def head() -> Any:
    assert verbs.import_head(embedded="open-light", identity_count=0) == {"FINISHED"}
    return head_mesh()


@pytest.fixture
def rig(head: Any) -> Any:
    assert verbs.add_units() == {"FINISHED"}
    return head.parent


def show(rig: Any, **strengths: float) -> None:
    for name, value in strengths.items():
        rig[name] = value
    rig.update_tag()
    bpy.context.view_layer.update()


def test_the_embedded_head_needs_no_backend(rig: Any) -> None:
    assert len(unit_names(head_mesh())) == 68 and rig["AU26"] == 0.0
    assert not session().running
    assert not verbs.add_units.poll()


def test_sliders_come_and_go_in_one_step(head: Any) -> None:
    before = contents()
    assert verbs.add_units() == {"FINISHED"}
    assert verbs.remove_units() == {"FINISHED"}
    assert contents() == before and not verbs.remove_units.poll()


def test_mirror_and_reset(rig: Any) -> None:
    show(rig, AU12L=0.75, AU12R=0.25, AU4R=0.5, AU26=0.5, AU30L=0.5)
    assert verbs.mirror_units() == {"FINISHED"}
    assert (rig["AU12R"], rig["AU4R"], rig["AU26"], rig["AU30R"]) == (0.75, 0.0, 0.5, 0.0)
    show(rig, AU12R=0.25)
    assert verbs.mirror_units(direction="SWAP") == {"FINISHED"}
    assert (rig["AU12L"], rig["AU12R"], rig["AU30L"], rig["AU30R"]) == (0.25, 0.75, 0.0, 0.5)
    assert verbs.reset_units(region="jaw") == {"FINISHED"}
    assert (rig["AU26"], rig["AU30R"], rig["AU12L"]) == (0.0, 0.0, 0.25)
    assert verbs.reset_units() == {"FINISHED"}
    assert not any(rig[name] for name in unit_names(head_mesh())) and not any(values("Exp"))


def test_keyed_sliders_are_keyed_by_what_changes_them(rig: Any, scene: Any) -> None:
    show(rig, AU1L=0.5)
    assert verbs.key_units(units="AU1L, AU1R") == {"FINISHED"}
    scene.frame_set(11)
    assert verbs.mirror_units() == {"FINISHED"}
    assert keyframes(rig)[('["AU1R"]', 0)] == [(1.0, 0.0), (11.0, 0.5)]
    with pytest.raises(RuntimeError, match="AU99"):
        verbs.key_units(units="AU99")


def test_a_blend_in_units_is_the_same_face(rig: Any) -> None:
    mesh = head_mesh()
    assert verbs.blend(primary="joy", insert_keys=False) == {"FINISHED"}
    shown, code = evaluated(mesh), values("Exp")
    assert verbs.measure_units() == {"FINISHED"}
    assert rig["AU12L"] > 0.5 and rig["AU12R"] > 0.5 and rig["AU15L"] < 0.1
    assert np.abs(evaluated(mesh) - shown).max() < 1e-5
    assert np.abs(np.array(values("Exp")) - code).max() < 2e-3
    rest = [mesh.data.shape_keys[f"Exp{number}"] for number in range(1, 101)]
    assert np.linalg.norm(rest) < 0.5 * np.linalg.norm(code)
    # the next verb takes the face over, sliders and all
    assert verbs.blend(primary="anger", insert_keys=False) == {"FINISHED"}
    assert rig["AU12L"] == 0.0
    assert verbs.reset_expression() == {"FINISHED"} and not any(values("Exp"))


def test_an_action_in_units(rig: Any, scene: Any) -> None:
    mesh = head_mesh()
    assert verbs.blend(primary="surprise", seconds=1.0) == {"FINISHED"}
    scene.frame_set(25)
    shown = evaluated(mesh)
    assert verbs.measure_units(what="ACTION") == {"FINISHED"}
    scene.frame_set(25)
    assert np.abs(evaluated(mesh) - shown).max() < 1e-5
    brow = keyframes(rig)[('["AU2L"]', 0)]
    assert [frame for frame, _ in brow] == [1.0, 25.0] and brow[0][1] == 0 and brow[1][1] > 0.5
    assert verbs.remove_units() == {"FINISHED"}
    scene.frame_set(25)
    assert np.abs(evaluated(mesh) - shown).max() < 1e-5


def test_one_pose_keyed_in_units(rig: Any, scene: Any) -> None:
    scene.frame_set(4)
    assert verbs.blend(primary="joy", insert_keys=False) == {"FINISHED"}
    assert verbs.measure_units(what="KEY") == {"FINISHED"}
    assert keyframes(rig)[('["AU12L"]', 0)][0][0] == 4.0


def test_refusals_say_what_to_do(scene: Any) -> None:
    assert not verbs.add_units.poll() and not verbs.measure_units.poll()
    assert verbs.import_head(embedded="open-light", identity_count=0, expression_count=0) == {
        "FINISHED"}
    with pytest.raises(RuntimeError, match="no expression keys"):
        verbs.add_units()
    assert session().last_refusal.code == "no-expression-keys" and session().last_refusal.hint


def test_a_head_without_units_has_them_solved(tmp_path: Path, scene: Any) -> None:
    """The backend carries the open head's units over, by landmarks."""
    path = tmp_path / "nameless.npz"
    with np.load(open_head_path("open-light"), allow_pickle=False) as archive:
        np.savez(path, **{name: archive[name] for name in archive.files
                          if not name.startswith(("units_", "meta"))})
    assert verbs.import_head(filepath=str(path), identity_count=0) == {"FINISHED"}
    mesh = head_mesh()
    assert verbs.add_units() == {"FINISHED"} and session().running
    keys, rig = mesh.data.shape_keys, mesh.parent
    assert len(unit_names(mesh)) == 68
    assert all(one.driver.is_valid for one in keys.animation_data.drivers)
    show(rig, AU12L=1.0, AU12R=1.0, AU26=1.0)
    units = units_of(mesh)
    assert units is not None
    strengths = np.isin(unit_names(mesh), ("AU12L", "AU12R", "AU26")).astype(float)
    whole = units.codes(strengths)
    np.testing.assert_allclose(values("Exp")[: len(whole)], whole, atol=2e-3)
    code = read_code(head_of(mesh))
    assert code.jaw[0] == pytest.approx(units.turns(strengths)[0], abs=1e-5)
    corners = evaluated(mesh)  # it smiles: on the face's left something went up and out
    show(rig, AU12L=0.0, AU12R=0.0)
    moved = corners - evaluated(mesh)
    assert moved[moved[:, 0] > 0.0005, 1].max() > 0.001
    assert verbs.measure_units() == {"FINISHED"} and rig["AU26"] > 0.5
