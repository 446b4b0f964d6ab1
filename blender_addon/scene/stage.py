# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage round a head: a portrait camera framed by the head itself, lights, a backdrop.

Everything is measured in head sizes, so that it fits a head of any scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

CAMERA_PRESETS = {
    # name: (yaw to the head's own left, pitch above it), degrees
    "front": (0.0, 3.0),
    "three_quarter": (32.0, 5.0),
    "profile": (90.0, 3.0),
}

SENSOR = 36.0
"""mm, full-frame photography: on it 85 mm is the portrait lens."""

BUST = 0.16
"""Share of a head's height, from below, that is neck and shoulders: a portrait may cut it."""


@dataclass(frozen=True)
class _Lamp:
    """An area light, placed about the head; distances and sizes in head radii."""

    name: str
    yaw: float  # degrees to the head's own left
    pitch: float  # degrees above
    distance: float
    size: float
    power: float  # W for a head radius of 1 m
    colour: tuple[float, float, float]


_WARM, _WHITE, _COOL = (1.0, 0.93, 0.85), (1.0, 0.98, 0.96), (0.86, 0.93, 1.0)

LIGHTS = {
    # key, fill and rim; found by looking at renders of the open head
    "studio": (
        _Lamp("Key", 38, 32, 5.0, 3.0, 290, _WARM),
        _Lamp("Fill", -48, 8, 5.5, 5.0, 80, _COOL),
        _Lamp("Rim", -150, 38, 5.0, 2.5, 280, _WHITE),
    ),
    "soft": (
        _Lamp("Key", 20, 30, 5.0, 6.0, 260, _WHITE),
        _Lamp("Fill", -40, 5, 5.5, 6.0, 165, _WHITE),
        _Lamp("Rim", 165, 45, 5.0, 4.0, 130, _COOL),
    ),
    "dramatic": (
        _Lamp("Key", 62, 30, 4.6, 1.6, 330, _WARM),
        _Lamp("Rim", -140, 25, 4.6, 2.0, 340, _COOL),
    ),
}


def set_camera(
    scene: bpy.types.Scene,
    head: bpy.types.Object,
    *,
    preset: str = "front",
    yaw: float | None = None,
    pitch: float | None = None,
    focal_length: float = 85.0,
    fill: float = 0.8,
) -> bpy.types.Object:
    """A camera that sees `head` from `yaw`, `pitch` (degrees; None: the preset's), and is used.

    The head takes the share `fill` of the picture in its tighter direction.  Set the scene's
    resolution before.
    """
    lens: Any = bpy.data.cameras.new("Portrait camera")
    lens.lens, lens.sensor_width, lens.sensor_fit = focal_length, SENSOR, "AUTO"
    camera = bpy.data.objects.new("Portrait camera", lens)
    scene.collection.objects.link(camera)
    plain_yaw, plain_pitch = CAMERA_PRESETS[preset]
    turn = _looking(head, plain_yaw if yaw is None else yaw,
                    plain_pitch if pitch is None else pitch)
    axes = np.array(turn)  # columns: right, up, backwards
    seen = _points(scene, head) @ axes
    seen = seen[seen[:, 1] > np.quantile(seen[:, 1], [0, 1]) @ [1 - BUST, BUST]]
    low, high = seen.min(axis=0), seen.max(axis=0)
    width, height = scene.render.resolution_x, scene.render.resolution_y
    half = SENSOR / 2 / focal_length / max(width, height)  # tangent for each pixel off the centre
    reach = max((high[0] - low[0]) / (width * half), (high[1] - low[1]) / (height * half))
    # the outline of a round head lies about at its middle, not at its front
    distance = reach / 2 / fill
    middle = (low + high) / 2
    place = axes @ (middle + np.array([0.0, 0.0, distance]))
    camera.matrix_world = Matrix.Translation(place.tolist()) @ turn.to_4x4()
    lens.clip_start, lens.clip_end = distance * 0.02, distance * 100
    scene.camera = camera
    return camera


def set_lights(scene: bpy.types.Scene, head: bpy.types.Object, light: str) -> None:
    """The lights called `light` in `LIGHTS`, in a collection of their own."""
    points = _points(scene, head)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    collection = bpy.data.collections.new(f"{light.capitalize()} light")
    scene.collection.children.link(collection)
    for lamp in LIGHTS[light]:
        data: Any = bpy.data.lights.new(lamp.name, "AREA")
        data.shape, data.size = "DISK", lamp.size * radius
        data.energy, data.color = lamp.power * radius**2, lamp.colour
        turn = _looking(head, lamp.yaw, lamp.pitch)
        place = Vector(middle) + turn @ Vector((0, 0, lamp.distance * radius))
        one = bpy.data.objects.new(lamp.name, data)
        one.matrix_world = Matrix.Translation(place[:]) @ turn.to_4x4()
        collection.objects.link(one)


def set_backdrop(scene: bpy.types.Scene) -> None:
    """A quiet grey backdrop, lighter behind the head, that gives a little light of its own."""
    world: Any = bpy.data.worlds.new("Backdrop")
    if world.node_tree is None:  # before Blender 5
        world.use_nodes = True
    world.color = (0.05, 0.055, 0.065)  # Workbench shows this
    nodes, links = world.node_tree.nodes, world.node_tree.links
    nodes.clear()
    window = nodes.new("ShaderNodeTexCoord").outputs["Window"]
    centre = nodes.new("ShaderNodeVectorMath")
    centre.operation, centre.inputs[1].default_value = "DISTANCE", (0.5, 0.55, 0.0)
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "EASE"
    ramp.color_ramp.elements[0].color = (0.17, 0.18, 0.2, 1)
    ramp.color_ramp.elements[1].color = (0.035, 0.038, 0.045, 1)
    ramp.color_ramp.elements[1].position = 0.75
    seen, ambient = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeBackground")
    ambient.inputs["Color"].default_value = (0.1, 0.11, 0.125, 1)
    mix, path = nodes.new("ShaderNodeMixShader"), nodes.new("ShaderNodeLightPath")
    output = nodes.new("ShaderNodeOutputWorld")
    links.new(window, centre.inputs[0])
    links.new(centre.outputs["Value"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], seen.inputs["Color"])
    links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
    links.new(ambient.outputs[0], mix.inputs[1])
    links.new(seen.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], output.inputs["Surface"])
    scene.world = world


def _looking(head: bpy.types.Object, yaw: float, pitch: float) -> Matrix:
    """(3,3) whose columns are right, up and backwards of one who looks at `head`'s face.

    The face looks along the object's -Y, its own left is +X, up is Z.
    """
    around, above = math.radians(yaw), math.radians(pitch)
    backwards = Vector((math.sin(around) * math.cos(above), -math.cos(around) * math.cos(above),
                        math.sin(above)))
    turn = backwards.to_track_quat("Z", "Y").to_matrix()
    placed: Matrix = head.matrix_world.to_3x3().normalized() @ turn
    return placed


def _points(scene: bpy.types.Scene, head: bpy.types.Object) -> Any:
    """(V,3) of `head` in the world as it stands in the current frame, keys and bones applied."""
    layer: Any = scene.view_layers[0]
    layer.update()
    evaluated = head.evaluated_get(layer.depsgraph)
    mesh: Any = evaluated.to_mesh()
    points = np.empty(len(mesh.vertices) * 3)
    mesh.vertices.foreach_get("co", points)
    evaluated.to_mesh_clear()
    matrix = np.array(evaluated.matrix_world)
    return points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
