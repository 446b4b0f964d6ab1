# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit sliders: the mesh is the head's formula, keys are carried over, nothing needs Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from rig_tools import evaluated, flame, small_head_file
from scene_tools import keyframes
from simple_rig import empty_file

from blender_addon.core.coordinates import flame_from_bone_euler
from blender_addon.core.errors import SceneError
from blender_addon.core.head_file import open_head_path, read_head
from blender_addon.core.head_units import HeadUnits, units_of_file
from blender_addon.core.keyframes import trajectory_to_tracks
from blender_addon.core.unit_drivers import LINK
from blender_addon.scene import identity, pose
from blender_addon.scene.actions import write_tracks
from blender_addon.scene.find import head_of
from blender_addon.scene.head import import_head
from blender_addon.scene.unit_channels import set_base, set_sliders, tell_blender, unit_names
from blender_addon.scene.unit_keys import face_now, faces_of_action, key_sliders, show_in_units
from blender_addon.scene.unit_rig import add_units, remove_units

TOLERANCE = 1e-5  # m
RANDOM = np.random.default_rng(5)
NAMES = ("AU1L", "AU1R", "AU12L", "AU12R", "AU26", "AU30L", "AU30R")
OPEN = open_head_path()


@pytest.fixture(autouse=True)
def scene() -> Any:
    empty_file()
    return bpy.context.scene


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Any, HeadUnits]:
    """A head of 60 vertices with made-up units, among them one that turns the jaw every way."""
    path = small_head_file(tmp_path / "small.npz")
    mesh = import_head(read_head(path), name="Small", source=str(path))
    jaw = np.zeros((len(NAMES), 3))
    jaw[4], jaw[5], jaw[6] = (0.3, 0, 0), (0, 0.1, 0), (0, -0.1, 0)
    units = HeadUnits(NAMES, RANDOM.normal(size=(len(NAMES), 4)), jaw,
                      np.array([[0, 2], [1, 3], [2, 4]]), RANDOM.normal(size=(3, 4)), "made up")
    return path, mesh, units


@pytest.fixture
def rigged(small: tuple[Path, Any, HeadUnits]) -> tuple[Path, Any, HeadUnits]:
    add_units(head_of(small[1]), small[2])
    return small


def put(mesh: Any, names: tuple[str, ...], strengths: Any, base: Any, jaw: Any = (0, 0, 0)) -> None:
    set_sliders(mesh, mesh.parent, dict(zip(names, strengths, strict=True)))
    set_base(mesh, base)
    mesh.parent.pose.bones["jaw"].rotation_euler = jaw
    tell_blender(mesh, mesh.parent)


def exps(mesh: Any) -> Any:
    return np.array([b.value for b in mesh.data.shape_keys.key_blocks if b.name.startswith("Exp")])


def jaw_pose(euler: Any) -> Any:
    turned = np.zeros((5, 3))
    turned[2] = flame_from_bone_euler(np.asarray(euler, float)[None])[0]
    return turned


def drivers(mesh: Any) -> list[Any]:
    return [*mesh.data.shape_keys.animation_data.drivers, *mesh.parent.animation_data.drivers]


def test_open_head_agrees_with_the_formula() -> None:
    mesh = import_head(read_head(OPEN), name="Head", source="open", identity_count=20)
    units = units_of_file(OPEN)
    assert units is not None and len(units.names) == 68
    add_units(head_of(mesh), units)
    assert all(one.driver.is_valid and one.driver.is_simple_expression for one in drivers(mesh))
    identity.register_handlers()
    shape = 2 * RANDOM.normal(size=20)
    identity.set_identity(mesh, mesh.parent, shape)
    for share in (0.1, 0.2, 0.35):
        strengths = RANDOM.uniform(0, 1.2, 68) * (RANDOM.random(68) < share)
        base = RANDOM.normal(size=100)
        turn = (0.1 * RANDOM.random(), 0.05, -0.05)
        put(mesh, units.names, strengths, base, turn)
        whole = base + units.codes(strengths)
        assert np.abs(whole).max() < 10  # the keys' range
        np.testing.assert_allclose(exps(mesh), whole, atol=2e-3)
        euler = np.array(turn) + units.turns(strengths)
        assert np.abs(evaluated(mesh) - flame(OPEN, shape, whole, jaw_pose(euler))).max() < (
            TOLERANCE)
        code = pose.read_code(head_of(mesh))
        np.testing.assert_allclose(code.jaw, jaw_pose(euler)[2], atol=1e-6)
    identity.unregister_handlers()


