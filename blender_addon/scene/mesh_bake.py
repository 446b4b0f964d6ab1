# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact baking: the vertices of every frame in a point cache (`.pc2`) that the mesh plays.

A rig of bones cannot follow FLAME's drift of the joints with the expression; a cache of evaluated
vertices has no such limit, and renders without drivers.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.coordinates import to_blender
from ..core.errors import SceneError
from ..core.files import make_folder, write_whole
from ..core.flame_numpy import FlameArrays, evaluate
from ..core.keyframes import POSE_SIZE, Performance, per_frame

MODIFIER_NAME = "Flamewheel cache"

_HEADER = struct.Struct("<12siiffi")
"""PC2: signature, version 1, points, first frame, samples a frame, samples."""


def bake_performance(
    mesh_object: bpy.types.Object,
    head: FlameArrays,
    shape: Any,
    performance: Performance,
    path: Path,
    *,
    fps: float,
    start_frame: float,
) -> bpy.types.Modifier:
    """Play `performance` as FLAME itself evaluates it for the identity `shape` (<=S,).

    Joints follow the expression as well, which bones do not; the root stays at rest.
    """
    frames, codes = per_frame(performance, fps=fps, start_frame=start_frame)
    pose = codes[:, -POSE_SIZE:].reshape(-1, POSE_SIZE // 3, 3)
    jaw, neck, eyes = pose[:, :1], pose[:, 1:2], pose[:, 2:]
    flame_pose = np.concatenate([np.zeros_like(jaw), neck, jaw, eyes], axis=1)
    used = min(codes.shape[1] - POSE_SIZE, np.asarray(head.expressiondirs).shape[2])
    vertices = evaluate(head, shape, codes[:, :used], flame_pose)
    return bake_mesh(mesh_object, to_blender(vertices), path, start_frame=float(frames[0]))


def bake_mesh(
    mesh_object: bpy.types.Object, vertices: Any, path: Path, *, start_frame: float
) -> bpy.types.Modifier:
    """Play `vertices` (T,V,3), metres in Blender's axes and the object's space, one a frame.

    The cache is written to `path` whole or not at all; the modifier stands after the armature and
    takes its place.  Baking again uses the same modifier.  Raises SceneError where the mesh has
    another number of vertices, OutputError where the disk refuses.
    """
    samples = np.ascontiguousarray(vertices, dtype="<f4")
    mesh: Any = mesh_object.data
    if samples.ndim != 3 or samples.shape[1:] != (len(mesh.vertices), 3) or not len(samples):
        raise SceneError(
            "wrong-head", f"{mesh_object.name} has {len(mesh.vertices)} vertices, the performance "
            f"{samples.shape[1] if samples.ndim == 3 else 0}.",
            "Bake the performance onto the head it was made for.",
        )
    header = _HEADER.pack(b"POINTCACHE2\0", 1, samples.shape[1], 0.0, 1.0, samples.shape[0])
    make_folder(path.parent)
    write_whole(path, header + samples.tobytes())
    modifier: Any = mesh_object.modifiers.get(MODIFIER_NAME)
    if modifier is None:
        modifier = mesh_object.modifiers.new(MODIFIER_NAME, "MESH_CACHE")
        skins = [at for at, one in enumerate(mesh_object.modifiers) if one.type == "ARMATURE"]
        mesh_object.modifiers.move(len(mesh_object.modifiers) - 1, skins[-1] + 1 if skins else 0)
    modifier.cache_format = "PC2"
    modifier.filepath = str(path)
    modifier.frame_start = start_frame
    modifier.play_mode = "SCENE"
    modifier.deform_mode = "OVERWRITE"
    modifier.interpolation = "LINEAR"
    result: bpy.types.Modifier = modifier
    return result


def remove_bake(mesh_object: bpy.types.Object) -> None:
    """Let shape keys and bones move the mesh again; the cache file stays."""
    modifier = mesh_object.modifiers.get(MODIFIER_NAME)
    if modifier is not None:
        mesh_object.modifiers.remove(modifier)
