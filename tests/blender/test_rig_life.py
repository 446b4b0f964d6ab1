# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig through undo, files, animation, copies and damage; and an import that fails."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from rig_tools import evaluated, flame, set_state, small_head_file
from simple_rig import empty_file

from blender_addon.core import rig_spec
from blender_addon.core.errors import UsageError
from blender_addon.core.head_file import HeadArrays, read_head
from blender_addon.scene import head as head_module
from blender_addon.scene import identity
from blender_addon.scene.head import import_head

TOLERANCE = 1e-5  # m
SHAPE = np.array([2.0, -1.0, 0.5, 3.0, -2.0, 1.0])
EXPRESSION = np.array([1.0, -2.0, 0.5, 1.5])
POSE = np.array([[0.1, 0.5, 0], [0.2, -0.3, 0.1], [0.4, 0, 0.1], [0.1, 0.3, 0], [0, -0.2, 0.2]])


@pytest.fixture(autouse=True)
def watching() -> Any:
    empty_file()
    identity.register_handlers()
    yield
    identity.unregister_handlers()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_head_file(tmp_path / "small.npz")


@pytest.fixture
def arrays(path: Path) -> HeadArrays:
    return read_head(path)


@pytest.fixture
def mesh(arrays: HeadArrays) -> Any:
    return import_head(arrays, name="Small", source="small.npz")


def contents() -> dict[str, set[str]]:
    kinds = ("objects", "meshes", "armatures", "materials", "shape_keys", "actions")
    return {kind: {block.name for block in getattr(bpy.data, kind)} for kind in kinds}


def test_names_and_ranges(mesh: Any, arrays: HeadArrays) -> None:
    blocks = mesh.data.shape_keys.key_blocks
    assert [key.name for key in blocks] == [
        "Basis", *(f"Shape{i}" for i in range(1, 7)), *(f"Exp{i}" for i in range(1, 5)),
        *(f"Pose{i}" for i in range(1, 37))]
    assert all((key.slider_min, key.slider_max) == (-10, 10)
               for key in blocks if key.name.startswith(("Shape", "Exp")))
    assert tuple(mesh.parent.data.bones.keys()) == rig_spec.BONES
    assert [b.parent.name if b.parent else None for b in mesh.parent.data.bones] == [
        None, "root", "neck", "neck", "neck"]
    assert all(bone.rotation_mode == "XYZ" for bone in mesh.parent.pose.bones)
    assert mesh["flamewheel_head"] == "small.npz"
    assert mesh["flamewheel_checksum"] == arrays.checksum and len(arrays.checksum) == 64
    assert not mesh.modifiers[0].use_deform_preserve_volume


def test_drivers_need_no_python(mesh: Any) -> None:
    curves = mesh.data.shape_keys.animation_data.drivers
    assert len(curves) == 36
    assert all(curve.driver.is_valid and curve.driver.is_simple_expression for curve in curves)
    assert not mesh.parent.animation_data and not mesh.animation_data


def test_paths_of_channels_are_there(mesh: Any) -> None:
    keys = mesh.data.shape_keys
    assert keys.path_resolve(rig_spec.shape_key_path("Exp2")) == 0.0
    for bone in rig_spec.BONES:
        assert len(mesh.parent.path_resolve(rig_spec.bone_rotation_path(bone))) == 3


def test_import_keeps_mode_selection_and_active_object(arrays: HeadArrays) -> None:
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    made = import_head(arrays, name="Small", source="small.npz")
    identity.set_identity(made, made.parent, SHAPE)
    assert bpy.context.view_layer.objects.active == cube and cube.mode == "EDIT"
    assert [thing for thing in bpy.context.view_layer.objects if thing.select_get()] == [cube]


@pytest.mark.parametrize("hide", ["object", "collection", "excluded"])
def test_identity_of_a_hidden_head(arrays: HeadArrays, path: Path, hide: str) -> None:
    place = bpy.data.collections.new("Heads")
    bpy.context.scene.collection.children.link(place)
    mesh = import_head(arrays, name="Small", source="small.npz", collection=place)
    if hide == "object":
        mesh.parent.hide_set(True)
        mesh.parent.hide_viewport = True
    elif hide == "collection":
        place.hide_viewport = True
    else:
        bpy.context.view_layer.layer_collection.children["Heads"].exclude = True
    identity.set_identity(mesh, mesh.parent, SHAPE)
    assert list(mesh.parent.users_collection) == [place]
    mesh.parent.hide_viewport = place.hide_viewport = False
    bpy.context.view_layer.layer_collection.children["Heads"].exclude = False
    mesh.parent.hide_set(False)
    set_state(mesh, SHAPE, EXPRESSION, POSE)
    assert np.abs(evaluated(mesh) - flame(path, SHAPE, EXPRESSION, POSE)).max() < TOLERANCE


