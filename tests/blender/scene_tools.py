# SPDX-License-Identifier: GPL-3.0-or-later
"""The real backend's command line beside Blender, and all of a scene that a verb may touch."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import pytest
from conftest import ROOT, backend_python

import blender_addon
from blender_addon.operators import preferences
from blender_addon.scene.actions import curves_of

PHOTO = ROOT / "examples" / "astronaut.png"
BONES = ("jaw", "neck", "left_eye", "right_eye")


@contextmanager
def registered_addon(folder: Path) -> Iterator[None]:
    """The add-on with `folder` for the user's data and the real backend as its child."""
    if not backend_python().exists():
        pytest.skip(f"no backend at {backend_python()}: run `make setup`")

    def user_folder(name: str) -> Path:
        (folder / name).mkdir(exist_ok=True)
        return folder / name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preferences, "user_folder", user_folder)
        patch.setenv("FLAMEWHEEL_PYTHON", str(backend_python()))
        patch.setenv("OMP_NUM_THREADS", "2")
        blender_addon.register()
        try:
            yield
        finally:
            blender_addon.unregister()


def run_backend(*arguments: object) -> str:
    """The backend's Python with `arguments`; what it printed."""
    # Blender's environment must not leak into another Python
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run([backend_python(), *map(str, arguments)], capture_output=True, text=True,
                          check=False, env={**environment, "OMP_NUM_THREADS": "2"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def flamewheel(*arguments: object) -> Any:
    """What `flamewheel ARGUMENTS --json` answers."""
    return json.loads(run_backend("-m", "flamewheel", *arguments, "--json"))


def contents() -> dict[str, Any]:
    """Names of all data-blocks, keys' values, bones' rotations, keyframes, what is selected."""
    scene: Any = bpy.context.scene
    layer: Any = bpy.context.view_layer
    return {
        "blocks": sorted(f"{type(block).__name__} {block.name}" for block in bpy.data.user_map()),
        "keys": {(keys.name, block.name): round(block.value, 6)
                 for keys in bpy.data.shape_keys for block in keys.key_blocks},
        "bones": {(thing.name, bone.name): [round(x, 6) for x in bone.rotation_euler]
                  for thing in bpy.data.objects if thing.pose for bone in thing.pose.bones},
        "rest": {(bones.name, bone.name): [round(x, 6) for x in bone.head_local]
                 for bones in bpy.data.armatures for bone in bones.bones},
        "curves": {thing.name: keyframes(thing)
                   for kind in ("objects", "shape_keys", "materials", "node_groups")
                   for thing in getattr(bpy.data, kind)},
        "frame": scene.frame_current,
        "active": layer.objects.active.name if layer.objects.active else None,
        "selected": sorted(thing.name for thing in layer.objects if thing.select_get()),
    }


def keyframes(datablock: Any) -> dict[tuple[str, int], list[tuple[float, float]]]:
    """(data path, index) -> [(frame, value), …] of everything that moves `datablock`."""
    return {(curve.data_path, curve.array_index):
            [(round(point.co[0], 4), round(point.co[1], 5)) for point in curve.keyframe_points]
            for curve in curves_of(datablock)}


def head_mesh() -> Any:
    """The only head's mesh object."""
    (mesh,) = [thing for thing in bpy.data.objects if "flamewheel_head" in thing]
    return mesh


def values(prefix: str) -> list[float]:
    """The keys `prefix`1, `prefix`2, … of the only head."""
    blocks = head_mesh().data.shape_keys.key_blocks
    return [block.value for block in blocks if block.name.startswith(prefix)]


def write_png(path: Path, size: int = 160) -> Path:
    """A picture with no face on it: a grey slope."""
    row = b"\0" + b"".join(bytes([column % 256] * 3) for column in range(size))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(
            ">I", zlib.crc32(kind + body))

    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    ) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b""))
    return path
