# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verbs refuse: message and hint, and the scene is as it was."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest
from scene_tools import PHOTO, contents, flamewheel, head_mesh, write_png
from simple_rig import empty_file

from blender_addon.client.session import session
from blender_addon.core.head_file import open_head_path


@pytest.fixture(autouse=True)
def no_scene(addon: Path) -> None:
    empty_file()


@pytest.fixture
def animated() -> Any:
    """A head that already acts, so that a half-done verb would be seen."""
    bpy.ops.flamewheel.import_head()
    bpy.ops.flamewheel.transition(text="from joy to fear over one second", frame=5)
    bpy.context.scene.frame_set(17)
    return head_mesh()


def refused(call: Callable[..., Any], **given: Any) -> str:
    """`call(**given)` is refused and changes nothing; returns message and hint."""
    before = contents()
    session().last_refusal = None
    with pytest.raises(RuntimeError) as raised:
        call(**given)
    assert contents() == before
    told = session().last_refusal
    assert told is not None and told.message and told.hint
    said = str(raised.value)
    assert f"{told.message} {told.hint}" in said and "Traceback" not in said
    return said


VERBS: list[tuple[str, dict[str, Any]]] = [
    ("blend", {"primary": "joy"}),
    ("transition", {"text": "from joy to fear"}),
    ("encode_photo", {"filepath": str(PHOTO)}),
    ("retarget", {"filepath": "face.json"}),
]


@pytest.mark.parametrize(("verb", "given"), VERBS)
def test_without_a_head(verb: str, given: dict[str, Any]) -> None:
    assert "no Flamewheel head" in refused(getattr(bpy.ops.flamewheel, verb), **given)


@pytest.mark.parametrize(("verb", "given"), VERBS)
def test_with_two_heads_and_none_selected(verb: str, given: dict[str, Any]) -> None:
    for _ in range(2):
        bpy.ops.flamewheel.import_head(identity_count=1, expression_count=1)
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None
    said = refused(getattr(bpy.ops.flamewheel, verb), **given)
    assert "several heads" in said and "Select one" in said


def test_small_verbs_are_not_offered_without_a_head() -> None:
    for verb in (bpy.ops.flamewheel.reset_expression, bpy.ops.flamewheel.key_expression):
        assert not verb.poll()


def test_photos(animated: Any, tmp_path: Path) -> None:
    encode = bpy.ops.flamewheel.encode_photo
    assert "no photo" in refused(encode)
    assert "none.jpg" in refused(encode, filepath=str(tmp_path / "none.jpg"))
    assert "no photo" in refused(encode, filepath=str(tmp_path))
    assert "face" in refused(encode, filepath=str(write_png(tmp_path / "wall.png")))
    (tmp_path / "letter.jpg").write_text("Dear reader, " * 99)
    refused(encode, filepath=str(tmp_path / "letter.jpg"))
    (tmp_path / "empty.png").write_bytes(b"")
    refused(encode, filepath=str(tmp_path / "empty.png"))
    assert "5" in refused(encode, filepath=str(PHOTO), face=5, insert_keys=True)


def test_words(animated: Any) -> None:
    said = refused(bpy.ops.flamewheel.blend, primary="hapiness")
    assert "hapiness" in said and "happiness" in said
    said = refused(bpy.ops.flamewheel.blend, primary="joy", secondary="angr", seconds=1.0)
    assert "angr" in said and "angry" in said
    refused(bpy.ops.flamewheel.blend, primary="")
    assert "magic" in refused(bpy.ops.flamewheel.blend, primary="joy", secondary="fear",
                              method="magic")


@pytest.mark.parametrize("sentence", ["", "walk the dog", "from joy to", "\N{GRINNING FACE}" * 9])
def test_sentences(animated: Any, sentence: str) -> None:
    refused(bpy.ops.flamewheel.transition, text=sentence)


class _Runs:
    def __reduce__(self) -> tuple[Callable[..., int], tuple[str]]:
        return os.system, ("touch exploded",)


