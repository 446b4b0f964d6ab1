# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a head through its real rig, as a plan says (run in Blender's Python).

    .venv-blender/bin/python tools/open_head_shots.py PLAN.json

PLAN: {"head": npz, "size": px, "shots": [{"file": png, "engine": "cycles", "samples": 4,
"light": "studio", "yaw": degrees, "shape": [S], "expression": [E], "pose": 5 x 3 axis-angle rad}]}.
Pictures show the face, not the whole head; beside PLAN lies then PLAN.cameras.json with, for each
shot, the camera's place (m) and axes in FLAME's axes and its focal length in picture widths.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bpy
import numpy as np
from mathutils import Vector

from blender_addon.core.head_file import read_head
from blender_addon.core.protocol import CodeBody
from blender_addon.scene.find import head_in
from blender_addon.scene.head import import_head
from blender_addon.scene.identity import set_identity
from blender_addon.scene.pose import apply_code
from blender_addon.scene.render import RenderSettings, apply_settings, render_frame
from blender_addon.scene.stage import set_backdrop, set_camera, set_lights

FACE_MIDDLE = Vector((0.0, -0.035, -0.03))  # m, Blender's axes: between nose and upper lip
FACE_DEPTH = 0.045  # m farther in lies the middle of a face seen from the side
FACE_WIDTH = 0.24  # m shown at that depth: hairline to the chin of an open mouth
TO_FLAME = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def main() -> int:
    """Render the plan."""
    plan_file = Path(sys.argv[1])
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    head = read_head(Path(plan["head"]))
    import_head(head, name="Head", source="open", identity_count=head.shapedirs.shape[-1],
                expression_count=head.expressiondirs.shape[-1])
    set_backdrop(bpy.context.scene)
    stage = Stage(int(plan["size"]))
    seen = []
    for shot in plan["shots"]:
        seen.append(stage.shoot(shot, plan_file.parent))
        print(f"{len(seen)}/{len(plan['shots'])} {shot['file']}", flush=True)
    plan_file.with_suffix(".cameras.json").write_text(json.dumps(seen), encoding="utf-8")
    return 0


class Stage:
    """The scene with one head; what a shot shares with the one before is left as it is."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._scene: Any = bpy.context.scene
        self._head = head_in(bpy.context)
        self._shape: list[float] = []
        self._light = ""
        self._cameras: dict[float, Any] = {}

    def shoot(self, shot: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Render one shot; returns its camera."""
        settings = RenderSettings(shot["engine"], shot["samples"], (self._size, self._size))
        apply_settings(self._scene, settings)
        if shot["shape"] != self._shape:
            set_identity(self._head.mesh, self._head.armature, shot["shape"])
            self._shape = shot["shape"]
        _, neck, jaw, left, right = shot["pose"]
        apply_code(self._head, CodeBody(shot["expression"], jaw, neck, [left, right]))
        self._light_by(shot["light"])
        camera = self._camera_at(float(shot["yaw"]))
        render_frame(self._scene, 1, folder / shot["file"])
        return _seen_by(camera)

    def _light_by(self, light: str) -> None:
        if light == self._light:
            return
        for child in list(self._scene.collection.children):
            for lamp in list(child.objects):
                bpy.data.objects.remove(lamp)
            bpy.data.collections.remove(child)
        set_lights(self._scene, self._head.mesh, light)
        self._light = light

    def _camera_at(self, yaw: float) -> Any:
        camera = self._cameras.get(yaw)
        if camera is None:
            camera = set_camera(self._scene, self._head.mesh, yaw=yaw)
            away = FACE_WIDTH * camera.data.lens / camera.data.sensor_width
            backwards = camera.matrix_world.to_3x3() @ Vector((0, 0, 1))
            inwards = Vector((0.0, FACE_DEPTH * abs(math.sin(math.radians(yaw))), 0.0))
            camera.location = FACE_MIDDLE + inwards + backwards * away
            self._cameras[yaw] = camera
        self._scene.camera = camera
        return camera


def _seen_by(camera: Any) -> dict[str, Any]:
    bpy.context.view_layer.update()
    world = np.array(camera.matrix_world)
    return {"place": (TO_FLAME @ world[:3, 3]).tolist(),
            "axes": (TO_FLAME @ world[:3, :3]).T.tolist(),
            "focal": camera.data.lens / camera.data.sensor_width}


if __name__ == "__main__":
    sys.exit(main())
