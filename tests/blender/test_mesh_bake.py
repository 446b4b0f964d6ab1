# SPDX-License-Identifier: GPL-3.0-or-later
"""The point cache: what Blender plays is, to float32, what was given."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simple_rig import empty_file, simple_rig

from blender_addon.core.errors import OutputError, SceneError
from blender_addon.scene.mesh_bake import bake_mesh, remove_bake


@pytest.fixture
def head() -> Any:
    empty_file()
    head, bones = simple_rig()
    head.modifiers.new("skin", "ARMATURE").object = bones
    head.modifiers.new("smooth", "SUBSURF").show_viewport = False
    return head


def shown(head: Any, frame: float) -> Any:
    scene = bpy.context.scene
    scene.frame_set(int(frame), subframe=frame % 1)
    mesh = head.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return np.array([vertex.co[:] for vertex in mesh.vertices])


def test_every_frame_is_exact(head: Any, tmp_path: Path) -> None:
    vertices = np.random.default_rng(0).normal(size=(5, 3, 3)).astype(np.float32)
    modifier = bake_mesh(head, vertices, tmp_path / "face.pc2", start_frame=10)
    head.data.shape_keys.key_blocks["Exp1"].value = 3  # no longer counts
    for frame in range(5):
        assert (shown(head, 10 + frame) == vertices[frame]).all()
    assert (shown(head, 1) == vertices[0]).all() and (shown(head, 99) == vertices[4]).all()
    assert shown(head, 11.5) == pytest.approx((vertices[1] + vertices[2]) / 2, abs=1e-6)
    assert [one.type for one in head.modifiers] == ["ARMATURE", "MESH_CACHE", "SUBSURF"]
    assert not list(tmp_path.glob(".*")) and modifier.frame_start == 10

    again = vertices[:2] + 1
    bake_mesh(head, again, tmp_path / "face.pc2", start_frame=1)
    assert len(head.modifiers) == 3
    remove_bake(head)
    assert len(head.modifiers) == 2


def test_refusals_leave_nothing_behind(head: Any, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="vertices"):
        bake_mesh(head, np.zeros((2, 4, 3)), tmp_path / "face.pc2", start_frame=1)
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(OutputError):
        bake_mesh(head, np.zeros((2, 3, 3)), blocked / "face.pc2", start_frame=1)
    assert list(tmp_path.iterdir()) == [blocked] and len(head.modifiers) == 2
