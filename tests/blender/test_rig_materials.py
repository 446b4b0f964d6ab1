# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a head get their materials; lips pass into the skin."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simple_rig import empty_file

from blender_addon.core.head_file import open_head_path, read_head
from blender_addon.core.head_surface import HeadSurface
from blender_addon.scene.head import import_head


@pytest.fixture
def mesh() -> Any:
    empty_file()
    return import_head(read_head(open_head_path()), name="Open", source="open", identity_count=0,
                       expression_count=0)


def shader(material: Any) -> Any:
    return next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")


def test_every_part_has_its_material_and_faces(mesh: Any) -> None:
    slots = np.empty(len(mesh.data.polygons), np.int32)
    mesh.data.polygons.foreach_get("material_index", slots)
    names = [material.name for material in mesh.data.materials]
    assert names[0] == "Open Skin" and len(names) == len(set(names))
    assert {"Open Teeth", "Open Iris", "Open Eye Left", "Open Lashes"} <= set(names)
    assert set(slots) == set(range(len(names)))


def test_lips_are_blended_into_a_skin_without_pictures() -> None:
    empty_file()
    head = dataclasses.replace(read_head(open_head_path()), surface=HeadSurface())
    mesh = import_head(head, name="Open", source="open", identity_count=0, expression_count=0)
    share = np.empty(len(mesh.data.vertices), np.float32)
    mesh.data.attributes["flamewheel_lips"].data.foreach_get("value", share)
    inside = np.zeros(share.size, bool)
    inside[head.masks["lips"]] = True
    assert share.min() == 0 and share[inside].max() == pytest.approx(1)
    assert share[inside].min() > share[~inside].mean()
    assert 0 < share[~inside].max() < 1  # the soft edge
    node = shader(mesh.data.materials[0])
    nostrils = node.inputs["Base Color"].links[0].from_node  # lie over the lips, a mix of their own
    mix = next(link.from_node for socket in nostrils.inputs for link in socket.links
               if link.from_node.type == "MIX")
    colours = [tuple(socket.default_value)[:3] for socket in mix.inputs if socket.type == "RGBA"]
    assert colours[0] == pytest.approx(head.colours["skin"])
    assert colours[1] == pytest.approx(head.colours["lips"])
    assert mix.inputs["Factor"].links[0].from_node.attribute_name == "flamewheel_lips"


def test_a_render_shows_lips_redder_than_skin(mesh: Any, tmp_path: Path) -> None:
    """The whole way of the attribute to the picture, seen from the front under even light."""
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 0.04
    lips = np.array([mesh.data.vertices[i].co for i in read_head(open_head_path()).masks["lips"]])
    upper = lips[np.argsort(lips[:, 2])[-len(lips) // 3:]].mean(axis=0)
    camera.location = (float(upper[0]), -1.0, float(upper[2]))
    camera.rotation_euler = (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera, scene.world = camera, bpy.data.worlds.new("White")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (1, 1, 1, 1)
    scene.render.engine, scene.cycles.samples = "CYCLES", 4
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = "Raw"
    scene.render.resolution_x = scene.render.resolution_y = 24
    scene.render.filepath = str(tmp_path / "lips.png")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    pixels = np.array(image.pixels[:]).reshape(24, 24, 4)
    green_of_red = pixels[..., 1] / np.maximum(pixels[..., 0], 0.01)
    middle, top = green_of_red[11:13, 10:14].mean(), green_of_red[21:, 10:14].mean()
    assert middle < 0.9 * top
