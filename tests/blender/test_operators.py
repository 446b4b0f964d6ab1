# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb from Python in the background, with the real backend as its child."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from conftest import ROOT
from scene_tools import (
    BONES,
    PHOTO,
    contents,
    flamewheel,
    head_mesh,
    keyframes,
    run_backend,
    values,
)
from simple_rig import empty_file

from blender_addon.client.session import session
from blender_addon.core.head_file import open_head_path

FPS = 24


@pytest.fixture(autouse=True)
def scene(addon: Path) -> Any:
    empty_file()
    bpy.context.scene.render.fps = FPS
    return bpy.context.scene


@pytest.fixture
def head() -> Any:
    assert bpy.ops.flamewheel.import_head(expression_count=100) == {"FINISHED"}
    return head_mesh()


@pytest.fixture(scope="module")
def flame_pickle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small head in FLAME's published layout."""
    path = tmp_path_factory.mktemp("flame") / "made_up.pkl"
    run_backend(ROOT / "tests" / "generated_flame.py", path, "--small")
    return path


def key_frames(mesh: Any) -> dict[str, list[float]]:
    """Frames of the keys of each expression key."""
    return {path: [frame for frame, _ in points]
            for (path, _), points in keyframes(mesh.data.shape_keys).items()}


def test_import_of_the_open_head_selects_it(scene: Any) -> None:
    bpy.ops.mesh.primitive_cube_add()
    assert bpy.ops.flamewheel.import_head() == {"FINISHED"}
    mesh = head_mesh()
    assert mesh["flamewheel_head"] == "open"
    assert bpy.context.view_layer.objects.active == mesh
    assert bpy.context.selected_objects == [mesh]
    assert {"root", "neck", "jaw", "left_eye", "right_eye"} == set(mesh.parent.data.bones.keys())
    assert len(values("Shape")) >= 20 and len(values("Exp")) >= 30 and len(values("Pose")) == 36
    assert not any(values("Shape") + values("Exp") + values("Pose"))


def test_import_counts_and_folded_identity() -> None:
    bpy.ops.flamewheel.import_head(identity_count=5, expression_count=7)
    assert (len(values("Shape")), len(values("Exp"))) == (5, 7)
    empty_file()
    bpy.ops.flamewheel.import_head(fold_identity=True)
    assert not values("Shape")


def test_import_with_the_identity_of_a_parameter_file(tmp_path: Path) -> None:
    person = tmp_path / "person.json"
    person.write_text(json.dumps({"head": "open", "shape": [1.5, -0.5], "expression": []}))
    assert bpy.ops.flamewheel.import_head(parameters=str(person)) == {"FINISHED"}
    keyed = head_mesh()
    assert keyed.data.shape_keys.key_blocks["Shape1"].value == 1.5
    evaluated = keyed.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    wanted = np.array([vertex.co[:] for vertex in evaluated.vertices])
    empty_file()
    assert bpy.ops.flamewheel.import_head(parameters=str(person), fold_identity=True) == {
        "FINISHED"}
    folded = head_mesh()
    assert "Shape1" not in folded.data.shape_keys.key_blocks
    got = np.array([vertex.co[:] for vertex in folded.data.vertices])
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_import_of_a_pickle_goes_through_the_backend_and_of_its_npz_does_not(
    addon: Path, flame_pickle: Path
) -> None:
    assert bpy.ops.flamewheel.import_head(filepath=str(flame_pickle)) == {"FINISHED"}
    mesh = head_mesh()
    converted = Path(mesh["flamewheel_head"])
    assert converted.is_file() and converted.parent == addon / "heads"
    assert re.fullmatch(r"made_up-[0-9a-f]{8}\.npz", converted.name) and mesh.name == "made_up"
    assert (len(values("Shape")), len(values("Exp"))) == (100, 100)
    places = [vertex.co[:] for vertex in mesh.data.vertices]
    empty_file()
    session().stop()
    assert bpy.ops.flamewheel.import_head(filepath=str(converted)) == {"FINISHED"}
    assert not session().running
    assert [vertex.co[:] for vertex in head_mesh().data.vertices] == places


def test_the_verbs_work_on_a_head_that_brings_no_action_units(tmp_path: Path) -> None:
    """As FLAME is: its expressions are the open head's, carried over by landmarks."""
    with np.load(open_head_path()) as file:
        arrays = {name: file[name] for name in file.files if not name.startswith("units_")}
    arrays["expressiondirs"] = arrays["expressiondirs"][..., ::-1]  # other components
    meta = {"name": "foreign", "licence": "none", "source": "a test", "format": 1}
    np.savez(tmp_path / "foreign.npz", **{**arrays, "meta": np.array(json.dumps(meta))})
    bpy.ops.flamewheel.import_head(filepath=str(tmp_path / "foreign.npz"), expression_count=100)
    assert bpy.ops.flamewheel.blend(primary="joy", insert_keys=False) == {"FINISHED"}
    assert any(values("Exp"))
    assert bpy.ops.flamewheel.transition(text="to anger over one second") == {"FINISHED"}
    assert [1, 25] in key_frames(head_mesh()).values()


