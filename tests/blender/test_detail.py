# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrinkles from a displacement map on the head's skin, in every engine's shading."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simple_rig import empty_file

import blender_addon
from blender_addon.scene.detail import LABEL


@pytest.fixture(scope="module", autouse=True)
def addon() -> Any:
    blender_addon.register()
    yield
    blender_addon.unregister()


@pytest.fixture
def mesh() -> Any:
    empty_file()
    bpy.ops.flamewheel.import_head(embedded="open-light", identity_count=0, expression_count=1)
    return next(thing for thing in bpy.data.objects if thing.type == "MESH")


@pytest.fixture
def ripples(tmp_path: Path) -> Path:
    """2 mm deep waves across the picture, and one marked corner."""
    rows = np.sin(np.linspace(0, 60 * np.pi, 256))[:, None]
    metres = np.repeat(0.002 * rows, 128, axis=1).astype(np.float32)
    metres[0, 0] = 0.01  # v = 1, u = 0
    path = tmp_path / "face.detail.npz"
    np.savez(path, displacement=metres)
    return path


def worn(mesh: Any) -> list[Any]:
    return [node for slot in mesh.material_slots for node in slot.material.node_tree.nodes
            if node.label == LABEL]


def test_the_map_arrives_in_metres_the_right_way_up(mesh: Any, ripples: Path) -> None:
    assert bpy.ops.flamewheel.apply_detail(filepath=str(ripples)) == {"FINISHED"}
    image = next(node.image for node in worn(mesh) if node.type == "TEX_IMAGE")
    assert tuple(image.size) == (128, 256) and image.packed_file is not None and image.is_float
    pixels = np.empty(128 * 256 * 4, np.float32)
    image.pixels.foreach_get(pixels)
    rows = pixels.reshape(256, 128, 4)[..., 0]
    assert rows[-1, 0] == pytest.approx(0.01, rel=1e-3)  # Blender's last row is v = 1
    assert rows.min() == pytest.approx(-0.002, rel=1e-2)


def test_a_second_map_takes_the_firsts_place(mesh: Any, ripples: Path, tmp_path: Path) -> None:
    bpy.ops.flamewheel.apply_detail(filepath=str(ripples))
    nodes, images = len(worn(mesh)), len(bpy.data.images)
    other = tmp_path / "other.npz"
    np.savez(other, displacement=np.zeros((64, 64), np.float32))
    bpy.ops.flamewheel.apply_detail(filepath=str(other), strength=0.5)
    assert len(worn(mesh)) == nodes and len(bpy.data.images) == images
    scales = {round(node.inputs["Distance"].default_value, 6) for node in worn(mesh)
              if node.type == "BUMP"}
    assert scales == {0.5}
    assert {tuple(node.image.size) for node in worn(mesh) if node.type == "TEX_IMAGE"} == {(64, 64)}


def test_renders_show_the_wrinkles(mesh: Any, ripples: Path, tmp_path: Path) -> None:
    plain = picture(tmp_path / "plain.png")
    bpy.ops.flamewheel.apply_detail(filepath=str(ripples))
    waved = picture(tmp_path / "waved.png")
    assert np.abs(waved - plain).mean() > 0.004  # of white; noise alone is 0.0005


def picture(path: Path) -> Any:
    """A small Cycles render from the front under a lamp from above."""
    scene: Any = bpy.context.scene
    if scene.camera is None:
        camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        camera.location, camera.rotation_euler = (0, -0.6, 0), (np.pi / 2, 0, 0)
        lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "SUN"))
        lamp.rotation_euler, lamp.data.energy = (0.9, 0, 0), 3.0
        scene.collection.objects.link(camera)
        scene.collection.objects.link(lamp)
        scene.camera = camera
    scene.render.engine, scene.cycles.samples = "CYCLES", 4
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 96
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    pixels = np.empty(96 * 96 * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels


@pytest.mark.parametrize(("arrays", "word"), [
    ({"depth": np.zeros((4, 4))}, "cannot be read"),
    ({"displacement": np.zeros(4)}, "map of displacements"),
    ({"displacement": np.full((4, 4), np.nan)}, "finite"),
    ({"displacement": np.full((4, 4), 2.0)}, "5 cm"),
    ({"displacement": np.zeros((4, 4), np.int32)}, "map of displacements"),
])
def test_what_is_no_map_is_refused_and_changes_nothing(
    mesh: Any, tmp_path: Path, arrays: Any, word: str
) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(RuntimeError, match=word):
        bpy.ops.flamewheel.apply_detail(filepath=str(path))
    assert not worn(mesh)


def test_no_file_and_no_uv(mesh: Any, ripples: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no file"):
        bpy.ops.flamewheel.apply_detail(filepath=str(tmp_path / "none.npz"))
    (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
    with pytest.raises(RuntimeError, match="cannot be read"):
        bpy.ops.flamewheel.apply_detail(filepath=str(tmp_path / "text.npz"))
    while mesh.data.uv_layers:
        mesh.data.uv_layers.remove(mesh.data.uv_layers[0])
    with pytest.raises(RuntimeError, match="no UV map"):
        bpy.ops.flamewheel.apply_detail(filepath=str(ripples))
