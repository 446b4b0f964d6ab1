# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage and pictures: the head is in the frame and lit, files are whole, settings come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Matrix

from blender_addon.core.errors import OutputError, SceneError
from blender_addon.scene.render import (
    RenderSettings,
    apply_settings,
    image_ending,
    render_frame,
    save_blend,
    settings_kept,
)
from blender_addon.scene.stage import CAMERA_PRESETS, LIGHTS, set_backdrop, set_camera, set_lights
from blender_addon.scene.video import write_video

SMALL = RenderSettings(engine="workbench", samples=1, resolution=(64, 48))


@pytest.fixture
def head() -> Any:
    """A ball with a nose, 20 cm high: it looks along -Y."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.1, segments=24, ring_count=16)
    ball = bpy.context.object
    bpy.ops.mesh.primitive_cone_add(radius1=0.02, depth=0.06, location=(0, -0.1, 0),
                                    rotation=(1.5708, 0, 0))
    nose = bpy.context.object
    with bpy.context.temp_override(active_object=ball, selected_editable_objects=[ball, nose]):
        bpy.ops.object.join()
    return ball


def seen(scene: Any, head: Any) -> Any:
    """(V,3): x and y 0..1 within the picture, z the distance."""
    matrix = head.matrix_world
    return np.array([world_to_camera_view(scene, scene.camera, matrix @ vertex.co)[:]
                     for vertex in head.data.vertices])


def pixels(path: Path) -> Any:
    image = bpy.data.images.load(str(path), check_existing=False)
    width, height = image.size
    read = np.array(image.pixels[:]).reshape(height, width, -1)
    bpy.data.images.remove(image)
    return read


@pytest.mark.parametrize("preset", list(CAMERA_PRESETS))
@pytest.mark.parametrize("size", [(64, 48), (48, 96)])
def test_the_head_fills_its_share_of_the_picture(
    head: Any, preset: str, size: tuple[int, int]
) -> None:
    scene = bpy.context.scene
    head.matrix_world = Matrix.Translation((3, 2, 1)) @ Matrix.Rotation(0.7, 4, "Z")
    apply_settings(scene, RenderSettings(resolution=size))
    camera = set_camera(scene, head, preset=preset, fill=0.8)
    bpy.context.view_layer.update()
    places = seen(scene, head)
    width, height = np.ptp(places[:, 0]), np.ptp(places[:, 1])
    assert 0.72 < max(width, height) < 1.0 and camera == scene.camera  # the neck may be cut
    assert places[:, 0].min() > 0 and places[:, :2].max() < 1
    assert abs(places[:, 0].min() + places[:, 0].max() - 1) < 0.02
    assert camera.data.clip_start < places[:, 2].min() < places[:, 2].max() < camera.data.clip_end


def test_front_is_where_the_nose_points(head: Any) -> None:
    scene = bpy.context.scene
    apply_settings(scene, SMALL)
    for preset, side in (("front", 0), ("three_quarter", 1), ("profile", 1)):
        set_camera(scene, head, preset=preset)
        bpy.context.view_layer.update()
        tip = seen(scene, head)[np.argmin([vertex.co.y for vertex in head.data.vertices])]
        # seen from the head's own left, its nose points to the picture's left
        assert (abs(tip[0] - 0.5) < 0.01) if side == 0 else (tip[0] < 0.4)
    camera = set_camera(scene, head, yaw=-90.0, pitch=0.0)
    assert camera.matrix_world.translation.x < -0.3


@pytest.mark.parametrize("engine", ["workbench", "cycles", "eevee"])
def test_each_engine_renders_a_lit_head(head: Any, engine: str, tmp_path: Path) -> None:
    scene = bpy.context.scene
    apply_settings(scene, RenderSettings(engine=engine, samples=1, resolution=(64, 64)))
    set_camera(scene, head)
    set_lights(scene, head, "studio")
    set_backdrop(scene)
    render_frame(scene, 3, tmp_path / "a" / "0003.png")
    got = pixels(tmp_path / "a" / "0003.png")
    assert got.shape[:2] == (64, 64) and scene.frame_current == 3
    middle, corner = got[24:40, 24:40, :3].mean(), got[58:, :6, :3].mean()
    assert middle > corner + 0.1 and 0.25 < middle < 0.95
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["0003.png"]


@pytest.mark.parametrize("light", list(LIGHTS))
def test_lights_scale_with_the_head(head: Any, light: str) -> None:
    scene = bpy.context.scene
    set_lights(scene, head, light)
    powers = [one.data.energy for one in scene.objects if one.type == "LIGHT"]
    assert len(powers) == len(LIGHTS[light])
    head.scale = (10, 10, 10)
    bpy.context.view_layer.update()
    set_lights(scene, head, light)
    after = [one.data.energy for one in scene.objects if one.type == "LIGHT"]
    assert sum(after) == pytest.approx(101 * sum(powers), rel=1e-3)


def test_exr_keeps_light_beyond_white(head: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    apply_settings(scene, RenderSettings("cycles", 1, (32, 32), image_format="exr"))
    set_camera(scene, head)
    set_lights(scene, head, "studio")
    for lamp in scene.objects:
        if lamp.type == "LIGHT":
            lamp.data.energy *= 100
    path = tmp_path / f"0001{image_ending('exr')}"
    render_frame(scene, 1, path)
    assert path.suffix == ".exr" and pixels(path)[..., :3].max() > 2


def test_a_video_of_the_frames(head: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    apply_settings(scene, RenderSettings("workbench", 1, (65, 49)))
    set_camera(scene, head)
    frames = [tmp_path / f"{frame:04d}.png" for frame in (1, 2, 3)]
    for frame, path in enumerate(frames, 1):
        render_frame(scene, frame, path)
    write_video(frames, tmp_path / "a.mp4", fps=23.976, resolution=(65, 49))
    clip = bpy.data.movieclips.load(str(tmp_path / "a.mp4"))
    assert tuple(clip.size) == (64, 48) and clip.frame_duration == 3
    assert clip.fps == pytest.approx(23.976, abs=0.01)
    assert [one.name for one in bpy.data.scenes] == [scene.name]
    with pytest.raises(OutputError):
        write_video(frames, frames[0] / "a.mp4", fps=24, resolution=(64, 48))
    assert [one.name for one in bpy.data.scenes] == [scene.name]


def test_settings_come_back(head: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.fps, scene.render.filepath = 1000, 30, "//mine"
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 77
    scene.view_settings.view_transform = "Filmic"
    scene.render.image_settings.file_format = "JPEG"
    scene.render.image_settings.quality = 55
    scene.frame_set(9)
    with settings_kept(scene):
        apply_settings(scene, RenderSettings("workbench", 1, (64, 64), 12.0, "exr"))
        set_camera(scene, head)
        render_frame(scene, 2, tmp_path / "a.exr")
    render, images = scene.render, scene.render.image_settings
    assert (render.resolution_x, render.fps, render.filepath) == (1000, 30, "//mine")
    assert (render.engine, scene.cycles.samples) == ("CYCLES", 77)
    assert scene.view_settings.view_transform == "Filmic"
    assert (images.file_format, images.quality) == ("JPEG", 55)
    assert scene.frame_current == 9 and scene.camera is None


def test_a_blend_holds_its_scene_alone(head: Any, tmp_path: Path) -> None:
    bpy.data.scenes.new("another")
    save_blend(bpy.context.scene, tmp_path / "x" / "a.blend")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["a.blend"]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "x" / "a.blend"))
    assert len(bpy.data.scenes) == 1 and len(bpy.context.scene.objects) == 1


def test_refusals(head: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    with pytest.raises(SceneError, match="no camera"):
        render_frame(scene, 1, tmp_path / "a.png")
    set_camera(scene, head)
    apply_settings(scene, SMALL)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError):
        render_frame(scene, 1, tmp_path / "file" / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