def test_encode_gives_the_head_the_face_of_the_photo(head: Any) -> None:
    expected = flamewheel("encode", PHOTO)
    assert bpy.ops.flamewheel.encode_photo(filepath=str(PHOTO)) == {"FINISHED"}
    shape = values("Shape")
    np.testing.assert_allclose(shape, expected["shape"][: len(shape)], atol=1e-3)
    expression = values("Exp")
    np.testing.assert_allclose(expression, expected["expression"][: len(expression)], atol=1e-3)
    assert head.parent.pose.bones["root"].rotation_euler[:] == (0, 0, 0)
    assert not keyframes(head.data.shape_keys) and not bpy.data.actions


def test_encode_takes_a_part_of_the_face_only(head: Any) -> None:
    bpy.ops.flamewheel.encode_photo(filepath=str(PHOTO), use_expression=False)
    assert any(values("Shape")) and not any(values("Exp"))
    shape = values("Shape")
    bpy.ops.flamewheel.blend(primary="anger", insert_keys=False)
    bpy.ops.flamewheel.encode_photo(filepath=str(PHOTO), use_identity=False, use_head_pose=True,
                                    insert_keys=True)
    assert values("Shape") == shape
    assert any(head.parent.pose.bones["root"].rotation_euler)
    assert all(frames == [1] for frames in key_frames(head).values()) and key_frames(head)


def test_blend_poses_what_the_command_line_says(head: Any) -> None:
    expected = flamewheel("blend", "joy", "surprise", "--weight", "0.7")
    assert bpy.ops.flamewheel.blend(primary="joy", secondary="surprise", weight=0.7,
                                    insert_keys=False) == {"FINISHED"}
    expression = values("Exp")
    np.testing.assert_allclose(expression, expected["expression"][: len(expression)], atol=1e-5)
    assert any(head.parent.pose.bones["jaw"].rotation_euler) is any(expected["pose"]["jaw"])
    assert not bpy.data.actions


def test_a_word_brings_its_own_strength(head: Any) -> None:
    def posed(word: str, **how: float) -> Any:
        assert bpy.ops.flamewheel.blend(primary=word, insert_keys=False, **how) == {"FINISHED"}
        return np.array(values("Exp"))

    sadness, grief = posed("sadness"), posed("grief")
    assert np.linalg.norm(grief) > 1.2 * np.linalg.norm(sadness)
    np.testing.assert_allclose(posed("grief", intensity=1.0), sadness, atol=1e-6)


def test_blend_keys_one_pose_or_a_way_to_it(scene: Any, head: Any) -> None:
    bpy.ops.flamewheel.blend(primary="joy", frame=10)
    frames = key_frames(head)
    assert frames and all(at == [10] for at in frames.values())
    scene.frame_set(20)
    bpy.ops.flamewheel.blend(primary="anger", seconds=1.0)  # at the current frame
    frames = key_frames(head)
    joy = 'key_blocks["Exp9"].value'
    assert all(set(at) <= {10, 20, 44} and at[-2:] == [20, 44] for at in frames.values())
    points = dict(keyframes(head.data.shape_keys))
    if (joy, 0) in points:  # from what was shown then
        (_, first), (_, still), _ = points[joy, 0]
        assert abs(first - still) < 1e-4
    assert scene.frame_current == 20


def test_transition_in_few_keys_and_in_all(scene: Any, head: Any) -> None:
    text = "from disgust to happiness over two seconds, then hold for one second"
    expected = flamewheel("transition", text, "--still")
    assert bpy.ops.flamewheel.transition(text=text, frame=1, still=True) == {"FINISHED"}
    few = key_frames(head)
    anchors = [1 + FPS * time for time in expected["times"]]
    assert few and all(at == pytest.approx(anchors) for at in few.values())
    scene.frame_set(49)
    np.testing.assert_allclose(values("Exp"), expected["codes"][1][: len(values("Exp"))], atol=1e-4)
    assert [step.emotion for step in scene.flamewheel.steps] == ["Joy", "Joy"]  # in the panel
    assert bpy.ops.flamewheel.transition(text=text, frame=1, dense=True) == {"FINISHED"}
    assert all(at == list(range(1, 74)) for at in key_frames(head).values())