def test_undo_and_redo(mesh: Any, path: Path) -> None:
    set_state(mesh, np.zeros(6), EXPRESSION, POSE)
    bpy.ops.ed.undo_push(message="before")
    set_state(mesh, SHAPE, EXPRESSION, POSE)
    bpy.ops.ed.undo_push(message="after")
    for step, shape in ((bpy.ops.ed.undo, np.zeros(6)), (bpy.ops.ed.redo, SHAPE)):
        step()
        mesh = bpy.data.objects["Small"]  # pointers die on undo
        bpy.context.view_layer.update()
        assert np.abs(evaluated(mesh) - flame(path, shape, EXPRESSION, POSE)).max() < TOLERANCE


@pytest.mark.parametrize("placed", [False, True])
@pytest.mark.parametrize("watched", [False, True], ids=["without the add-on", "with it"])
def test_saved_and_opened_again(
    mesh: Any, path: Path, tmp_path: Path, placed: bool, watched: bool
) -> None:
    set_state(mesh, SHAPE, EXPRESSION, POSE)
    if placed:
        identity.place_bones(mesh, mesh.parent)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "rig.blend"))
    empty_file()
    if not watched:
        identity.unregister_handlers()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "rig.blend"))
    mesh = bpy.data.objects["Small"]
    set_state(mesh, SHAPE, EXPRESSION, -POSE)
    assert np.abs(evaluated(mesh) - flame(path, SHAPE, EXPRESSION, -POSE)).max() < TOLERANCE
    if watched:  # the handlers outlive the file they were registered in
        set_state(mesh, -SHAPE, EXPRESSION, POSE)
        assert np.abs(evaluated(mesh) - flame(path, -SHAPE, EXPRESSION, POSE)).max() < TOLERANCE


def key_identity(mesh: Any) -> None:
    for frame, sign in ((1, 1), (11, -1)):
        for number, value in enumerate(SHAPE, start=1):
            key = mesh.data.shape_keys.key_blocks[f"Shape{number}"]
            key.value = sign * value
            key.keyframe_insert("value", frame=frame)


def test_an_animated_identity(mesh: Any, path: Path) -> None:
    set_state(mesh, SHAPE, EXPRESSION, POSE)
    key_identity(mesh)
    for frame in (1, 4, 11, 2):
        bpy.context.scene.frame_set(frame)
        keys = mesh.data.shape_keys.key_blocks
        shape = [keys[f"Shape{number}"].value for number in range(1, 7)]
        assert np.abs(evaluated(mesh) - flame(path, shape, EXPRESSION, POSE)).max() < TOLERANCE


def test_an_animated_identity_in_a_render(mesh: Any) -> None:
    """A render has values of its own, which the scene's keys do not show."""
    set_state(mesh, SHAPE, EXPRESSION, POSE)
    key_identity(mesh)
    seen: dict[int, Any] = {}
    rest = np.asarray(mesh.parent.data["flamewheel_joint_rest"]).reshape(5, 3)

    def watch(scene: Any, depsgraph: Any) -> None:
        if depsgraph.mode == "RENDER":
            keys = mesh.data.shape_keys.evaluated_get(depsgraph).key_blocks
            shape = np.array([keys[f"Shape{number}"].value for number in range(1, 7)])
            pivots = np.array([mesh.parent.pose.bones[name].constraints[0].offset
                               for name in rig_spec.BONES])
            seen[scene.frame_current] = (shape, pivots)

    bpy.app.handlers.frame_change_post.append(watch)
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera, scene.render.engine = camera, "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = 8
    try:
        for frame in (1, 6, 11):
            scene.frame_start = scene.frame_end = frame
            bpy.ops.render.render(animation=True)
    finally:
        bpy.app.handlers.frame_change_post.remove(watch)
    assert set(seen) == {1, 6, 11}
    assert np.abs(seen[1][0] - seen[11][0]).max() > 1
    for shape, pivots in seen.values():
        np.testing.assert_allclose(pivots, identity.joints_at(mesh, shape) - rest, atol=1e-6)


def test_two_heads_keep_apart(arrays: HeadArrays, path: Path) -> None:
    first = import_head(arrays, name="Small", source="a")
    second = import_head(arrays, name="Small", source="b")
    set_state(first, SHAPE, EXPRESSION, POSE)
    set_state(second, -SHAPE, EXPRESSION, POSE)
    assert np.abs(evaluated(first) - flame(path, SHAPE, EXPRESSION, POSE)).max() < TOLERANCE
    assert np.abs(evaluated(second) - flame(path, -SHAPE, EXPRESSION, POSE)).max() < TOLERANCE