def test_creases_follow_the_sliders() -> None:
    mesh = import_head(read_head(OPEN), name="Head", source="open", identity_count=0)
    units = units_of_file(OPEN)
    before = creases(mesh)
    add_units(head_of(mesh), units)
    put(mesh, ("AU4L", "AU4R"), (1.0, 1.0), np.zeros(100))
    assert before.max() == 0 and creases(mesh).max() > 0.5


def creases(mesh: Any) -> Any:
    tell_blender(mesh, mesh.parent)
    return np.concatenate([mesh[name] for name in mesh.keys() if name.startswith(  # noqa: SIM118
        "flamewheel_creases_")])


def test_a_slider_moves_what_it_says(rigged: tuple[Path, Any, HeadUnits]) -> None:
    path, mesh, units = rigged
    for _ in range(3):
        strengths, base = RANDOM.random(len(NAMES)), RANDOM.normal(size=4)
        put(mesh, NAMES, strengths, base)
        whole, euler = base + units.codes(strengths), units.turns(strengths)
        np.testing.assert_allclose(exps(mesh), whole, atol=2e-3)
        assert np.abs(evaluated(mesh) - flame(path, [], whole, jaw_pose(euler))).max() < TOLERANCE


def test_linked_sides_follow_the_left(rigged: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, units = rigged
    mesh.parent[LINK] = True
    put(mesh, NAMES, [0.5, 0, 0.25, 1, 0, 0.3, 0], np.zeros(4))
    np.testing.assert_allclose(
        exps(mesh), units.codes([0.5, 0.5, 0.25, 0.25, 0, 0.3, 0]), atol=2e-3)


def test_adding_moves_keys_to_the_bases_and_changes_nothing(
    small: tuple[Path, Any, HeadUnits]
) -> None:
    _, mesh, units = small
    keys, rig = mesh.data.shape_keys, mesh.parent
    for frame, value in ((1, 0.5), (11, -1.5)):
        keys.key_blocks["Exp2"].value = value
        keys.key_blocks["Exp2"].keyframe_insert("value", frame=frame)
        rig.pose.bones["jaw"].rotation_euler.x = 0.1 * value
        rig.pose.bones["jaw"].keyframe_insert("rotation_euler", frame=frame)
    keys.key_blocks["Exp4"].value = 0.7
    before = {frame: face_at(mesh, frame) for frame in (1, 6, 11)}
    keyed = keyframes(rig)
    add_units(head_of(mesh), units)
    assert set(keyframes(keys)) == {('["Exp2"]', 0)} and keyframes(rig) == keyed
    for frame, points in before.items():
        np.testing.assert_allclose(face_at(mesh, frame), points, atol=1e-7)
    remove_units(head_of(mesh), keep=True)
    assert keyframes(keys) == {('key_blocks["Exp2"].value', 0): [(1.0, 0.5), (11.0, -1.5)]}
    assert keys.key_blocks["Exp4"].value == pytest.approx(0.7)
    for frame, points in before.items():
        np.testing.assert_allclose(face_at(mesh, frame), points, atol=1e-7)


def face_at(mesh: Any, frame: int) -> Any:
    bpy.context.scene.frame_set(frame)
    return evaluated(mesh)


def test_an_action_that_another_head_uses_is_copied(small: tuple[Path, Any, HeadUnits]) -> None:
    path, mesh, units = small
    other = import_head(read_head(path), name="Other", source=str(path))
    block = mesh.data.shape_keys.key_blocks["Exp1"]
    block.keyframe_insert("value", frame=1)
    animation = mesh.data.shape_keys.animation_data
    theirs = other.data.shape_keys.animation_data_create()
    theirs.action = animation.action
    if hasattr(theirs, "action_slot"):
        theirs.action_slot = animation.action_slot
    add_units(head_of(mesh), units)
    assert set(keyframes(other.data.shape_keys)) == {('key_blocks["Exp1"].value', 0)}
    assert set(keyframes(mesh.data.shape_keys)) == {('["Exp1"]', 0)}


def test_a_persons_own_driver_moves_the_base(small: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, units = small
    mesh["mine"] = 0.5
    own = mesh.data.shape_keys.driver_add('key_blocks["Exp1"].value')
    variable = own.driver.variables.new()
    variable.name = "v"
    variable.targets[0].id, variable.targets[0].data_path = mesh, '["mine"]'
    own.driver.expression = "2*v"
    add_units(head_of(mesh), units)
    put(mesh, ("AU1L",), (1.0,), np.zeros(0))
    bpy.context.scene.frame_set(2)
    assert exps(mesh)[0] == pytest.approx(1 + units.expression[0, 0], abs=2e-3)
    remove_units(head_of(mesh), keep=False)
    bpy.context.scene.frame_set(3)
    assert exps(mesh)[0] == pytest.approx(1)


@pytest.mark.parametrize("keyed", [False, True])
def test_removing_keeps_the_face(rigged: tuple[Path, Any, HeadUnits], keyed: bool) -> None:
    _, mesh, _ = rigged
    head, rig = head_of(mesh), mesh.parent
    put(mesh, NAMES, RANDOM.random(len(NAMES)), RANDOM.normal(size=4))
    mesh.data.shape_keys.keyframe_insert('["Exp3"]', frame=-5)
    if keyed:
        key_sliders(head, 1, None)
        set_sliders(mesh, rig, {"AU12L": 0.9, "AU26": 0.7})
        key_sliders(head, 9, ("AU12L", "AU26"))
    shown = {frame: face_at(mesh, frame) for frame in (-5, 1, 4, 9, 20)}
    remove_units(head, keep=True)
    for frame, points in shown.items():
        assert np.abs(face_at(mesh, frame) - points).max() < TOLERANCE, frame
    assert not unit_names(mesh) and "AU12L" not in rig and len(rig.pose.bones["jaw"].constraints)
    assert not [p for p, _ in keyframes(rig) if "AU" in p]
    assert not [n for block in (mesh.data, mesh.data.shape_keys, rig) for n in block.keys()  # noqa: SIM118
                if n.startswith(("flamewheel_unit", "Exp", LINK))]


def test_removing_without_keeping_gives_the_base_back(
    rigged: tuple[Path, Any, HeadUnits]
) -> None:
    _, mesh, _ = rigged
    base = RANDOM.normal(size=4)
    put(mesh, NAMES, np.ones(len(NAMES)), base)
    remove_units(head_of(mesh), keep=False)
    np.testing.assert_allclose(exps(mesh), base, atol=1e-6)


def anchors(*codes: Any) -> pose.Anchors:
    rows = [[*code, *np.zeros(12)] for code in codes]
    return pose.Anchors([0.5 * at for at in range(len(rows))], rows,
                        ["linear"] * (len(rows) - 1))


def test_a_performance_takes_the_face_over(rigged: tuple[Path, Any, HeadUnits]) -> None:
    """Sliders that stand off zero do not shine through, and the keys go to the bases."""
    _, mesh, _ = rigged
    head = head_of(mesh)
    put(mesh, ("AU12L",), (0.8,), np.zeros(4))
    first = pose.read_code(head)
    written = pose.key_performance(
        head, anchors(first.expression, (1, 0, 0, 2)), bpy.context.scene, frame=10, dense=False)
    assert written.first_frame == 10
    paths = {path for path, _ in keyframes(mesh.data.shape_keys)}
    assert paths <= {f'["Exp{n}"]' for n in (1, 2, 3, 4)} and '["Exp4"]' in paths
    bpy.context.scene.frame_set(10)
    np.testing.assert_allclose(exps(mesh), first.expression, atol=2e-3)
    bpy.context.scene.frame_set(22)
    np.testing.assert_allclose(exps(mesh), (1, 0, 0, 2), atol=1e-6)
    assert keyframes(mesh.parent)[('["AU12L"]', 0)] == [(10.0, 0.0), (22.0, 0.0)]


def test_a_face_at_rest_can_be_keyed_over_sliders(rigged: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, _ = rigged
    put(mesh, ("AU26",), (1.0,), np.zeros(4))
    pose.key_performance(head_of(mesh), anchors((0, 0, 0, 0)), bpy.context.scene, frame=3,
                         dense=False)
    bpy.context.scene.frame_set(3)
    assert not exps(mesh).any() and not pose.read_code(head_of(mesh)).jaw[0]


def test_posing_a_code_shows_that_code(rigged: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, _ = rigged
    head = head_of(mesh)
    put(mesh, NAMES, np.ones(len(NAMES)), np.ones(4), (0.2, 0, 0))
    before = pose.standing(head)
    pose.apply_code(head, pose.CodeBody([0.5, -1], jaw=[0.25, 0, 0]))
    now = pose.read_code(head)
    np.testing.assert_allclose(now.expression, (0.5, -1, 0, 0), atol=1e-6)
    np.testing.assert_allclose(now.jaw, (0.25, 0, 0), atol=1e-6)
    pose.put_back(head, before)
    assert pose.standing(head) == before


def test_keying_the_present_face_keys_sliders_and_bases_apart(
    rigged: tuple[Path, Any, HeadUnits]
) -> None:
    _, mesh, _ = rigged
    put(mesh, ("AU12L", "AU26"), (0.5, 0.25), (0, 1.5, 0, 0))
    shown = evaluated(mesh)
    bpy.context.scene.frame_set(7)
    pose.key_present(head_of(mesh), bpy.context.scene)
    np.testing.assert_allclose(evaluated(mesh), shown, atol=1e-7)
    assert keyframes(mesh.parent) == {('["AU12L"]', 0): [(7.0, 0.5)],
                                      ('["AU26"]', 0): [(7.0, 0.25)]}
    assert keyframes(mesh.data.shape_keys)[('["Exp2"]', 0)] == [(7.0, 1.5)]


def test_a_face_in_units_is_the_same_face(rigged: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, _ = rigged
    head = head_of(mesh)
    put(mesh, NAMES, RANDOM.random(len(NAMES)), RANDOM.normal(size=4), (0.1, 0.02, 0))
    shown = evaluated(mesh)
    show_in_units(head, face_now(head, 1), RANDOM.random((1, len(NAMES))))
    assert np.abs(evaluated(mesh) - shown).max() < TOLERANCE


def test_an_action_in_units_is_the_same_at_its_keys(
    rigged: tuple[Path, Any, HeadUnits]
) -> None:
    _, mesh, _ = rigged
    head = head_of(mesh)
    tracks = trajectory_to_tracks(anchors((0, 1, 0, 0), (1, 0, 2, 0), (0, 0, 0, 1)), fps=24,
                                  start_frame=1, expression_count=4)
    write_tracks(mesh, mesh.parent, tracks)
    shown = {frame: face_at(mesh, frame) for frame in (1, 13, 25)}
    faces = faces_of_action(head)
    assert faces.frames.tolist() == [1, 13, 25]
    strengths = RANDOM.random((3, len(NAMES))) * [1, 1, 1, 0, 1, 0, 0]
    show_in_units(head, faces, strengths)
    for frame, points in shown.items():
        assert np.abs(face_at(mesh, frame) - points).max() < TOLERANCE
    sliders = keyframes(mesh.parent)
    assert [value for _, value in sliders[('["AU12L"]', 0)]] == pytest.approx(
        strengths[:, 2], abs=1e-5)
    assert ('["AU12R"]', 0) not in sliders


def test_sliders_say_what_they_are(rigged: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, _ = rigged
    told = mesh.parent.id_properties_ui("AU12L").as_dict()
    assert (told["min"], told["max"], told["soft_max"]) == (0.0, 1.5, 1.0)
    assert "AU12 Lip corner puller, left" in told["description"]
    assert mesh.parent.is_property_overridable_library('["AU12L"]')


def test_refusals_leave_the_rig_alone(small: tuple[Path, Any, HeadUnits]) -> None:
    _, mesh, units = small
    head = head_of(mesh)
    with pytest.raises(SceneError) as none:
        remove_units(head, keep=True)
    assert none.value.code == "no-units" and none.value.hint
    mesh.parent["AU1L"] = 7
    with pytest.raises(SceneError) as taken:
        add_units(head, units)
    assert taken.value.code == "name-taken" and mesh.parent["AU1L"] == 7
    del mesh.parent["AU1L"]
    add_units(head, units)
    with pytest.raises(SceneError) as twice:
        add_units(head, units)
    assert twice.value.code == "units-there" and unit_names(mesh) == NAMES


def test_sliders_of_a_library_override_move_the_face(
    rigged: tuple[Path, Any, HeadUnits], tmp_path: Path
) -> None:
    """A shot links the character and animates an override of it."""
    _, mesh, units = rigged
    library = tmp_path / "character.blend"
    character = bpy.data.collections.new("Character")
    for thing in (mesh, mesh.parent):
        character.objects.link(thing)
    bpy.data.libraries.write(str(library), {character}, fake_user=True)
    empty_file()
    with bpy.data.libraries.load(str(library), link=True) as (there, wanted):
        wanted.collections = list(there.collections)
    scene: Any = bpy.context.scene
    made = wanted.collections[0].override_hierarchy_create(
        scene, bpy.context.view_layer, do_fully_editable=True)
    (mesh,) = [thing for thing in made.all_objects if thing.type == "MESH"]
    put(mesh, ("AU12L",), (1.0,), np.zeros(0))
    np.testing.assert_allclose(exps(mesh), units.expression[2], atol=2e-3)


WITHOUT_ADDON = """
import os, sys, bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[-1], use_scripts=False)
mesh = bpy.data.objects["Small"]
assert not bpy.context.preferences.filepaths.use_scripts_auto_execute
for frame in (1, 9):
    bpy.context.scene.frame_set(frame)
    print("VALUES", *[b.value for b in mesh.data.shape_keys.key_blocks if b.name[:3] == "Exp"])
sys.stdout.flush()
os._exit(0)
"""


def test_a_saved_file_plays_without_the_addon(
    rigged: tuple[Path, Any, HeadUnits], tmp_path: Path
) -> None:
    _, mesh, units = rigged
    for frame, value in ((1, 0.0), (9, 1.0)):
        set_sliders(mesh, mesh.parent, {"AU12L": value})
        key_sliders(head_of(mesh), frame, ("AU12L",))
    saved = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(saved))
    done = subprocess.run([sys.executable, "-c", WITHOUT_ADDON, str(saved)], capture_output=True,
                          text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
    rows = [[float(x) for x in line.split()[1:]] for line in done.stdout.splitlines()
            if line.startswith("VALUES")]
    assert len(rows) == 2, done.stderr
    np.testing.assert_allclose(rows[0], np.zeros(4), atol=1e-6)
    np.testing.assert_allclose(rows[1], units.expression[2], atol=2e-3)