def test_two_performances_both_stay_and_nothing_else_is_touched(scene: Any, head: Any) -> None:
    rig = head.parent
    material = head.data.materials[0]
    for frame, place in ((1, 0.0), (30, 1.0), (120, 2.0)):
        rig.location.x = place
        rig.keyframe_insert("location", frame=frame)
        material.diffuse_color[0] = place / 2
        material.keyframe_insert("diffuse_color", frame=frame)
        key = head.data.shape_keys.key_blocks["Shape1"]
        key.value = place
        key.keyframe_insert("value", frame=frame)
    others = {path: points for path, points in keyframes(rig).items() if path[0] == "location"}
    skin = keyframes(material)
    who = keyframes(head.data.shape_keys)['key_blocks["Shape1"].value', 0]
    assert others and skin
    bpy.ops.flamewheel.transition(text="from joy to sadness over one second", frame=1)
    first = keyframes(head.data.shape_keys)
    bpy.ops.flamewheel.transition(text="from anger to fear over one second", frame=100)
    both = keyframes(head.data.shape_keys)
    for path, points in first.items():
        if "Exp" in path[0]:
            assert both[path][: len(points)] == points
            own = [frame for frame, _ in both[path][len(points):]]
            assert (own[0], own[-1]) == (100, 124)
    assert both['key_blocks["Shape1"].value', 0] == who
    assert keyframes(material) == skin
    assert {path: keyframes(rig)[path] for path in others} == others


def test_a_seed_repeats_a_performance(head: Any) -> None:
    made = []
    for seed in (5, 5, 6):
        bpy.ops.flamewheel.transition(text="from joy to fear over one second", frame=1, seed=seed)
        made.append(keyframes(head.data.shape_keys))
    assert made[0] == made[1] != made[2]


def test_retarget_reset_and_key(scene: Any, head: Any, tmp_path: Path) -> None:
    source = tmp_path / "angry.json"
    made = flamewheel("blend", "furious", "-o", source)
    assert bpy.ops.flamewheel.retarget(filepath=str(source)) == {"FINISHED"}
    expression = values("Exp")
    np.testing.assert_allclose(expression, made["expression"][: len(expression)], atol=1e-5)
    scene.frame_set(7)
    assert bpy.ops.flamewheel.key_expression() == {"FINISHED"}
    assert all(at == [7] for at in key_frames(head).values()) and key_frames(head)
    assert bpy.ops.flamewheel.reset_expression() == {"FINISHED"}
    assert not any(values("Exp"))
    assert not any(any(head.parent.pose.bones[bone].rotation_euler) for bone in BONES)
    assert all(at == [7] for at in key_frames(head).values())  # keys are left alone
    bpy.ops.flamewheel.retarget(filepath=str(source), insert_keys=True)
    np.testing.assert_allclose(values("Exp"), expression, atol=1e-5)


def test_the_selected_one_of_two_heads_is_meant(head: Any) -> None:
    bpy.ops.flamewheel.import_head(identity_count=3, expression_count=100)
    second = bpy.context.view_layer.objects.active
    bpy.context.view_layer.objects.active = head.parent  # its rig is the head, too
    bpy.ops.flamewheel.blend(primary="joy", insert_keys=False)
    shown = [any(block.value for block in mesh.data.shape_keys.key_blocks[1:])
             for mesh in (head, second)]
    assert shown == [True, False]


def test_start_and_stop() -> None:
    assert bpy.ops.flamewheel.stop_backend() == {"FINISHED"}
    assert not session().running
    assert bpy.ops.flamewheel.start_backend() == {"FINISHED"}
    assert session().running
    assert bpy.ops.flamewheel.stop_backend() == {"FINISHED"}
    assert not session().running


@pytest.mark.parametrize("verb", ["blend", "transition", "encode_photo", "retarget", "import_head",
                                  "reset_expression", "key_expression"])
def test_a_verb_is_one_step_of_undo(head: Any, verb: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "blend": {"primary": "joy", "seconds": 1.0},
        "transition": {"text": "from joy to anger"},
        "encode_photo": {"filepath": str(PHOTO)},
        "retarget": {"filepath": str(tmp_path / "face.json"), "insert_keys": True},
    }.get(verb, {})
    if verb == "retarget":
        flamewheel("blend", "fear", "-o", tmp_path / "face.json")
    bpy.ops.flamewheel.blend(primary="disgust", insert_keys=False)
    bpy.ops.ed.undo_push(message="before")
    before = contents()
    assert getattr(bpy.ops.flamewheel, verb)("EXEC_DEFAULT", True, **given) == {"FINISHED"}
    after = contents()
    assert after != before
    bpy.ops.ed.undo()
    assert contents() == before
    bpy.ops.ed.redo()
    assert contents() == after


def test_a_job_file(tmp_path: Path, scene: Any) -> None:
    job = tmp_path / "job.toml"
    job.write_text(f"""\
[defaults]
engine = "workbench"
resolution = [64, 64]
fps = 8
[[shot]]
name = "acted"
photo = {json.dumps(str(PHOTO))}
steps = [{{ wheel = "Joy", with = "Trust", seconds = 0.25 }}, {{ sentence = "then to anger" }}]
frames = [1, 3]
output = ["images"]
[[shot]]
name = "unknown"
steps = [{{ wheel = "Jooy" }}]
""")
    before = contents()
    assert bpy.ops.flamewheel.batch(filepath=str(job)) == {"FINISHED"}
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["counts"] == {"done": 1, "refused": 1, "failed": 0}
    assert report["shots"][1]["error"]["code"] == "unknown-emotion"
    assert len(list((tmp_path / "out").rglob("*.png"))) == 3
    assert contents() == before