def test_the_same_name_again_after_removal(arrays: HeadArrays, path: Path) -> None:
    for _ in range(2):
        mesh = import_head(arrays, name="Small", source="a")
        set_state(mesh, SHAPE, EXPRESSION, POSE)
        assert np.abs(evaluated(mesh) - flame(path, SHAPE, EXPRESSION, POSE)).max() < TOLERANCE
        bpy.data.batch_remove([mesh.data, mesh.parent.data])


@pytest.mark.parametrize("damage", ["constraint", "bone", "key", "keys", "property"])
def test_a_rig_taken_apart_is_left_alone(mesh: Any, damage: str, capfd: Any) -> None:
    armature, keys = mesh.parent, mesh.data.shape_keys.key_blocks
    if damage == "constraint":
        bone = armature.pose.bones["jaw"]
        bone.constraints.remove(bone.constraints[0])
    elif damage == "bone":
        armature.data.bones["jaw"].name = "chin"
    elif damage == "key":
        mesh.shape_key_remove(keys["Shape3"])
    elif damage == "keys":
        mesh.shape_key_clear()
    else:
        armature.data["flamewheel_joint_rest"] = "gone"
    bpy.context.view_layer.update()
    bpy.context.scene.frame_set(2)
    assert "Traceback" not in capfd.readouterr().err


def test_a_folded_head_has_no_identity_to_set(arrays: HeadArrays, path: Path) -> None:
    mesh = import_head(arrays, name="Small", source="a", fold_identity=SHAPE)
    identity.set_identity(mesh, mesh.parent, -SHAPE)
    assert not any(len(bone.constraints) for bone in mesh.parent.pose.bones)
    set_state(mesh, [], EXPRESSION, POSE)
    assert np.abs(evaluated(mesh) - flame(path, SHAPE, EXPRESSION, POSE)).max() < TOLERANCE


def test_bad_counts_change_nothing(arrays: HeadArrays) -> None:
    before = contents()
    with pytest.raises(UsageError):
        import_head(arrays, name="Small", source="a", identity_count=-1)
    with pytest.raises(UsageError):
        import_head(arrays, name="Small", source="a", fold_identity=[0.0] * 7)
    with pytest.raises(UsageError):
        import_head(arrays, name="Small", source="a", fold_identity=[float("nan")])
    assert contents() == before


@pytest.mark.parametrize("step", ["make_armature", "add_pose_keys", "bind", "assign_materials"])
def test_a_failing_import_leaves_nothing(
    arrays: HeadArrays, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    whole = getattr(head_module, step)

    def fails(*given: Any) -> None:
        whole(*given)
        raise MemoryError

    import_head(arrays, name="Small", source="another head stays")
    monkeypatch.setattr(head_module, step, fails)
    before = contents()
    with pytest.raises(MemoryError):
        import_head(arrays, name="Small", source="a")
    assert contents() == before


def test_a_head_without_uv_or_masks_has_skin(arrays: HeadArrays) -> None:
    mesh = import_head(replace(arrays, masks={}), name="Plain", source="a")
    assert [material.name for material in mesh.data.materials] == ["Plain Skin"]
    assert not mesh.data.uv_layers


def test_uv_materials_and_parts(arrays: HeadArrays) -> None:
    uv = np.random.default_rng(2).random((61, 2), dtype=np.float32)
    corners = np.roll(arrays.f, 1, axis=0).astype(np.int32)
    mesh = import_head(replace(arrays, vt=uv, ft=corners), name="Small", source="a")
    read = np.empty(2 * corners.size, np.float32)
    mesh.data.uv_layers[0].uv.foreach_get("vector", read)
    np.testing.assert_array_equal(read.reshape(-1, 2), uv[corners.ravel()])
    assert "mask_lips" in mesh.vertex_groups and "neck" in mesh.vertex_groups
    assert all(polygon.use_smooth for polygon in mesh.data.polygons)


def test_weights_are_the_files(mesh: Any, arrays: HeadArrays) -> None:
    names = {group.index: group.name for group in mesh.vertex_groups}
    read = np.zeros_like(arrays.weights)
    for vertex in mesh.data.vertices:
        for entry in vertex.groups:
            if names[entry.group] in rig_spec.BONES:
                read[vertex.index, rig_spec.BONES.index(names[entry.group])] = entry.weight
    np.testing.assert_array_equal(read, arrays.weights)