def test_heads(animated: Any, addon: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    load = bpy.ops.flamewheel.import_head
    for ending in ("npz", "pkl"):
        assert f"none.{ending}" in refused(load, filepath=str(tmp_path / f"none.{ending}"))
        bad = tmp_path / f"letter.{ending}"
        bad.write_text("Dear reader, " * 99)
        assert bad.name in refused(load, filepath=str(bad))
    cut = tmp_path / "cut.npz"
    cut.write_bytes(open_head_path().read_bytes()[:100_000])
    assert "cut.npz" in refused(load, filepath=str(cut))
    hostile = tmp_path / "hostile.pkl"
    hostile.write_bytes(pickle.dumps({"v_template": _Runs()}))
    assert "system" in refused(load, filepath=str(hostile))
    assert not (tmp_path / "exploded").exists()
    assert not list((addon / "heads").iterdir()) if (addon / "heads").exists() else True


def test_parameter_files(animated: Any, tmp_path: Path) -> None:
    retarget = bpy.ops.flamewheel.retarget
    refused(retarget)
    assert "none.json" in refused(retarget, filepath=str(tmp_path / "none.json"))
    bad = tmp_path / "bad.json"
    text = '{"head": "open", "shape": [], "expression": "x"}'
    for body in ("", "{", "[]", '{"head": "open"}', text):
        bad.write_text(body)
        refused(retarget, filepath=str(bad))
    flamewheel("blend", "joy", "-o", bad)
    bad.write_text(bad.read_text().replace('"open"', '"nobody"'))
    assert "nobody" in refused(retarget, filepath=str(bad), insert_keys=True)


@pytest.mark.parametrize("verb", ["blend", "transition", "encode_photo", "retarget"])
def test_an_action_that_cannot_be_keyed(
    animated: Any, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are refused (as on a linked Action): nothing of the answer is shown either."""
    from blender_addon.core.errors import SceneError
    from blender_addon.scene import actions

    def closed(*given: Any) -> Any:
        raise SceneError("linked-action", "The Action is linked.", "Make it local.")

    face = tmp_path / "face.json"
    flamewheel("blend", "anger", "-o", face)
    given: dict[str, Any] = {
        "blend": {"primary": "anger"}, "transition": {"text": "to anger"},
        "encode_photo": {"filepath": str(PHOTO), "insert_keys": True, "use_head_pose": True},
        "retarget": {"filepath": str(face), "insert_keys": True},
    }[verb]
    monkeypatch.setattr(actions, "_animated", closed)
    assert "linked" in refused(getattr(bpy.ops.flamewheel, verb), **given)


@pytest.mark.parametrize(("verb", "given"), [*VERBS, ("start_backend", {})])
def test_no_backend(
    animated: Any, tmp_path: Path, verb: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if verb == "retarget":
        given = {"filepath": str(tmp_path / "face.json")}
        flamewheel("blend", "anger", "-o", given["filepath"])
    monkeypatch.delenv("FLAMEWHEEL_PYTHON")
    said = refused(getattr(bpy.ops.flamewheel, verb), **given)
    assert "not installed" in said and "Install Backend" in said
    monkeypatch.setenv("FLAMEWHEEL_PYTHON", str(tmp_path / "no" / "python"))
    said = refused(getattr(bpy.ops.flamewheel, verb), **given)
    assert str(tmp_path / "no") in said


def test_job_files(tmp_path: Path) -> None:
    batch = bpy.ops.flamewheel.batch
    refused(batch, filepath=str(tmp_path / "none.toml"))
    job = tmp_path / "job.toml"
    job.write_text("[job]\nresume = true\noutputt = 'x'\n")
    said = refused(batch, filepath=str(job))
    assert "outputt" in said and "line 3" in said
    assert [path.name for path in tmp_path.iterdir()] == ["job.toml"]


def test_a_refusal_leaves_the_backend_fit(animated: Any) -> None:
    refused(bpy.ops.flamewheel.blend, primary="jooy")
    assert bpy.ops.flamewheel.blend(primary="joy") == {"FINISHED"}


def take(mesh: Any, damage: str) -> None:
    """Change a rig as a person may."""
    if damage == "key":
        mesh.shape_key_remove(mesh.data.shape_keys.key_blocks["Exp3"])
    elif damage == "identity key":
        mesh.data.shape_keys.key_blocks["Shape2"].name = "mine"
    elif damage == "bone":
        mesh.parent.data.bones["jaw"].name = "chin"
    else:
        mesh.parent.pose.bones["neck"].rotation_mode = "QUATERNION"


@pytest.mark.parametrize(("damage", "named"), [
    ("key", "Exp3"), ("identity key", "Shape2"), ("bone", "jaw"), ("rotation", "neck"),
])
def test_a_rig_that_a_person_has_changed(animated: Any, damage: str, named: str) -> None:
    take(animated, damage)
    for verb in (bpy.ops.flamewheel.blend, bpy.ops.flamewheel.key_expression,
                 bpy.ops.flamewheel.reset_expression):
        assert named in refused(verb)
    assert named in refused(bpy.ops.flamewheel.encode_photo, filepath=str(PHOTO))


def test_a_head_that_changes_while_the_backend_thinks(
    animated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blender_addon.client.session import Session

    answer = Session.ask_now

    def then_take(*given: Any) -> Any:
        reply = answer(*given)
        take(animated, "rotation")
        return reply

    monkeypatch.setattr(Session, "ask_now", then_take)
    assert "neck" in refused(bpy.ops.flamewheel.transition, text="to joy")


def test_a_persons_own_keys_are_no_hindrance(animated: Any) -> None:
    animated.shape_key_add(name="Expression of mine")
    assert bpy.ops.flamewheel.blend(primary="anger") == {"FINISHED"}


def test_a_linked_head(tmp_path: Path) -> None:
    bpy.ops.flamewheel.import_head()
    file = tmp_path / "head.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    empty_file()
    with bpy.data.libraries.load(str(file), link=True) as (there, here):
        here.objects = there.objects
    for thing in here.objects:
        bpy.context.scene.collection.objects.link(thing)
    for given in ({"insert_keys": True}, {"insert_keys": False}):
        said = refused(bpy.ops.flamewheel.blend, primary="joy", **given)
        assert "head.blend" in said and "Make Local" in said
    assert "linked" in refused(bpy.ops.flamewheel.encode_photo, filepath=str(PHOTO))


def test_networks_know_flame_only_and_one_photo_at_a_time(animated: Any, tmp_path: Path) -> None:
    verb = bpy.ops.flamewheel.encode_photo
    assert "is not FLAME" in refused(verb, filepath=str(PHOTO), encoder="emoca")
    assert "is not FLAME" in refused(verb, filepath=str(PHOTO), shape_from="mica")
    photos = [write_png(tmp_path / name).name for name in ("one.png", "two.png")]
    assert "one photo at a time" in refused(
        verb, directory=str(tmp_path), files=[{"name": name} for name in photos], encoder="deca")
