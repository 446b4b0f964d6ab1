# SPDX-License-Identifier: GPL-3.0-or-later
"""Several photos in one go, with the real backend: one identity, expressions one after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from scene_tools import (
    PHOTO,
    contents,
    flamewheel,
    head_mesh,
    keyframes,
    run_backend,
    values,
    write_png,
)
from simple_rig import empty_file

STEP = 10
DRESSES = """
import sys
from PIL import Image, ImageOps
whole = Image.open(sys.argv[1]).convert("RGB")
whole.save(sys.argv[2] + "/a.png")
ImageOps.mirror(whole).save(sys.argv[2] + "/b.png")
whole.resize((300, 300)).save(sys.argv[2] + "/c.png")
"""


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut, her mirror image, and small."""
    folder = tmp_path_factory.mktemp("album")
    run_backend("-c", DRESSES, PHOTO, folder)
    return folder


@pytest.fixture(autouse=True)
def head(addon: Path) -> Any:
    empty_file()
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.001
    assert bpy.ops.flamewheel.import_head(expression_count=100) == {"FINISHED"}
    return head_mesh()


def encode(album: Path, *names: str, **given: Any) -> set[str]:
    return set(bpy.ops.flamewheel.encode_photo(
        "EXEC_DEFAULT", True, directory=str(album), files=[{"name": name} for name in names],
        key_step=STEP, **given))


def test_one_identity_and_a_key_for_each_photo(head: Any, album: Path) -> None:
    expected = flamewheel("encode", album / "a.png", album / "b.png", album / "c.png")
    bpy.context.scene.frame_set(5)
    assert encode(album, "a.png", "b.png", "c.png") == {"FINISHED"}
    shape = values("Shape")
    np.testing.assert_allclose(shape, expected["identity"]["shape"][:len(shape)], atol=1e-3)
    curves = keyframes(head.data.shape_keys)
    assert curves and all([frame for frame, _ in keys] == [5, 15, 25] for keys in curves.values())
    first = f'key_blocks["{_strongest(expected)[1]}"].value'
    wanted = [each["parameters"]["expression"][_strongest(expected)[0]]
              for each in expected["photos"]]
    np.testing.assert_allclose([value for _, value in curves[first, 0]], wanted, atol=1e-3)
    assert bpy.context.scene.frame_current == 5


def _strongest(expected: Any) -> tuple[int, str]:
    codes = np.array([each["parameters"]["expression"] for each in expected["photos"]])
    place = int(np.abs(codes[:, :50]).max(axis=0).argmax())
    return place, f"Exp{place + 1}"


def test_only_the_person(head: Any, album: Path) -> None:
    assert encode(album, "a.png", "c.png", use_expression=False) == {"FINISHED"}
    assert any(values("Shape")) and not any(values("Exp"))
    assert not keyframes(head.data.shape_keys) and not bpy.data.actions


def test_only_the_expressions(head: Any, album: Path) -> None:
    assert encode(album, "a.png", "c.png", use_identity=False) == {"FINISHED"}
    assert not any(values("Shape")) and keyframes(head.data.shape_keys)


def test_one_photo_against_a_neutral_one(head: Any, album: Path) -> None:
    expected = flamewheel("encode", album / "b.png", "--neutral", album / "a.png")
    assert bpy.ops.flamewheel.encode_photo(
        filepath=str(album / "b.png"), neutral=str(album / "a.png")) == {"FINISHED"}
    expression = values("Exp")
    np.testing.assert_allclose(expression, expected["expression"][:len(expression)], atol=1e-3)
    assert not bpy.data.actions


def test_one_file_of_the_browser_is_one_photo(head: Any, album: Path) -> None:
    assert encode(album, "a.png") == {"FINISHED"}
    assert any(values("Exp")) and not bpy.data.actions


def test_a_photo_without_a_face_is_left_out(head: Any, album: Path) -> None:
    write_png(album / "wall.png")
    assert encode(album, "a.png", "wall.png", "c.png") == {"FINISHED"}
    assert all(len(keys) == 2 for keys in keyframes(head.data.shape_keys).values())


def test_several_photos_are_one_step_of_undo(head: Any, album: Path) -> None:
    bpy.ops.flamewheel.blend(primary="disgust", insert_keys=False)
    bpy.ops.ed.undo_push(message="before")
    before = contents()
    assert encode(album, "a.png", "b.png") == {"FINISHED"}
    after = contents()
    assert after != before
    bpy.ops.ed.undo()
    assert contents() == before
    bpy.ops.ed.redo()
    assert contents() == after


def test_refusals_change_nothing(head: Any, album: Path) -> None:
    write_png(album / "wall.png")
    write_png(album / "wall2.png", size=200)
    before = contents()
    for names, given, said in (
        (("a.png", "gone.png"), {}, "gone.png"), (("wall.png", "wall2.png"), {}, "face"),
        (("a.png", "b.png"), {"neutral": "gone.png"}, "gone.png"),
    ):
        with pytest.raises(RuntimeError, match=said):
            encode(album, *names, **given)
        assert contents() == before
